#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/agent/voice_effect.hpp"
#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon {

/// Where the words of an interruption that nobody scripted come from.
enum class InterruptionStrategy {
  random_phrase,
  contextual,  ///< from the user's model, which is told what was heard of the agent's turn so far
};

/// Interruptions that nobody scripted (VOX-34): while `proceed` lets the agent speak, our user cuts in.
struct InterruptionConfig {
  double probability = 0.3;                        ///< per turn of the agent: 0 to 1
  Duration least{std::chrono::milliseconds(500)};  ///< after the agent began, at least
  Duration most{std::chrono::seconds(3)};          ///< and at most
  InterruptionStrategy strategy = InterruptionStrategy::random_phrase;
  std::vector<std::string> phrases{};  ///< empty: seven of our own
};

/// Short sounds of our user while the agent speaks that ask for nothing and are no turn (VOX-35).
struct InterjectionConfig {
  double probability = 0.3;                 ///< at each chance: 0 to 1
  Duration least{std::chrono::seconds(1)};  ///< between two chances, the first counted from the turn's first voiced frame
  Duration most{std::chrono::seconds(4)};
  std::vector<std::string> words{};  ///< that recognisers give back; empty: `okay`, `right`, `yes`, of hesitations `well`, `so`, `but`
};

/// How our user speaks and listens.
struct VoiceOptions {
  VoiceChoice user{};
  std::optional<EarChoice> hear{};  ///< what our user understands is what this hears; unset: the agent's own transcripts, else `auto`
  std::optional<std::vector<VoiceEffect>> effects{};
  std::optional<InterruptionConfig> interruptions{};
  std::optional<InterjectionConfig> backchannels{};  ///< "okay": it listens
  std::optional<InterjectionConfig> hesitations{};   ///< "well": the beginning of a turn that it does not take
  std::optional<Greeting> greeting{};
  std::optional<Duration> tail_silence{}, response_timeout{}, response_max_duration{};
  std::optional<audio::VoiceSettings> detector{};  ///< of speech, on both sides; unset: by energy

  audio::VoiceSettings detection() const { return detector.value_or(audio::VoiceSettings{}); }
  /// What is unset here is taken from `below`.
  VoiceOptions merged_over(const VoiceOptions& below) const;
};

/// All that can be known to be wrong with them before a call: ranges, effects, voices and recognisers that are not there.
std::vector<std::string> problems_of(const VoiceOptions& options, const SpeechRegistry& speech);

}  // namespace antiphon
