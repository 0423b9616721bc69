#include "antiphon/scenario/checks/call_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/result/measures/testing/conversation.hpp"
#include "antiphon/scenario/checks/check.hpp"
#include "antiphon/scenario/checks/expectation.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::ThrowsMessage;
using testing_support::Conversation;

constexpr double call_began_s = 2;

template <class What>
CheckResult decided(const What& what, const CallRecord& call) {
  const auto measures = voice::measure(call);
  const History none;
  const json::object report;
  const CheckScope scope{
      .messages = none, .timings = {}, .answer_s = {}, .user_report = report, .call = &call, .measures = &measures, .call_began_s = call_began_s};
  return evaluate(what, scope);
}

// Our user's lines are answered after 1.0 and 1.8 s.
Conversation two_answers() {
  Conversation conversation;
  conversation.user(0, 1000).agent({{2000, 3000}}).user(4000, 5000).agent({{6800, 7500}});
  conversation.call.turns[1].message = 3;
  conversation.call.duration = 8s;
  return conversation;
}

TEST(TimeToFirstAudio, IsHeldAgainstItsLimitsAndShowsTheSlowestAnswer_SCN60_VOX90) {
  const auto result = decided(time_to_first_audio({.p50 = 1500ms, .max = 1500ms}), two_answers().call);
  EXPECT_FALSE(result.passed);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_DOUBLE_EQ(result.found.at("p50").as_double(), 1.4);
  EXPECT_DOUBLE_EQ(result.found.at("max").as_double(), 1.8);
  EXPECT_EQ(result.message, 3);
  EXPECT_DOUBLE_EQ(result.time_s.value(), call_began_s + 6.8);
  EXPECT_EQ(result.sentence(), "expected first audio with p50 at most 1.50 s, max at most 1.50 s; found p50 1.40 s, max 1.80 s");
  EXPECT_TRUE(decided(time_to_first_audio({.p95 = 1800ms}), two_answers().call).passed);
}

TEST(TimeToFirstAudio, AMissingMeasureFailsUnlessNothingWasAsked_VOX92) {
  Conversation silent, greeting, hung_up;
  silent.user(0, 1000).call.duration = 9s;
  greeting.agent({{0, 1000}}).call.duration = 2s;
  hung_up.user(0, 1000).call.duration = 1100ms;
  hung_up.call.agent_closed = true;
  const auto check = time_to_first_audio({.p95 = 1s});
  EXPECT_TRUE(decided(check, silent.call).found.is_null());
  EXPECT_FALSE(decided(check, silent.call).inconclusive);
  EXPECT_EQ(decided(check, greeting.call).inconclusive, Party::harness);
  EXPECT_FALSE(decided(check, hung_up.call).inconclusive);
}

Conversation cut_into(Duration intended, std::optional<Duration> achieved, std::optional<Duration> stopped) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 9000}}).user(3000, 4000, UtteranceKind::interruption, Expectation::stop);
  conversation.call.utterances[1].message = 2;
  conversation.call.interruptions = {{.utterance = 1, .intended = intended, .achieved = achieved, .agent_stopped = stopped, .outcome = "turn_was_over"}};
  if (stopped && achieved) conversation.call.interruptions[0].censored = *stopped - *achieved > stop_window;
  conversation.call.duration = 10s;
  return conversation;
}

TEST(Interruption, TheAgentHasToStopWithinTheLimit_SCN60_VOX90) {
  const auto call = cut_into(3s, 3s, 3900ms).call;
  EXPECT_TRUE(decided(stops_within(900ms), call).passed);
  const auto result = decided(stops_within(400ms), call);
  EXPECT_FALSE(result.passed);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_EQ(result.message, 2);
  EXPECT_DOUBLE_EQ(result.time_s.value(), call_began_s + 3);
  EXPECT_EQ(result.sentence(), "expected the agent to stop within 0.40 s of being interrupted; found 0.90 s");
}

TEST(Interruption, OneThatIsNeverObeyedIsMoreThanItsWindow_VOX92) {
  const auto result = decided(stops_within(2s), cut_into(3s, 3s, 9s).call);
  EXPECT_FALSE(result.passed);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_THAT(result.sentence(), HasSubstr("found more than 2.00 s"));
}

TEST(Interruption, WhatNeverCameAboutIsTheHarnesssWithBothTimes_VOX92) {
  const auto result = decided(stops_within(2s), cut_into(3s, std::nullopt, std::nullopt).call);
  EXPECT_EQ(result.inconclusive, Party::harness);
  EXPECT_THAT(result.sentence(), HasSubstr("turn was over before our cut-in"));
  const auto stopped_before = decided(stops_within(2s), cut_into(3s, 3s + 50ms, std::nullopt).call);
  EXPECT_EQ(stopped_before.inconclusive, Party::harness);
  EXPECT_DOUBLE_EQ(stopped_before.found.at("cut_in").at("intended_s").as_double(), 3);
  EXPECT_DOUBLE_EQ(stopped_before.found.at("cut_in").at("achieved_s").as_double(), 3.05);
  EXPECT_EQ(decided(stops_within(2s), two_answers().call).inconclusive, Party::harness) << "nobody cut in";
}

TEST(Interruption, OneThatCameTooLateIsTheHarnesss_VOX91) {
  const auto late = decided(stops_within(400ms), cut_into(3s, 3101ms, 5s).call);
  EXPECT_EQ(late.inconclusive, Party::harness);
  EXPECT_THAT(late.found.at("undecided").as_string().c_str(), HasSubstr("meant for 3.00 s, came at 3.10 s"));
  EXPECT_FALSE(decided(stops_within(400ms), cut_into(3s, 3100ms, 5s).call).inconclusive);
}

TEST(Interruption, TooFewOfOursAreNeverTheAgentsFault_VOX92) {
  const auto call = cut_into(3s, 3s, 3300ms).call;
  EXPECT_TRUE(decided(interruption({.stops_within = 1s, .count = 1}), call).passed);
  EXPECT_EQ(decided(interruption({.count = 2}), call).inconclusive, Party::harness);
}

TEST(Silence, IsHowLongTheAgentLetsOurUserWait_SCN60_VOX90) {
  const auto call = two_answers().call;
  EXPECT_TRUE(decided(silence_at_most(1800ms), call).passed);
  const auto result = decided(silence_at_most(1s), call);
  EXPECT_FALSE(result.passed);
  EXPECT_DOUBLE_EQ(result.time_s.value(), call_began_s + 5);
  EXPECT_EQ(result.sentence(), "expected silences of the agent of at most 1.00 s; found 1.80 s");
  EXPECT_EQ(decided(silence_at_most(1s), CallRecord{}).inconclusive, Party::harness);
}

TEST(Overlap, IsWhatTheAgentSpeaksOverOurUser_SCN60_VOX93) {
  Conversation over, premature;
  over.user(0, 1000).agent({{1500, 2000}}).user(3000, 5000).agent({{4000, 6000}}).call.duration = 7s;
  premature.user(0, 1000).agent({{1500, 2000}, {2600, 4000}}).user(2400, 2800).call.duration = 5s;
  const auto result = decided(overlap_at_most(500ms), over.call);
  EXPECT_FALSE(result.passed);
  EXPECT_DOUBLE_EQ(result.found.at("seconds").as_double(), 1);
  EXPECT_DOUBLE_EQ(result.time_s.value(), call_began_s + 4);
  EXPECT_TRUE(decided(overlap_at_most(0ms), premature.call).passed);
}

TEST(Overlap, AnAgentThatNeverSpokeHasNoPerfectScore_VOX92) {
  Conversation silent;
  silent.user(0, 1000).call.duration = 5s;
  const auto result = decided(overlap_at_most(0ms), silent.call);
  EXPECT_FALSE(result.passed);
  EXPECT_TRUE(result.found.is_null());
  EXPECT_FALSE(result.inconclusive);
}

TEST(TalkRatio, HasLimitsOnBothSides_SCN60) {
  const auto call = two_answers().call;  // 1.7 s by 2 s
  EXPECT_TRUE(decided(talk_ratio({.at_least = 0.8, .at_most = 0.9}), call).passed);
  const auto result = decided(talk_ratio({.at_most = 0.5}), call);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.sentence(), "expected the agent to speak at most 0.5 times as long as the user; found 0.85 times");
  EXPECT_FALSE(decided(talk_ratio({.at_least = 1}), call).passed);
}

CallRecord understood(std::string said, std::string heard) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 2500}});
  conversation.call.utterances[0].text = std::move(said);
  conversation.call.utterances[0].message = 0;
  conversation.call.claims.understood = {{1200ms, std::move(heard)}};
  return conversation.call;
}

TEST(Heard, ByTheAgentIsWhatWeSpokeAgainstItsOwnTranscript_SCN60_VOX90) {
  const auto call = understood("my order is A-1007 please", "my order is a one zero zero eleven please");
  EXPECT_TRUE(decided(heard({.word_error_rate_at_most = 0.25}), call).passed);
  const auto result = decided(heard({.word_error_rate_at_most = 0.1}), call);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.message, 0);
  EXPECT_EQ(result.found.at("words").as_uint64(), 9U);
  EXPECT_THAT(result.sentence(), HasSubstr("expected the agent to hear 10 % wrong words; found 22.2 %"));
}

TEST(Heard, EntitiesHaveToBeUnderstood_SCN60_VOX90) {
  const auto call = understood("my order A-1007 comes on Sunday", "my order a one zero zero eleven comes on sunday");
  EXPECT_FALSE(decided(heard({.entities = {"A-1007"}}), call).passed);
  EXPECT_TRUE(decided(heard({.entities = {"Sunday"}}), call).passed);
  EXPECT_TRUE(decided(heard({.entities_at_least = 0.5}), call).passed);
  EXPECT_FALSE(decided(heard({.entities_at_least = 0.6}), call).passed);
  const auto unsaid = decided(heard({.entities = {"Monday"}}), call);
  EXPECT_EQ(unsaid.inconclusive, Party::harness);
  EXPECT_THAT(unsaid.sentence(), HasSubstr("Monday was never said"));
}

TEST(Heard, AnAgentThatTellsNothingOfWhatItHearsFails_VOX92) {
  auto call = understood("hello", "hello");
  call.claims.understood.clear();
  const auto result = decided(heard({.word_error_rate_at_most = 1}), call);
  EXPECT_FALSE(result.passed);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_TRUE(result.found.is_null());
}

TEST(Heard, WithoutAnyReferenceNothingIsDecided_VOX92) {
  auto call = understood("", "something");
  const auto result = decided(heard({.word_error_rate_at_most = 0.1}), call);
  EXPECT_EQ(result.inconclusive, Party::harness);
  EXPECT_EQ(result.found.at("left_out").as_uint64(), 1U);
}

CallRecord recognised() {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 2500}});
  auto& turn = conversation.call.turns[0];
  turn.told = "we open at nine", turn.transcript = "we open at five", turn.recognised = true;
  conversation.call.recogniser = "pocketsphinx/en-us";
  return conversation.call;
}

TEST(Heard, ByOurUserIsTheAgentsTextAgainstWhatWeRecognised_SCN60_VOX90) {
  const HeardCheck check{.by = HeardCheck::By::user, .word_error_rate_at_most = 0.2};
  EXPECT_DOUBLE_EQ(decided(heard(check), recognised()).found.at("word_error_rate").as_double(), 0.25);
  EXPECT_EQ(decided(heard(check), recognised()).found.at("recogniser").as_string(), "pocketsphinx/en-us");
}

TEST(Heard, ARecogniserThatKnewTheWordsOrCannotKnowThemNeverJudges_VOX90) {
  const HeardCheck check{.by = HeardCheck::By::user, .word_error_rate_at_most = 1};
  auto primed = recognised(), unknown = recognised();
  primed.primed = true;
  unknown.oov_rate = 0.06;
  EXPECT_EQ(decided(heard(check), primed).inconclusive, Party::harness);
  EXPECT_EQ(decided(heard(check), unknown).inconclusive, Party::harness);
  unknown.oov_rate = 0.05;
  EXPECT_TRUE(decided(heard(check), unknown).passed);
}

CheckResult came(const CallRecord& call, std::size_t utterance, Expectation expect) { return decided(ExpectedTurn{utterance, expect, 12}, call); }

TEST(Expect, ToRespondIsToBeAnsweredOnceOurUserHasFinished_VOX93) {
  Conversation conversation;
  conversation.user(0, 1000).agent({{1500, 2000}}).user(3000, 5000).agent({{4000, 6000}}).user(7000, 8000).call.duration = 13s;
  const auto& call = conversation.call;
  EXPECT_TRUE(came(call, 0, Expectation::respond).passed);
  const auto over = came(call, 1, Expectation::respond), held = came(call, 2, Expectation::respond);
  EXPECT_FALSE(over.passed);
  EXPECT_EQ(over.sentence(), "expected an answer to \"one two three\" at 3.00 s; found that it began 1.00 s before its end");
  EXPECT_EQ(held.sentence(), "expected an answer to \"one two three\" at 7.00 s; found none in 5.00 s");
  EXPECT_FALSE(held.inconclusive);
  EXPECT_EQ(held.line, 12);
  EXPECT_DOUBLE_EQ(held.time_s.value(), call_began_s + 7);
}

TEST(Expect, WhatOurUserDidWrongIsNotTheAgentsFault_VOX93) {
  Conversation premature, short_call;
  premature.user(0, 1000).agent({{1500, 2000}, {2600, 4000}}).user(2400, 2800).call.duration = 9s;
  EXPECT_EQ(came(premature.call, 1, Expectation::respond).inconclusive, Party::simulated_user);
  short_call.user(0, 1000).call.duration = 2s;
  EXPECT_EQ(came(short_call.call, 0, Expectation::respond).inconclusive, Party::harness);
  short_call.call.agent_closed = true;
  EXPECT_FALSE(came(short_call.call, 0, Expectation::respond).inconclusive);
}

TEST(Expect, ToStopIsToFallSilentWithinTheWindow_VOX93) {
  EXPECT_TRUE(came(cut_into(3s, 3s, 3900ms).call, 1, Expectation::stop).passed);
  const auto on = came(cut_into(3s, 3s, 9s).call, 1, Expectation::stop);
  EXPECT_FALSE(on.passed);
  EXPECT_THAT(on.sentence(), HasSubstr("found that it spoke on for more than 2.00 s"));
  EXPECT_EQ(came(cut_into(3s, 3200ms, 9s).call, 1, Expectation::stop).inconclusive, Party::harness);
  EXPECT_EQ(came(two_answers().call, 1, Expectation::stop).inconclusive, Party::harness) << "it was not speaking";
}

TEST(Expect, ToIgnoreIsToSpeakOnOrToStaySilent_VOX93) {
  Conversation speaks_on, stops, ends, stays_silent, answers, owed;
  constexpr auto ignored = Expectation::ignore;
  constexpr auto speech = UtteranceKind::speech;
  speaks_on.agent({{0, 5000}}).user(2000, 2500, speech, ignored).call.duration = 9s;
  EXPECT_TRUE(came(speaks_on.call, 0, ignored).passed);
  stops.agent({{0, 2300}}).user(2000, 2500, speech, ignored).call.duration = 9s;
  EXPECT_FALSE(came(stops.call, 0, ignored).passed);
  ends.agent({{0, 2300}}, TurnEnding::signal).user(2000, 2500, speech, ignored).call.duration = 9s;
  EXPECT_EQ(came(ends.call, 0, ignored).inconclusive, Party::harness) << "it says itself that it had said all, now";
  stays_silent.user(2000, 2500, speech, ignored).call.duration = 9s;
  EXPECT_TRUE(came(stays_silent.call, 0, ignored).passed);
  answers.user(2000, 2500, speech, ignored).agent({{3500, 4000}}).call.duration = 9s;
  const auto answered = came(answers.call, 0, ignored);
  EXPECT_THAT(answered.sentence(), HasSubstr("expected the agent to ignore \"one two three\" at 2.00 s; found an answer after 1.00 s"));
  owed.user(0, 1000).user(1500, 1800, speech, ignored).agent({{2500, 4000}}).call.duration = 9s;
  EXPECT_TRUE(came(owed.call, 1, ignored).passed) << "it answers what came before";
}

TEST(Expect, OneEventIsTheSameToCheckAndFigures_VOX90_VOX93) {
  struct Case {
    int agent_ends_ms;
    TurnEnding ending;
    Duration call;
    std::optional<bool> ignored;
  };
  for (const auto& [ends, ending, length, ignored] :
       {Case{5000, TurnEnding::tail_silence, 9s, true}, Case{5000, TurnEnding::signal, 9s, true}, Case{2300, TurnEnding::tail_silence, 9s, false},
        Case{2300, TurnEnding::cleared, 9s, false}, Case{2300, TurnEnding::signal, 9s, std::nullopt}, Case{2300, TurnEnding::open, 2500ms, std::nullopt},
        Case{2300, TurnEnding::cleared, 2500ms, false}}) {
    Conversation conversation;
    conversation.agent({{0, ends}}, ending).user(2000, 2200, UtteranceKind::backchannel, Expectation::ignore);
    const auto figures = conversation.until(static_cast<int>(length / 1ms)).figures;
    const auto check = came(conversation.call, 0, Expectation::ignore);
    const auto& stops = figures.at("false_interruptions");
    const auto& selective = figures.at("tau-voice/1.0 selectivity_backchannel");
    SCOPED_TRACE(std::to_string(ends) + " " + std::string(to_string(ending)));
    EXPECT_EQ(check.inconclusive.has_value(), !ignored);
    EXPECT_EQ(stops.has_value(), ignored.has_value());
    EXPECT_EQ(selective.has_value(), ignored.has_value());
    if (!ignored) continue;
    EXPECT_EQ(check.passed, *ignored);
    EXPECT_DOUBLE_EQ(stops->value, *ignored ? 0 : 1);
    EXPECT_DOUBLE_EQ(selective->value, *ignored ? 1 : 0);
  }
}

TEST(CallChecks, AreCheckedBeforeTheRun_SCN60) {
  EXPECT_THAT([] { validate(stops_within(3s)); }, ThrowsMessage<Error>(HasSubstr("stops_within 3.00 s cannot be told")));
  EXPECT_THAT([] { validate(interruption({})); }, ThrowsMessage<Error>(HasSubstr("neither stops_within nor count")));
  EXPECT_THAT([] { validate(talk_ratio({.at_least = 2, .at_most = 1})); }, ThrowsMessage<Error>(HasSubstr("more than at_most")));
  EXPECT_THAT([] { validate(heard({})); }, ThrowsMessage<Error>(HasSubstr("neither word_error_rate nor entities")));
  EXPECT_THAT([] { validate(heard({.entities = {"..."}})); }, ThrowsMessage<Error>(HasSubstr("has no word in it")));
  EXPECT_THAT([] { validate(time_to_first_audio({})); }, ThrowsMessage<Error>(HasSubstr("no limit is given")));
}

}  // namespace
}  // namespace antiphon
