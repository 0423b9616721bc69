#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "antiphon/agent/participant.hpp"
#include "antiphon/base/latency_distribution.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon {

/// What an agent of parts takes for each of them, in the run's time: where they compute here, they would otherwise take none in virtual time. Drawn by the
/// run's seed.
struct ComposedLatency {
  LatencyDistribution recognise{std::chrono::milliseconds(120)};
  LatencyDistribution think{};  ///< added to what the model takes
  LatencyDistribution speak{std::chrono::milliseconds(120)};
};

/// What an agent of parts does with "okay" and "right" while it speaks.
enum class BackchannelPolicy {
  interrupt,  ///< any words stop it
  ignore,     ///< it stops at once, and speaks on from there when it has understood that they only listen, or that nothing was said
};

/// What an agent of parts understood and answered last: of whichever run came to it last, where several share one. Thread safe.
class LastExchange {
 public:
  std::string user_transcript() const;
  std::string reply() const;
  void keep_user_transcript(std::string text);
  void keep_reply(std::string text);

 private:
  mutable std::mutex mutex_;
  std::string user_transcript_, reply_;
};

/// A voice agent made of a recogniser, any agent by text, and a voice (VOX-70). It listens on an open line, answers when our user has been quiet for
/// `endpointing`, and stops when somebody cuts in.
struct ComposedAgentOptions {
  ParticipantSpec brain{};  ///< finds the words: a model, a chat endpoint, a program, a callable
  EarChoice ear{};
  VoiceChoice voice{};
  std::string greeting{};  ///< said first, where there is one
  Duration endpointing{std::chrono::milliseconds(500)};
  bool streaming = false;  ///< its recogniser listens while our user speaks and says itself when they have finished; `endpointing` counts for nothing then
  bool barge_in = true;    ///< false: it speaks on whatever our user does
  Duration barge_in_after{std::chrono::milliseconds(200)};  ///< of speech over its own; what is shorter is no turn
  BackchannelPolicy backchannel = BackchannelPolicy::interrupt;
  ComposedLatency latency{};
  std::shared_ptr<LastExchange> last{};  ///< is told of every exchange; nullptr: nobody is
};

/// @throws Error configuration where no brain is given.
ParticipantSpec composed_agent(ComposedAgentOptions options);

}  // namespace antiphon
