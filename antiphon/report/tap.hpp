#pragma once

#include <string>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// Test Anything Protocol, version 14: one test point per run in order, described by its id; what did not pass brings a YAML block.
/// What was never begun is skipped; a flaky run is `ok`, and its block says so.
/// @see https://testanything.org/tap-version-14-specification.html
std::string tap_text(const BatchResult& batch);

/// Writes it when the batch is over.
class TapReporter final : public Reporter {
 public:
  explicit TapReporter(std::string path) : path_(std::move(path)) {}
  /// Onto a stream that outlives the reporter.
  explicit TapReporter(std::ostream& out) : out_(&out) {}
  void finish(const BatchResult& batch) override;

 private:
  std::string path_;
  std::ostream* out_ = nullptr;
};

}  // namespace antiphon
