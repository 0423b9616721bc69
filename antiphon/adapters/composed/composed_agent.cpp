#include "antiphon/adapters/composed/composed_agent.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/adapters/composed/backchannel.hpp"
#include "antiphon/adapters/composed/conversation.hpp"
#include "antiphon/adapters/composed/listener.hpp"
#include "antiphon/adapters/composed/mouth.hpp"
#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/remembered_model.hpp"

namespace antiphon {

namespace {

using namespace std::chrono_literals;
using composed::is_backchannel;

constexpr auto answer_limit = 60s;
constexpr auto onset = 200ms;             // of speech, before it counts as any
constexpr auto backchannel_over = 200ms;  // of silence: what was said is looked at, long before a turn would end
constexpr auto longest_backchannel = 1s;

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
        recognising_(latency_stream(context, "latency of recognition")),
        thinking_(latency_stream(context, "latency of the model")),
        speaking_(latency_stream(context, "latency of speech")),
        listener_({.counts_after = std::min<Duration>(onset, options.barge_in_after), .endpointing = options.endpointing}),
        mouth_(runtime_.clock, signals_) {
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
    if (const auto looking = looking_) {
      looking->work.stop();
      co_await looking->done.wait();
    }
    co_await stop_answering();
    stream_.reset();
    if (std::exchange(connected_, false)) co_await conversation_.close();
  }

  Task<> send_audio(audio::AudioChunk chunk, Deadline deadline) override {
    if (stream_) co_await stream_->feed(chunk.samples, deadline);
    const auto change = listener_.feed(chunk.samples);
    if (change.finished) co_await user_stopped();
    if (change.began) user_starts();
    stop_when_cut_into();
    look_at_what_was_said();
    listener_.forget();
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

  static RandomStream latency_stream(const ParticipantContext& context, std::string_view purpose) {
    const std::array<std::string_view, 3> key{context.scenario_id, "agent", purpose};
    return RandomStream(context.seed, key);
  }

  // It stops when somebody cuts in, and also when they go on before it has begun to answer: then what they say is one turn more.
  void user_starts() {
    signals_.push(AgentHeardUser{.started = true});
    over_ours_ = mouth_.is_heard();
    spoken_over_ours_.reset();
    if (!over_ours_ && answering_ && options_.barge_in && !mouth_.held()) stop_speaking();
  }

  // Whoever is too short for it does not stop it.
  void stop_when_cut_into() {
    listen_on_after_our_words();
    if (!over_ours_ || !options_.barge_in || !listener_.hears_speech() || listener_.spoken() < options_.barge_in_after) return;
    over_ours_ = false;
    if (options_.backchannel == BackchannelPolicy::ignore)
      mouth_.hold();
    else
      stop_speaking();
  }

  // What goes on after its last word is a turn of theirs, whatever it was before.
  void listen_on_after_our_words() {
    if (!over_ours_ || mouth_.is_heard()) return;
    if (!spoken_over_ours_) spoken_over_ours_ = listener_.spoken();
    if (listener_.spoken() - *spoken_over_ours_ >= onset) over_ours_ = false;
  }

  void stop_speaking() {
    if (answering_) answering_->work.stop();
    mouth_.stop();
  }

  // Held in the middle of its words, it does not wait for a turn's end to find out whether there is a turn at all.
  void look_at_what_was_said() {
    if (!mouth_.held() || !listener_.hears_speech()) return;
    if (listener_.spoken() > longest_backchannel) return stop_speaking();
    if (!stream_ && !looking_ && listener_.quiet() >= backchannel_over) begin_to_look(listener_.speech());
  }

  void begin_to_look(audio::Samples speech) {
    looking_ = std::make_shared<Answering>();
    asio::co_spawn(runtime_.executor, drive(looking_, look(std::move(speech))), asio::detached);
  }

  Task<> look(audio::Samples speech) {
    const auto spoken = listener_.spoken();
    const auto heard = co_await ear_.recogniser->transcribe(std::move(speech), ear_.defaults, Deadline::after(runtime_.clock, answer_limit));
    co_await runtime_.clock.sleep_for(options_.latency.recognise.draw(recognising_));
    auto over = std::exchange(over_while_looking_, std::nullopt);
    if (!mouth_.held()) co_return;
    if (is_backchannel(heard.text)) {
      if (over || listener_.spoken() == spoken) go_on();
      co_return;
    }
    stop_speaking();
    if (!over) co_return;
    co_await stop_answering();
    begin(answer(*std::move(over)));
  }

  void go_on() {
    if (listener_.hears_speech()) signals_.push(AgentHeardUser{.started = false});
    listener_.count_anew();
    mouth_.go_on();
  }

  Task<> user_stopped() {
    signals_.push(AgentHeardUser{.started = false});
    if (stream_) {  // what they said is for the recogniser to say, unless it was nothing
      if (mouth_.held() && words_.empty()) mouth_.go_on();
      co_return;
    }
    if (std::exchange(over_ours_, false) && options_.barge_in) co_return;
    // One answer at a time: what is said over an agent that does not let itself be interrupted is lost.
    if (answering_ && !options_.barge_in) co_return;
    auto speech = listener_.speech();
    if (mouth_.held()) {
      if (!looking_) begin_to_look(speech);
      over_while_looking_ = std::move(speech);
      co_return;
    }
    co_await stop_answering();
    begin(answer(std::move(speech)));
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
    if (looking_ == answering) looking_.reset();
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
    co_await end_turn();
  }

  // Whoever may be held says that it has said all only once it was heard: before that, there may be a rest.
  Task<> end_turn() {
    if (options_.backchannel == BackchannelPolicy::ignore) co_await mouth_.heard_out();
    signals_.push(AgentTurnEnd{});
  }

  /// What the stream says, for as long as the call lasts.
  Task<> understand() {
    while (const auto event = co_await stream_->next(Deadline::never())) {
      using Kind = RecognitionEvent::Kind;
      if (event->kind == Kind::final) words_ += (words_.empty() ? "" : " ") + event->heard.text;
      if (event->kind != Kind::end_of_utterance || words_.empty()) continue;
      auto said = std::exchange(words_, {});
      if (answering_ && !options_.barge_in) continue;
      if (goes_on_after(said)) continue;
      co_await stop_answering();
      begin(answer_after_hearing(std::move(said)));
    }
    throw Error(ErrorKind::closed, fmt::format("{} listens no more", ear_.recogniser->name())).with_party(Party::provider);
  }

  /// Words over ours that stop nothing.
  bool goes_on_after(const std::string& said) {
    if (options_.backchannel != BackchannelPolicy::ignore || !(mouth_.held() || mouth_.is_heard())) return false;
    if (!is_backchannel(said)) {
      stop_speaking();
      return false;
    }
    if (mouth_.held()) go_on();
    return true;
  }

  Task<> answer_after_hearing(std::string words) {
    const auto began = runtime_.clock.now();
    co_await runtime_.clock.sleep_for(options_.latency.recognise.draw(recognising_));
    co_await answer_to(std::move(words), began, Deadline::after(runtime_.clock, answer_limit));
  }

  Task<> answer(audio::Samples speech) {
    const auto began = runtime_.clock.now();
    const auto deadline = Deadline::after(runtime_.clock, answer_limit);
    const auto heard = co_await ear_.recogniser->transcribe(std::move(speech), ear_.defaults, deadline);
    co_await runtime_.clock.sleep_for(options_.latency.recognise.draw(recognising_));
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
    co_await runtime_.clock.sleep_for(options_.latency.think.draw(thinking_));
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
    co_await end_turn();
  }

  Task<> speak(const std::string& text) {
    for (auto& sentence : sentences_of(text)) {
      const auto began = runtime_.clock.now();
      auto request = voice_.defaults;
      request.text = sentence;
      auto samples = co_await synthesize_whole(*voice_.synthesiser, std::move(request), Deadline::after(runtime_.clock, answer_limit));
      co_await runtime_.clock.sleep_for(options_.latency.speak.draw(speaking_));
      signals_.push(AgentLatencyClaim{"tts", runtime_.clock.now() - began});
      if (const auto asked = std::exchange(asked_, std::nullopt)) signals_.push(AgentLatencyClaim{"response", runtime_.clock.now() - *asked});
      signals_.push(AgentTranscript{.text = sentence, .final = true});
      mouth_.say(std::move(samples));
    }
  }

  const ComposedAgentOptions& options_;
  Runtime& runtime_;
  OpenEar ear_;
  OpenVoice voice_;
  composed::Conversation conversation_;
  RandomStream recognising_, thinking_, speaking_;
  composed::Listener listener_;
  Channel<AgentSignal> signals_;
  composed::Mouth mouth_;
  std::string name_ = "composed";
  AdapterCapabilities capabilities_ = capabilities_of_composed();
  bool connected_ = false;
  bool over_ours_ = false;                    // what is being said began over our words, and has not stopped them
  std::optional<Duration> spoken_over_ours_;  // of it, until our words had ended
  std::optional<Clock::Time> asked_;          // when it decided that our user had finished; until its first word
  std::shared_ptr<Answering> answering_, hearing_, looking_;
  std::optional<audio::Samples> over_while_looking_;  // what was said and is over, before it was known whether it was a turn
  std::unique_ptr<RecognitionStream> stream_;
  std::string words_;  // of the stream, since the last end of an utterance
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
