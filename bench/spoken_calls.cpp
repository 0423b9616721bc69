// How many times faster than real time spoken conversations are rehearsed in virtual time, on one thread, and what an hour of one takes in memory.
#include <filesystem>

#include "antiphon/antiphon.hpp"
#include "antiphon/audio/vad/silero.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

/// Five minutes: eleven questions and their answers, and the caller cuts into three of them.
constexpr int questions = 11;

/// What the caller asks. The number keeps the words of one call apart from another's, so that nothing is remembered of it.
std::string question(int call, int turn) { return fmt::format("This is caller {}, and my question number {} is when you open on Sunday.", call, turn + 1); }

/// Follows from the question alone, however well it was understood: about sixteen seconds, none like another.
Task<AgentReply> answer(AgentInput input) {
  co_return fmt::format(
      "Thank you for asking: {}. On weekdays we open at nine in the morning and close at five in the afternoon. On Saturday we open an hour later "
      "and close at noon. On Sunday and on public holidays the shop stays closed, but the telephone is answered from ten on.",
      input.last_new_user_text());
}

Scenario conversation(int call, int turns, const VoiceOptions& voice) {
  std::vector<Step> script{agent()};
  for (int turn = 0; turn < turns; ++turn) {
    script.push_back(user(question(call, turn % questions)));
    if (turn % 4 == 2) {
      script.push_back(agent({.wait = false}));
      script.push_back(interrupt(fmt::format("Wait, I mean the Sunday after that, as caller {}, question {}.", call, turn % questions + 1), {.after = 6s}));
    }
    script.push_back(agent());
  }
  script.push_back(succeed("all was answered"));
  return {.name = fmt::format("call {}", call),
          .agent = composed_agent({.brain = answer, .voice = "hibari/low", .greeting = "This is the corner shop. How can I help you?"}),
          .voice = voice,
          .script = std::move(script),
          .timeout = 3h};
}

struct Played {
  double spoken_s, cpu_s, wall_s;
};

Played play(int call, int turns, const VoiceOptions& voice, const std::string& recordings = {}) {
  const bench::Meter meter;
  const auto result = run(conversation(call, turns, voice), {.jobs = 1, .seed = 7, .recordings = recordings, .keep_audio = false});
  if (!result || !result.call)
    throw Error(ErrorKind::internal, fmt::format("the call did not pass: {}", result.error ? result.error->message : result.reasoning));
  for (const auto& cut : result.call->interruptions)
    if (!cut.achieved) throw Error(ErrorKind::internal, "the caller could not cut in: " + cut.outcome);
  return {std::chrono::duration<double>(result.call->duration).count(), meter.cpu_s(), meter.wall_s()};
}

void tell(std::string_view what, const Played& played, std::string_view limit) {
  bench::report(fmt::format("a call of {:.0f} s with 3 interruptions, {}: times real time", played.spoken_s, what),
                fmt::format("{:.0f}", played.spoken_s / played.cpu_s), limit);
  bench::report(fmt::format("that call, {}: CPU and wall", what), fmt::format("{:.2f} s, {:.2f} s", played.cpu_s, played.wall_s));
}

VoiceOptions caller(audio::VoiceEngine engine) { return {.user = "hibari/heart", .detector = audio::VoiceSettings{.engine = engine}}; }

void factors() {
  play(1, 1, caller(audio::VoiceEngine::energy));  // models are read
  tell("all spoken and heard afresh", play(2, questions, caller(audio::VoiceEngine::energy)), "10 at least");
  tell("all remembered", play(2, questions, caller(audio::VoiceEngine::energy)), "500 at least");
  if (!audio::silero_is_installed()) return;
  play(2, questions, caller(audio::VoiceEngine::silero));
  tell("all remembered, Silero on both sides", play(2, questions, caller(audio::VoiceEngine::silero)), "150 at least");
}

void an_hour() {
  const auto folder = std::filesystem::temp_directory_path() / "antiphon-bench-recordings";
  const auto before = bench::peak_mb();
  const auto played = play(2, 150, caller(audio::VoiceEngine::energy), folder.string());
  bench::report(fmt::format("a call of {:.0f} min, recorded: peak memory beyond that of the models and of a call of 5 min", played.spoken_s / 60),
                fmt::format("{:.0f} MB ({:.0f} before)", bench::peak_mb() - before, before), "64 MB");
  std::filesystem::remove_all(folder);
}

}  // namespace

int main() {
  factors();
  an_hour();
}
