#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/scenario/instrument/known_call.hpp"

namespace antiphon::instrument {

/// Both sides of a call, as they are known beforehand.
struct KnownScript {
  std::vector<KnownSpeech> user, agent;  ///< agent: the answer to each of `user`
  std::vector<audio::Samples> sent;      ///< the agent's as they leave it: through the channel, as long as the clean ones
  audio::Samples noise;                  ///< under all that the agent sends, again and again; empty: it sends only where it speaks
  std::size_t cut = 0;                   ///< which line of ours cuts into the answer before it
};

/// Answers each line of ours after a known time, and stops a known time after a cut-in. It reads our lines off the line as anybody would: a line begins with
/// the first frame that is not silent, and its length is known.
class KnownAgent final : public VoiceAgentAdapter {
 public:
  KnownAgent(Clock& clock, std::shared_ptr<const KnownScript> script, const Case& line, std::shared_ptr<KnownTruth> truth);

  const std::string& name() const override { return name_; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }
  Task<> connect(Deadline) override { co_return; }
  Task<> disconnect(Deadline) override { co_return; }
  Task<> send_audio(audio::AudioChunk chunk, Deadline deadline) override;
  Task<AgentSignal> receive(Deadline deadline) override;

 private:
  /// All places are samples since the beginning of the call.
  struct Answer {
    std::size_t line, at;
    std::size_t next;                   ///< first sample of the next frame that leaves
    std::size_t end;                    ///< of what leaves
    std::optional<std::size_t> stop{};  ///< it falls silent there
  };
  void listen(audio::SampleView frame);
  void begin_answer(std::size_t line);
  void stop_at(std::size_t place);
  void speak();
  void send(const Answer& answer);
  void lose(const Answer& answer);
  std::size_t loud_place(const Answer& answer, std::size_t place) const;
  audio::Samples frame_of(const Answer& answer) const;
  audio::Samples noise_at(std::size_t place) const;

  Clock& clock_;
  std::shared_ptr<const KnownScript> script_;
  Case line_;
  std::shared_ptr<KnownTruth> truth_;
  AdapterCapabilities capabilities_{.paced = true};
  std::string name_ = "instrument";
  Channel<AgentSignal> signals_;
  RandomStream loss_{12};
  std::deque<Answer> answers_;
  std::size_t now_ = 0;       ///< first sample of the frame under way
  std::size_t lines_ = 0;     ///< of ours that have begun
  std::size_t line_end_ = 0;  ///< of the last of them
};

}  // namespace antiphon::instrument
