#include "antiphon/suite/fingerprint.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "antiphon/base/random.hpp"
#include "antiphon/providers/llm/rules/rules_mark.hpp"

namespace antiphon::suite {

namespace {

constexpr std::array<std::string_view, 7> of_caller{"description", "user", "script", "first", "tools", "min_turns", "participants"};
constexpr std::array<std::string_view, 7> left_out{"key", "headers", "env", "tls", "cwd", "repeat", "seed"};
constexpr std::array<std::string_view, 2> addresses{"url", "base_url"};

// Of the agent an address is what makes it that agent; the caller's models are the same wherever they are served.
enum class Addresses { count, do_not_count };

// Without a name and a password, and without what follows a question mark: keys stand there.
std::string public_part(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const auto begin = scheme + 3, slash = std::min(url.find('/', begin), url.size());
  const auto at = url.substr(begin, slash - begin).rfind('@');
  return std::string(url.substr(0, begin)) + std::string(url.substr(at == std::string_view::npos ? begin : begin + at + 1));
}

void remove_private(json::value& value, Addresses how) {
  if (auto* array = value.if_array())
    for (auto& item : *array) remove_private(item, how);
  auto* object = value.if_object();
  if (!object) return;
  for (const auto name : left_out) object->erase(name);
  for (const auto name : addresses) {
    auto* address = object->if_contains(name);
    if (address && how == Addresses::count && address->is_string())
      *address = json::string(public_part(address->get_string()));
    else
      object->erase(name);
  }
  for (auto& member : *object) remove_private(member.value(), how);
}

std::string mark(std::string_view text) { return fmt::format("{:016x}", mix_seed(0, std::array<std::string_view, 1>{text})); }

std::string mark_of_rules(const std::string& model, const std::string& directory) {
  ModelSettings settings(model);
  settings.directory = directory;
  const auto mark = rules::content_mark(settings);
  return mark.empty() ? mark : " " + mark;
}

// A rules file is what it says, not what it is called.
void add_rules(std::string& text, const Node& node) {
  if (node.is_sequence())
    for (const auto& item : node.items) add_rules(text, item);
  if (!node.is_mapping()) return;
  for (const auto& member : node.members) {
    const auto& value = member.value;
    if (member.key == "model" && value.is_scalar()) text += mark_of_rules(value.text, directory_of(value.where));
    add_rules(text, value);
  }
}

std::string text_of(const Node* node, Addresses how) {
  if (!node) return "null";
  auto value = node->to_json();
  remove_private(value, how);
  auto text = json::serialize(value);
  add_rules(text, *node);
  return text;
}

std::string caller_text(const ScenarioNodes& nodes) {
  std::string text;
  for (const auto key : of_caller) {
    text += text_of(nodes.scenario.find(key), Addresses::do_not_count) + '\n';
    text += text_of(nodes.defaults ? nodes.defaults->find(key) : nullptr, Addresses::do_not_count) + '\n';
  }
  return text;
}

// Fixed words and recordings are the same under every seed.
bool draws(const Node* user) { return user && (user->find("agenda") || user->find("persona")); }

}  // namespace

Fingerprints fingerprints_of(const ScenarioNodes& nodes) {
  const auto* own = nodes.scenario.find("agent");
  return {.caller = mark(caller_text(nodes)), .agent = mark(text_of(own ? own : nodes.agent, Addresses::count)), .draws = draws(nodes.scenario.find("user"))};
}

void add_settings(Fingerprints& fingerprints, const Scenario& scenario) {
  if (fingerprints.caller.empty()) return;
  const auto& model = scenario.model;
  fingerprints.caller = mark(fmt::format("{} {} {} {} {} {}{}", fingerprints.caller, model.model, model.temperature.value_or(-1), model.max_tokens.value_or(-1),
                                         json::serialize(model.extra), scenario.max_turns.value_or(0), mark_of_rules(model.model, model.directory)));
}

void add_user_model(Fingerprints& fingerprints, std::string_view name) {
  fingerprints.caller = mark(fmt::format("{} played by {}", fingerprints.caller, name));
}

}  // namespace antiphon::suite
