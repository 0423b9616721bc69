#include "antiphon/scenario/script/step.hpp"

#include <algorithm>
#include <array>

namespace antiphon {

namespace {

bool names_a_recording(const std::string& content) {
  static constexpr std::array<std::string_view, 5> endings{".wav", ".mp3", ".ogg", ".flac", ".opus"};
  std::string lower = content;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return std::ranges::any_of(endings, [&](std::string_view ending) { return lower.ends_with(ending) && lower.size() > ending.size(); });
}

}  // namespace

Step user() { return Step(Step::Speak{.role = Role::user}); }
Step user(std::string text) { return Step(Step::Speak{.role = Role::user, .text = std::move(text)}); }
Step user(Message message) { return Step(Step::Speak{.role = Role::user, .message = std::move(message)}); }
Step agent() { return Step(Step::Speak{.role = Role::agent}); }
Step agent(AgentStepOptions options) { return Step(Step::Speak{.role = Role::agent, .wait = options.wait}); }
Step agent(std::string text) { return Step(Step::Speak{.role = Role::agent, .text = std::move(text)}); }
Step agent(Message message) { return Step(Step::Speak{.role = Role::agent, .message = std::move(message)}); }
Step message(Message message) { return Step(Step::Inject{std::move(message)}); }
Step judge() { return Step(Step::Judge{}); }
Step checkpoint(std::vector<std::string> criteria) { return Step(Step::Judge{std::move(criteria)}); }
Step proceed(std::optional<int> turns, std::function<void(RunState&)> on_turn, std::function<void(RunState&)> on_step) {
  return Step(Step::Proceed{turns, std::move(on_turn), std::move(on_step)});
}
Step succeed(std::string reason) { return Step(Step::End{true, std::move(reason)}); }
Step fail(std::string reason) { return Step(Step::End{false, std::move(reason)}); }
Step check(Check check) {
  const int line = check.line;
  Step step(Step::Assert{std::move(check)});
  step.line = line;
  return step;
}
Step sleep(Duration duration) { return Step(Step::Sleep{duration}); }
Step user(std::string text, SpokenHow how) { return Step(Step::Speak{.role = Role::user, .text = std::move(text), .how = std::move(how)}); }
Step play_audio(std::string file, std::string text, SpokenHow how) {
  return Step(Step::Audio{.file = std::move(file), .text = std::move(text), .how = std::move(how)});
}
Step play_audio(audio::Samples samples, std::string text, SpokenHow how) {
  return Step(Step::Audio{.samples = std::make_shared<const audio::Samples>(std::move(samples)), .text = std::move(text), .how = std::move(how)});
}
Step silence(Duration duration) { return Step(Step::Silence{duration}); }
Step dtmf(std::string keys) { return Step(Step::Dtmf{std::move(keys)}); }
Step interrupt(std::string content, InterruptOptions options) {
  const bool recording = names_a_recording(content);
  return Step(Step::Interrupt{.text = recording ? std::string() : content,
                              .file = recording ? content : std::string(),
                              .after_words = options.after_words,
                              .after = options.after,
                              .after_sent = options.after_sent,
                              .wait_for_speech = options.wait_for_speech_timeout,
                              .how = std::move(options.how)});
}
Step effects(std::vector<VoiceEffect> effects) { return Step(Step::Effects{std::move(effects)}); }

}  // namespace antiphon
