#include "antiphon/suite/scenario_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/adapters/session/end_hook.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/embed/registry.hpp"
#include "antiphon/suite/agent_reader.hpp"
#include "antiphon/suite/fingerprint.hpp"
#include "antiphon/suite/judge_reader.hpp"
#include "antiphon/suite/script_reader.hpp"
#include "antiphon/suite/user_reader.hpp"

namespace antiphon::suite {

namespace {

template <class T>
T first_given(const std::optional<T>& own, const std::optional<T>& below, T otherwise) {
  return own ? *own : below.value_or(std::move(otherwise));
}

json::object merged(json::object below, const json::object& own) {
  for (const auto& member : own) below[member.key()] = member.value();
  return below;
}

template <class T>
std::vector<T> joined(std::vector<T> below, const std::vector<T>& own) {
  below.insert(below.end(), own.begin(), own.end());
  return below;
}

void apply(Scenario& scenario, const SharedSettings& own, const SharedSettings& below) {
  scenario.max_turns = own.max_turns ? own.max_turns : below.max_turns;
  scenario.min_turns = first_given(own.min_turns, below.min_turns, scenario.min_turns);
  scenario.repeats = first_given(own.repeat, below.repeat, scenario.repeats);
  scenario.timeout = own.timeout ? own.timeout : below.timeout;
  scenario.turn_timeout = own.turn_timeout ? own.turn_timeout : below.turn_timeout;
  scenario.clock = own.clock ? own.clock : below.clock;
  scenario.cassettes = own.cassettes ? own.cassettes : below.cassettes;
  scenario.cache = own.cache ? own.cache : below.cache;
  scenario.first = first_given(own.first, below.first, scenario.first);
  scenario.set = first_given(own.set, below.set, scenario.set);
  scenario.seed = own.seed ? own.seed : below.seed;
  scenario.model = own.model.merged_over(below.model);
  scenario.budget = own.budget.merged_over(below.budget);
  scenario.audit = own.audit.merged_over(below.audit);
  scenario.embedding = own.embedding.merged_over(below.embedding);
  scenario.voice = own.voice.merged_over(below.voice);
  scenario.metadata = merged(below.metadata, own.metadata);
  scenario.tools = merged(below.tools, own.tools);
  scenario.tags = joined(below.tags, own.tags);
  scenario.checks = joined(below.checks, own.checks);
  scenario.hooks = own.hooks.over(below.hooks);
}

SharedSettings read_defaults(ReadContext& context, const Node* node) {
  if (!node) return {};
  Fields fields(context.reader, *node, "defaults", "defaults: {max_turns: 10}");
  auto shared = read_shared(context, fields);
  fields.finish();
  return shared;
}

void read_name(ReadContext& context, Fields& fields, Scenario& scenario) {
  const auto* node = fields.require("name", "name: what this scenario tries");
  if (!node) return;
  scenario.name = context.reader.text(*node, "name").value_or("");
  if (node->is_scalar() && trim(scenario.name).empty()) context.reader.report(*node, "the name is empty", "say in a few words what this scenario tries");
}

ParticipantSpec find_agent(ReadContext& context, Fields& fields, const Node* suites_own) {
  if (const auto* own = fields.get("agent")) return read_agent(context, *own);
  if (suites_own) return read_agent(context, *suites_own);
  context.reader.report(fields.node(), "nobody plays the agent", "add `agent: {chat: {url: \"http://127.0.0.1:8080/v1\"}}` to the scenario or to the suite");
  return {};
}

bool has_checkpoint(const std::vector<Step>& script) {
  return std::any_of(script.begin(), script.end(), [](const Step& step) {
    const auto* judge = std::get_if<Step::Judge>(&step.what);
    return judge && judge->criteria;
  });
}

// `completed` may only name what the agenda asks for: anything else could never hold.
void check_slots(ReadContext& context, const Node& scenario, const Scenario& read, const SimulatedUser& user, bool user_was_read) {
  const auto* checks = scenario.find("checks");
  if (!checks || !user_was_read) return;
  const bool used = std::any_of(read.checks.begin(), read.checks.end(), [](const Check& check) { return std::holds_alternative<CompletedCheck>(check.what); });
  if (!used) return;
  for (const auto& item : checks->items) {
    const auto* slots = item.find("completed");
    if (!slots || !slots->is_sequence()) continue;
    if (!user.slots) {
      context.reader.report(*slots, "completed looks at an agenda, and this user has none", "give the scenario a user with an agenda, or remove the check");
      continue;
    }
    for (const auto& slot : slots->items)
      if (slot.is_scalar() && std::find(user.slots->begin(), user.slots->end(), slot.text) == user.slots->end())
        context.reader.report_unknown("slot", slot.text, slot.where, *user.slots, "completed");
  }
}

// Lines of a caller that no voice could say.
void check_lines(ReadContext& context, const Node& node, const Scenario& scenario) {
  const auto* user = node.find("user");
  const auto* lines = user ? user->find("lines") : nullptr;
  if (!lines || !scenario.agent.voice()) return;
  for (const auto& line : lines->items)
    if (line.is_scalar() && !has_speech(line.text))
      context.reader.report(line, fmt::format("{} holds nothing that a voice could say", quote(line.text)), "write words");
}

// A name that no embedder has is a mistake of the line that says it, not of the checks that use it.
void check_embedding(ReadContext& context, const ScenarioNodes& nodes, const Scenario& scenario) {
  const auto* own = nodes.scenario.find("embedding");
  const auto* node = own ? own : nodes.defaults ? nodes.defaults->find("embedding") : nullptr;
  if (!node || scenario.embedding.empty()) return;
  try {
    EmbedderRegistry::check(scenario.embedding);
  } catch (const Error& error) {
    context.reader.report(*node, error.message(), error.hint());
  }
}

void read_end_hook(ReadContext& context, const Node& owner, const Node& node, Scenario& scenario) {
  const auto url = context.reader.url(node, "on_simulation_end");
  if (!owner.find("group"))
    context.reader.report(node, "there is no group, so no state that the world should end in", "name one beside it: `group: hotel.scenarios.yaml`");
  if (url) scenario.on_simulation_end = http_end_hook(*url);
}

void check_turns(ReadContext& context, const Node& node, const Scenario& scenario) {
  const int max_turns = scenario.max_turns.value_or(default_max_turns);
  if (scenario.min_turns <= max_turns) return;
  const auto* own = node.find("min_turns");
  context.reader.report(own ? *own : node, fmt::format("min_turns is {}, and max_turns only {}", scenario.min_turns, max_turns),
                        "make min_turns smaller or max_turns larger");
}

}  // namespace

Scenario read_scenario(ReadContext& context, const ScenarioNodes& nodes) {
  Scenario scenario;
  Fields fields(context.reader, nodes.scenario, "a scenario", "- name: what this scenario tries");
  if (!fields.is_mapping()) return scenario;
  read_name(context, fields, scenario);
  scenario.description = fields.text("description").value_or("");
  scenario.agent = find_agent(context, fields, nodes.agent);
  SimulatedUser user;
  if (const auto* node = fields.get("user")) user = read_user(context, *node);
  scenario.user = user.spec;
  if (const auto* node = fields.get("script")) scenario.script = read_script(context, *node);
  if (const auto* node = fields.get("judge")) {
    auto judge = read_judge(context, *node, has_checkpoint(scenario.script));
    scenario.judge = std::move(judge.spec), scenario.labels = std::move(judge.labels), scenario.kappa_floor = judge.kappa_floor;
  }
  fields.get("matrix");
  fields.get("dataset");
  fields.get("group");
  if (const auto* node = fields.get("on_simulation_end")) read_end_hook(context, nodes.scenario, *node, scenario);
  scenario.simulated = context.simulated;
  fields.later({"participants"});
  const auto own = read_shared(context, fields);
  fields.finish();
  apply(scenario, own, read_defaults(context, nodes.defaults));
  if (const auto& simulated = context.simulated) scenario.metadata["simulation"] = json::object{{"label", simulated->label}, {"userdata", simulated->userdata}};
  scenario.voice.user = user.voice.merged_over(scenario.voice.user);
  check_lines(context, nodes.scenario, scenario);
  check_slots(context, nodes.scenario, scenario, user, user.spec || !nodes.scenario.find("user"));
  check_embedding(context, nodes, scenario);
  check_turns(context, nodes.scenario, scenario);
  scenario.file = nodes.scenario.where.file;
  scenario.line = nodes.scenario.where.line, scenario.column = nodes.scenario.where.column;
  const auto place_of = [](const Node* own, const Node* below) { return own ? own->where : below ? below->where : Location{}; };
  scenario.agent_place = place_of(nodes.scenario.find("agent"), nodes.agent);
  scenario.voice_place = place_of(nodes.scenario.find("voice"), nodes.defaults ? nodes.defaults->find("voice") : nullptr);
  scenario.fingerprints = fingerprints_of(nodes);
  return scenario;
}

}  // namespace antiphon::suite
