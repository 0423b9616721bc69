#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/limit.hpp"
#include "antiphon/providers/stt/local/local_recogniser.hpp"

namespace antiphon::stt {

/// Gives a decoder what a voice detector opened: each utterance once it is over, from 0.4 s before its first sound; on the way, where that is wanted, what
/// two attempts agree on. In real time an utterance is decoded after 200 ms of quiet already, and the result used if it ends there.
///
/// `feed` only looks for speech; `next` decodes.
class GatedStream final : public RecognitionStream {
 public:
  GatedStream(Runtime& runtime, std::shared_ptr<LocalDecoder> decoder, const StreamSettings& settings);
  Task<> feed(audio::Samples samples, Deadline deadline) override;
  Task<> finish(Deadline deadline) override;
  Task<std::optional<RecognitionEvent>> next(Deadline deadline) override;

 private:
  struct Job {
    enum class Kind { partial, early, final } kind = Kind::final;
    std::size_t from = 0, to = 0;
    Duration speech{0};
    bool ends = true;  ///< the utterance
    audio::Samples samples{};
  };

  std::size_t now() const { return base_ + kept_.size(); }
  void take_edges(const std::vector<audio::VoiceEdge>& edges, bool told_late);
  void take_early_edges(const std::vector<audio::VoiceEdge>& edges);
  void cut_until(std::size_t position);
  void open_utterance(std::size_t at);
  void close_utterance(std::size_t at);
  void ask_for_partial();
  void add_job(Job::Kind kind, std::size_t to, Duration speech, bool ends);
  void forget_old();
  void ring();

  bool is_stale(const Job& job) const;
  Task<Recognition> decode(const Job& job);
  Task<> work_on(Job job);
  void tell_partial(const std::string& text);
  void tell_final(Recognition heard, bool ends);
  Task<> wait(Deadline deadline);

  Runtime& runtime_;
  std::shared_ptr<LocalDecoder> decoder_;
  StreamSettings settings_;
  audio::VoiceActivity detector_;
  std::optional<audio::VoiceActivity> early_;  ///< in real time: closes after 200 ms

  audio::Samples kept_;
  std::size_t base_ = 0;  ///< place of the first kept sample in the stream
  bool open_ = false, finished_ = false;
  std::size_t from_ = 0;         ///< first sample of the piece under way
  std::size_t voiced_from_ = 0;  ///< its first voiced one
  std::size_t last_to_ = 0, next_partial_ = 0;

  std::deque<Job> jobs_;
  std::deque<RecognitionEvent> events_;
  struct Early {
    std::size_t from = 0, to = 0;
    Recognition heard{};
  };
  std::optional<Early> known_early_;
  std::string last_attempt_, told_;
  bool heard_something_ = false;  ///< in this utterance
  std::shared_ptr<Stoppable> waiting_;
};

}  // namespace antiphon::stt
