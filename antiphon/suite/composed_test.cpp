#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/composed/elevenlabs_preset.hpp"
#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/base/channel.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/scripted_model.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

// A call between our user and an agent of parts, with speech that needs no models.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

Task<AgentReply> reply(AgentInput input) {
  co_return AgentReply(input.last_new_user_text() == "hours" ? "we open at nine and we close at five and on sunday we rest" : "goodbye then");
}

ScenarioResult play(std::vector<Step> script, ComposedAgentOptions options = {}, VoiceOptions voice = {}) {
  options.brain = ParticipantSpec(reply);
  return run(
      {.name = "a call", .agent = composed_agent(options), .user = scripted_user({"hours", "thanks"}), .voice = std::move(voice), .script = std::move(script)},
      {.seed = 7, .speech = testing_support::tone_speech()});
}

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

TEST(ComposedAgent, GreetsUnderstandsAndAnswers_VOX70) {
  const auto result = play({user(), agent(), user(), agent(), succeed("")}, {.greeting = "hello there"});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hello there", "hours", "we open at nine and we close at five and on sunday we rest", "thanks", "goodbye then"));
  EXPECT_EQ(result.clock, "virtual");
  // Endpointing 500 ms, recognition 120 ms, speech 120 ms, and up to three frames of the line.
  ASSERT_EQ(result.answer_s.size(), 2U);
  EXPECT_NEAR(result.answer_s[1], 0.80, 0.08);
  ASSERT_EQ(result.call->claims.understood.size(), 2U);
  EXPECT_EQ(result.call->claims.understood[0].second, "hours");
  EXPECT_EQ(result.call->turns[1].ending, TurnEnding::signal);
}

TEST(ComposedAgent, TellsWhatItsAnswersAreMadeOf_VOX90_VOX92) {
  const auto result = play({user("hours"), agent(), user("thanks"), agent(), succeed("")}, {.latency = {.recognise = 130ms, .think = 400ms, .speak = 150ms}});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto measures = voice::measure(*result.call);
  ASSERT_EQ(measures.user_turns.size(), 2U);
  for (const auto& entry : measures.user_turns) {
    ASSERT_TRUE(entry.parts);
    EXPECT_NEAR(entry.parts->sum(), entry.latency_s.value(), 1e-9);
    EXPECT_NEAR(entry.parts->hold, 0.5, 0.08);               // its endpointing, and the frames of line and detector
    EXPECT_NEAR(entry.parts->model, 0.13 + 0.4, 1e-6);       // recognition and thinking
    EXPECT_NEAR(entry.parts->synthesis, 0.15 + 0.05, 0.03);  // and the silence that its speech begins with
  }
  EXPECT_NEAR(measures.figures.at("claimed_response_s")->value, 0.68, 1e-6);
  EXPECT_NEAR(measures.figures.at("heard_over_claimed_s")->value, 0.55, 0.1);
}

/// A vendor's recogniser whose stream breaks after a second.
class BreakingEar final : public SpeechToText {
 public:
  explicit BreakingEar(Clock& clock) : clock_(clock) {}
  Task<Recognition> transcribe(audio::Samples, RecognitionSettings, Deadline) override { co_return Recognition{}; }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { co_return std::make_unique<Stream>(clock_); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  class Stream final : public RecognitionStream {
   public:
    explicit Stream(Clock& clock) : clock_(clock) {}
    Task<> feed(audio::Samples, Deadline) override { co_return; }
    Task<> finish(Deadline) override { co_return; }
    Task<std::optional<RecognitionEvent>> next(Deadline) override {
      co_await clock_.sleep_for(1s);
      throw Error(ErrorKind::closed, "vendor/one: it closed the stream: 1011").with_party(Party::provider);
    }

   private:
    Clock& clock_;
  };

  Clock& clock_;
  RecognitionCapabilities capabilities_{.streaming = true, .waits_on_clock_alone = true};
  std::string name_ = "vendor/one";
};

TEST(ComposedAgent, AVendorsStreamThatBreaksIsTheProvidersFaultAndNamesIt_VOX70_SCN100) {
  auto speech = std::make_shared<SpeechRegistry>(*testing_support::tone_speech());
  speech->add("vendor", SpeechRegistry::EarProvider{
                            .make = [](const auto&, const SpeechContext& context) { return std::make_unique<BreakingEar>(context.runtime.clock); },
                            .waits_on_clock_alone = true});
  const auto result = run({.name = "a call",
                           .agent = composed_agent({.brain = ParticipantSpec(reply), .ear = EarChoice("vendor/one"), .streaming = true}),
                           .script = {user("hours"), agent()}},
                          {.seed = 7, .speech = speech});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::provider);
  EXPECT_EQ(result.fault->party, Party::provider);
  EXPECT_EQ(result.error->message, "the call broke off at 1.00 s: vendor/one: it closed the stream: 1011");
}

TEST(ComposedAgent, StopsWhenSomebodyCutsIn_VOX70) {
  const auto result = play({user("hours"), interrupt("wait a moment", {.after = 1s}), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 400ms);
  EXPECT_EQ(result.messages.back().text(), "goodbye then");
}

/// A call in which this is heard a second into the agent's answer.
ScenarioResult cut_in_with(const audio::Samples& sound) {
  const auto path = (std::filesystem::temp_directory_path() / (make_id("cut-in") + ".wav")).string();
  audio::write_audio_file(path, audio::SampleView(sound));
  auto result = play({user("hours"), interrupt(path, {.after = 1s}), antiphon::sleep(4s), succeed("")});
  std::filesystem::remove(path);
  return result;
}

/// `count` times so much sound, and so much silence after it.
audio::Samples bursts(int count, Duration on, Duration off) {
  audio::Samples samples;
  for (int i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < audio::samples_in(on); ++k) samples.push_back(k % 48 < 24 ? 6000 : -6000);
    samples.resize(samples.size() + audio::samples_in(off));
  }
  return samples;
}

TEST(ComposedAgent, StopsForAWordWithAPauseInIt_VOX33_VOX70) {
  const auto result = cut_in_with(bursts(4, 120ms, 80ms));  // a closed mouth between: never 200 ms in one piece

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->turns.at(0).ending, TurnEnding::cleared);
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 350ms);
}

TEST(ComposedAgent, SpeaksOnOverKeysAndShortNoises_VOX32_VOX70) {
  for (const auto& sound : {audio::dtmf_tones("123456"), bursts(6, 80ms, 300ms)}) {
    const auto result = cut_in_with(sound);
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::signal);
    EXPECT_EQ(result.call->claims.understood.size(), 1U);
    EXPECT_TRUE(result.call->interruptions.at(0).censored);
  }
}

TEST(ComposedAgent, ItsPartsTakeWhatIsDrawnForThemByTheSeed_VOX80) {
  const ComposedLatency spread{.recognise = {120ms, 300ms}, .think = LatencyDistribution::of_recorded({50ms, 400ms, 900ms}), .speak = {100ms, 250ms}};
  const auto latencies = [&](std::uint64_t seed) {
    const auto result = run({.name = "a call",
                             .agent = composed_agent({.brain = ParticipantSpec(reply), .latency = spread}),
                             .script = {user("thanks"), agent(), user("thanks"), agent(), user("thanks"), agent(), succeed("")}},
                            {.seed = seed, .speech = testing_support::tone_speech()});
    EXPECT_FALSE(result.error);
    return result.answer_s;
  };
  const auto once = latencies(7);
  ASSERT_EQ(once.size(), 3U);
  EXPECT_NE(once[0], once[1]);
  EXPECT_EQ(latencies(7), once);
  EXPECT_NE(latencies(8), once);
}

TEST(ComposedAgent, SpeaksOnWhereItIsToldTo_VOX70) {
  const auto result = play({user("hours"), interrupt("wait a moment", {.after = 1s}), succeed("")}, {.barge_in = false});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_TRUE(result.call->interruptions.at(0).censored);
}

VoiceOptions nodding() { return {.backchannels = InterjectionConfig{.probability = 1, .least = 1s, .most = 1500ms}}; }

/// In the middle of the answer, once.
VoiceOptions nodding_once() { return {.backchannels = InterjectionConfig{.probability = 1, .least = 2400ms, .most = 2500ms, .words = {"okay"}}}; }

Duration voiced(const AgentTurn& turn) {
  Duration sum{0};
  for (const auto& span : turn.voiced) sum += span.end - span.start;
  return sum;
}

TEST(ComposedAgent, SpeaksOnWhereSomebodyOnlyShowsThatTheyListen_VOX35_VOX70) {
  const auto result = play({user("hours"), agent(), user("thanks"), agent(), succeed("")}, {.barge_in_after = 600ms}, nodding());

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "we open at nine and we close at five and on sunday we rest", "thanks", "goodbye then"));
  EXPECT_EQ(result.call->utterances.at(1).kind, UtteranceKind::backchannel);
  EXPECT_EQ(result.call->claims.understood.size(), 2U) << "a nod is no turn";
}

TEST(ComposedAgent, GoesOnFromWhereItStoppedForABackchannel_VOX35_VOX70) {
  const auto whole = play({user("hours"), agent(), succeed("")});
  const auto result = play({user("hours"), agent(), user("thanks"), agent(), succeed("")}, {.backchannel = BackchannelPolicy::ignore}, nodding_once());

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "we open at nine and we close at five and on sunday we rest", "thanks", "goodbye then"));
  const auto& turn = result.call->turns.at(0);
  EXPECT_EQ(turn.ending, TurnEnding::signal);
  EXPECT_GT(turn.end - turn.start, whole.call->turns.at(0).end - whole.call->turns.at(0).start + 300ms) << "it was quiet meanwhile";
  EXPECT_NEAR(to_seconds(voiced(turn)), to_seconds(voiced(whole.call->turns.at(0))), 0.15) << "and said all of it, once";
  EXPECT_EQ(voice::measure(*result.call).figures.at("false_interruptions")->value, 0);
  EXPECT_EQ(result.call->claims.understood.size(), 2U) << "a nod is no turn";
  EXPECT_EQ(result.call->delivery.under_runs, 0U) << "nor is it an under-run";
}

TEST(ComposedAgent, ThatGoesOnForBackchannelsStopsForWords_VOX33_VOX70) {
  const auto result = play({user("hours"), interrupt("wait a moment", {.after = 1s}), agent(), succeed("")}, {.backchannel = BackchannelPolicy::ignore});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 400ms);
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::cleared);
  EXPECT_EQ(result.messages.back().text(), "goodbye then");
}

TEST(ComposedAgent, ThatStopsForEverySoundIsCaught_VOX35) {
  const auto result = play({user("hours"), agent(), succeed("")}, {}, nodding());

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::cleared);
  EXPECT_GE(voice::measure(*result.call).figures.at("false_interruptions")->value, 1);
}

TEST(ComposedAgent, StopsForALongerCutInAllTheSame_VOX33_VOX70) {
  const auto result = play({user("hours"), interrupt("wait a moment please", {.after = 1s}), agent(), succeed("")}, {.barge_in_after = 600ms});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 800ms);
  EXPECT_EQ(result.messages.back().text(), "goodbye then");
}

TEST(ComposedAgent, TellsWhatItUnderstoodAndAnsweredLast_VOX70) {
  const auto last = std::make_shared<LastExchange>();
  play({user("hours"), agent(), user("thanks"), agent(), succeed("")}, {.last = last});
  EXPECT_EQ(last->user_transcript(), "thanks");
  EXPECT_EQ(last->reply(), "goodbye then");
}

TEST(ComposedAgent, AsksOnceForEachTurnAndNeverWhileAnAnswerIsUnderWay_VOX70) {
  auto script = std::make_shared<testing_support::ModelScript>();
  script->answers = {Message::assistant("we open at nine"), Message::assistant("never said")};
  script->latency = 2s;
  Scenario scenario{.name = "a call", .agent = composed_agent({.brain = model_agent({.model = ModelSettings("test/model")})})};
  scenario.script = {user("hours"), antiphon::sleep(1500ms), user("on sunday"), agent(), succeed("")};
  const auto result = run(std::move(scenario), {.seed = 7, .models = testing_support::registry_with(script), .speech = testing_support::tone_speech()});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "on sunday", "we open at nine"));
  ASSERT_EQ(script->asked.size(), 2U) << "the first question was taken back before the second was asked";
  EXPECT_EQ(script->answers.size(), 1U);
}

TEST(ComposedAgent, IsInterruptedByChance_VOX34) {
  const InterruptionConfig always{.probability = 1, .least = 500ms, .most = 800ms, .phrases = {"hold on"}};
  const auto result = play({proceed(1), succeed("")}, {}, {.interruptions = always});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->interruptions.size(), 1U);
  const auto after = *result.call->interruptions[0].achieved - result.call->turns[0].start;
  EXPECT_GE(after, 480ms);
  EXPECT_LE(after, 900ms);
  EXPECT_THAT(words(result), ::testing::Contains("hold on"));
}

TEST(ComposedAgent, ARecordingInPlaceOfTheVoiceIsUnderstood_VOX30) {
  auto tones = std::make_shared<testing_support::Tones>();
  const auto samples = tones->speak("hours");
  const auto result =
      run({.name = "a call", .agent = composed_agent({.brain = ParticipantSpec(reply)}), .script = {play_audio(samples, "hours"), agent(), succeed("")}},
          {.seed = 7, .speech = testing_support::tone_speech(tones)});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", ::testing::StartsWith("we open")));
}

/// Tells what it hears word by word: a partial and a final each, and the end of an utterance after 300 ms of quiet.
class StreamingTones final : public SpeechToText {
 public:
  StreamingTones(std::shared_ptr<testing_support::Tones> tones, Clock& clock) : tones_(std::move(tones)), clock_(clock) {}
  Task<Recognition> transcribe(audio::Samples, RecognitionSettings, Deadline) override { throw Error(ErrorKind::internal, "nobody asks for whole recordings"); }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { co_return std::make_unique<Stream>(tones_, clock_); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  class Stream final : public RecognitionStream {
   public:
    Stream(std::shared_ptr<testing_support::Tones> tones, Clock& clock)
        : tones_(std::move(tones)), clock_(clock), activity_({.timing = {.onset = 20ms, .hangover = 300ms}}) {}
    Task<> feed(audio::Samples samples, Deadline) override {
      heard_.insert(heard_.end(), samples.begin(), samples.end());
      for (const auto& edge : activity_.feed(samples)) {
        if (edge.starts) continue;
        const auto text = tones_->understand(std::exchange(heard_, {}));
        events_.push({.kind = RecognitionEvent::Kind::partial, .heard = {.text = "not this"}});
        for (const auto& word : split(text, ' ')) events_.push({.kind = RecognitionEvent::Kind::final, .heard = {.text = word}});
        events_.push({.kind = RecognitionEvent::Kind::end_of_utterance});
      }
      co_return;
    }
    Task<> finish(Deadline) override { co_return; }
    Task<std::optional<RecognitionEvent>> next(Deadline deadline) override {
      co_return co_await events_.pop(clock_, deadline, Error(ErrorKind::timeout, "late"));
    }

   private:
    std::shared_ptr<testing_support::Tones> tones_;
    Clock& clock_;
    audio::VoiceActivity activity_;
    audio::Samples heard_;
    Channel<RecognitionEvent> events_;
  };

  std::shared_ptr<testing_support::Tones> tones_;
  Clock& clock_;
  RecognitionCapabilities capabilities_{.streaming = true, .partials = true, .waits_on_clock_alone = true};
  std::string name_ = "stream/of tones";
};

TEST(ComposedAgent, AnswersWhenItsRecogniserSaysThatTheyHaveFinished_VOX70_VOX22) {
  auto tones = std::make_shared<testing_support::Tones>();
  auto speech = std::make_shared<SpeechRegistry>(*testing_support::tone_speech(tones));
  speech->add("stream", SpeechRegistry::EarProvider{.make = [tones](const EarChoice&, const SpeechContext& context) -> std::unique_ptr<SpeechToText> {
                                                      return std::make_unique<StreamingTones>(tones, context.runtime.clock);
                                                    },
                                                    .waits_on_clock_alone = true});
  const auto call = [&](const char* ear, std::vector<Step> script) {
    return run({.name = "a call", .agent = composed_agent({.brain = ParticipantSpec(reply), .ear = ear, .streaming = true}), .script = std::move(script)},
               {.seed = 7, .speech = speech});
  };
  const auto result = call("stream/of tones", {user("hours"), agent(), user("see you"), agent(), succeed("")});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", ::testing::StartsWith("we open"), "see you", "goodbye then"));
  EXPECT_NEAR(result.answer_s[0], 0.60, 0.08);  // 300 ms of quiet, not 500
  EXPECT_EQ(result.call->claims.understood[1].second, "see you");

  const auto cut = call("stream/of tones", {user("hours"), interrupt("wait a moment", {.after = 1s}), agent(), succeed("")});
  ASSERT_FALSE(cut.error) << cut.error->message;
  EXPECT_EQ(cut.messages.back().text(), "goodbye then");

  const auto nodded =
      run({.name = "a call",
           .agent = composed_agent({.brain = ParticipantSpec(reply), .ear = "stream/of tones", .streaming = true, .backchannel = BackchannelPolicy::ignore}),
           .voice = nodding_once(),
           .script = {user("hours"), agent(), user("thanks"), agent(), succeed("")}},
          {.seed = 7, .speech = speech});
  ASSERT_FALSE(nodded.error) << nodded.error->message;
  EXPECT_THAT(words(nodded), ElementsAre("hours", ::testing::StartsWith("we open"), "thanks", "goodbye then"));
  EXPECT_EQ(nodded.call->turns[0].ending, TurnEnding::signal);

  const auto whole = call("tones", {user("hours"), agent()});
  ASSERT_TRUE(whole.error);
  EXPECT_THAT(whole.error->message, ::testing::HasSubstr("does not listen while somebody speaks"));
}

/// Tones under ElevenLabs' name, which keep what they were asked for.
struct NamedTones {
  std::vector<std::string> asked;
  std::shared_ptr<testing_support::Tones> tones = std::make_shared<testing_support::Tones>();
  std::shared_ptr<SpeechRegistry> speech;

  NamedTones() : speech(std::make_shared<SpeechRegistry>(*testing_support::tone_speech(tones))) {
    speech->add("elevenlabs", SpeechRegistry::VoiceProvider{.make =
                                                                [this](const VoiceChoice& choice, const SpeechContext&) {
                                                                  asked.push_back(choice.voice + " " + choice.key);
                                                                  return std::make_unique<testing_support::ToneVoice>(tones);
                                                                },
                                                            .waits_on_clock_alone = true});
    speech->add("elevenlabs", SpeechRegistry::EarProvider{.make =
                                                              [this](const EarChoice& choice, const SpeechContext&) {
                                                                asked.push_back(choice.recogniser + " " + choice.key);
                                                                return std::make_unique<testing_support::ToneEar>(tones);
                                                              },
                                                          .waits_on_clock_alone = true});
  }
};

TEST(ElevenLabsPreset, HearsAndSpeaksAsElevenLabsAndKeepsWhatIsGiven_VOX70) {
  NamedTones tones;
  const auto call = [&](ComposedAgentOptions options) {
    options.brain = ParticipantSpec(reply);
    return run({.name = "a call", .agent = elevenlabs_voice_agent(std::move(options), "key of mine"), .script = {user("hours"), agent(), succeed("")}},
               {.seed = 7, .speech = tones.speech});
  };
  const auto result = call({});
  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", ::testing::StartsWith("we open")));
  EXPECT_THAT(tones.asked, ElementsAre("elevenlabs/scribe_v1 key of mine", "elevenlabs key of mine"));
  tones.asked.clear();
  call({.ear = "tones", .voice = "elevenlabs/mine"});
  EXPECT_THAT(tones.asked, ElementsAre("elevenlabs/mine key of mine"));
}

TEST(ElevenLabsPreset, StandsInASuiteAndTellsOfAMissingKey_VOX70_VOX23) {
  const suite::testing::SuiteFolder folder({{"s.yaml",
                                             "antiphon: 1\nagent: {composed: elevenlabs}\nscenarios:\n"
                                             "  - {name: a, script: [{user: hi}, agent]}\n"
                                             "  - {name: b, agent: {composed: {preset: elevenlabs, model: rules/r.yaml}}, script: [{user: hi}, agent]}\n"}});
  const auto loaded = folder.load({"s.yaml"});
  ASSERT_EQ(loaded.scenarios.size(), 2U);
  SpeechRegistry speech;
  std::vector<std::string> checked;
  speech.add("elevenlabs", SpeechRegistry::VoiceProvider{.check = [&](const VoiceChoice& choice) { checked.push_back(choice.voice); }});
  speech.add("elevenlabs", SpeechRegistry::EarProvider{.check = [&](const EarChoice& choice) { checked.push_back(choice.recogniser); }});
  for (const auto& scenario : loaded.scenarios) scenario.agent.voice()->check(speech);
  EXPECT_THAT(checked, ElementsAre("elevenlabs/scribe_v1", "elevenlabs", "elevenlabs/scribe_v1", "elevenlabs"));

  const suite::testing::SuiteFolder wrong({{"s.yaml", "antiphon: 1\nagent: {composed: {preset: elevenlab}}\nscenarios: [{name: a, script: [agent]}]\n"}});
  EXPECT_THAT(wrong.report({"s.yaml"}), ::testing::AllOf(::testing::HasSubstr("s.yaml:2:28"), ::testing::HasSubstr("elevenlabs")));
}

}  // namespace
}  // namespace antiphon
