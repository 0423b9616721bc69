#pragma once

#include <string>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// Writes `antiphon.result/1` to a file when the batch is over (PRD-63).
class JsonReporter final : public Reporter {
 public:
  explicit JsonReporter(std::string path) : path_(std::move(path)) {}
  void finish(const BatchResult& batch) override;
  /// `finish` has written it.
  bool written() const { return written_; }

 private:
  std::string path_;
  bool written_ = false;
};

}  // namespace antiphon
