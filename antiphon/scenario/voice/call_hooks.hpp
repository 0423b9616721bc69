#pragma once

#include <functional>
#include <string>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {

/// A piece of a call as it was sent or heard: canonical audio with its times since the call began.
struct CallChunk {
  audio::Speaker speaker = audio::Speaker::user;
  audio::AudioChunk chunk;
};

/// Told of calls while they go on (VOX-63); `scenario` is the id of the run's scenario, of a further attempt `ID attempt 2`.
///
/// Called on the thread of the run, which waits meanwhile: runs of one batch may call from several threads at once. A hook that throws ends its run as an
/// error of the harness.
struct CallHooks {
  /// Every 20 ms our user's side, silence included, and as much as was heard of the agent's. Each side is whole and in order.
  std::function<void(const std::string& scenario, const CallChunk& sound)> on_audio_chunk{};
  /// As soon as it is known: an end of the agent's speech, or of a person's, some tenths of a second after `time`, for it takes a silence to tell (an answer
  /// that comes sooner has no latency here); a silence of ours once it is over. An agent that goes on after its turn seemed over stops once more.
  std::function<void(const std::string& scenario, const VoiceEvent& event)> on_voice_event{};

  explicit operator bool() const { return on_audio_chunk || on_voice_event; }
};

}  // namespace antiphon
