#pragma once

#include <iosfwd>
#include <string>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// Workflow commands of GitHub Actions: an `::error` at the scenario's place for each run that did not pass, a `::warning` for a flaky one.
/// @param base_dir of the checkout: annotations need paths relative to it; others stay absolute.
/// @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
std::string github_commands(const BatchResult& batch, const std::string& base_dir);
/// The step's summary in Markdown, under the 1 MiB that GitHub takes.
std::string github_summary(const BatchResult& batch, const std::string& base_dir);

struct GithubOptions {
  std::ostream* out = nullptr;  ///< where the runner reads commands
  std::string base_dir{};
  std::string summary_file{};  ///< $GITHUB_STEP_SUMMARY; appended to; empty: none
};

class GithubReporter final : public Reporter {
 public:
  explicit GithubReporter(GithubOptions options) : options_(std::move(options)) {}
  void finish(const BatchResult& batch) override;

 private:
  GithubOptions options_;
};

}  // namespace antiphon
