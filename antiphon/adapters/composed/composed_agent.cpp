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
constexpr auto onset = 200ms;  // of speech, before it counts as any

AdapterCapabilities capabilities_of_composed() { return {.streaming_transcripts = true, .native_vad = true, .turn_end = true, .paced = true}; }

// What it is made of may be somebody else's: then it is not the agent's fault that it breaks.
AgentClosed broken(std::exception_ptr failure) {
  AgentClosed closed{.reason = describe(failure)};
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    closed.party = error.party();
    if (!error.hint().empty()) closed.reason += "; " + error.hint();
  } catch (...) {}
  return closed;
}

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
        activity_({.timing = {.onset = std::chrono::duration_cast<std::chrono::milliseconds>(std::min<Duration>(onset, options.barge_in_after)),
                              .hangover = std::chrono::duration_cast<std::chrono::milliseconds>(options.endpointing)}}) {
    if (options.streaming && !ear_.recogniser->capabilities().streaming)
      throw Error(ErrorKind::configuration, fmt::format("{} does not listen while somebody speaks, or not on a cassette", ear_.recogniser->name()))
          .with_party(Party::harness)
          .with_hint("leave out `streaming`, or take a recogniser that streams, such as deepgram or moonshine");
  }

  const std::string& name() const override { return name_; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }

  Task<> connect(Deadline deadline) override {
    if (std::exchange(connected_, true)) co_return;
    if (options_.streaming) {
      stream_ = co_await ear_.recogniser->open(ear_.defaults, deadline);
      hearing_ = std::make_shared<Answering>();
      asio::co_spawn(runtime_.executor, drive(hearing_, understand()), asio::detached);
    }
    if (options_.greeting.empty()) co_return;
    conversation_.greeted(options_.greeting);
    begin(greet());
  }

  Task<> disconnect(Deadline) override {
    if (const auto hearing = std::exchange(hearing_, nullptr)) {
      hearing->work.stop();
      co_await hearing->done.wait();
    }
    co_await stop_answering();
    stream_.reset();
    if (std::exchange(connected_, false)) co_await conversation_.close();
  }

  Task<> send_audio(audio::AudioChunk chunk, Deadline deadline) override {
    if (stream_) co_await stream_->feed(chunk.samples, deadline);
    const auto edges = activity_.feed(chunk.samples);
    heard_.insert(heard_.end(), chunk.samples.begin(), chunk.samples.end());
    for (const auto& edge : edges) edge.starts ? user_starts(edge.at) : co_await user_stopped(edge.at);
    stop_when_cut_into();
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
    over_ours_ = is_heard();
    if (!over_ours_ && answering_ && options_.barge_in) stop_speaking();
  }

  // Whoever only shows that they listen does not stop it.
  void stop_when_cut_into() {
    if (!over_ours_ || !options_.barge_in || !activity_.speaking()) return;
    const auto from = std::min(speech_from_, activity_.last_voiced_end());
    if (options_.barge_in_after > onset && audio::duration_of(activity_.last_voiced_end() - from) < options_.barge_in_after) return;
    over_ours_ = false;
    stop_speaking();
  }

  void stop_speaking() {
    if (answering_) answering_->work.stop();
    signals_.push(AgentClear{});
    playing_until_ = runtime_.clock.now();
  }

  Task<> user_stopped(std::size_t at) {
    signals_.push(AgentHeardUser{.started = false});
    if (stream_) co_return;  // that is for the recogniser to say
    if (std::exchange(over_ours_, false) && options_.barge_in) co_return;
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
      if (!answering->work.stopped()) signals_.push(broken(std::current_exception()));
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

  /// What the stream says, for as long as the call lasts.
  Task<> understand() {
    std::string words;
    while (const auto event = co_await stream_->next(Deadline::never())) {
      using Kind = RecognitionEvent::Kind;
      if (event->kind == Kind::final) words += (words.empty() ? "" : " ") + event->heard.text;
      if (event->kind != Kind::end_of_utterance || words.empty()) continue;
      auto said = std::exchange(words, {});
      if (answering_ && !options_.barge_in) continue;
      co_await stop_answering();
      begin(answer_after_hearing(std::move(said)));
    }
    throw Error(ErrorKind::closed, fmt::format("{} listens no more", ear_.recogniser->name())).with_party(Party::provider);
  }

  Task<> answer_after_hearing(std::string words) {
    const auto began = runtime_.clock.now();
    co_await runtime_.clock.sleep_for(options_.latency.recognise);
    co_await answer_to(std::move(words), began, Deadline::after(runtime_.clock, answer_limit));
  }

  Task<> answer(audio::Samples speech) {
    const auto began = runtime_.clock.now();
    const auto deadline = Deadline::after(runtime_.clock, answer_limit);
    const auto heard = co_await ear_.recogniser->transcribe(std::move(speech), ear_.defaults, deadline);
    co_await runtime_.clock.sleep_for(options_.latency.recognise);
    if (heard.text.empty()) co_return;
    co_await answer_to(heard.text, began, deadline);
  }

  /// `began`: when it was decided that our user had finished.
  Task<> answer_to(std::string words, Clock::Time began, Deadline deadline) {
    signals_.push(AgentTranscript{.speaker = audio::Speaker::user, .text = words, .final = true});
    const auto understood = runtime_.clock.now();
    signals_.push(AgentLatencyClaim{"asr", understood - began});
    if (options_.last) options_.last->keep_user_transcript(words);
    const auto messages = co_await conversation_.answer(std::move(words), deadline);
    co_await runtime_.clock.sleep_for(options_.latency.think);
    signals_.push(AgentLatencyClaim{"llm", runtime_.clock.now() - understood});
    asked_ = began;
    std::string said;
    for (const auto& message : messages) {
      for (const auto& call : message.tool_calls()) signals_.push(AgentToolCall{call});
      if (message.role() != MessageRole::assistant || message.text().empty()) continue;
      said += (said.empty() ? "" : " ") + message.text();
      if (options_.last) options_.last->keep_reply(said);
      co_await speak(message.text());
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
  bool over_ours_ = false;  // what is being said began over our words, and has not stopped them
  Clock::Time playing_until_{0};
  std::optional<Clock::Time> asked_;  // when it decided that our user had finished; until its first word
  Channel<AgentSignal> signals_;
  std::shared_ptr<Answering> answering_, hearing_;
  std::unique_ptr<RecognitionStream> stream_;
};

}  // namespace

std::string LastExchange::user_transcript() const {
  const std::lock_guard lock(mutex_);
  return user_transcript_;
}

std::string LastExchange::reply() const {
  const std::lock_guard lock(mutex_);
  return reply_;
}

void LastExchange::keep_user_transcript(std::string text) {
  const std::lock_guard lock(mutex_);
  user_transcript_ = std::move(text);
}

void LastExchange::keep_reply(std::string text) {
  const std::lock_guard lock(mutex_);
  reply_ = std::move(text);
}

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
