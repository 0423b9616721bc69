#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/agent/participant.hpp"
#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/registry.hpp"

/// Speech that tests can do without models: every word is a tone of its own, and who listens knows the tones. For tests alone.
namespace antiphon::testing_support {

/// The words that speaker and listener have in common.
class Tones {
 public:
  static constexpr std::size_t word = 240 * 24, gap = 60 * 24;  // 240 and 60 ms

  audio::Samples speak(const std::string& text) {
    audio::Samples samples(50 * 24);
    for (const auto& each : split(text, ' ')) {
      if (each.empty()) continue;
      const double hz = 300 + 40.0 * static_cast<double>(place_of(each));
      for (std::size_t i = 0; i < word; ++i) samples.push_back(audio::to_sample(9000 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 24000)));
      samples.resize(samples.size() + gap);
    }
    return samples;
  }

  /// Words of which at least half was heard.
  std::string understand(const audio::Samples& samples) const {
    std::vector<std::string> heard;
    std::size_t begin = 0;
    bool inside = false;
    for (std::size_t at = 0; at + block <= samples.size(); at += block) {
      const bool loud = std::any_of(samples.begin() + static_cast<std::ptrdiff_t>(at), samples.begin() + static_cast<std::ptrdiff_t>(at + block), is_loud);
      if (loud && !inside) begin = at;
      if (!loud && inside) add(samples, begin, at, heard);
      inside = loud;
    }
    if (inside) add(samples, begin, samples.size(), heard);
    return join(heard, " ");
  }

 private:
  static constexpr std::size_t block = 240;
  static bool is_loud(audio::Sample sample) { return std::abs(sample) > 300; }

  std::size_t place_of(const std::string& text) {
    const auto known = std::ranges::find(words_, text);
    if (known == words_.end()) words_.push_back(text);
    return static_cast<std::size_t>(std::ranges::find(words_, text) - words_.begin());
  }
  void add(const audio::Samples& samples, std::size_t from, std::size_t to, std::vector<std::string>& heard) const {
    while (from < to && !is_loud(samples[from])) ++from;
    while (from < to && !is_loud(samples[to - 1])) --to;
    if (to - from < word / 2) return;
    std::vector<std::size_t> crossings;  // what lies before the first and behind the last is not the word's
    bool below = samples[from] < 0;
    for (std::size_t i = from + 1; i < to; ++i)
      if (is_loud(samples[i]) && (samples[i] < 0) != below) crossings.push_back(i), below = !below;
    if (crossings.size() < 2) return;
    const double hz = static_cast<double>(crossings.size() - 1) / 2.0 / (static_cast<double>(crossings.back() - crossings.front()) / 24000);
    const auto place = static_cast<std::size_t>(std::max(0L, std::lround((hz - 300) / 40)));
    if (place < words_.size()) heard.push_back(words_[place]);
  }

  std::vector<std::string> words_;
};

class ToneVoice final : public TextToSpeech {
 public:
  explicit ToneVoice(std::shared_ptr<Tones> tones) : tones_(std::move(tones)) {}
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline) override { co_return speech_of(tones_->speak(request.text)); }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::shared_ptr<Tones> tones_;
  SpeechCapabilities capabilities_{.waits_on_clock_alone = true};
  std::string name_ = "tones";
};

class ToneEar final : public SpeechToText {
 public:
  explicit ToneEar(std::shared_ptr<Tones> tones) : tones_(std::move(tones)) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline) override { co_return Recognition{.text = tones_->understand(samples)}; }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { throw Error(ErrorKind::unsupported, "tones are understood whole"); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::shared_ptr<Tones> tones_;
  RecognitionCapabilities capabilities_{.waits_on_clock_alone = true};
  std::string name_ = "tones";
};

inline std::shared_ptr<const SpeechRegistry> tone_speech(std::shared_ptr<Tones> tones = std::make_shared<Tones>()) {
  auto registry = std::make_shared<SpeechRegistry>();
  registry->add("tones", SpeechRegistry::VoiceProvider{.make = [tones](const auto&, const auto&) { return std::make_unique<ToneVoice>(tones); },
                                                       .waits_on_clock_alone = true});
  registry->add("tones", SpeechRegistry::EarProvider{.make = [tones](const auto&, const auto&) { return std::make_unique<ToneEar>(tones); },
                                                     .waits_on_clock_alone = true});
  registry->prefer_voices({"tones"});
  registry->prefer_ears({"tones"});
  return registry;
}

/// An agent that does what a test writes down: `play` is its whole call, and may wait on the clock.
class PlayedAgent final : public VoiceAgentAdapter {
 public:
  using Play = std::function<Task<>(PlayedAgent&)>;
  PlayedAgent(const ParticipantContext& context, AdapterCapabilities capabilities, Play play)
      : clock(context.runtime.clock), executor_(context.runtime.executor), capabilities_(std::move(capabilities)), play_(std::move(play)) {}

  const std::string& name() const override { return name_; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }
  Task<> connect(Deadline) override {
    connected_ = true;
    asio::co_spawn(executor_, drive(stoppable_, play_(*this), done_), asio::detached);
    co_return;
  }
  Task<> disconnect(Deadline) override {
    if (!std::exchange(connected_, false)) co_return;
    stoppable_->stop();
    co_await done_->wait();
  }
  Task<> send_audio(audio::AudioChunk chunk, Deadline) override {
    heard.insert(heard.end(), chunk.samples.begin(), chunk.samples.end());
    co_return;
  }
  Task<> end_of_utterance(Deadline) override {
    ++utterances;
    co_return;
  }
  Task<> send_dtmf(std::string keys, Deadline deadline) override {
    if (!capabilities_.dtmf) co_return co_await VoiceAgentAdapter::send_dtmf(std::move(keys), deadline);
    if (on_keys) on_keys(std::move(keys));
  }
  Task<AgentSignal> receive(Deadline deadline) override { co_return co_await signals.pop(clock, deadline, Error(ErrorKind::timeout, "late")); }
  Task<> interrupt(Deadline) override {
    ++interrupted;
    signals.push(AgentClear{});
    co_return;
  }

  Clock& clock;
  Channel<AgentSignal> signals;
  audio::Samples heard;
  int utterances = 0, interrupted = 0;
  std::function<void(std::string)> on_keys;

 private:
  static Task<> drive(std::shared_ptr<Stoppable> work, Task<> play, std::shared_ptr<Latch> done) {
    try {
      co_await work->run(std::move(play));
    } catch (...) {}
    done->open();
  }

  asio::any_io_executor executor_;
  AdapterCapabilities capabilities_;
  Play play_;
  std::string name_ = "played";
  bool connected_ = false;
  std::shared_ptr<Stoppable> stoppable_ = std::make_shared<Stoppable>();
  std::shared_ptr<Latch> done_ = std::make_shared<Latch>();
};

inline ParticipantSpec played_agent(AdapterCapabilities capabilities, PlayedAgent::Play play) {
  const auto nobody = [](const ParticipantContext&) -> std::unique_ptr<Participant> { return nullptr; };
  return ParticipantSpec("played", nobody, true)
      .by_voice({.make = [=](const ParticipantContext& context) { return std::make_unique<PlayedAgent>(context, capabilities, play); },
                 .capabilities = capabilities});
}

}  // namespace antiphon::testing_support
