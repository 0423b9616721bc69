#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/label.hpp"

namespace antiphon {

namespace {

constexpr std::string_view version_key = "antiphon_labels";
constexpr std::int64_t version = 1;
constexpr std::size_t longest_reason = 20'000, longest_name = 200, longest_id = 200, longest_criterion = 20'000;  // bytes

[[noreturn]] void refuse(const std::string& where, const std::string& what, std::string hint) {
  throw Error(ErrorKind::configuration, fmt::format("{}: {}", where, what)).with_hint(std::move(hint));
}

void require_version(const json::value& value, const std::string& where) {
  const auto* found = find(value, version_key);
  if (!found)
    refuse(where, fmt::format("these are no labels: {} is missing", quote(version_key)), "name a file of `antiphon label export` or of the report's page");
  if (found->is_int64() && found->get_int64() == version) return;
  refuse(where, fmt::format("the labels are written in version {}; this program reads {}", preview(*found, 40), version), "use an antiphon that knows it");
}

std::string text_of(const json::value& label, std::string_view key, const std::string& where, std::size_t longest) {
  const auto* member = find(label, key);
  if (!member || !member->is_string())
    refuse(where, fmt::format("{} {}", quote(key), member ? "is no text" : "is missing"), "see docs/labels.md for what a label has");
  std::string text(trim(member->get_string()));
  if (text.size() > longest) refuse(where, fmt::format("{} has {} bytes; {} are allowed", quote(key), text.size(), longest), "shorten it");
  return text;
}

std::string required(const json::value& label, std::string_view key, const std::string& where, std::size_t longest) {
  auto text = text_of(label, key, where, longest);
  if (text.empty()) refuse(where, fmt::format("{} is empty", quote(key)), "see docs/labels.md for what a label has");
  return text;
}

std::string optional_text(const json::value& label, std::string_view key, const std::string& where, std::size_t longest) {
  const auto* member = find(label, key);
  return member && !member->is_null() ? text_of(label, key, where, longest) : std::string();
}

CriterionStatus verdict_of(const json::value& label, const std::string& where) {
  const auto text = required(label, "verdict", where, longest_name);
  if (const auto status = criterion_status_from(text)) return *status;
  refuse(where, fmt::format("the verdict is {}", quote(cut(text, 40))), "allowed: passed, failed, inconclusive");
}

std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits, int least, int most) {
  int value = 0;
  if (at + digits > text.size()) return std::nullopt;
  const auto* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + digits, value);
  return error == std::errc() && end == begin + digits && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

bool is_date(std::string_view text) {
  const auto year = number(text, 0, 4, 1, 9999), month = number(text, 5, 2, 1, 12), day = number(text, 8, 2, 1, 31);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return false;
  return std::chrono::year_month_day(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)), std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

// RFC 3339 with whatever fraction, in UTC; with milliseconds, so that times compare as texts. A leap second is one more second of its minute.
std::optional<std::string> utc_time(std::string_view text) {
  constexpr std::size_t whole_seconds = 19;
  if (text.size() < whole_seconds + 1 || !is_date(text) || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (!number(text, 11, 2, 0, 23) || !number(text, 14, 2, 0, 59) || !number(text, 17, 2, 0, 60)) return std::nullopt;
  auto rest = text.substr(whole_seconds);
  std::string fraction;
  if (rest.front() == '.') {
    const auto end = rest.find_first_not_of("0123456789", 1);
    fraction = std::string(rest.substr(1, end == std::string_view::npos ? end : end - 1));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    if (fraction.empty()) return std::nullopt;
  }
  if (rest != "Z" && rest != "+00:00" && rest != "-00:00") return std::nullopt;
  fraction.resize(3, '0');
  return fmt::format("{}.{}Z", text.substr(0, whole_seconds), fraction);
}

std::string time_of(const json::value& label, const std::string& where) {
  const auto text = required(label, "at", where, longest_name);
  if (auto time = utc_time(text)) return *std::move(time);
  refuse(where, fmt::format("{} is {}", quote("at"), quote(cut(text, 60))), "write a time in UTC, such as 2026-11-26T09:30:00Z");
}

std::optional<JudgedVerdict> judged_of(const json::value& label, const std::string& where) {
  const auto* judged = find(label, "judged");
  if (!judged || judged->is_null()) return std::nullopt;
  const auto here = where + ", judged";
  return JudgedVerdict{verdict_of(*judged, here), {optional_text(*judged, "judge", here, longest_id), optional_text(*judged, "model", here, longest_reason)}};
}

Label label_from(const json::value& value, const std::string& where) {
  if (!value.is_object()) refuse(where, "a label is a JSON object, and this is " + preview(value, 60), "see docs/labels.md for what a label has");
  Label label{.batch_id = required(value, "batch_id", where, longest_id), .run_id = required(value, "run_id", where, longest_id)};
  const auto* criterion = find(value, "criterion");
  if (!criterion) refuse(where, "\"criterion\" is missing", "write its words, or null for a label on the whole run");
  if (!criterion->is_null()) label.criterion = required(value, "criterion", where, longest_criterion);
  label.criterion_key = optional_text(value, "criterion_key", where, longest_id);
  label.verdict = verdict_of(value, where);
  label.reason = optional_text(value, "reason", where, longest_reason);
  label.author = required(value, "author", where, longest_name);
  label.at = time_of(value, where);
  label.scenario = optional_text(value, "scenario", where, longest_reason);
  label.judged = judged_of(value, where);
  return label;
}

json::object label_object(const Label& label) {
  json::object object{
      {"batch_id", label.batch_id}, {"run_id", label.run_id}, {"criterion", label.criterion ? json::value(*label.criterion) : json::value(nullptr)}};
  if (!label.criterion_key.empty()) object.emplace("criterion_key", label.criterion_key);
  object.emplace("verdict", to_string(label.verdict));
  object.emplace("reason", label.reason);
  object.emplace("author", label.author);
  object.emplace("at", label.at);
  if (!label.scenario.empty()) object.emplace("scenario", label.scenario);
  if (!label.judged) return object;
  json::object judged{{"verdict", to_string(label.judged->verdict)}};
  if (!label.judged->judge.hash.empty()) judged.emplace("judge", label.judged->judge.hash);
  if (!label.judged->judge.model.empty()) judged.emplace("model", label.judged->judge.model);
  object.emplace("judged", std::move(judged));
  return object;
}

/// Where each label stands, for a complaint about two of them.
struct Collected {
  LabelFile file;
  std::map<std::tuple<LabelPlace, std::string, std::string>, std::pair<std::size_t, std::string>> seen;

  void add(Label label, const std::string& where) {
    const auto [place, is_new] = seen.try_emplace({place_of(label), label.author, label.at}, file.labels.size(), where);
    if (is_new) {
      file.labels.push_back(std::move(label));
      return;
    }
    const auto& before = file.labels[place->second.first];
    if (before.verdict != label.verdict || before.reason != label.reason)
      refuse(where, fmt::format("{} said two things at {} about one criterion; the other is {}", label.author, label.at, place->second.second),
             "remove the one that was not meant, or give the later one its own time");
    ++file.repeated;
  }
};

void add_document(Collected& collected, const json::value& document, const std::string& name) {
  require_version(document, name);
  const auto* labels = find(document, "labels");
  if (!labels->is_array()) refuse(name, "\"labels\" is no list", "see docs/labels.md for the format");
  std::size_t n = 0;
  for (const auto& label : labels->get_array()) {
    const auto where = fmt::format("{}, label {}", name, ++n);
    collected.add(label_from(label, where), where);
  }
}

LabelFile from_lines(std::string_view text, const std::string& name) {
  Collected collected;
  std::size_t n = 0;
  bool versioned = false;
  for (const auto& line : split(text, '\n')) {
    const auto where = fmt::format("{}:{}", name, ++n);
    if (trim(line).empty()) continue;
    const auto value = try_parse_json(trim(line));
    if (!value) refuse(where, "this is no JSON", "a file of labels is one JSON object, or one JSON object per line");
    // Two files that were put together have the head of the second among their lines.
    const bool is_head = !versioned || find(*value, version_key);
    if (is_head && find(*value, "labels"))
      add_document(collected, *value, where);
    else if (is_head)
      require_version(*value, where);
    else
      collected.add(label_from(*value, where), where);
    versioned = true;
  }
  if (!versioned) refuse(name, "there are no labels: the file is empty", "name a file of `antiphon label export` or of the report's page");
  return std::move(collected.file);
}

}  // namespace

LabelFile parse_labels(std::string_view text, const std::string& name) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (const auto whole = try_parse_json(text); whole && find(*whole, "labels")) {
    Collected collected;
    add_document(collected, *whole, name);
    return std::move(collected.file);
  }
  return from_lines(text, name);
}

std::string label_lines(const std::vector<Label>& labels) {
  auto text = fmt::format("{{\"{}\":{}}}\n", version_key, version);
  for (const auto& label : labels) text += json_text(label_object(label)) + "\n";
  return text;
}

std::string label_document(const std::vector<Label>& labels) {
  auto text = fmt::format("{{\"{}\":{},\"labels\":[", version_key, version);
  std::string_view separator = "\n";
  for (const auto& label : labels) (text += std::exchange(separator, ",\n")) += json_text(label_object(label));
  return text + "\n]}\n";
}

}  // namespace antiphon
