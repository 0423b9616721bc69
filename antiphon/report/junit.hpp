#pragma once

#include <string>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// JUnit XML as CI servers read it: a test case per scenario (name is the id, class name the suite), failed `<failure>`, error `<error>`,
/// inconclusive `<error type="inconclusive">`, not run `<skipped>` (contracts.md §1, §8). Whose fault it was stands in the property `fault`.
std::string junit_xml(const BatchResult& batch);

/// Writes it to a file when the batch is over.
class JunitReporter final : public Reporter {
 public:
  explicit JunitReporter(std::string path) : path_(std::move(path)) {}
  void finish(const BatchResult& batch) override;

 private:
  std::string path_;
};

}  // namespace antiphon
