#include "antiphon/gateway/stub/stubs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>
#include <vector>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t frame_samples = audio::canonical_rate_hz / 50;

/// Draws which calls fail.
class Faults {
 public:
  Faults(StubFailure fail, std::uint64_t seed) : fail_(fail), random_(seed) {}

  /// Before anything of a call was answered: what is not to be answered fails here. True: the answer is to stall in its middle.
  Task<bool> begin(Clock& clock, Deadline deadline, const std::string& who) {
    if (fail_.rate <= 0 || random_.uniform() >= fail_.rate) co_return false;
    switch (fail_.kind) {
      case StubFailure::Kind::timeout: co_await clock.sleep_until(deadline.at); throw Error(ErrorKind::timeout, who + " did not answer in time");
      case StubFailure::Kind::rate_limited: throw Error(ErrorKind::rate_limited, who + " has too many calls (429)");
      case StubFailure::Kind::garbage: throw Error(ErrorKind::protocol, who + " answered with garbage");
      case StubFailure::Kind::stall: co_return true;
    }
    co_return false;
  }

 private:
  StubFailure fail_;
  RandomStream random_;
};

[[noreturn]] void stalled(const std::string& who) { throw Error(ErrorKind::timeout, who + " stopped in the middle of an answer"); }

class StubEarStream final : public RecognitionStream {
 public:
  StubEarStream(Clock& clock, const StubEarSettings& settings, bool stalls) : clock_(clock), settings_(settings), stalls_(stalls) {}

  Task<> feed(audio::Samples samples, Deadline) override {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    std::size_t used = 0;
    for (; used + frame_samples <= waiting_.size(); used += frame_samples)
      judge(audio::SampleView(waiting_).subspan(used, frame_samples), clock_.now() - audio::duration_of(waiting_.size() - used));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
    co_return;
  }
  Task<> finish(Deadline) override {
    if (stalls_) co_return;
    if (alarm_) tell();
    alarm_.reset();
    events_.push(std::nullopt);
    co_return;
  }
  Task<std::optional<RecognitionEvent>> next(Deadline deadline) override {
    co_return co_await events_.pop(clock_, deadline, Error(ErrorKind::timeout, "stub heard nothing"));
  }

 private:
  /// @param begins when its first sample came
  void judge(audio::SampleView frame, Clock::Time begins) {
    if (audio::rms(frame) <= settings_.rms) return;
    std::size_t end = frame.size();
    while (end > 1 && std::abs(frame[end - 1]) <= settings_.rms) --end;
    final_at_ = begins + audio::duration_of(end) + settings_.final_after;
    if (++loud_ * frame_length_ >= settings_.min_speech && !stalls_ && !alarm_) wait_for_silence();
  }

  void wait_for_silence() {
    alarm_.emplace(clock_, final_at_, [this] {
      alarm_.reset();
      if (clock_.now() < final_at_) return wait_for_silence();
      tell();
    });
  }

  void tell() {
    loud_ = 0;
    events_.push(RecognitionEvent{RecognitionEvent::Kind::final, {.text = settings_.text, .confidence = 1.0}});
    events_.push(RecognitionEvent{RecognitionEvent::Kind::end_of_utterance});
  }

  static constexpr Duration frame_length_ = std::chrono::milliseconds(20);
  Clock& clock_;
  StubEarSettings settings_;
  bool stalls_;
  audio::Samples waiting_;
  int loud_ = 0;
  Clock::Time final_at_{0};  ///< unless more is heard
  std::optional<ScopedAlarm> alarm_;
  Channel<std::optional<RecognitionEvent>> events_;
};

class StubEar final : public SpeechToText {
 public:
  StubEar(Runtime& runtime, StubEarSettings settings, std::uint64_t seed)
      : clock_(runtime.clock), settings_(std::move(settings)), faults_(settings_.fail, seed) {}

  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline deadline) override {
    if (co_await faults_.begin(clock_, deadline, name_)) stalled(name_);
    if (audio::rms(samples) <= settings_.rms) co_return Recognition{};
    co_return Recognition{.text = settings_.text, .confidence = 1.0};
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline deadline) override {
    const bool stalls = co_await faults_.begin(clock_, deadline, name_);
    co_return std::make_unique<StubEarStream>(clock_, settings_, stalls);
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  Clock& clock_;
  StubEarSettings settings_;
  Faults faults_;
  RecognitionCapabilities capabilities_{.streaming = true, .confidence = true, .waits_on_clock_alone = true};
  std::string name_ = "stub";
};

/// When the pieces of a stub's stream come: the first at once, each other one step after the one before, or never.
class Pace {
 public:
  Pace(Clock& clock, Duration step, bool stalls) : clock_(clock), step_(step), due_(clock.now()), stalls_(stalls) {}

  Task<> next(Deadline deadline) {
    if (std::exchange(begun_, true)) {
      if (stalls_) {
        co_await clock_.sleep_until(deadline.at);
        stalled("stub");
      }
      due_ += step_;
    }
    if (due_ > clock_.now()) co_await clock_.sleep_until(due_);
  }

 private:
  Clock& clock_;
  Duration step_;
  Clock::Time due_;
  bool stalls_, begun_ = false;
};

class StubModelStream final : public ChatStream {
 public:
  StubModelStream(Clock& clock, const StubModelSettings& settings, bool stalls)
      : pace_(clock, settings.token, stalls), settings_(settings), words_(split(settings.text, ' ')) {}

  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    if (told_ == words_.size()) co_return std::nullopt;
    co_await pace_.next(deadline);
    const std::string space = told_ > 0 ? " " : "";
    co_return ChatDelta{space + words_[told_++]};
  }
  ChatResponse response() const override {
    return {.message = Message::assistant(settings_.text),
            .finish_reason = "stop",
            .usage = {.output_tokens = static_cast<std::int64_t>(words_.size()), .calls = 1}};
  }

 private:
  Pace pace_;
  StubModelSettings settings_;
  std::vector<std::string> words_;
  std::size_t told_ = 0;
};

class StubModel final : public LanguageModel {
 public:
  StubModel(Runtime& runtime, StubModelSettings settings, std::uint64_t seed)
      : clock_(runtime.clock), settings_(std::move(settings)), faults_(settings_.fail, seed) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override {
    const auto words = co_await stream(std::move(request), deadline);
    while (co_await words->next(deadline)) {}
    co_return words->response();
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline deadline) override {
    const bool stalls = co_await faults_.begin(clock_, deadline, name_);
    co_await clock_.sleep_for(settings_.first_token);
    co_return std::make_unique<StubModelStream>(clock_, settings_, stalls);
  }
  const std::string& name() const override { return name_; }

 private:
  Clock& clock_;
  StubModelSettings settings_;
  Faults faults_;
  std::string name_ = "stub";
};

/// A hum, loud enough for every detector. @param begin of the piece, in samples
audio::Samples hum(std::size_t begin, std::size_t count) {
  static const auto wave = [] {
    std::array<audio::Sample, audio::canonical_rate_hz / 160> samples;
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples.at(i) = audio::to_sample(6000 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(samples.size())));
    return samples;
  }();
  audio::Samples samples(count);
  for (std::size_t i = 0, at = begin % wave.size(); i < count; at = 0) {
    const auto part = std::min(count - i, wave.size() - at);
    std::copy_n(wave.begin() + static_cast<std::ptrdiff_t>(at), part, samples.begin() + static_cast<std::ptrdiff_t>(i));
    i += part;
  }
  return samples;
}

class StubVoiceStream final : public SpeechStream {
 public:
  /// @param length of it all, in samples
  StubVoiceStream(Clock& clock, const StubVoiceSettings& settings, std::size_t length, bool stalls)
      : pace_(clock, std::chrono::duration_cast<Duration>(settings.chunk / settings.speed), stalls),
        chunk_(audio::samples_in(settings.chunk)),
        length_(length) {}

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    if (told_ == length_) co_return std::nullopt;
    co_await pace_.next(deadline);
    const auto begin = std::exchange(told_, std::min(told_ + chunk_, length_));
    co_return hum(begin, told_ - begin);
  }

 private:
  Pace pace_;
  std::size_t chunk_, length_;
  std::size_t told_ = 0;
};

class StubVoice final : public TextToSpeech {
 public:
  StubVoice(Runtime& runtime, StubVoiceSettings settings, std::uint64_t seed)
      : clock_(runtime.clock), settings_(std::move(settings)), faults_(settings_.fail, seed) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override {
    const bool stalls = co_await faults_.begin(clock_, deadline, name_);
    co_await clock_.sleep_for(settings_.first_chunk);
    std::size_t words = 0;
    for (const auto& word : split(request.text, ' ')) words += word.empty() ? 0 : 1;
    co_return std::make_unique<StubVoiceStream>(clock_, settings_, audio::samples_in(static_cast<std::int64_t>(words) * settings_.word), stalls);
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  Clock& clock_;
  StubVoiceSettings settings_;
  Faults faults_;
  SpeechCapabilities capabilities_{.streaming = true, .waits_on_clock_alone = true};
  std::string name_ = "stub";
};

}  // namespace

std::unique_ptr<SpeechToText> stub_ear(Runtime& runtime, StubEarSettings settings, std::uint64_t seed) {
  return std::make_unique<StubEar>(runtime, std::move(settings), seed);
}
std::unique_ptr<LanguageModel> stub_model(Runtime& runtime, StubModelSettings settings, std::uint64_t seed) {
  return std::make_unique<StubModel>(runtime, std::move(settings), seed);
}
std::unique_ptr<TextToSpeech> stub_voice(Runtime& runtime, StubVoiceSettings settings, std::uint64_t seed) {
  return std::make_unique<StubVoice>(runtime, std::move(settings), seed);
}

}  // namespace antiphon::gateway
