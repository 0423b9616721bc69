#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/composed/composed_agent.hpp"
#include "antiphon/agent/person.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/users/users.hpp"

// A person at a microphone in a call with an agent of parts, in virtual time.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Hears what a test wrote down, at its time since the call began.
class WrittenMicrophone final : public audio::Microphone {
 public:
  void say(Duration at, const audio::Samples& samples) {
    const auto begin = audio::samples_in(at);
    spoken_.resize(std::max(spoken_.size(), begin + samples.size()));
    std::copy(samples.begin(), samples.end(), spoken_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  audio::Samples take(std::size_t count) override {
    audio::Samples taken(count);
    for (std::size_t i = 0; i < count && used_ + i < spoken_.size(); ++i) taken[i] = spoken_[used_ + i];
    used_ += count;
    return taken;
  }
  bool needs_real_time() const override { return real_time; }
  bool real_time = false;

 private:
  audio::Samples spoken_;
  std::size_t used_ = 0;
};

class KeptLoudspeaker final : public audio::Loudspeaker {
 public:
  void play(audio::SampleView samples) override { heard.insert(heard.end(), samples.begin(), samples.end()); }
  bool needs_real_time() const override { return false; }
  /// Whether anything was heard there.
  bool sounds(Duration from, Duration to) const {
    const auto begin = heard.begin() + static_cast<std::ptrdiff_t>(std::min(heard.size(), audio::samples_in(from)));
    const auto end = heard.begin() + static_cast<std::ptrdiff_t>(std::min(heard.size(), audio::samples_in(to)));
    return std::any_of(begin, end, [](auto sample) { return std::abs(sample) > 300; });
  }
  audio::Samples heard;
};

struct Caller final : Person {
  std::optional<Duration> leaves_after{};
  Task<std::optional<std::string>> say(Cue) override { co_return std::nullopt; }
  Task<Intervention> step(Cue) override { co_return Intervention{}; }
  Task<> hang_up(Cue cue) override {
    if (!leaves_after) co_return co_await Person::hang_up(std::move(cue));
    co_await cue.runtime.clock.sleep_for(*leaves_after);
  }
};

Task<AgentReply> reply(AgentInput input) {
  co_return AgentReply(input.last_new_user_text() == "hours" ? "we open at nine and we close at five and on sunday we rest" : "goodbye then");
}

struct LiveCall : ::testing::Test {
  ScenarioResult play(std::vector<Step> script) {
    return run(
        {.name = "a call", .agent = composed_agent({.brain = ParticipantSpec(reply)}), .user = human_user(), .script = std::move(script)},
        {.seed = 7, .speech = testing_support::tone_speech(tones), .loudspeaker = loudspeaker, .microphone = microphone, .person = caller, .hooks = hooks});
  }
  void say(Duration at, const std::string& words) { microphone->say(at, tones->speak(words)); }
  static std::vector<std::string> words(const ScenarioResult& result) {
    std::vector<std::string> all;
    for (const auto& message : result.messages) all.push_back(message.text());
    return all;
  }

  std::shared_ptr<testing_support::Tones> tones = std::make_shared<testing_support::Tones>();
  std::shared_ptr<WrittenMicrophone> microphone = std::make_shared<WrittenMicrophone>();
  std::shared_ptr<KeptLoudspeaker> loudspeaker = std::make_shared<KeptLoudspeaker>();
  std::shared_ptr<Caller> caller = std::make_shared<Caller>();
  CallHooks hooks{};
};

TEST_F(LiveCall, APersonTalksToTheAgentThroughTheMicrophone_TRN17) {
  say(1s, "hours");
  say(9s, "thanks");
  const auto result = play({user(), agent(), user(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "we open at nine and we close at five and on sunday we rest", "thanks", "goodbye then"));
  ASSERT_EQ(result.call->utterances.size(), 2U);
  const auto& first = result.call->utterances[0];
  EXPECT_EQ(first.text, "hours");
  EXPECT_NEAR(to_seconds(first.voiced.front().start), 1.05, 0.05);
  EXPECT_NEAR(to_seconds(first.voiced.front().end), 1.29, 0.05);
  ASSERT_EQ(result.answer_s.size(), 2U);
  EXPECT_NEAR(result.answer_s[0], 0.80, 0.1);
}

TEST_F(LiveCall, TheirSpeechEndsForHooksOnceTheySayNoMore_VOX63) {
  say(1s, "hours");
  say(1500ms, "please");  // after a pause of 0.26 s
  std::vector<VoiceEvent> told;
  hooks.on_voice_event = [&](const std::string&, const VoiceEvent& event) { told.push_back(event); };
  const auto result = play({user(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->utterances.size(), 1U);
  std::erase_if(told, [](const VoiceEvent& event) { return event.type != VoiceEventType::user_stop_speaking || event.metadata.contains("source"); });
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].time, result.call->utterances[0].voiced.back().end);
}

TEST_F(LiveCall, TheyCutIntoWhatItSays_TRN17) {
  say(1s, "hours");
  say(4s, "wait");
  const auto result = play({user(), agent(), user(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", HasSubstr("we open"), "wait", "goodbye then"));
  EXPECT_LT(result.call->turns[0].end, 5s);
}

TEST_F(LiveCall, ACoughAsksForNothing_TRN17) {
  audio::Samples cough(audio::samples_in(200ms));  // no word of anybody's
  for (std::size_t i = 0; i < cough.size(); ++i) cough[i] = i % 2 == 0 ? 4000 : -4000;
  microphone->say(1s, cough);
  say(4s, "thanks");
  const auto result = play({user(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ::testing::Contains("thanks"));
  EXPECT_EQ(result.call->utterances[0].expect, Expectation::ignore);
}

TEST_F(LiveCall, TheyHangUpWhenTheyWant_TRN17) {
  say(1s, "hours");
  caller->leaves_after = 3s;
  const auto result = play({proceed(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", HasSubstr("we open")));
}

TEST_F(LiveCall, ThatIsHungUpBeforeAWordIsAnErrorOfTheHarness_TRN17) {
  caller->leaves_after = 1s;
  const auto result = play({user(), agent()});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("said a word"));
}

TEST_F(LiveCall, IsHeardWhileItGoesOnButNobodyHearsThemselves_VOX63) {
  say(1s, "hours");
  const auto result = play({user(), agent(), succeed("")});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& turn = result.call->turns[0];
  EXPECT_FALSE(loudspeaker->sounds(900ms, 1500ms));
  EXPECT_TRUE(loudspeaker->sounds(turn.start + 20ms, turn.start + 500ms));
  EXPECT_NEAR(to_seconds(audio::duration_of(loudspeaker->heard.size())), to_seconds(result.call->duration), 0.1);
}

TEST_F(LiveCall, BothSidesAreHeardWhereNobodyTalks_VOX63) {
  microphone.reset();
  const auto result = run({.name = "a call", .agent = composed_agent({.brain = ParticipantSpec(reply)}), .script = {user("hours"), agent(), succeed("")}},
                          {.seed = 7, .speech = testing_support::tone_speech(tones), .loudspeaker = loudspeaker});

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& said = result.call->utterances[0].voiced.front();
  EXPECT_TRUE(loudspeaker->sounds(said.start + 20ms, said.end));
  EXPECT_TRUE(loudspeaker->sounds(result.call->turns[0].start + 20ms, result.call->turns[0].start + 500ms));
}

TEST_F(LiveCall, InVirtualTimeNobodyCouldListen_VOX63) {
  microphone->real_time = true;
  const auto result = play({user(), agent()});
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("virtual time"));
}

}  // namespace
}  // namespace antiphon
