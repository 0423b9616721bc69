#include "antiphon/suite/script_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/suite/check_reader.hpp"
#include "antiphon/suite/kinds.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

using What = decltype(Step::what);
/// `value` is nullptr where the step is a bare word.
using ReadStep = std::optional<What> (*)(ReadContext&, const Node* value);

std::optional<Message> read_message(ReadContext& context, const Node& node, std::optional<MessageRole> role) {
  auto value = context.reader.object(node, "message");
  if (!value) return std::nullopt;
  if (const auto* given = node.find("role")) {
    const auto word = context.reader.choice(*given, "role", {"user", "assistant", "system", "developer", "tool", "function"});
    if (!word) return std::nullopt;
    if (role && to_string(*role) != *word) {
      context.reader.report(*given, fmt::format("role must be {} here", to_string(*role)), "remove it, or use a `message:` step");
      return std::nullopt;
    }
  } else if (role) {
    (*value)["role"] = json::string(to_string(*role));
  }
  try {
    return Message(json::value(*std::move(value)));
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint().empty() ? "write it as `message: {role: system, content: some text}`" : error.hint());
    return std::nullopt;
  }
}

// How our user speaks at this step alone.
SpokenHow read_how(ReadContext& context, Fields& fields) {
  SpokenHow how;
  how.style = fields.text("voice_style").value_or("");
  if (const auto* effects = fields.get("audio_effects")) how.effects = read_effects(context, *effects);
  if (const auto* expect = fields.get("expect")) {
    const auto word = context.reader.choice(*expect, "expect", {"respond", "stop", "ignore"});
    if (word) how.expect = *word == "stop" ? Expectation::stop : *word == "ignore" ? Expectation::ignore : Expectation::respond;
  }
  return how;
}

// `user: text`, `user: {text: …}`, `user: {content: […]}` (an OpenAI message), `agent: {wait: false}`.
template <Role speaker>
std::optional<What> read_speak(ReadContext& context, const Node* value) {
  constexpr bool is_agent = speaker == Role::agent;
  Step::Speak speak{.role = speaker, .text = {}, .message = {}};
  if (!value || value->is_null()) return speak;
  if (value->is_scalar()) {
    speak.text = value->text;
    return speak;
  }
  if (value->is_mapping() && value->find("content")) {
    speak.message = read_message(context, *value, is_agent ? MessageRole::assistant : MessageRole::user);
    return speak;
  }
  Fields fields(context.reader, *value, is_agent ? "an agent step" : "a user step", is_agent ? "agent: {wait: false}" : "user: some text");
  speak.text = fields.text("text");
  if constexpr (!is_agent) speak.how = read_how(context, fields);
  if constexpr (is_agent) speak.wait = fields.boolean("wait").value_or(true);
  fields.finish();
  return speak;
}

std::optional<What> read_judge_step(ReadContext& context, const Node* value) {
  if (!value || value->is_null()) return Step::Judge{};
  const auto* list = value;
  if (value->is_mapping()) {
    Fields fields(context.reader, *value, "a judge step", "judge: [The agent said hello]");
    list = fields.require("criteria", "criteria: [The agent said hello]");
    fields.finish();
  }
  auto criteria = list ? context.reader.texts(*list, "criteria") : std::nullopt;
  if (!criteria) return std::nullopt;
  if (std::any_of(criteria->begin(), criteria->end(), [](const auto& text) { return trim(text).empty(); }))
    context.reader.report(*list, "a criterion is empty", "write a sentence that can be true or false");
  return Step::Judge{.criteria = std::move(criteria)};
}

std::optional<What> read_inject(ReadContext& context, const Node* value) {
  if (!value) return std::nullopt;
  if (auto message = read_message(context, *value, std::nullopt)) return Step::Inject{*std::move(message)};
  return std::nullopt;
}

std::optional<What> read_proceed(ReadContext& context, const Node* value) {
  Step::Proceed proceed;
  if (!value || value->is_null()) return proceed;
  if (value->is_mapping()) {
    Fields fields(context.reader, *value, "proceed", "proceed: 4");
    proceed.turns = fields.integer("turns", 1);
    fields.finish();
  } else if (auto turns = context.reader.integer(*value, "proceed", 1, 1'000'000)) {
    proceed.turns = static_cast<int>(*turns);
  }
  return proceed;
}

template <bool success>
std::optional<What> read_end(ReadContext& context, const Node* value) {
  Step::End end{.success = success, .reason = {}};
  if (value && !value->is_null()) end.reason = context.reader.text(*value, success ? "succeed" : "fail").value_or("");
  return end;
}

std::optional<What> read_assert(ReadContext& context, const Node* value) {
  if (!value) return std::nullopt;
  if (auto check = read_check(context, *value)) return Step::Assert{*std::move(check)};
  return std::nullopt;
}

std::optional<What> read_sleep(ReadContext& context, const Node* value) {
  const auto duration = value ? context.reader.duration(*value, "sleep") : std::nullopt;
  if (!duration) return std::nullopt;
  return Step::Sleep{*duration};
}

void read_sound_file(ReadContext& context, const Node& node, std::string_view name, std::string& path) {
  if (const auto text = context.reader.text(node, name)) path = read_sound_path(context, node, *text);
}

std::optional<What> read_audio(ReadContext& context, const Node* value) {
  if (!value) return std::nullopt;
  Step::Audio audio;
  if (value->is_scalar()) {
    audio.file = read_sound_path(context, *value, value->text);
    return audio;
  }
  Fields fields(context.reader, *value, "an audio step", "audio: {file: calls/angry.wav, text: what it says}");
  if (const auto* file = fields.require("file", "file: calls/angry.wav")) read_sound_file(context, *file, "file", audio.file);
  audio.text = fields.text("text").value_or("");
  audio.how = read_how(context, fields);
  fields.finish();
  return audio;
}

std::optional<What> read_silence(ReadContext& context, const Node* value) {
  const auto duration = value ? context.reader.duration(*value, "silence") : std::nullopt;
  if (!duration) return std::nullopt;
  return Step::Silence{*duration};
}

std::optional<What> read_dtmf(ReadContext& context, const Node* value) {
  const auto keys = value ? context.reader.text(*value, "dtmf") : std::nullopt;
  if (!keys) return std::nullopt;
  return Step::Dtmf{*keys};
}

std::optional<What> read_interrupt(ReadContext& context, const Node* value) {
  if (!value) return std::nullopt;
  Step::Interrupt cut;
  if (value->is_scalar()) {
    cut.text = value->text;
    return cut;
  }
  Fields fields(context.reader, *value, "an interruption", "interrupt: {text: \"wait, I mean Sunday\", after_words: 5}");
  cut.text = fields.text("text").value_or("");
  if (const auto* file = fields.get("audio")) read_sound_file(context, *file, "audio", cut.file);
  if (const auto* words = fields.get("after_words"))
    if (const auto count = context.reader.integer(*words, "after_words", 1, 10'000)) cut.after_words = static_cast<int>(*count);
  cut.after = fields.duration("after");
  cut.after_sent = fields.duration("after_sent");
  cut.wait_for_speech = fields.duration("wait_for_speech_timeout").value_or(cut.wait_for_speech);
  cut.how = read_how(context, fields);
  fields.finish();
  return cut;
}

std::optional<What> read_effects_step(ReadContext& context, const Node* value) {
  auto effects = value ? read_effects(context, *value) : std::nullopt;
  if (!effects) return std::nullopt;
  return Step::Effects{*std::move(effects)};
}

struct Entry {
  std::string_view name;
  ReadStep read;
  std::string_view example;  ///< of a step that is nothing without its value
};
constexpr std::array<Entry, 14> readers{{{"user", read_speak<Role::user>, ""},
                                         {"agent", read_speak<Role::agent>, ""},
                                         {"message", read_inject, "message: {role: system, content: some text}"},
                                         {"judge", read_judge_step, ""},
                                         {"proceed", read_proceed, ""},
                                         {"check", read_assert, "check: {contains: order number}"},
                                         {"succeed", read_end<true>, ""},
                                         {"fail", read_end<false>, ""},
                                         {"sleep", read_sleep, "sleep: 2s"},
                                         {"audio", read_audio, "audio: calls/angry.wav"},
                                         {"silence", read_silence, "silence: 2s"},
                                         {"interrupt", read_interrupt, "interrupt: {text: wait, after: 1s}"},
                                         {"dtmf", read_dtmf, "dtmf: \"12#\""},
                                         {"effects", read_effects_step, "effects: [phone_quality]"}}};

const Kinds& step_kinds() {
  static const Kinds kinds = [] {
    Kinds all{"step", {}, {}};
    for (const auto& entry : readers) all.now.emplace_back(entry.name);
    return all;
  }();
  return kinds;
}

std::optional<Step> read_step(ReadContext& context, const Node& node) {
  const Node* value = nullptr;
  std::string_view word = node.text;
  if (!node.is_scalar()) {
    const auto* member = only_kind(context.reader, step_kinds(), node);
    if (!member) return std::nullopt;
    word = member->key;
    value = &member->value;
  }
  const auto* entry = std::find_if(readers.begin(), readers.end(), [&](const Entry& each) { return each.name == word; });
  if (entry == readers.end()) {
    report_kind(context.reader, step_kinds(), word, node.where);
    return std::nullopt;
  }
  if (!value && !entry->example.empty()) {
    context.reader.report(node, fmt::format("{} needs a value", word), fmt::format("write it as `{}`", entry->example));
    return std::nullopt;
  }
  auto what = entry->read(context, value);
  if (!what) return std::nullopt;
  Step step(*std::move(what));
  step.line = node.where.line, step.column = node.where.column;
  return step;
}

}  // namespace

std::vector<Step> read_script(ReadContext& context, const Node& node) {
  std::vector<Step> script;
  if (!node.is_sequence() || node.items.empty()) {
    context.reader.report(node, "a script must be a list of steps", "write it as `script: [{user: hello}, agent]`, or remove it to let user and agent talk");
    return script;
  }
  for (const auto& item : node.items)
    if (auto step = read_step(context, item)) script.push_back(*std::move(step));
  return script;
}

}  // namespace antiphon::suite
