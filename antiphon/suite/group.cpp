#include "antiphon/suite/group.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/suite/user_reader.hpp"

namespace antiphon::suite {

namespace {

constexpr const char* example = "scenarios: [{label: books a room, instructions: \"You want a room.\", agent_expectations: \"The room is booked.\"}]";

// A group is no template: what looks like a variable in it stays.
std::string literally(const std::string& text) {
  std::string literal;
  for (const char c : text) literal.append(c == '$' ? 2 : 1, c);
  return literal;
}

Node scalar(std::string text, const Location& where) {
  Node node;
  node.kind = Node::Kind::scalar, node.text = std::move(text), node.quoted = true, node.where = where;
  return node;
}

Node list_of(Node item) {
  Node list;
  list.kind = Node::Kind::sequence, list.where = item.where;
  list.items.push_back(std::move(item));
  return list;
}

Node* find(Node& node, std::string_view key) {
  const auto member = std::find_if(node.members.begin(), node.members.end(), [key](const auto& each) { return each.key == key; });
  return member == node.members.end() ? nullptr : &member->value;
}

void set(Node& node, std::string key, Node value) {
  if (auto* there = find(node, key))
    *there = std::move(value);
  else
    node.members.push_back({.key = std::move(key), .where = value.where, .value = std::move(value)});
}

GroupEntry read_entry(Reader& reader, const Node& node, std::size_t number) {
  auto simulated = std::make_shared<SimulatedCase>();
  GroupEntry entry{.simulated = simulated, .where = node.where, .instructions = node.where, .expectations = node.where};
  Fields fields(reader, node, "a scenario of a group", "- {label: books a room, instructions: \"You want a room.\"}");
  simulated->label = fields.text("label").value_or("");
  if (trim(simulated->label).empty()) simulated->label = fmt::format("scenario {}", number);
  simulated->instructions = fields.text("instructions").value_or("");
  if (const auto* at = node.find("instructions")) entry.instructions = at->where;
  simulated->agent_expectations = fields.text("agent_expectations").value_or("");
  if (const auto* at = node.find("agent_expectations")) entry.expectations = at->where;
  if (const auto* tags = fields.get("tags"))
    for (auto& [key, value] : reader.named_texts(*tags, "tags").value_or(std::vector<std::pair<std::string, std::string>>{}))
      simulated->tags.insert_or_assign(key, value);
  simulated->userdata = fields.object("userdata").value_or(json::object{});
  fields.finish();
  return entry;
}

bool names_a_kind(const Node& user) {
  if (!user.is_mapping()) return true;
  const auto settings = user_settings();
  return std::any_of(user.members.begin(), user.members.end(), [&](const auto& member) { return std::ranges::find(settings, member.key) == settings.end(); });
}

void take_persona(Reader& reader, const GroupEntry& entry, Node& scenario) {
  auto* user = find(scenario, "user");
  if (user && user->is_mapping() && user->find("persona")) {
    reader.report(*user->find("persona"), "the persona of each run is what its group says (`instructions`)", "remove this persona, or the group");
    return;
  }
  if (user && names_a_kind(*user)) return;  // somebody else plays the user
  if (trim(entry.simulated->instructions).empty()) {
    reader.report({.message = "there is no persona to simulate: this scenario of the group has no instructions",
                   .where = entry.where,
                   .hint = "add `instructions:`, or name another user in the suite: `user: {lines: [hello]}`"});
    return;
  }
  if (!user) {
    Node mapping;
    mapping.kind = Node::Kind::mapping, mapping.where = entry.instructions;
    set(scenario, "user", std::move(mapping));
    user = find(scenario, "user");
  }
  set(*user, "persona", scalar(literally(entry.simulated->instructions), entry.instructions));
}

void take_criterion(Reader& reader, const GroupEntry& entry, Node& scenario) {
  if (trim(entry.simulated->agent_expectations).empty()) return;
  auto criterion = scalar(literally(entry.simulated->agent_expectations), entry.expectations);
  auto* judge = find(scenario, "judge");
  if (!judge) return set(scenario, "judge", list_of(std::move(criterion)));
  if (judge->is_sequence()) return judge->items.push_back(std::move(criterion));
  if (const auto* checks = judge->find("checks")) {
    reader.report(*checks, "a judge that decides by checks cannot decide what a group expects (`agent_expectations`)",
                  "move them to the scenario's `checks`, and leave the judge to a model");
    return;
  }
  if (!judge->is_mapping()) return;  // reported where it is read
  auto* criteria = find(*judge, "criteria");
  if (!criteria || criteria->is_null())
    set(*judge, "criteria", list_of(std::move(criterion)));
  else
    criteria->items.push_back(std::move(criterion));
}

// For `--tag`, beside those of the suite.
void take_tags(const GroupEntry& entry, Node& scenario) {
  if (entry.simulated->tags.empty()) return;
  if (!find(scenario, "tags")) {
    Node none;
    none.kind = Node::Kind::sequence, none.where = entry.where;
    set(scenario, "tags", std::move(none));
  }
  auto* tags = find(scenario, "tags");
  if (!tags->is_sequence()) return;
  for (const auto& [key, value] : entry.simulated->tags) tags->items.push_back(scalar(literally(fmt::format("{}={}", key, value)), entry.where));
}

}  // namespace

Group read_group(Reader& reader, const Node& root) {
  Group group;
  Fields fields(reader, root, "a scenario group", example);
  if (!fields.is_mapping()) return group;
  group.name = fields.text("name").value_or("");
  if (const auto* scenarios = fields.require("scenarios", example)) {
    if (!scenarios->is_sequence() || scenarios->items.empty()) reader.report(*scenarios, "scenarios must be a list with at least one scenario", example);
    for (const auto& node : scenarios->items) group.entries.push_back(read_entry(reader, node, group.entries.size() + 1));
  }
  fields.finish();
  return group;
}

void take_entry(Reader& reader, const GroupEntry& entry, Node& scenario) {
  if (const auto* name = find(scenario, "name"); name && name->is_scalar())
    set(scenario, "name", scalar(fmt::format("{}: {}", name->text, literally(entry.simulated->label)), name->where));
  take_persona(reader, entry, scenario);
  take_criterion(reader, entry, scenario);
  take_tags(entry, scenario);
}

}  // namespace antiphon::suite
