#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/suite/check_reader.hpp"
#include "antiphon/suite/model_reader.hpp"
#include "antiphon/suite/scenario_reader.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

std::optional<Role> read_first(Reader& reader, const Node& node) {
  const auto word = reader.choice(node, "first", {"user", "agent"});
  if (!word) return std::nullopt;
  return *word == "agent" ? Role::agent : Role::user;
}

void read_tool(ReadContext& context, const Node::Member& member, json::object& tools) {
  Fields fields(context.reader, member.value, "tool " + quote(member.key), member.key + ": {returns: {ok: true}}");
  json::object tool;
  if (const auto* returns = fields.require("returns", "returns: {ok: true}")) tool["returns"] = returns->to_json();
  if (auto description = fields.text("description")) tool["description"] = json::string(*description);
  if (auto parameters = fields.object("parameters")) tool["parameters"] = *std::move(parameters);
  fields.finish();
  tools[member.key] = std::move(tool);
}

json::object read_tools(ReadContext& context, const Node& node) {
  Fields shape(context.reader, node, "tools", "tools: {create_refund: {returns: {ok: true}}}");
  json::object tools;
  for (const auto& member : node.members) read_tool(context, member, tools);
  return tools;
}

Budget read_budget(ReadContext& context, const Node& node) {
  constexpr double most_usd = 1e9;
  Fields fields(context.reader, node, "a budget", "budget: {usd: 0.50}");
  Budget budget;
  if (const auto* usd = fields.get("usd")) {
    budget.usd = context.reader.number(*usd, "usd", 0, most_usd);
    if (budget.usd == 0) context.reader.report(*usd, "a budget of 0 dollars allows no call", "give it more than 0, such as `budget: {usd: 0.50}`");
  }
  if (const auto* tokens = fields.get("tokens")) budget.tokens = context.reader.integer(*tokens, "tokens", 1);
  if (node.is_mapping() && node.members.empty()) context.reader.report(node, "budget gives no limit", "give at least one of: usd, tokens");
  fields.finish();
  return budget;
}

}  // namespace

std::optional<ClockChoice> read_clock(Reader& reader, const Node& node) {
  const auto word = reader.choice(node, "clock", {"auto", "wall", "virtual"});
  if (!word) return std::nullopt;
  if (*word == "wall") return ClockChoice::wall;
  return *word == "virtual" ? ClockChoice::virtual_time : ClockChoice::automatic;
}

std::optional<CassetteMode> read_cassettes(Reader& reader, const Node& node) {
  const auto word = reader.choice(node, "cassettes", {"record", "replay", "auto", "off"});
  return word ? cassette_mode_from(*word) : std::nullopt;
}

SharedSettings read_shared(ReadContext& context, Fields& fields) {
  SharedSettings shared;
  shared.max_turns = fields.integer("max_turns", 1);
  shared.min_turns = fields.integer("min_turns", 0);
  shared.repeat = fields.integer("repeat", 1, most_repeats);
  shared.timeout = fields.duration("timeout");
  shared.turn_timeout = fields.duration("turn_timeout");
  shared.set = fields.text("set");
  shared.metadata = fields.object("metadata").value_or(json::object{});
  if (const auto* cassettes = fields.get("cassettes")) shared.cassettes = read_cassettes(context.reader, *cassettes);
  shared.cache = fields.text("cache");
  if (const auto* clock = fields.get("clock")) shared.clock = read_clock(context.reader, *clock);
  if (const auto* seed = fields.get("seed"))
    if (auto value = context.reader.integer(*seed, "seed", 0, most_seed)) shared.seed = static_cast<std::uint64_t>(*value);
  if (const auto* first = fields.get("first")) shared.first = read_first(context.reader, *first);
  if (const auto* model = fields.get("model")) shared.model = read_model(context, *model);
  if (const auto* audit = fields.get("audit")) shared.audit = read_audit(context, *audit);
  if (const auto* embedding = fields.get("embedding")) shared.embedding = read_embedding(context, *embedding);
  if (const auto* tools = fields.get("tools")) shared.tools = read_tools(context, *tools);
  if (const auto* tags = fields.get("tags")) shared.tags = context.reader.texts(*tags, "tags").value_or(std::vector<std::string>{});
  if (const auto* checks = fields.get("checks")) shared.checks = read_checks(context, *checks);
  if (const auto* budget = fields.get("budget")) shared.budget = read_budget(context, *budget);
  if (const auto* hooks = fields.get("hooks")) shared.hooks = read_hooks(context, *hooks);
  if (const auto* voice = fields.get("voice")) shared.voice = read_voice(context, *voice);
  return shared;
}

}  // namespace antiphon::suite
