#include "antiphon/gateway/config/operator_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/sessions/redis_link.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view simulation_example = "simulation: {on_end: \"http://127.0.0.1:8090/verdict\"}";
constexpr std::string_view log_example = "log: {level: info, turn: 2.5s}", tracing_example = "tracing: {url: \"http://collector:4318/v1/traces\"}",
                           masking_example = "masking: {custom: {CUSTOMER_NUMBER: 'K-[0-9]{7}'}}", redis_example = "redis: {url: \"redis://cache:6379\"}",
                           twilio_example = "twilio: {public_url: \"https://voice.example.com\", auth_token: \"${TWILIO_AUTH_TOKEN}\"}";

void read_level(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  const auto level = reader.choice(node, "log", {"debug", "info", "warning", "error", "off"});
  if (level) config.log = log_level_from(*level);
}

void report(DocumentReader& reader, const Node& node, const Error& error) { reader.report(node, error.message(), error.hint()); }

constexpr int most_digits = 100;

bool is_label(std::string_view name) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_part = [&](char c) { return is_capital(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && is_capital(name.front()) && std::ranges::all_of(name, is_part);
}

void read_custom(DocumentReader& reader, const Node::Member& member, std::vector<CustomMask>& custom) {
  const auto& [name, where, value] = member;
  if (!is_label(name))
    reader.report({.message = fmt::format("{} is no name of a mask", quote(name)),
                   .where = where,
                   .hint = "write it in capitals, digits and underscores: CUSTOMER_NUMBER, of which [CUSTOMER_NUMBER_MASKED] is made",
                   .width = 0});
  const auto pattern = reader.text(value, name);
  if (!pattern) return;
  if (pattern->empty()) return reader.report(value, fmt::format("the pattern of {} is empty", name), "write what is to be hidden: 'K-[0-9]{7}'");
  try {
    Regex compiled(*pattern);
    if (compiled.may_match_nothing())
      return reader.report(value, fmt::format("the pattern of {} matches where there is nothing to hide", name),
                           "let it match one character at least: + instead of *, and more than \\b or a look-around");
    custom.push_back({name, std::move(compiled)});
  } catch (const Error& error) {
    report(reader, value, error);
  }
}

void check_redis(DocumentReader& reader, const Node& node, const RedisOptions& redis) {
  try {
    (void)redis_address(redis.url);
  } catch (const Error& error) {
    report(reader, node, error);
  }
}

}  // namespace

void read_log(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  if (node.is_scalar()) return read_level(reader, node, config);
  DocumentFields fields(reader, node, "`log`", std::string(log_example));
  if (const auto* level = fields.get("level")) read_level(reader, *level, config);
  if (const auto target = fields.duration("first_token")) config.targets.first_token = *target;
  if (const auto target = fields.duration("turn")) config.targets.turn = *target;
  fields.finish();
}

void read_masking(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  DocumentFields fields(reader, node, "`masking`", std::string(masking_example));
  auto& masking = config.masking;
  if (const auto digits = fields.integer("said_digits", 0, most_digits)) masking.said_digits = static_cast<std::size_t>(*digits);
  if (const auto digits = fields.integer("figures", 0, most_digits)) masking.figures = static_cast<std::size_t>(*digits);
  if (const auto* custom = fields.get("custom")) {
    if (!custom->is_mapping()) reader.report(*custom, "`custom` must be a mapping of names to patterns", fmt::format("write it as `{}`", masking_example));
    for (const auto& member : custom->members) read_custom(reader, member, masking.custom);
  }
  fields.finish();
}

void read_tracing(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  if (node.is_scalar()) {
    if (const auto choice = reader.choice(node, "tracing", {"auto", "off"})) config.tracing.on = *choice == "auto";
    return;
  }
  DocumentFields fields(reader, node, "`tracing`", std::string(tracing_example));
  if (const auto* url = fields.require("url", "url: http://collector:4318/v1/traces"))
    if (const auto address = reader.url(*url, "url")) config.tracing.url = *address;
  if (const auto* headers = fields.get("headers"))
    for (const auto& member : headers->members)
      if (const auto value = reader.text(member.value, member.key)) config.tracing.headers.emplace_back(member.key, *value);
  fields.finish();
}

void read_redis(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  config.redis.emplace();
  if (node.is_scalar()) {
    if (const auto url = reader.text(node, "redis")) config.redis->url = *url;
    return check_redis(reader, node, *config.redis);
  }
  DocumentFields fields(reader, node, "`redis`", std::string(redis_example));
  if (const auto* url = fields.require("url", "url: redis://cache:6379"))
    if (const auto text = reader.text(*url, "url")) config.redis->url = *text;
  if (const auto password = fields.text("password")) config.redis->password = *password;
  if (const auto within = fields.duration("resume")) config.keep.resume_within = *within;
  fields.finish();
  check_redis(reader, node, *config.redis);
}

void read_simulation(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  DocumentFields fields(reader, node, "`simulation`", std::string(simulation_example));
  if (const auto* url = fields.get("on_end")) config.simulation.on_end = reader.url(*url, "on_end").value_or("");
  session::SimulationDispatch dispatch{.run_id = "simulation"};
  auto& scenario = dispatch.scenario;
  if (auto id = fields.text("run_id")) dispatch.run_id = *std::move(id);
  scenario.label = fields.text("label").value_or("");
  scenario.instructions = fields.text("instructions").value_or("");
  scenario.agent_expectations = fields.text("agent_expectations").value_or("");
  if (const auto* tags = fields.get("tags"))
    for (auto& [key, value] : reader.named_texts(*tags, "tags").value_or(std::vector<std::pair<std::string, std::string>>{})) scenario.tags[key] = value;
  scenario.userdata = fields.object("userdata").value_or(json::object{});
  if (const auto* mode = fields.get("mode"); mode && reader.choice(*mode, "mode", {"text", "audio"}) == "audio") dispatch.mode = session::SimulationMode::audio;
  fields.finish();
  const bool only_the_hook = node.members.size() == 1 && node.find("on_end");
  if (!only_the_hook && !node.members.empty()) config.simulation.dispatch = std::move(dispatch);
}

void read_twilio(DocumentReader& reader, const Node& node, GatewayConfig& config) {
  DocumentFields fields(reader, node, "`twilio`", std::string(twilio_example));
  auto& twilio = config.twilio.emplace();
  twilio.public_url = fields.text("public_url").value_or("");
  twilio.auth_token = fields.text("auth_token").value_or("");
  if (const auto check = fields.boolean("check_signature")) twilio.check_signature = *check;
  if (const auto callers = fields.texts("allowed_callers")) twilio.allowed_callers = *callers;
  twilio.transfer_to = fields.text("transfer_to").value_or("");
  fields.finish();
  // Each key by itself, so that a mistake has the place of what it is in.
  const auto check = [&](const Node& at, TwilioSettings part) {
    try {
      (void)checked(std::move(part));
    } catch (const Error& error) {
      report(reader, at, error);
    }
  };
  const TwilioSettings right{.public_url = "https://voice.example.com", .auth_token = "token"};
  auto part = right;
  part.public_url = twilio.public_url;
  check(*place_of(node, "public_url"), part);
  part = right, part.auth_token = twilio.auth_token;
  check(*place_of(node, "auth_token"), part);
  for (std::size_t i = 0; i < twilio.allowed_callers.size(); ++i) {
    part = right, part.allowed_callers = {twilio.allowed_callers[i]};
    check(*place_of(node, "allowed_callers", i), part);
  }
  part = right, part.transfer_to = twilio.transfer_to;
  check(*place_of(node, "transfer_to"), part);
}

const Node* place_of(const Node& mapping, std::string_view key, std::size_t item) {
  const auto* node = mapping.find(key);
  if (!node || node->is_null()) return &mapping;
  return node->is_sequence() && item < node->items.size() ? &node->items[item] : node;
}

}  // namespace antiphon::gateway
