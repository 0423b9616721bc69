#include "antiphon/result/check_phrases.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace phrase {

std::string seconds(const json::value& value) {
  if (!value.is_number()) return preview(value, 20);
  return format_duration(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value.to_number<double>())));
}

std::string limits(const json::value& expected) {
  if (!expected.is_object()) return preview(expected, 56);
  std::vector<std::string> parts;
  for (const auto& [key, value] : expected.get_object()) parts.push_back(fmt::format("{} at most {}", std::string_view(key), seconds(value)));
  return join(parts, ", ");
}

std::string measured(const json::value& found, const json::value& expected) {
  if (!found.is_object()) return found.is_null() ? "no answer" : seconds(found);
  std::vector<std::string> parts;
  for (const auto& [key, value] : found.get_object())
    if (!expected.is_object() || expected.get_object().contains(key)) parts.push_back(fmt::format("{} {}", std::string_view(key), seconds(value)));
  return join(parts, ", ");
}

}  // namespace phrase

namespace {

std::string seconds_at(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  return value ? phrase::seconds(*value) : "?";
}

bool is_set(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  return value && value->is_bool() && value->get_bool();
}

std::string percent(double share) { return fmt::format("{:.3g} %", share * 100); }

// "more than 2.00 s" where it is only known to be that.
std::string stop_time(const json::value& found) {
  return (is_set(found, "censored") || find_number(found, "censored").value_or(0) > 0 ? "more than " : "") + seconds_at(found, "stop_s");
}

std::string counted(double interruptions) { return fmt::format("{} interruption{}", interruptions, interruptions == 1 ? "" : "s"); }

Phrases interruption(const CheckResult& check) {
  std::string wish =
      find(check.expected, "stops_within") ? "the agent to stop within " + seconds_at(check.expected, "stops_within") + " of being interrupted" : "";
  const auto count = find_number(check.expected, "count");
  if (count) wish += (wish.empty() ? "" : ", ") + counted(*count);
  if (check.found.is_null()) return {std::move(wish), "no call"};
  const auto made = count ? find_number(check.found, "n") : std::nullopt;
  if (!find(check.expected, "stops_within") && made) return {std::move(wish), fmt::format("{}", *made)};
  return {std::move(wish), stop_time(check.found) + (!made ? "" : *made == 1 ? ", once" : fmt::format(", {} times", *made))};
}

Phrases at_most(const CheckResult& check, std::string_view what) {
  return {fmt::format("{} of at most {}", what, seconds_at(check.expected, "at_most")),
          check.found.is_null() ? "none measured" : seconds_at(check.found, "seconds")};
}

Phrases talk_ratio(const CheckResult& check) {
  std::vector<std::string> parts;
  for (const auto& [key, words] : {std::pair{"at_least", "at least"}, std::pair{"at_most", "at most"}})
    if (const auto limit = find_number(check.expected, key)) parts.push_back(fmt::format("{} {:.3g}", words, *limit));
  const auto ratio = find_number(check.found, "ratio");
  return {"the agent to speak " + join(parts, " and ") + " times as long as the user", ratio ? fmt::format("{:.3g} times", *ratio) : "none measured"};
}

Phrases heard(const CheckResult& check) {
  const bool by_agent = find_string(check.expected, "by") == "agent";
  std::vector<std::string> wishes, facts;
  if (const auto* rate = find(check.expected, "word_error_rate")) {
    wishes.push_back(percent(find_number(*rate, "at_most").value_or(0)) + " wrong words");
    facts.push_back(percent(find_number(check.found, "word_error_rate").value_or(0)));
  }
  if (const auto* wanted = find(check.expected, "entities")) {
    const auto* of = find(*wanted, "of");
    wishes.push_back(of ? preview(*of, 24) : percent(find_number(*wanted, "at_least").value_or(1)) + " of entities");
    if (const auto* found = find(check.found, "entities"))
      facts.push_back(fmt::format("{} of {}", find_number(*found, "understood").value_or(0), find_number(*found, "said").value_or(0)));
  }
  const auto wish = fmt::format("{} to hear {}", by_agent ? "the agent" : "the user", join(wishes, ", "));
  if (check.found.is_null()) return {wish, "that it tells nothing of what it hears"};
  const auto text = find_string(check.found, "heard");
  return {wish, join(facts, ", ") + (text ? ": " + quote(cut(*text, 24)) : "")};
}

std::string turn_of(const json::value& expected) {
  const auto said = find_string(expected, "said");
  return fmt::format("{} at {}", said ? quote(cut(*said, 22)) : "the turn", seconds_at(expected, "at_s"));
}

std::string what_came(const json::value& found) {
  if (is_set(found, "hung_up")) return "that it hung up";
  if (find(found, "waited_s")) return "none in " + seconds_at(found, "waited_s");
  if (find(found, "stop_s")) return "that it spoke on for " + stop_time(found);
  if (find(found, "spoke_on_s")) return "that it stopped after " + seconds_at(found, "spoke_on_s");
  if (find(found, "answered_after_s")) return "an answer after " + seconds_at(found, "answered_after_s");
  if (find_string(found, "outcome") == "overlapped") return fmt::format("that it began {:.2f} s before its end", -find_number(found, "latency_s").value_or(0));
  return find(found, "latency_s") ? "one after " + seconds_at(found, "latency_s") : "";
}

Phrases expectation(const CheckResult& check) {
  const auto word = find_string(check.expected, "expect").value_or("");
  const auto turn = turn_of(check.expected);
  return {word == "respond" ? "an answer to " + turn
          : word == "stop"  ? "the agent to stop for " + turn
                            : "the agent to ignore " + turn,
          what_came(check.found)};
}

}  // namespace

std::optional<Phrases> phrases_of_call(const CheckResult& check) {
  const auto& kind = check.kind;
  if (kind == "time_to_first_audio") return Phrases{"first audio with " + phrase::limits(check.expected), phrase::measured(check.found, check.expected)};
  if (kind == "interruption") return interruption(check);
  if (kind == "silence") return at_most(check, "silences of the agent");
  if (kind == "overlap") return at_most(check, "talk-over by the agent");
  if (kind == "talk_ratio") return talk_ratio(check);
  if (kind == "heard") return heard(check);
  if (kind == "expect") return expectation(check);
  return std::nullopt;
}

}  // namespace antiphon
