#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/scenario/instrument/known_speech.hpp"
#include "antiphon/scenario/scenario.hpp"

namespace antiphon::instrument {

/// What a line does to a call, and how far edges may be off on it.
struct Case {
  std::string name;
  Duration tolerance{std::chrono::milliseconds(20)};
  Duration lead{std::chrono::milliseconds(50)};  ///< silence that is sent before the first word
  Duration pause{0};                             ///< inside each line of the agent's
  std::optional<double> noise_dbfs{};            ///< comfort noise: under all that the agent sends, from beginning to end, and under each line of ours
  std::vector<VoiceEffect> channel{};            ///< what the speech of both goes through
  double lost = 0;                               ///< share of the agent's frames that never arrive
  std::size_t frames_at_once = 1;                ///< how many frames the agent sends in the time of one
};

/// The built-in ones (VOX-91).
const std::vector<Case>& known_cases();

/// What is true of a call, in its own time; filled in while it goes on.
struct KnownTruth {
  std::vector<std::vector<VoicedSpan>> user, agent;  ///< line by line
  std::vector<Duration> latency;                     ///< from our last voiced sample to the first of the answer
  Duration cut_after{0};                             ///< the answer under way is cut into when it was heard for so long
  Duration stops_after{0};                           ///< from our first voiced sample to the agent's last
};

/// A call with four questions and answers and a cut into the last answer, which is answered as well. Everything in it is known, whoever listens.
struct KnownCall {
  std::shared_ptr<KnownTruth> truth;
  Scenario scenario;
};

KnownCall make_call(const Case& line, const KnownVoice& voice, const audio::VoiceSettings& detector);
/// What our user says in such calls with this voice and on this line: the voice `known`, and an ear that knows everything.
std::shared_ptr<const SpeechRegistry> known_speech(const Case& line, const KnownVoice& voice);

}  // namespace antiphon::instrument
