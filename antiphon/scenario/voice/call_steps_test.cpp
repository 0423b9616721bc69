#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/audio/dtmf.hpp"
#include "antiphon/audio/file.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/providers/tts/remembered.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// What each step of a call does on the line.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing_support::PlayedAgent;
using testing_support::Tones;

/// Listens, and notes what our user sent.
struct Listener {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  audio::Samples heard{};
  std::vector<std::string> keys{};
  AdapterCapabilities capabilities{};

  ScenarioResult play(std::vector<Step> script, VoiceOptions voice = {}, std::shared_ptr<const SpeechRegistry> speech = nullptr) {
    const auto agent = testing_support::played_agent(capabilities, [this](PlayedAgent& self) -> Task<> {
      self.on_keys = [this](std::string pressed) { keys.push_back(std::move(pressed)); };
      for (;;) {
        heard = self.heard;
        co_await self.clock.sleep_for(10ms);
      }
    });
    script.push_back(succeed(""));
    return run({.name = "a call", .agent = agent, .voice = std::move(voice), .script = std::move(script)},
               {.seed = 7, .speech = speech ? speech : testing_support::tone_speech(tones)});
  }
  double level(Duration from, Duration length) const {
    return audio::rms_dbfs(audio::SampleView(heard).subspan(audio::samples_in(from), audio::samples_in(length)));
  }
};

bool is_silent(const audio::Samples& samples) {
  return std::ranges::all_of(samples, [](auto sample) { return sample == 0; });
}

TEST(SilenceStep, IsATurnOfExactlySoMuchSilence_VOX31) {
  Listener line;
  const auto result = line.play({silence(2s), antiphon::sleep(1s)});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(line.heard.size(), audio::samples_in(2s)) << "a line that is not paced is sent the silence and nothing else";
  EXPECT_TRUE(is_silent(line.heard));
  ASSERT_THAT(result.call->utterances, SizeIs(1));
  EXPECT_EQ(result.call->utterances[0].kind, UtteranceKind::silence);
  EXPECT_EQ(result.call->utterances[0].end - result.call->utterances[0].start, 2s);
  EXPECT_EQ(result.turns, 1);
}

TEST(SleepStep, IsNoTurnAndSendsNothing_VOX31) {
  Listener line;
  const auto result = line.play({antiphon::sleep(2s)});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_TRUE(line.heard.empty());
  EXPECT_TRUE(result.call->utterances.empty());
  EXPECT_TRUE(result.messages.empty());
}

TEST(SleepStep, LeavesAPacedLineOpen_VOX31) {
  Listener line{.capabilities = {.paced = true}};
  line.play({antiphon::sleep(2s)});

  EXPECT_NEAR(static_cast<double>(line.heard.size()), static_cast<double>(audio::samples_in(2s)), 2 * 480);
  EXPECT_TRUE(is_silent(line.heard));
}

TEST(DtmfStep, GoesThroughTheChannelOfItsOwnWhereThereIsOne_VOX32) {
  Listener line{.capabilities = {.dtmf = true, .paced = true}};
  const auto result = line.play({dtmf("1w2#")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(line.keys, ElementsAre("1w2#"));
  EXPECT_TRUE(is_silent(line.heard));
  EXPECT_EQ(result.call->utterances.at(0).kind, UtteranceKind::dtmf);
  EXPECT_EQ(result.messages.at(0).text(), "[keys 1w2#]");
}

TEST(DtmfStep, SoundsItsTonesWhereThereIsNone_VOX32) {
  Listener line{.capabilities = {.paced = true}};
  const auto result = line.play({dtmf("1w2#")});

  ASSERT_FALSE(result.error) << result.error->message;
  audio::DtmfDetector detector;
  std::string found;
  for (const auto& key : detector.feed(line.heard)) found += key.key;
  for (const auto& key : detector.finish()) found += key.key;
  EXPECT_EQ(found, "12#");
  EXPECT_GT(line.level(20ms, 60ms), -20);
  const bool told = std::ranges::any_of(result.call->events, [](const VoiceEvent& event) { return event.type == VoiceEventType::dtmf; });
  EXPECT_TRUE(told);
}

TEST(EffectsStep, HoldsFromTheNextTurnOn_VOX41) {
  Listener line;
  const auto result = line.play({user("one two three"), effects({{"volume", {.numbers = {{"gain_db", -20}}}}}), user("one two three")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto half = audio::duration_of(line.heard.size() / 2);
  EXPECT_NEAR(line.level(0s, half) - line.level(half, half), 20, 1);
}

TEST(EffectsStep, ChangesWhatLiesUnderAPacedLine_VOX41) {
  Listener line{.capabilities = {.paced = true}};
  const auto result = line.play({user("one"), antiphon::sleep(1s), effects({{"background_noise"}}), antiphon::sleep(1s), user("one"), antiphon::sleep(1s),
                                 effects({}), user("one"), antiphon::sleep(1s)});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& said = result.call->utterances;
  ASSERT_THAT(said, SizeIs(3));
  EXPECT_LT(line.level(said[0].end + 100ms, 800ms), -90);
  EXPECT_LT(line.level(said[1].start - 500ms, 400ms), -90) << "from the next turn on, not from the step";
  EXPECT_GT(line.level(said[1].end + 100ms, 800ms), -60);
  EXPECT_LT(line.level(said[2].end + 100ms, 800ms), -90);
}

TEST(UserStep, EffectsOfItsOwnHoldForOneTurn_SCN10_VOX20) {
  Listener line{.capabilities = {.paced = true}};
  const SpokenHow noisy{.effects = std::vector<VoiceEffect>{{"background_noise"}}};
  const auto result = line.play({user("one", noisy), antiphon::sleep(1s), user("one"), antiphon::sleep(1s)});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& said = result.call->utterances;
  EXPECT_GT(line.level(said[0].start, 40ms), -60) << "noise before its first word";
  EXPECT_LT(line.level(said[0].end + 100ms, 800ms), -90);
  EXPECT_LT(line.level(said[1].start, 40ms), -90);
}

TEST(Effects, WorkInTheOrderInWhichTheyAreGiven_VOX20) {
  const auto loudest = [](std::vector<VoiceEffect> effects) {
    Listener line;
    line.play({user("one two three")}, {.effects = std::move(effects)});
    return audio::peak_dbfs(line.heard);
  };
  const VoiceEffect louder{"volume", {.numbers = {{"gain_db", 40}}}}, softer{"volume", {.numbers = {{"gain_db", -40}}}};
  EXPECT_NEAR(loudest({softer, louder}), loudest({}), 1);
  EXPECT_LT(loudest({louder, softer}), loudest({}) - 3) << "what was clipped stays clipped";
}

TEST(Effects, ThatLeaveNothingOfTheSpeechLeaveNoVoice_VOX40_VOX92) {
  const auto voiced = [](std::vector<VoiceEffect> effects) {
    Listener line;
    const auto result = line.play({user("one two three")}, {.effects = std::move(effects)});
    return !result.call->utterances.at(0).voiced.empty();
  };
  const auto softer = [](double gain) { return VoiceEffect{"volume", {.numbers = {{"gain_db", gain}}}}; };
  const auto losing = [](double rate) { return VoiceEffect{"packet_loss", {.numbers = {{"rate", rate}}}}; };
  const VoiceEffect hiss{"static", {.numbers = {{"intensity", 0.3}}}}, babble{"background_noise", {.words = {{"kind", "babble"}}}}, other{"double_talk"},
      missing{"dropout", {.numbers = {{"probability", 1}}}};
  for (const auto& effects : std::vector<std::vector<VoiceEffect>>{{softer(-60)},
                                                                   {losing(1)},
                                                                   {losing(0.98)},
                                                                   {missing},
                                                                   {softer(-60), hiss},
                                                                   {hiss, losing(1)},
                                                                   {missing, babble},
                                                                   {losing(1), other},
                                                                   {softer(-30), softer(-30)}})
    EXPECT_FALSE(voiced(effects)) << effects.front().name << " and " << effects.back().name;
  for (const auto& description : audio::effect_descriptions()) EXPECT_TRUE(voiced({{std::string(description.name)}})) << description.name;
  for (const auto& effects :
       std::vector<std::vector<VoiceEffect>>{{softer(-35)}, {losing(0.3)}, {hiss, losing(0.3)}, {softer(-60), softer(40)}, {softer(40)}, {babble, hiss}})
    EXPECT_TRUE(voiced(effects)) << effects.front().name << " and " << effects.back().name;
}

class CountedVoice final : public TextToSpeech {
 public:
  CountedVoice(std::shared_ptr<Tones> tones, std::vector<SpeechRequest>& asked) : voice_(std::move(tones)), asked_(asked) {}
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override {
    asked_.push_back(request);
    co_return co_await voice_.synthesize(std::move(request), deadline);
  }
  const SpeechCapabilities& capabilities() const override { return voice_.capabilities(); }
  const std::string& name() const override { return voice_.name(); }

 private:
  testing_support::ToneVoice voice_;
  std::vector<SpeechRequest>& asked_;
};

struct CountedSpeech {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  std::vector<SpeechRequest> asked{};
  std::shared_ptr<SpeechMemory> memory = std::make_shared<SpeechMemory>(std::size_t{1} << 22);

  std::shared_ptr<const SpeechRegistry> registry() {
    auto speech = std::make_shared<SpeechRegistry>();
    speech->add("counted",
                SpeechRegistry::VoiceProvider{
                    .make = [this](const auto&,
                                   const auto&) { return std::make_unique<RememberedVoice>(std::make_unique<CountedVoice>(tones, asked), "counted", memory); },
                    .waits_on_clock_alone = true});
    speech->add("tones", SpeechRegistry::EarProvider{.make = [this](const auto&, const auto&) { return std::make_unique<testing_support::ToneEar>(tones); },
                                                     .waits_on_clock_alone = true});
    speech->prefer_voices({"counted"});
    speech->prefer_ears({"tones"});
    return speech;
  }
};

TEST(Effects, NeverEnterTheMemoryOfWhatWasSaid_VOX20) {
  Listener line;
  CountedSpeech speech;
  const SpokenHow softly{.effects = std::vector<VoiceEffect>{{"volume", {.numbers = {{"gain_db", -30}}}}}};
  const auto result = line.play({user("one two", softly), user("one two")}, {}, speech.registry());

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(speech.asked, SizeIs(1));
  const auto half = audio::duration_of(line.heard.size() / 2);
  EXPECT_NEAR(line.level(half, half) - line.level(0s, half), 30, 1);
}

TEST(UserStep, AStyleOfItsOwnHoldsForOneTurn_SCN10) {
  Listener line;
  CountedSpeech speech;
  line.play({user("one", SpokenHow{.style = "cross"}), user("two")}, {}, speech.registry());

  ASSERT_THAT(speech.asked, SizeIs(2));
  EXPECT_EQ(speech.asked[0].style, "cross");
  EXPECT_EQ(speech.asked[1].style, "");
}

TEST(AudioStep, PlaysAFileInPlaceOfTheVoice_SCN17_VOX30) {
  Listener line;
  CountedSpeech speech;
  const auto path = (std::filesystem::temp_directory_path() / "antiphon-audio-step.wav").string();
  const auto samples = line.tones->speak("one two three");
  audio::write_audio_file(path, audio::SampleView(samples));
  const auto result = line.play({play_audio(path, "one two three"), play_audio(samples)}, {}, speech.registry());
  std::filesystem::remove(path);

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_TRUE(speech.asked.empty()) << "no voice was asked";
  EXPECT_EQ(result.messages.at(0).text(), "one two three");
  EXPECT_EQ(result.messages.at(1).text(), "[audio]") << "nobody wrote down what it says";
  EXPECT_EQ(result.call->utterances.at(0).kind, UtteranceKind::audio);
  ASSERT_GE(line.heard.size(), samples.size());
  EXPECT_TRUE(std::equal(samples.begin(), samples.end(), line.heard.begin()));
}

TEST(AudioStep, AFileThatIsNoAudioIsTheHarnesssAndNamed_VOX30) {
  Listener line;
  const auto path = (std::filesystem::temp_directory_path() / "antiphon-no-audio.wav").string();
  audio::write_audio_file(path, audio::SampleView(line.tones->speak("one")));
  const auto result = line.play({Step([&](RunState&) { std::filesystem::resize_file(path, 30); }), play_audio(path)});  // it was whole when it was looked at
  std::filesystem::remove(path);

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("antiphon-no-audio.wav"));
}

std::vector<ScenarioProblem> problems_of(Step step) {
  return find_problems({.name = "a call", .agent = testing_support::played_agent({}, [](PlayedAgent&) -> Task<> { co_return; }), .script = {std::move(step)}},
                       *ModelRegistry::with_defaults(), *testing_support::tone_speech());
}

TEST(AudioStep, IsReadToItsEndBeforeTheRun_VOX30_PRD10) {
  const auto folder = std::filesystem::temp_directory_path() / ("antiphon-recordings-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "folder.wav");
  const auto speech = Tones().speak("one two three");
  const auto whole = audio::encode_audio_file(audio::SampleView(speech), audio::FileKind::flac);
  const auto write = [&](const char* name, std::string_view content) { write_file_atomically((folder / name).string(), content); };
  write("whole.flac", whole), write("cut.flac", std::string_view(whole).substr(0, whole.size() / 2)), write("empty.wav", ""),
      write("notes.wav", "hello, world");
  mkfifo((folder / "pipe.wav").c_str(), 0600);
  const auto refused = [&](const std::string& path, std::string_view reason, std::string_view hint) {
    for (const auto& step : {play_audio(path), Step(Step::Interrupt{.file = path, .after = 1s})}) {
      const auto problems = problems_of(step);
      ASSERT_THAT(problems, SizeIs(1)) << path;
      EXPECT_THAT(problems[0].text, ::testing::AllOf(::testing::StartsWith("step 1 of the script: "), HasSubstr(path), HasSubstr(reason)));
      EXPECT_THAT(problems[0].hint, HasSubstr(hint)) << path;
    }
  };
  const auto at = [&](const char* name) { return (folder / name).string(); };
  refused(at("cut.flac"), "it is damaged or cut off", "that can be played");
  refused(at("empty.wav"), "the file is empty", "that can be played");
  refused(at("notes.wav"), "neither WAV, FLAC, OGG, Opus nor MP3", "that can be played");
  refused(at("folder.wav"), "is a folder", "name a file");
  refused(at("pipe.wav"), "is a pipe or a device", "name a file");
  refused(at("none.wav"), "there is no recording", "name one that is there");
  refused("https://example.com/a.wav", "is a URL", "fetch it first");
  EXPECT_THAT(problems_of(play_audio(at("whole.flac"))), SizeIs(0));
  EXPECT_THAT(problems_of(play_audio(speech)), SizeIs(0));
  EXPECT_THAT(problems_of(play_audio("")), SizeIs(1));
  std::filesystem::remove_all(folder);
}

TEST(DtmfStep, WithoutAKeyIsRefusedBeforeTheRun_VOX32_PRD10) {
  for (const auto* keys : {"", "w", "wWw"}) {
    const auto problems = problems_of(dtmf(keys));
    ASSERT_THAT(problems, SizeIs(1)) << keys;
    EXPECT_THAT(problems[0].text, HasSubstr("presses no key"));
    EXPECT_THAT(problems[0].hint, HasSubstr("use `silence`"));
  }
  for (const auto* keys : {"1", "w1", "#", "d"}) EXPECT_THAT(problems_of(dtmf(keys)), SizeIs(0)) << keys;
  EXPECT_THROW(Listener().play({dtmf("w")}), Error);
}

TEST(Recordings, OfLongCallsLieOnDisk_VOX62) {
  Listener line{.capabilities = {.paced = true}};
  const auto result = line.play({user("one"), antiphon::sleep(4min), user("one two")}, {});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_TRUE(result.recording);
  EXPECT_TRUE(result.recording->spilled());
  const auto& last = result.call->utterances.back();
  EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::user, last.voiced.front().start, 200ms)), -30);
}

TEST(Results, HoldRecordingTimelineAndLatenciesOfACall_SCN30) {
  auto tones = std::make_shared<Tones>();
  const auto agent = testing_support::played_agent({.paced = true}, [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1500ms);
    self.signals.push(AgentAudio{tones->speak("at nine")});
    co_await self.clock.sleep_for(1h);
  });
  const auto result = run({.name = "a call", .agent = agent, .script = {user("when"), antiphon::agent(), succeed("")}},
                          {.seed = 7, .speech = testing_support::tone_speech(tones)});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_TRUE(result.recording);
  EXPECT_EQ(result.recording->timeline().size(), result.call->events.size());
  ASSERT_GE(result.call->events.size(), 4U);
  const auto& start = result.call->events[2];
  EXPECT_EQ(start.type, VoiceEventType::agent_start_speaking);
  ASSERT_TRUE(start.latency);
  EXPECT_EQ(voice::measure(*result.call).latency.response.seconds, std::vector<double>{std::chrono::duration<double>(*start.latency).count()});
}

TEST(State, ShowsTheTimelineSoFarAndChangesEffects_SCN20) {
  Listener line;
  std::size_t before = 0, after = 0;
  const auto result = line.play({[&](RunState& state) { before = state.timeline().size(); }, user("one two three"),
                                 [&](RunState& state) {
                                   after = state.timeline().size();
                                   state.set_effects({{"volume", {.numbers = {{"gain_db", -20}}}}});
                                 },
                                 user("one two three")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(before, 0U);
  EXPECT_EQ(after, 2U);
  const auto half = audio::duration_of(line.heard.size() / 2);
  EXPECT_NEAR(line.level(0s, half) - line.level(half, half), 20, 1);
}

TEST(State, HasNoTimelineAndTakesNoEffectsByText_SCN20) {
  std::optional<std::size_t> events;
  const auto result = run({.name = "text", .agent = [](std::string_view) { return std::string("hi"); }, .script = {[&](RunState& state) {
                                                                                                          events = state.timeline().size();
                                                                                                          state.set_effects({});
                                                                                                        }}});
  EXPECT_EQ(events, 0U);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("this agent is written to"));
}

TEST(BackgroundTurn, IsHeardWhileTheScriptGoesOn_SCN11) {
  auto tones = std::make_shared<Tones>();
  const auto agent = testing_support::played_agent({.paced = true}, [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(AgentAudio{tones->speak("we open at nine and close at five")});
    co_await self.clock.sleep_for(1h);
  });
  std::size_t said = 99;
  const auto result = run({.name = "a call",
                           .agent = agent,
                           .script = {user("when"), antiphon::agent({.wait = false}), antiphon::sleep(1500ms),
                                      [&](RunState& state) { said = state.messages().size(); }, antiphon::agent(), succeed("")}},
                          {.seed = 7, .speech = testing_support::tone_speech(tones)});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(said, 1U) << "its turn is not over yet";
  EXPECT_EQ(result.messages.at(1).text(), "we open at nine and close at five");
}

/// Sends a burst of 3 s within 100 ms, then nothing; or speech and silence all the time.
ScenarioResult cut_into_the_tail(bool fills_silence, Duration after_sent) {
  auto tones = std::make_shared<Tones>();
  const auto agent = testing_support::played_agent({.fills_silence = fills_silence, .paced = true}, [&](PlayedAgent& self) -> Task<> {
    co_await self.clock.sleep_for(1s);
    self.signals.push(AgentAudio{tones->speak("one two three four five")});
    co_await self.clock.sleep_for(100ms);
    self.signals.push(AgentAudio{tones->speak("six seven eight nine ten")});
    co_await self.clock.sleep_for(1h);
  });
  return run({.name = "a call", .agent = agent, .script = {user("count"), interrupt("stop", {.after_sent = after_sent}), succeed("")}},
             {.seed = 7, .speech = testing_support::tone_speech(tones)});
}

TEST(InterruptStep, AimsIntoTheTailThatIsStillHeard_VOX33) {
  const auto result = cut_into_the_tail(false, 200ms);

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  ASSERT_TRUE(cut.achieved) << cut.outcome;
  EXPECT_NEAR(std::chrono::duration<double>(*cut.achieved).count(), 1.1 + 0.2, 0.15);
}

TEST(InterruptStep, AMomentInTheTailThatNeverComesIsNone_VOX33) {
  const auto result = cut_into_the_tail(false, 20s);

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_FALSE(result.call->interruptions.at(0).achieved);
}

TEST(InterruptStep, TheTailOfAnAgentThatFillsSilenceIsRefused_VOX33) {
  try {
    cut_into_the_tail(true, 200ms);
    FAIL() << "it was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(std::string(error.message()) + error.hint(), HasSubstr("sends silence all the time"));
  }
}

}  // namespace
}  // namespace antiphon
