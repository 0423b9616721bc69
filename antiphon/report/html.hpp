#pragma once

#include <string>
#include <string_view>

#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// Where a page template wants its data: `<!--ANTIPHON_DATA-->`, once.
inline constexpr std::string_view html_marker = "<!--ANTIPHON_DATA-->";

/// The page: `page` with its marker replaced by the data.
///
/// `#antiphon-run` holds the result as JSON, but of each scenario only what a table shows: counts instead of criteria and checks
/// (`criteria_counts`, `check_counts`), `strip` ([initial of the role, characters] per message), `failed_message`. `#antiphon-s-INDEX` holds the
/// whole scenario as base64 of zlib of its JSON, to be unpacked when it is opened.
/// @throws Error internal when the marker does not stand exactly once in `page`.
std::string html_report(const BatchResult& batch, std::string_view page);

/// The facts of one scenario in `#antiphon-run`.
json::object scenario_facts(const ScenarioResult& result);

/// The page that was built into this program from web/.
std::string_view report_page();

/// Writes one self-contained page when the batch is over.
class HtmlReporter final : public Reporter {
 public:
  HtmlReporter(std::string path, std::string_view page) : path_(std::move(path)), page_(page) {}
  void finish(const BatchResult& batch) override;

 private:
  std::string path_;
  std::string_view page_;
};

}  // namespace antiphon
