#include "antiphon/adapters/composed/composed_agent.hpp"

#include <algorithm>
#include <deque>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/adapters/composed/conversation.hpp"
#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/remembered_model.hpp"

namespace antiphon {

namespace {

using namespace std::chrono_literals;

constexpr auto kept_before_speech = 400ms;  // a detector hears a word only once it has begun
constexpr auto answer_limit = 60s;

AdapterCapabilities capabilities_of_composed() { return {.streaming_transcripts = true, .native_vad = true, .turn_end = true, .paced = true}; }

/// Sentences, each with its ending.
std::vector<std::string> sentences_of(const std::string& text) {
  std::vector<std::string> sentences;
  std::string sentence;
  for (std::size_t i = 0; i < text.size(); ++i) {
    sentence += text[i];
    const bool ends = (text[i] == '.' || text[i] == '?' || text[i] == '!') && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n');
    if (ends) sentences.push_back(std::exchange(sentence, {}));
  }
  if (!trim(sentence).empty()) sentences.push_back(sentence);
  for (auto& each : sentences) each = std::string(trim(each));
  return sentences;
}

class ComposedAgent final : public VoiceAgentAdapter {
 public:
  ComposedAgent(const ComposedAgentOptions& options, const ParticipantContext& context)
      : options_(options),
        runtime_(context.runtime),
        ear_(context.speech->open(options.ear, speech_context(context))),
        voice_(context.speech->open(options.voice, speech_context(context))),
        conversation_(options.brain.make(context), context.thread_id, context.max_turns),
        activity_({.timing = {.onset = std::chrono::duration_cast<std::chrono::milliseconds>(options.barge_in_after),
                              .hangover = std::chrono::duration_cast<std::chrono::milliseconds>(options.endpointing)}}) {}

  const std::string& name() const override { return name_; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }

  Task<> connect(Deadline) override {
    if (std::exchange(connected_, true) || options_.greeting.empty()) co_return;
    conversation_.greeted(options_.greeting);
    begin(greet());
  }

  Task<> disconnect(Deadline) override {
    co_await stop_answering();
    if (std::exchange(connected_, false)) co_await conversation_.close();
  }

  Task<> send_audio(audio::AudioChunk chunk, Deadline) override {
    const auto edges = activity_.feed(chunk.samples);
    heard_.insert(heard_.end(), chunk.samples.begin(), chunk.samples.end());
    for (const auto& edge : edges) edge.starts ? user_starts(edge.at) : co_await user_stopped(edge.at);
    forget_silence();
  }

  Task<AgentSignal> receive(Deadline deadline) override {
    co_return co_await signals_.pop(runtime_.clock, deadline, Error(ErrorKind::timeout, "composed: the agent sent nothing in time").with_party(Party::agent));
  }

 private:
  struct Answering {
    Stoppable work;
    Latch done;
  };

  static SpeechContext speech_context(const ParticipantContext& context) {
    return {.runtime = context.runtime,
            .http = context.http,
            .seed = context.seed,
            .scenario_id = context.scenario_id + " agent",
            .spans = context.spans,
            .cassette = context.memory.cassette,
            .cache = context.memory.cache,
            .concurrency = context.concurrency,
            .of_agent = true};
  }

  bool is_heard() const { return runtime_.clock.now() < playing_until_; }

  // It stops when somebody cuts in, and also when they go on before it has begun to answer: then what they say is one turn more.
  void user_starts(std::size_t at) {
    speech_from_ = at;
    signals_.push(AgentHeardUser{.started = true});
    if (!options_.barge_in || (!answering_ && !is_heard())) return;
    if (answering_) answering_->work.stop();
    signals_.push(AgentClear{});
    playing_until_ = runtime_.clock.now();
  }

  Task<> user_stopped(std::size_t at) {
    signals_.push(AgentHeardUser{.started = false});
    const auto before = audio::samples_in(kept_before_speech);
    const auto from = std::max(forgotten_, speech_from_ > before ? speech_from_ - before : 0);
    const auto to = std::min(at + audio::samples_in(200ms), forgotten_ + heard_.size());
    audio::Samples speech(heard_.begin() + static_cast<std::ptrdiff_t>(from - forgotten_), heard_.begin() + static_cast<std::ptrdiff_t>(to - forgotten_));
    // One answer at a time: what is said over an agent that does not let itself be interrupted is lost.
    if (answering_ && !options_.barge_in) co_return;
    co_await stop_answering();
    begin(answer(std::move(speech)));
  }

  void forget_silence() {
    if (activity_.speaking()) return;
    const auto keep = audio::samples_in(kept_before_speech + options_.barge_in_after);
    if (heard_.size() <= 2 * keep) return;
    const auto gone = heard_.size() - keep;
    heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(gone));
    forgotten_ += gone;
  }

  void begin(Task<> work) {
    answering_ = std::make_shared<Answering>();
    // Detached from the executor's point of view only: `stop_answering` waits for its end, and drive() lets no exception out.
    asio::co_spawn(runtime_.executor, drive(answering_, std::move(work)), asio::detached);
  }

  Task<> drive(std::shared_ptr<Answering> answering, Task<> work) {
    try {
      co_await answering->work.run(std::move(work));
    } catch (...) {
      if (!answering->work.stopped()) signals_.push(AgentClosed{.on_purpose = false, .reason = describe(std::current_exception())});
    }
    if (answering_ == answering) answering_.reset();
    answering->done.open();
  }

  Task<> stop_answering() {
    const auto answering = answering_;
    if (!answering) co_return;
    answering->work.stop();
    co_await answering->done.wait();
  }

  Task<> greet() {
    co_await speak(options_.greeting);
    signals_.push(AgentTurnEnd{});
  }

  Task<> answer(audio::Samples speech) {
    const auto began = runtime_.clock.now();
    const auto deadline = Deadline::after(runtime_.clock, answer_limit);
    const auto heard = co_await ear_.recogniser->transcribe(std::move(speech), ear_.defaults, deadline);
    co_await runtime_.clock.sleep_for(options_.latency.recognise);
    if (heard.text.empty()) co_return;
    signals_.push(AgentTranscript{.speaker = audio::Speaker::user, .text = heard.text, .final = true});
    const auto understood = runtime_.clock.now();
    signals_.push(AgentLatencyClaim{"asr", understood - began});
    const auto messages = co_await conversation_.answer(heard.text, deadline);
    co_await runtime_.clock.sleep_for(options_.latency.think);
    signals_.push(AgentLatencyClaim{"llm", runtime_.clock.now() - understood});
    asked_ = began;
    for (const auto& message : messages) {
      for (const auto& call : message.tool_calls()) signals_.push(AgentToolCall{call});
      if (message.role() == MessageRole::assistant && !message.text().empty()) co_await speak(message.text());
    }
    signals_.push(AgentTurnEnd{});
  }

  Task<> speak(const std::string& text) {
    for (auto& sentence : sentences_of(text)) {
      const auto began = runtime_.clock.now();
      auto request = voice_.defaults;
      request.text = sentence;
      auto samples = co_await synthesize_whole(*voice_.synthesiser, std::move(request), Deadline::after(runtime_.clock, answer_limit));
      co_await runtime_.clock.sleep_for(options_.latency.speak);
      signals_.push(AgentLatencyClaim{"tts", runtime_.clock.now() - began});
      if (const auto asked = std::exchange(asked_, std::nullopt)) signals_.push(AgentLatencyClaim{"response", runtime_.clock.now() - *asked});
      signals_.push(AgentTranscript{.text = sentence, .final = true});
      playing_until_ = std::max(playing_until_, runtime_.clock.now()) + audio::duration_of(samples.size());
      if (!samples.empty()) signals_.push(AgentAudio{std::move(samples)});
    }
  }

  const ComposedAgentOptions& options_;
  Runtime& runtime_;
  OpenEar ear_;
  OpenVoice voice_;
  composed::Conversation conversation_;
  audio::VoiceActivity activity_;
  std::string name_ = "composed";
  AdapterCapabilities capabilities_ = capabilities_of_composed();
  bool connected_ = false;
  audio::Samples heard_;
  std::size_t forgotten_ = 0;  // samples of the call before those in `heard_`
  std::size_t speech_from_ = 0;
  Clock::Time playing_until_{0};
  std::optional<Clock::Time> asked_;  // when it decided that our user had finished; until its first word
  Channel<AgentSignal> signals_;
  std::shared_ptr<Answering> answering_;
};

}  // namespace

ParticipantSpec composed_agent(ComposedAgentOptions options) {
  if (!options.brain) throw Error(ErrorKind::configuration, "an agent of parts needs something that finds its words").with_hint("give it a model");
  if (options.brain.voice()) throw Error(ErrorKind::configuration, "an agent of parts is made around an agent by text, and this one is spoken to already");
  const auto shared = std::make_shared<const ComposedAgentOptions>(std::move(options));
  VoiceAgentSpec voice{.make = [shared](const ParticipantContext& context) { return std::make_unique<ComposedAgent>(*shared, context); },
                       .capabilities = capabilities_of_composed()};
  if (!shared->greeting.empty()) voice.greeting = Greeting{};
  voice.speech_waits_on_clock_alone = [shared](const SpeechRegistry& speech) {
    return speech.waits_on_clock_alone(shared->ear) && speech.waits_on_clock_alone(shared->voice);
  };
  voice.check = [shared](const SpeechRegistry& speech) {
    speech.check(shared->ear);
    speech.check(shared->voice);
  };
  return shared->brain.named("composed").by_voice(std::move(voice));
}

}  // namespace antiphon
