#pragma once

#include <memory>
#include <vector>

#include "antiphon/result/events.hpp"

namespace antiphon {

/// Tells somebody about a batch: while it runs, by its events, and when it is over.
///
/// `add` is called from several threads at once; `finish` once, after the last event.
class Reporter : public EventSink {
 public:
  void add(const RunEvent&) override {}
  /// @throws Error io when the report cannot be written.
  virtual void finish(const BatchResult& batch) = 0;
};

/// Passes everything on to each of its members, in order.
class Reporters final : public Reporter {
 public:
  void append(std::unique_ptr<Reporter> reporter) { members_.push_back(std::move(reporter)); }
  void add(const RunEvent& event) override;
  /// Every member gets its turn; the first error is thrown afterwards, so that one full disk does not cost the other reports.
  void finish(const BatchResult& batch) override;

 private:
  std::vector<std::unique_ptr<Reporter>> members_;
};

}  // namespace antiphon
