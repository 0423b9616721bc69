#include "antiphon/suite/user_reader.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/users/agenda.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/suite/kinds.hpp"
#include "antiphon/suite/model_reader.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

const Kinds user_kinds{"user", {"lines", "persona", "agenda", "replay", "human"}, {"red_team"}};

SlotAnswer read_slot(ReadContext& context, const Node& node, const std::string& name) {
  SlotAnswer answer;
  if (node.is_null()) return answer;
  Fields fields(context.reader, node, "slot " + quote(name), name + ": {one_of: [yes, no]}");
  answer.one_of = fields.texts("one_of").value_or(std::vector<std::string>{});
  answer.matches = fields.text("matches").value_or("");
  fields.finish();
  return answer;
}

void read_request(ReadContext& context, const Node& node, Agenda& agenda) {
  if (node.is_mapping()) {
    for (const auto& member : node.members) agenda.request.emplace_back(member.key, read_slot(context, member.value, member.key));
    return;
  }
  for (const auto& slot : context.reader.texts(node, "request").value_or(std::vector<std::string>{})) agenda.request.emplace_back(slot, SlotAnswer{});
}

void read_phrasings(ReadContext& context, const Node& node, Agenda& agenda) {
  Fields shape(context.reader, node, "phrasings", "phrasings: {\"request(status)\": \"where is it?\"}");
  for (const auto& member : node.members) {
    if (member.value.is_scalar())
      agenda.phrasings[member.key] = {member.value.text};
    else
      agenda.phrasings[member.key] = context.reader.texts(member.value, member.key).value_or(std::vector<std::string>{});
  }
}

std::optional<Agenda> read_agenda(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "an agenda", "agenda: {goal: track order, request: [status]}");
  Agenda agenda;
  agenda.goal = fields.text("goal").value_or("");
  if (const auto* inform = fields.get("inform")) agenda.inform = context.reader.named_texts(*inform, "inform").value_or(decltype(agenda.inform){});
  if (const auto* request = fields.get("request")) read_request(context, *request, agenda);
  if (const auto* phrasings = fields.get("phrasings")) read_phrasings(context, *phrasings, agenda);
  fields.finish();
  try {
    validate(agenda);
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint().empty() ? "mend the agenda" : error.hint());
    return std::nullopt;
  }
  return agenda;
}

// The same user, played by a language model or, as the control, without any.
SimulatedUser played(ReadContext& context, UserSimulatorOptions options, bool by_agenda) {
  std::optional<std::vector<std::string>> slots;
  if (options.goal) {
    slots.emplace();
    for (const auto& [name, answer] : options.goal->request) slots->push_back(name);
  }
  if (const auto* model = context.user_model) {
    by_agenda = model->is_agenda();
    ModelSettings given(model->name);
    given.directory = model->directory;
    options.model = given.merged_over(options.model);
  }
  if (by_agenda) return {.spec = options.goal ? agenda_user(*std::move(options.goal)) : ParticipantSpec{}, .slots = std::move(slots), .voice = {}};
  return {.spec = user_simulator(std::move(options)), .slots = std::move(slots), .voice = {}};
}

// Of every kind of user that is simulated: how it behaves in a call. The readers of each kind only know that these keys are there.
void allow_call_keys(Fields& fields) { fields.get("voice"), fields.get("interrupt_probability"); }

void read_call_keys(ReadContext& context, const Node& node, SimulatedUser& user) {
  if (const auto* voice = node.find("voice")) user.voice = read_voice_choice(context, *voice);
  const auto* interrupts = node.find("interrupt_probability");
  const auto probability = interrupts ? context.reader.ratio(*interrupts, "interrupt_probability") : std::nullopt;
  if (probability && user.spec) user.spec = user.spec.interrupting(*probability);
}

SimulatedUser read_persona(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "a user");
  allow_call_keys(fields);
  UserSimulatorOptions options;
  options.persona = fields.text("persona").value_or("");
  options.system_prompt = fields.text("system").value_or("");
  options.model = read_model_keys(context, fields);
  if (const auto* wants = fields.get("wants")) options.goal = read_agenda(context, *wants);
  fields.finish();
  return played(context, std::move(options), false);
}

SimulatedUser read_agenda_user(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "a user");
  allow_call_keys(fields);
  UserSimulatorOptions options;
  options.model = read_model_keys(context, fields);
  options.goal = read_agenda(context, *fields.get("agenda"));
  fields.finish();
  return options.goal ? played(context, std::move(options), true) : SimulatedUser{};
}

// Model settings beside lines do no harm: a matrix may switch the kind alone.
void check_neighbours(ReadContext& context, const Node& node, const char* kind) {
  Fields fields(context.reader, node, "a user");
  fields.get(kind);
  allow_call_keys(fields);
  read_model_keys(context, fields);
  fields.finish();
}

struct ReplaySource {
  std::string file;
  std::string scenario;
};

std::optional<ReplaySource> read_replay_source(ReadContext& context, const Node& node) {
  if (node.is_scalar()) return ReplaySource{resolve_path(node, node.text), ""};
  Fields fields(context.reader, node, "a replay", "replay: conversation.json");
  ReplaySource source;
  const auto* file = fields.require("file", "file: antiphon-out/result.json");
  if (file)
    if (const auto path = context.reader.text(*file, "file")) source.file = resolve_path(*file, *path);
  source.scenario = fields.text("scenario").value_or("");
  fields.finish();
  return source.file.empty() ? std::nullopt : std::optional(source);
}

ParticipantSpec read_replay(ReadContext& context, const Node& node) {
  const auto source = read_replay_source(context, node);
  if (!source) return {};
  const auto key = std::pair(source->file, source->scenario);
  if (context.replays)
    if (const auto known = context.replays->find(key); known != context.replays->end()) return known->second;
  ParticipantSpec spec;
  try {
    spec = replay_user(source->file, source->scenario);
  } catch (const Error& error) {
    const auto* file = node.find("file");
    context.reader.report(file ? *file : node, error.message(),
                          error.hint().empty() ? "check the path; it is relative to the file that names it" : error.hint());
  }
  if (context.replays) context.replays->emplace(key, spec);
  return spec;
}

SimulatedUser read_kind(ReadContext& context, const Node& node, const Node::Member& kind) {
  if (kind.key == "persona") return read_persona(context, node);
  if (kind.key == "agenda") return read_agenda_user(context, node);
  check_neighbours(context, node, kind.key.c_str());
  if (kind.key == "replay") return {.spec = read_replay(context, kind.value)};
  if (kind.key == "human") return {.spec = human_user()};
  auto lines = context.reader.texts(kind.value, "lines");
  return lines ? SimulatedUser{.spec = scripted_user(*std::move(lines))} : SimulatedUser{};
}

}  // namespace

std::vector<std::string> user_settings() {
  auto keys = model_keys();
  keys.insert(keys.end(), {"system", "voice", "wants", "interrupt_probability"});
  return keys;
}

bool can_be_played_by(const Node& user, const UserModel& model) {
  if (!user.is_mapping()) return false;
  return user.find("agenda") || (user.find("persona") && (!model.is_agenda() || user.find("wants")));
}

SimulatedUser read_user(ReadContext& context, const Node& node) {
  if (node.is_scalar() && node.text == "human") return {.spec = human_user()};
  if (node.is_scalar()) {
    report_kind(context.reader, user_kinds, node.text, node.where);
    return {};
  }
  if (!node.is_mapping()) {
    context.reader.report(node, "a user must be a mapping", "write it as `user: {persona: \"in a hurry\"}` or `user: {lines: [hello, thanks]}`");
    return {};
  }
  const auto* kind = kind_among(context.reader, user_kinds, node, user_settings());
  if (!kind) return {};
  auto user = read_kind(context, node, *kind);
  read_call_keys(context, node, user);
  return user;
}

}  // namespace antiphon::suite
