#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/pii/find.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/checks/language/detect.hpp"

namespace antiphon {

namespace {

[[noreturn]] void refuse(std::string why, const char* hint) { throw Error(ErrorKind::configuration, std::move(why)).with_hint(hint); }

void require_name(const std::string& name) {
  if (name.empty()) refuse("no tool is named", "give the tool's name");
}

void validate(const TextCheck& check) {
  if (check.text.empty() && check.kind != TextCheck::Kind::equals)
    refuse(fmt::format("the {} is empty, which every message {}", check.kind == TextCheck::Kind::regex ? "pattern" : "text",
                       check.kind == TextCheck::Kind::regex ? "matches" : "contains"),
           "give the words to look for");
  if (check.kind == TextCheck::Kind::regex) const Regex compiled(check.text);
}

void validate(const JsonSchemaCheck& check) { const JsonSchema compiled(check.schema); }

void validate(const ToolCalledCheck& check) {
  require_name(check.name);
  if (check.times && *check.times < 0) refuse(fmt::format("times is {}, it counts from 0", *check.times), "give 0 or more");
  if (check.arguments && !check.arguments->is_object())
    refuse("arguments is " + preview(*check.arguments, 60) + ", a tool takes a mapping", "write arguments: {name: value}");
}

void validate(const ToolNotCalledCheck& check) { require_name(check.name); }

void validate(const ToolOrderCheck& check) {
  if (check.names.empty()) refuse("no tool is named", "list the tools in the order in which they should be called");
  for (const auto& name : check.names) require_name(name);
}

void validate(const TurnsCheck& check) {
  if (!check.at_most && !check.at_least) refuse("neither at_most nor at_least is given", "write turns: {at_most: 6}");
  for (const auto& limit : {check.at_most, check.at_least})
    if (limit && *limit < 0) refuse(fmt::format("{} turns cannot be", *limit), "give 0 or more");
  if (check.at_most && check.at_least && *check.at_most < *check.at_least)
    refuse(fmt::format("at_least {} is more than at_most {}", *check.at_least, *check.at_most), "swap them");
}

void validate(const LatencyCheck& check) {
  if (!check.p50 && !check.p95 && !check.p99 && !check.max) refuse("no limit is given", "write latency: {p95: 2s}");
  for (const auto& limit : {check.p50, check.p95, check.p99, check.max})
    if (limit && *limit < Duration::zero()) refuse("a latency below zero cannot be", "give a limit such as 2s");
}

void validate(const SimilarCheck& check) {
  if (trim(check.to).empty()) refuse("there is no text to compare with", "write similar: {to: your parcel arrives tomorrow, at_least: 0.8}");
  if (!(check.at_least > -1 && check.at_least <= 1)) refuse(fmt::format("at_least {}: a similarity is at most 1", check.at_least), "write at_least: 0.8");
}

[[noreturn]] void refuse_word(std::string_view thing, const std::string& word, const std::vector<std::string>& known) {
  const auto meant = nearest(word, known);
  throw Error(ErrorKind::configuration, fmt::format("{} {} is unknown{}", thing, quote(word), meant ? fmt::format("; did you mean {}?", *meant) : ""))
      .with_hint("known: " + join(known, ", "));
}

void validate(const LanguageCheck& check) {
  const auto& known = languages::known_codes();
  const auto code = languages::primary_subtag(check.code);
  if (std::find(known.begin(), known.end(), code) == known.end()) refuse_word("the language", check.code, known);
}

void validate(const PiiCheck& check) {
  const auto& known = pii::known_kinds();
  for (const auto& kind : check.absent)
    if (std::find(known.begin(), known.end(), kind) == known.end()) refuse_word("the kind of personal data", kind, known);
}

void validate(const CompletedCheck& check) {
  if (check.slots.empty()) refuse("no slot is named", "list slots that the agenda requests");
}

void validate(const TimeToFirstAudioCheck& check) {
  if (!check.p50 && !check.p95 && !check.p99 && !check.max) refuse("no limit is given", "write time_to_first_audio: {p95: 1500ms}");
  for (const auto& limit : {check.p50, check.p95, check.p99, check.max})
    if (limit && *limit < Duration::zero()) refuse("a limit below zero cannot hold", "give a limit such as 1500ms");
}

void validate(const InterruptionCheck& check) {
  if (!check.stops_within && !check.count) refuse("neither stops_within nor count is given", "write interruption: {stops_within: 400ms}");
  if (check.stops_within && (*check.stops_within <= Duration::zero() || *check.stops_within > stop_window))
    refuse(fmt::format("stops_within {} cannot be told: an agent that does not stop is listened to for {}", format_duration(*check.stops_within),
                       format_duration(stop_window)),
           "give it more than nothing and at most 2s");
  if (check.count && *check.count < 1) refuse(fmt::format("count is {}, it counts from 1", *check.count), "give it 1 or more");
}

void validate(const SilenceCheck& check) {
  if (check.at_most < Duration::zero()) refuse("a silence below zero cannot be", "write silence: {at_most: 3s}");
}

void validate(const OverlapCheck& check) {
  if (check.at_most < Duration::zero()) refuse("an overlap below zero cannot be", "write overlap: {at_most: 500ms}");
}

void validate(const TalkRatioCheck& check) {
  if (!check.at_least && !check.at_most) refuse("neither at_most nor at_least is given", "write talk_ratio: {at_most: 2}");
  for (const auto& limit : {check.at_least, check.at_most})
    if (limit && !(*limit >= 0 && *limit <= 1e6)) refuse(fmt::format("a ratio of {} cannot be", *limit), "give 0 or more");
  if (check.at_least && check.at_most && *check.at_most < *check.at_least)
    refuse(fmt::format("at_least {} is more than at_most {}", *check.at_least, *check.at_most), "swap them");
}

void validate(const HeardCheck& check) {
  if (!check.word_error_rate_at_most && check.entities.empty() && !check.entities_at_least)
    refuse("neither word_error_rate nor entities is given", "write heard: {by: agent, word_error_rate: {at_most: 15%}}");
  for (const auto& entity : check.entities)
    if (spoken_words(entity).empty()) refuse(fmt::format("the entity {} has no word in it", quote(entity)), "give words, numbers or codes that are said");
  for (const auto& share : {check.word_error_rate_at_most, check.entities_at_least})
    if (share && !(*share >= 0 && *share <= 1)) refuse(fmt::format("{} is no share", *share), "give 0 to 1, or a percentage");
}

void validate(const CustomCheck& check) {
  if (!check.evaluate) refuse("it has no function", "set evaluate");
}

}  // namespace

void validate(const Check& check) {
  try {
    std::visit([](const auto& kind) { validate(kind); }, check.what);
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("{}: {}", check.kind(), error.message())).with_hint(error.hint());
  }
}

}  // namespace antiphon
