#include "antiphon/suite/fingerprint.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/random.hpp"

namespace antiphon::suite {

namespace {

constexpr std::array<std::string_view, 7> of_caller{"description", "user", "script", "first", "tools", "min_turns", "participants"};
constexpr std::array<std::string_view, 9> left_out{"key", "headers", "env", "url", "base_url", "tls", "cwd", "repeat", "seed"};

void remove_private(json::value& value) {
  if (auto* array = value.if_array())
    for (auto& item : *array) remove_private(item);
  auto* object = value.if_object();
  if (!object) return;
  for (const auto name : left_out) object->erase(name);
  for (auto& member : *object) remove_private(member.value());
}

std::string mark(std::string_view text) { return fmt::format("{:016x}", mix_seed(0, std::array<std::string_view, 1>{text})); }

std::string text_of(const Node* node) {
  if (!node) return "null";
  auto value = node->to_json();
  remove_private(value);
  return json::serialize(value);
}

std::string caller_text(const ScenarioNodes& nodes) {
  std::string text;
  for (const auto key : of_caller) {
    text += text_of(nodes.scenario.find(key)) + '\n';
    text += text_of(nodes.defaults ? nodes.defaults->find(key) : nullptr) + '\n';
  }
  return text;
}

// Fixed words and recordings are the same under every seed.
bool draws(const Node* user) { return user && (user->find("agenda") || user->find("persona")); }

}  // namespace

Fingerprints fingerprints_of(const ScenarioNodes& nodes) {
  const auto* own = nodes.scenario.find("agent");
  return {.caller = mark(caller_text(nodes)), .agent = mark(text_of(own ? own : nodes.agent)), .draws = draws(nodes.scenario.find("user"))};
}

void add_settings(Fingerprints& fingerprints, const Scenario& scenario) {
  if (fingerprints.caller.empty()) return;
  const auto& model = scenario.model;
  fingerprints.caller = mark(fmt::format("{} {} {} {} {} {}", fingerprints.caller, model.model, model.temperature.value_or(-1), model.max_tokens.value_or(-1),
                                         json::serialize(model.extra), scenario.max_turns.value_or(0)));
}

void add_user_model(Fingerprints& fingerprints, std::string_view name) {
  fingerprints.caller = mark(fmt::format("{} played by {}", fingerprints.caller, name));
}

}  // namespace antiphon::suite
