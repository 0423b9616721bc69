#include "antiphon/cli/serve/serve_log.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "antiphon/base/ids.hpp"
#include "antiphon/suite/problem_report.hpp"

namespace antiphon::cli {

namespace {

namespace json = boost::json;

std::string in_words(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : json::serialize(value); }

/// `call     14:03:07 turn_ended turn=1 latency_ms=640 call_01…`
std::string in_words(const json::object& line) {
  const auto time = in_words(line.at("time"));
  std::string words = fmt::format("{:<8} {}", in_words(line.at("level")) == "info" ? "call" : in_words(line.at("level")), time.substr(time.find('T') + 1, 8));
  words += ' ' + in_words(line.at("event"));
  for (const auto& field : line)
    if (field.key() != "time" && field.key() != "level" && field.key() != "event" && field.key() != "call_id")
      words += fmt::format(" {}={}", std::string_view(field.key()), in_words(field.value()));
  if (const auto* id = line.if_contains("call_id")) words += ' ' + in_words(*id);
  return words;
}

}  // namespace

void ServeLog::say(std::string_view what, std::string_view text) { say("info", what, text); }

void ServeLog::warn(std::string_view what, std::string_view text) { say("warning", what, text); }

void ServeLog::fail(std::string_view what, std::string_view text) { say("error", what, text); }

void ServeLog::say(std::string_view level, std::string_view what, std::string_view text) {
  if (in_words_)
    to_ << fmt::format("{:<8} {}\n", what, text) << std::flush;
  else
    to_ << json::serialize(json::object{{"time", utc_now()}, {"level", level}, {"event", what}, {"text", text}}) << std::endl;
}

bool ServeLog::fail_for_good(const std::vector<Problem>& mistakes) {
  if (in_words_) return false;
  for (const auto& mistake : mistakes) write("failed", mistake, mistake.message);
  return true;
}

void ServeLog::fail(std::string_view what, std::string_view text, const std::vector<Problem>& mistakes, const std::string& base_dir) {
  if (in_words_) {
    fail(what, text);
    to_ << suite::format_problems(mistakes, {.base_dir = base_dir}) << std::flush;
    return;
  }
  for (const auto& mistake : mistakes) write(what, mistake, fmt::format("{}: {}", text, mistake.message));
}

void ServeLog::write(std::string_view event, const Problem& mistake, std::string text) {
  json::object line{{"time", utc_now()}, {"level", "error"}, {"event", event}, {"text", std::move(text)}};
  if (!mistake.where.file.empty()) line["where"] = to_string(mistake.where);
  if (!mistake.underline.empty()) line["note"] = mistake.underline;
  if (!mistake.hint.empty()) line["fix"] = mistake.hint;
  to_ << json::serialize(line) << std::endl;
}

void ServeLog::line(const std::string& json_line) { to_ << (in_words_ ? in_words(json::parse(json_line).as_object()) : json_line) << std::endl; }

}  // namespace antiphon::cli
