#include "antiphon/suite/check_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/suite/kinds.hpp"

namespace antiphon::suite {

namespace {

using What = decltype(Check::what);
using ReadKind = std::optional<What> (*)(ReadContext&, const Node&);

CheckedRole read_role(ReadContext& context, Fields& fields) {
  const auto* node = fields.get("role");
  const auto role = node ? context.reader.choice(*node, "role", {"assistant", "user", "any"}) : std::nullopt;
  if (role == "user") return CheckedRole::user;
  return role == "any" ? CheckedRole::any : CheckedRole::assistant;
}

template <TextCheck::Kind kind>
std::optional<What> read_text(ReadContext& context, const Node& node) {
  TextCheck check{.kind = kind, .text = {}};
  if (node.is_scalar()) {
    check.text = node.text;
    return check;
  }
  Fields fields(context.reader, node, "a text check", "{text: order number, role: assistant}");
  if (!fields.is_mapping()) return std::nullopt;
  if (const auto* text = fields.require("text", "text: order number")) check.text = context.reader.text(*text, "text").value_or("");
  check.role = read_role(context, fields);
  if (const auto* word = fields.get("case")) check.exact_case = context.reader.choice(*word, "case", {"exact", "ignore"}) == "exact";
  fields.finish();
  return check;
}

// A schema stands inline, or is a path to a JSON or YAML file.
json::value read_schema(ReadContext& context, const Node& node) {
  if (!node.is_scalar()) return node.to_json();
  try {
    return read_document(resolve_path(node, node.text)).to_json();
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list()) {
      if (problem.where.line == 0)  // the file as a whole: a mistake of the line that names it
        context.reader.report(node, problem.message, "write the schema as a mapping, or check the path; it is relative to the file that names it");
      else
        context.reader.report(problem);
    }
  }
  return json::object{};
}

std::optional<What> read_json_schema(ReadContext& context, const Node& node) {
  if (!node.is_mapping() || !node.find("schema")) return JsonSchemaCheck{.schema = read_schema(context, node)};
  Fields fields(context.reader, node, "json_schema");
  JsonSchemaCheck check{.schema = read_schema(context, *fields.get("schema")), .role = read_role(context, fields)};
  fields.finish();
  return check;
}

std::optional<What> read_tool_called(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return ToolCalledCheck{.name = node.text};
  Fields fields(context.reader, node, "tool_called", "tool_called: {name: create_refund}");
  if (!fields.is_mapping()) return std::nullopt;
  ToolCalledCheck check;
  if (const auto* name = fields.require("name", "name: create_refund")) check.name = context.reader.text(*name, "name").value_or("");
  if (auto arguments = fields.object("arguments")) check.arguments = json::value(*std::move(arguments));
  check.times = fields.integer("times", 0);
  fields.finish();
  return check;
}

std::optional<What> read_tool_not_called(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return ToolNotCalledCheck{.name = node.text};
  Fields fields(context.reader, node, "tool_not_called", "tool_not_called: create_refund");
  if (!fields.is_mapping()) return std::nullopt;
  ToolNotCalledCheck check;
  if (const auto* name = fields.require("name", "name: create_refund")) check.name = context.reader.text(*name, "name").value_or("");
  fields.finish();
  return check;
}

std::optional<What> read_tool_order(ReadContext& context, const Node& node) {
  if (auto names = context.reader.texts(node, "tool_order")) return ToolOrderCheck{.names = *std::move(names)};
  return std::nullopt;
}

void need_one(ReadContext& context, const Node& node, std::string_view kind, std::initializer_list<std::string_view> keys) {
  if (!node.is_mapping() || !node.members.empty()) return;
  std::vector<std::string> names(keys.begin(), keys.end());
  context.reader.report(node, fmt::format("{} gives no limit", kind), "give at least one of: " + join(names, ", "));
}

std::optional<What> read_turns(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "turns", "turns: {at_most: 6}");
  need_one(context, node, "turns", {"at_most", "at_least"});
  const TurnsCheck check{.at_most = fields.integer("at_most", 0), .at_least = fields.integer("at_least", 0)};
  fields.finish();
  return check;
}

/// Limits of percentiles, at least one.
template <class Limits>
std::optional<What> read_percentiles(ReadContext& context, const Node& node, const char* kind, const char* example) {
  Fields fields(context.reader, node, kind, example);
  need_one(context, node, kind, {"p50", "p95", "p99", "max"});
  const Limits check{.p50 = fields.duration("p50"), .p95 = fields.duration("p95"), .p99 = fields.duration("p99"), .max = fields.duration("max")};
  fields.finish();
  return check;
}

std::optional<What> read_latency(ReadContext& context, const Node& node) {
  return read_percentiles<LatencyCheck>(context, node, "latency", "latency: {p95: 2s}");
}

std::optional<What> read_similar(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "similar", "similar: {to: your parcel arrives tomorrow, at_least: 0.8}");
  if (!fields.is_mapping()) return std::nullopt;
  SimilarCheck check;
  if (const auto* to = fields.require("to", "to: your parcel arrives tomorrow")) check.to = context.reader.text(*to, "to").value_or("");
  if (const auto* least = fields.require("at_least", "at_least: 0.8")) check.at_least = context.reader.ratio(*least, "at_least").value_or(check.at_least);
  check.role = read_role(context, fields);
  fields.finish();
  return check;
}

std::optional<What> read_language(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return LanguageCheck{.code = node.text};
  Fields fields(context.reader, node, "language", "language: {is: en, role: user}");
  if (!fields.is_mapping()) return std::nullopt;
  LanguageCheck check;
  if (const auto* code = fields.require("is", "is: en")) check.code = context.reader.text(*code, "is").value_or("");
  check.role = read_role(context, fields);
  fields.finish();
  return check;
}

std::optional<What> read_pii(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "pii", "pii: {absent: [email, phone, card]}");
  if (!fields.is_mapping()) return std::nullopt;
  PiiCheck check;
  if (const auto* absent = fields.require("absent", "absent: [email, phone, card]"); absent && !(absent->is_scalar() && absent->text == "all"))
    check.absent = context.reader.texts(*absent, "absent").value_or(std::vector<std::string>{});
  check.allow = fields.texts("allow").value_or(std::vector<std::string>{});
  check.role = read_role(context, fields);
  fields.finish();
  return check;
}

std::optional<What> read_completed(ReadContext& context, const Node& node) {
  if (auto slots = context.reader.texts(node, "completed")) return CompletedCheck{.slots = *std::move(slots)};
  return std::nullopt;
}

std::optional<What> read_time_to_first_audio(ReadContext& context, const Node& node) {
  return read_percentiles<TimeToFirstAudioCheck>(context, node, "time_to_first_audio", "time_to_first_audio: {p95: 1500ms}");
}

std::optional<What> read_interruption(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "interruption", "interruption: {stops_within: 400ms}");
  need_one(context, node, "interruption", {"stops_within", "count"});
  const InterruptionCheck check{.stops_within = fields.duration("stops_within"), .count = fields.integer("count", 1)};
  fields.finish();
  return check;
}

/// `{at_most: DURATION}`.
template <class Limit>
std::optional<What> read_longest(ReadContext& context, const Node& node, const char* kind, const char* example) {
  Fields fields(context.reader, node, kind, example);
  if (!fields.is_mapping()) return std::nullopt;
  Limit check;
  if (const auto* limit = fields.require("at_most", "at_most: 500ms"))
    check.at_most = context.reader.duration(*limit, "at_most", true).value_or(Duration::zero());
  fields.finish();
  return check;
}

std::optional<What> read_silence(ReadContext& context, const Node& node) {
  return read_longest<SilenceCheck>(context, node, "silence", "silence: {at_most: 3s}");
}

std::optional<What> read_overlap(ReadContext& context, const Node& node) {
  return read_longest<OverlapCheck>(context, node, "overlap", "overlap: {at_most: 500ms}");
}

std::optional<What> read_talk_ratio(ReadContext& context, const Node& node) {
  constexpr double most = 1e6;
  Fields fields(context.reader, node, "talk_ratio", "talk_ratio: {at_most: 2}");
  need_one(context, node, "talk_ratio", {"at_most", "at_least"});
  TalkRatioCheck check;
  if (const auto* limit = fields.get("at_most")) check.at_most = context.reader.number(*limit, "at_most", 0, most);
  if (const auto* limit = fields.get("at_least")) check.at_least = context.reader.number(*limit, "at_least", 0, most);
  fields.finish();
  return check;
}

// A list, `{at_least: 90%}` of what stands out, or `{of: […], at_least: 90%}`.
void read_entities(ReadContext& context, const Node& node, HeardCheck& check) {
  if (!node.is_mapping()) {
    check.entities = context.reader.texts(node, "entities").value_or(std::vector<std::string>{});
    return;
  }
  Fields fields(context.reader, node, "entities", "entities: [A-1007]");
  need_one(context, node, "entities", {"of", "at_least"});
  check.entities = fields.texts("of").value_or(std::vector<std::string>{});
  if (const auto* least = fields.get("at_least")) check.entities_at_least = context.reader.ratio(*least, "at_least");
  fields.finish();
}

std::optional<What> read_heard(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "heard", "heard: {by: agent, word_error_rate: {at_most: 15%}}");
  if (!fields.is_mapping()) return std::nullopt;
  HeardCheck check;
  if (const auto* by = fields.require("by", "by: agent"))
    if (context.reader.choice(*by, "by", {"agent", "user"}) == "user") check.by = HeardCheck::By::user;
  if (const auto* rate = fields.get("word_error_rate")) {
    Fields limit(context.reader, *rate, "word_error_rate", "word_error_rate: {at_most: 15%}");
    if (const auto* most = limit.is_mapping() ? limit.require("at_most", "at_most: 15%") : nullptr)
      check.word_error_rate_at_most = context.reader.ratio(*most, "at_most");
    limit.finish();
  }
  if (const auto* entities = fields.get("entities")) read_entities(context, *entities, check);
  fields.finish();
  return check;
}

struct Entry {
  std::string_view name;
  ReadKind read;
};
constexpr std::array<Entry, 20> readers{{{"contains", read_text<TextCheck::Kind::contains>},
                                         {"not_contains", read_text<TextCheck::Kind::not_contains>},
                                         {"regex", read_text<TextCheck::Kind::regex>},
                                         {"equals", read_text<TextCheck::Kind::equals>},
                                         {"json_schema", read_json_schema},
                                         {"similar", read_similar},
                                         {"language", read_language},
                                         {"pii", read_pii},
                                         {"tool_called", read_tool_called},
                                         {"tool_not_called", read_tool_not_called},
                                         {"tool_order", read_tool_order},
                                         {"turns", read_turns},
                                         {"latency", read_latency},
                                         {"completed", read_completed},
                                         {"time_to_first_audio", read_time_to_first_audio},
                                         {"interruption", read_interruption},
                                         {"silence", read_silence},
                                         {"overlap", read_overlap},
                                         {"talk_ratio", read_talk_ratio},
                                         {"heard", read_heard}}};

const Kinds& check_kinds() {
  static const Kinds kinds = [] {
    Kinds all{"check", {}, {}};
    for (const auto& entry : readers) all.now.emplace_back(entry.name);
    return all;
  }();
  return kinds;
}

void compile(ReadContext& context, const Node& node, const Check& check) {
  try {
    validate(check);
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint().empty() ? "mend it" : error.hint());
  }
}

}  // namespace

std::optional<Check> read_check(ReadContext& context, const Node& node) {
  const auto* kind = only_kind(context.reader, check_kinds(), node);
  if (!kind) return std::nullopt;
  const auto* entry = std::find_if(readers.begin(), readers.end(), [&](const Entry& each) { return each.name == kind->key; });
  const auto mistakes = context.reader.problems().size();
  auto what = entry->read(context, kind->value);
  if (!what) return std::nullopt;
  Check check{.what = *std::move(what), .line = kind->where.line};
  if (context.reader.problems().size() == mistakes) compile(context, kind->value, check);
  return check;
}

std::vector<Check> read_checks(ReadContext& context, const Node& node) {
  std::vector<Check> checks;
  if (!node.is_sequence()) {
    context.reader.report(node, "checks must be a list", "write it as `checks: [{contains: order number}]`");
    return checks;
  }
  for (const auto& item : node.items)
    if (auto check = read_check(context, item)) checks.push_back(*std::move(check));
  return checks;
}

}  // namespace antiphon::suite
