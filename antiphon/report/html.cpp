#include "antiphon/report/html.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/call_facts.hpp"
#include "antiphon/report/pack.hpp"

namespace antiphon {

namespace {

// Bodies stay in the packed part; lists of sentences would only repeat them.
constexpr std::string_view left_out[] = {
    "messages",    "timings",  "rolled_back", "criteria", "checks",           "passed_criteria", "failed_criteria", "inconclusive_criteria",
    "description", "metadata", "user_report", "timeline", "earlier_attempts", "usage",           "caller",          "agent",
    "judge",       "voice",    "recording"};

std::string_view initial(MessageRole role) {
  switch (role) {
    case MessageRole::user: return "u";
    case MessageRole::assistant: return "a";
    case MessageRole::tool:
    case MessageRole::function: return "t";
    default: return "s";
  }
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t length(const Message& message) {
  auto sum = characters(message.text());
  for (const auto& call : message.tool_calls()) sum += characters(call.name) + characters(call.arguments);
  return sum;
}

json::object criteria_counts(const ScenarioResult& result) {
  const auto count = [&](CriterionStatus status) {
    return std::count_if(result.criteria.begin(), result.criteria.end(), [&](const auto& criterion) { return criterion.status == status; });
  };
  return {{"met", count(CriterionStatus::passed)}, {"not_met", count(CriterionStatus::failed)}, {"undecided", count(CriterionStatus::inconclusive)}};
}

json::object check_counts(const ScenarioResult& result) {
  std::int64_t hold = 0, fail = 0, undecided = 0;
  for (const auto& check : result.checks) ++(check.passed ? hold : check.inconclusive ? undecided : fail);
  return {{"hold", hold}, {"fail", fail}, {"undecided", undecided}};
}

// The message a reader should look at first. An error stopped the conversation where it ends.
std::optional<std::size_t> failed_message(const ScenarioResult& result) {
  const auto exists = [&](int index) { return index >= 0 && static_cast<std::size_t>(index) < result.messages.size(); };
  if (result.outcome == RunOutcome::error && !result.messages.empty()) return result.messages.size() - 1;
  if (result.outcome != RunOutcome::failed) return std::nullopt;
  for (const auto& check : result.checks)
    if (!check.passed && !check.inconclusive && check.message && exists(*check.message)) return *check.message;
  for (const auto& criterion : result.criteria)
    if (criterion.status == CriterionStatus::failed && !criterion.evidence.empty() && exists(criterion.evidence.front())) return criterion.evidence.front();
  return std::nullopt;
}

json::array strip(const ScenarioResult& result) {
  json::array list;
  list.reserve(result.messages.size());
  for (const auto& message : result.messages) list.push_back(json::array{initial(message.role()), length(message)});
  return list;
}

// Inside a script element "</script" and "<!--" would end or confuse the text; U+2028 and U+2029 end lines for old parsers of scripts.
std::string script_safe(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto three = text.substr(i, 3);
    if (three.starts_with("</"))
      out += "<\\/", ++i;
    else if (three.starts_with("<!"))
      out += "\\u003c!", ++i;
    else if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9")
      out += three.back() == '\xA8' ? "\\u2028" : "\\u2029", i += 2;
    else
      out += text[i];
  }
  return out;
}

json::object run_facts(const BatchResult& batch, const std::vector<CallSound>& sounds) {
  auto facts = to_json(BatchResult{.batch_id = batch.batch_id,
                                   .started_at = batch.started_at,
                                   .seed = batch.seed,
                                   .suite = batch.suite,
                                   .jobs = batch.jobs,
                                   .flags = batch.flags,
                                   .duration_s = batch.duration_s,
                                   .interrupted = batch.interrupted,
                                   .exclude_spoiled = batch.exclude_spoiled});
  facts["summary"] = summary_json(batch);
  auto& list = facts["scenarios"].emplace_array();
  list.reserve(batch.scenarios.size());
  for (std::size_t i = 0; i < batch.scenarios.size(); ++i) list.push_back(scenario_facts(batch.scenarios[i], i < sounds.size() ? sounds[i] : CallSound{}));
  return facts;
}

std::string element(char kind, std::size_t index, std::string_view bytes) {
  return fmt::format("<script type=\"application/octet-stream\" id=\"antiphon-{}-{}\">{}</script>\n", kind, index, encode_base64(bytes));
}

std::string data(const BatchResult& batch, const std::vector<CallSound>& sounds) {
  auto html = "<script type=\"application/json\" id=\"antiphon-run\">" + script_safe(repair_utf8(json::serialize(run_facts(batch, sounds)))) + "</script>\n";
  for (std::size_t i = 0; i < batch.scenarios.size(); ++i) html += element('s', i, zlib_deflate(serialize(batch.scenarios[i])));
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (!sounds[i].peaks.empty()) html += element('p', i, zlib_deflate(sounds[i].peaks));
    if (!sounds[i].opus.empty()) html += element('a', i, sounds[i].opus);
  }
  return html;
}

}  // namespace

json::object scenario_facts(const ScenarioResult& result, const CallSound& sound) {
  auto light = result;
  light.call.reset(), light.recording.reset();
  light.messages.clear(), light.rolled_back.clear(), light.timings.clear(), light.earlier.clear();
  auto facts = to_json(light);
  for (const auto member : left_out) facts.erase(member);
  facts["criteria_counts"] = criteria_counts(result);
  facts["check_counts"] = check_counts(result);
  facts["strip"] = strip(result);
  if (result.call) facts["lanes"] = call_lanes(result), facts["sound"] = to_json(sound);
  if (!result.earlier.empty()) facts["flaky"] = result.flaky();
  const auto failed = failed_message(result);
  facts["failed_message"] = failed ? json::value(*failed) : json::value(nullptr);
  return facts;
}

std::string html_report(const BatchResult& batch, std::string_view page, const std::vector<CallSound>& sounds) {
  const auto at = page.find(html_marker);
  if (at == std::string_view::npos || page.find(html_marker, at + 1) != std::string_view::npos)
    throw Error(ErrorKind::internal, fmt::format("the report's page does not hold {} exactly once", html_marker));
  std::string html(page.substr(0, at));
  html += data(batch, sounds);
  html += page.substr(at + html_marker.size());
  return html;
}

void HtmlReporter::finish(const BatchResult& batch) {
  auto options = sound_;
  options.page_folder = std::filesystem::path(path_).parent_path().string();
  if (options.result_folder.empty()) options.result_folder = options.page_folder;
  write_file_atomically(path_, html_report(batch, page_, call_sounds(batch, options)));
  written_ = true;
}

}  // namespace antiphon
