#pragma once

#include <string>
#include <string_view>

#include "antiphon/report/call_sound.hpp"
#include "antiphon/report/reporter.hpp"

namespace antiphon {

/// Where a page template wants its data: `<!--ANTIPHON_DATA-->`, once.
inline constexpr std::string_view html_marker = "<!--ANTIPHON_DATA-->";

/// The page: `page` with its marker replaced by the data.
///
/// `#antiphon-run` holds the result as JSON, but of each scenario only what a table shows: counts instead of criteria and checks
/// (`criteria_counts`, `check_counts`), `strip` ([initial of the role, characters] per message), `failed_message`. `#antiphon-s-INDEX` holds the
/// whole scenario as base64 of zlib of its JSON, to be unpacked when it is opened. Of calls the facts hold `lanes` and `sound`; `#antiphon-p-INDEX` holds
/// peaks of the recording in the same way, `#antiphon-a-INDEX` an Ogg file in base64.
/// @throws Error internal when the marker does not stand exactly once in `page`.
std::string html_report(const BatchResult& batch, std::string_view page, const std::vector<CallSound>& sounds = {});

/// The facts of one scenario in `#antiphon-run`.
json::object scenario_facts(const ScenarioResult& result, const CallSound& sound = {});

/// The page that was built into this program from web/.
std::string_view report_page();

/// Writes one self-contained page when the batch is over.
class HtmlReporter final : public Reporter {
 public:
  /// Recordings are looked for beside the page where `sound` names no folder of results.
  HtmlReporter(std::string path, std::string_view page, SoundOptions sound = {}) : path_(std::move(path)), page_(page), sound_(std::move(sound)) {}
  void finish(const BatchResult& batch) override;
  /// `finish` has written it.
  bool written() const { return written_; }

 private:
  std::string path_;
  bool written_ = false;
  std::string_view page_;
  SoundOptions sound_;
};

}  // namespace antiphon
