#include "antiphon/trace/digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/trace/attributes.hpp"
#include "antiphon/trace/readable.hpp"
#include "antiphon/trace/testing/hand_clock.hpp"

namespace antiphon::trace {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// A run of turns, each with one call of the agent and one tool.
struct TracedRun {
  testing_support::HandClock clock;
  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>(clock, TraceId{1, 2}, RandomStream(1));
  ActiveSpan scenario = recorder->begin("scenario");
  Digest digest{recorder};

  SpanId turn(int number, const std::string& result = "shipped", const std::string& error = "") {
    auto turn = recorder->begin("turn " + std::to_string(number), SpanKind::internal, scenario.id());
    turn.set(attr::turn, number);
    recorder->begin("invoke_agent user", SpanKind::internal, turn.id(), false);
    auto call = recorder->begin("invoke_agent desk", SpanKind::internal, turn.id());
    const auto id = call.id();
    call.set(attr::agent_name, "desk");
    {
      auto tool = recorder->begin("execute_tool find", SpanKind::internal, call.id());
      tool.set(attr::tool_arguments, R"({"order": "A-1007"})").set(attr::tool_result, result);
      clock.time += 250ms;
      if (!error.empty()) tool.fail("unavailable", error);
    }
    {
      auto model = recorder->begin("chat rules/desk", SpanKind::client, call.id());
      model.set(attr::input_tokens, 90).set(attr::output_tokens, 10);
      clock.time += 1s;
      model.add_event("first_token", {{"n", std::int64_t{1}}});
    }
    return id;
  }
  std::string full() {
    digest.update();
    std::string out;
    digest.append_full(out);
    return out;
  }
  std::string outline() {
    digest.update();
    std::string out;
    digest.append_outline(out);
    return out;
  }
  std::string id(std::string_view name) const {
    for (const auto& span : recorder->spans())
      if (span.name == name) return to_string(span.id).substr(0, 8);
    return "?";
  }
};

TEST(TraceDigest, ShowsATreeWithTimesAttributesAndEvents_OBS2_SCN52) {
  TracedRun run;
  run.turn(1);
  const auto id = [&](std::string_view name) { return run.id(name); };
  EXPECT_EQ(run.full(),
            "4 spans in 1.25 s\n\n"
            "[" +
                id("turn 1") +
                "] +0.00s turn 1 (1.25 s)\n"
                "└─ [" +
                id("invoke_agent desk") +
                "] +0.00s invoke_agent desk (1.25 s)\n"
                "   ├─ [" +
                id("execute_tool find") +
                "] +0.00s execute_tool find (0.25 s)\n"
                "   │      tool.call.arguments: {\"order\": \"A-1007\"}\n"
                "   │      tool.call.result: shipped\n"
                "   └─ [" +
                id("chat rules/desk") +
                "] +0.25s chat rules/desk (1.00 s)\n"
                "          usage.input_tokens: 90\n"
                "          usage.output_tokens: 10\n"
                "          [event] first_token +1.25s\n"
                "              n: 1\n");
}

TEST(TraceDigest, OutlineHasStructureTimesAndTokensAlone_OBS2_SCN52) {
  TracedRun run;
  run.turn(1);
  const auto text = run.outline();
  EXPECT_THAT(text, HasSubstr("chat rules/desk (1.00 s), 100 tokens\n"));
  EXPECT_THAT(text, Not(HasSubstr("A-1007")));
}

TEST(TraceDigest, TellsErrorsWhereTheyHappenedAndOnceMoreAtTheEnd_OBS2) {
  TracedRun run;
  run.turn(1, "x", "HTTP 503 from the warehouse");
  const auto text = run.full();
  EXPECT_THAT(text, HasSubstr("execute_tool find (0.25 s) ⚠ HTTP 503 from the warehouse\n"));
  EXPECT_THAT(text, HasSubstr("\nErrors:\n[" + run.id("execute_tool find") + "] execute_tool find: HTTP 503 from the warehouse\n"));
}

TEST(TraceDigest, NamesWhatStoodThereAlready_OBS2) {
  TracedRun run;
  const std::string text = "The parcel A-1007 left our warehouse on Monday and is under way.";
  run.turn(1, text);
  const auto first = run.id("execute_tool find");
  run.turn(2, "the parcel  a-1007 left our warehouse\non Monday and is under way.");  // quoted for its line break, so another text
  run.turn(3, "The parcel A-1007  left our WAREHOUSE on Monday and is under way.");
  run.turn(4, "shipped");
  run.turn(5, "shipped");
  const auto full = run.full();
  EXPECT_THAT(full, HasSubstr("tool.call.result: (as tool.call.result of [" + first + "])"));
  EXPECT_THAT(full, HasSubstr("tool.call.result: " + text));
  EXPECT_EQ(full.find("LEFT"), std::string::npos);
  EXPECT_NE(full.find("tool.call.result: shipped"), full.rfind("tool.call.result: shipped"));  // short texts are repeated
}

TEST(TraceDigest, CutsLongValuesAndTellsTheirLength_OBS2) {
  TracedRun run;
  run.turn(1, std::string(5000, 'x'));
  EXPECT_THAT(run.full(), HasSubstr("… (5000 bytes in all)"));
}

TEST(TraceDigest, LeavesOutTurnsInWhichOnlyTheTesterWorked) {
  TracedRun run;
  {
    auto turn = run.recorder->begin("turn 1", SpanKind::internal, run.scenario.id());
    turn.set(attr::turn, 1);
    run.recorder->begin("invoke_agent user", SpanKind::internal, turn.id(), false);
  }
  EXPECT_EQ(run.full(), "No spans were recorded.\n");
  EXPECT_TRUE(run.digest.empty());
}

TEST(TraceDigest, WritesWhatWasUnderWayAnew_OBS2) {
  TracedRun run;
  run.turn(1);
  auto turn = run.recorder->begin("turn 2", SpanKind::internal, run.scenario.id());
  auto call = run.recorder->begin("invoke_agent desk", SpanKind::internal, turn.id());
  EXPECT_THAT(run.full(), HasSubstr("invoke_agent desk (under way)"));
  call.set("late", "news").end();
  turn.end();
  const auto text = run.full();
  EXPECT_THAT(text, Not(HasSubstr("under way")));
  EXPECT_THAT(text, HasSubstr("late: news"));
  EXPECT_THAT(text, testing::StartsWith("6 spans"));
}

TEST(TraceDigest, GrownStepByStepIsTheSameAsWrittenAtOnce_OBS2) {
  TracedRun grown, whole;
  for (int turn = 1; turn <= 30; ++turn) {
    const auto result = "a result that is long enough to be folded, number " + std::to_string(turn % 4);
    grown.turn(turn, result, turn % 7 == 0 ? "broke" : "");
    grown.full();
    whole.turn(turn, result, turn % 7 == 0 ? "broke" : "");
  }
  EXPECT_EQ(grown.full(), whole.full());
  EXPECT_EQ(grown.outline(), whole.outline());
}

TEST(TraceDigest, IsCutWithTheHistoryAfterARollback_SCN20) {
  TracedRun run;
  run.turn(1);
  const auto second = run.turn(2, "refunded");
  EXPECT_THAT(run.full(), HasSubstr("refunded"));
  run.recorder->hide(second);
  const auto text = run.full();
  EXPECT_THAT(text, Not(HasSubstr("refunded")));
  EXPECT_THAT(text, Not(HasSubstr("turn 2")));
  EXPECT_THAT(text, HasSubstr("turn 1"));
}

TEST(TraceDigest, ShowsASpanWithoutAKnownParentAtTheTop_OBS2) {
  TracedRun run;
  run.turn(1);
  run.recorder->begin("agent's own", SpanKind::server, SpanId{12345});
  EXPECT_THAT(run.full(), HasSubstr("] +1.25s agent's own (0.00 ms)\n"));
}

TEST(TraceDigest, SaysHowManySpansWereTooManyToKeep_OBS2) {
  testing_support::HandClock clock;
  const auto recorder = std::make_shared<Recorder>(clock, TraceId{1, 2}, RandomStream(1), RecorderLimits{.spans = 2});
  const auto root = recorder->begin("scenario");
  recorder->begin("a", SpanKind::internal, root.id());
  recorder->begin("b", SpanKind::internal, root.id());
  Digest digest(recorder);
  digest.update();
  std::string out;
  digest.append_full(out);
  EXPECT_THAT(out, HasSubstr("1 span in 0.00 ms; 1 more were too many to keep"));
}

TEST(TraceDigest, DescendsNoDeeperThanAJudgeCanRead) {
  TracedRun run;
  auto parent = run.recorder->begin("level 0", SpanKind::internal, run.scenario.id()).id();
  for (int level = 1; level < 500; ++level) parent = run.recorder->begin("level " + std::to_string(level), SpanKind::internal, parent).id();
  EXPECT_THAT(run.full(), HasSubstr("deeper than this"));
}

TEST(TraceDigest, ExpandsByIdOrItsFirstEightDigits_OBS2_SCN52) {
  TracedRun run;
  run.turn(1, std::string(3000, 'r') + "END");
  run.digest.update();
  const auto tool = run.recorder->spans().at(4);
  for (const auto& id : {to_string(tool.id), run.id("execute_tool find")}) {
    const auto text = run.digest.expand(std::vector<std::string>{id});
    EXPECT_THAT(text, HasSubstr("rEND"));  // longer than the digest itself shows
    EXPECT_THAT(text, Not(HasSubstr("chat rules/desk")));
  }
  EXPECT_THAT(run.digest.expand(std::vector<std::string>{run.id("turn 1")}), HasSubstr("chat rules/desk"));  // with what is below it
}

TEST(TraceDigest, AnIdThatDoesNotExistIsAnsweredWithThoseThatDo_OBS2_SCN52) {
  TracedRun run;
  run.turn(1);
  run.digest.update();
  for (const std::string id : {"ffffffff", "", "abc", "turn 1"}) {
    const auto text = run.digest.expand(std::vector<std::string>{id});
    EXPECT_THAT(text, HasSubstr("No span has the id \"" + id + "\"")) << id;
    EXPECT_THAT(text, HasSubstr(run.id("execute_tool find") + " (execute_tool find)"));
  }
  EXPECT_THAT(run.digest.expand({}), HasSubstr("No ids were given"));
  EXPECT_THAT(TracedRun().digest.expand(std::vector<std::string>{"ffffffff"}), HasSubstr("there are no spans"));
}

TEST(TraceDigest, GrepIgnoresCaseAndShowsTheLines_OBS2_SCN52) {
  TracedRun run;
  run.turn(1, std::string(1000, 'x') + " Shipped on MONDAY " + std::string(1000, 'y'));
  run.digest.update();
  const auto text = run.digest.grep("monday|tuesday");
  EXPECT_THAT(text, HasSubstr("execute_tool find"));
  EXPECT_THAT(text, HasSubstr("Shipped on MONDAY"));
  EXPECT_THAT(text, Not(HasSubstr("arguments")));
  EXPECT_LT(text.size(), 500U);
  EXPECT_THAT(run.digest.grep("CHAT RULES"), HasSubstr("chat rules/desk"));  // names, too
}

TEST(TraceDigest, GrepOfWhatIsNowhereNamesTheSpans_SCN52) {
  TracedRun run;
  run.turn(1);
  run.digest.update();
  EXPECT_THAT(run.digest.grep("wednesday"), HasSubstr("No span matches \"wednesday\"; there are: "));
  EXPECT_THAT(run.digest.grep("  "), HasSubstr("pattern is empty"));
}

TEST(TraceDigest, GrepTakesABrokenPatternAsText_SCN52) {
  TracedRun run;
  run.turn(1, "status (open");
  run.digest.update();
  EXPECT_THAT(run.digest.grep("status (open"), HasSubstr("tool.call.result: status (open"));
}

TEST(TraceDigest, APatternThatExplodesIsAnsweredWithAdvice_SCN52) {
  TracedRun run;
  run.turn(1, std::string(60, 'a') + "!");
  run.digest.update();
  EXPECT_THAT(run.digest.grep("(a+)+$"), HasSubstr("takes too long to match"));
}

TEST(TraceDigest, AnswersAreBounded_OBS2_SCN52) {
  TracedRun run;
  for (int turn = 1; turn <= 40; ++turn) run.turn(turn, "found " + std::string(900, 'x') + std::to_string(turn));
  run.digest.update();
  const auto found = run.digest.grep("found");
  EXPECT_LE(found.size(), answer_bytes);
  std::vector<std::string> all;
  for (const auto& span : run.recorder->spans()) all.push_back(to_string(span.id));
  const auto expanded = run.digest.expand(all);
  EXPECT_LE(expanded.size(), answer_bytes);
  EXPECT_THAT(expanded, HasSubstr("cut here"));
  EXPECT_THAT(run.digest.grep("chat"), HasSubstr("(20 more spans match"));
}

TEST(Readable, PutsTheSizeInPlaceOfMedia_OBS2) {
  const auto picture = "see data:image/png;base64," + std::string(2000, 'A') + " here";
  EXPECT_EQ(without_media(picture), "see [image/png, about 2000 bytes of base64] here");
  EXPECT_EQ(without_media("data: one, two; data:text/plain;base64,QUI="), "data: one, two; data:text/plain;base64,QUI=");
  EXPECT_EQ(without_media(""), "");
}

TEST(Readable, LeavesTheTimesOutOfADigest_OBS2) {
  TracedRun quick, slow;
  quick.turn(1, "shipped in 2 days", "broke");
  slow.turn(1, "shipped in 2 days", "broke");
  slow.clock.time += 95s;
  EXPECT_NE(quick.full(), slow.full());
  EXPECT_EQ(without_times(quick.full()), without_times(slow.full()));
  EXPECT_THAT(without_times(slow.full()), testing::StartsWith("4 spans in {{time}}\n"));
  EXPECT_THAT(without_times(slow.full()), HasSubstr("+{{time}} turn 1 ({{time}})"));
  EXPECT_THAT(without_times(slow.full()), HasSubstr("shipped in 2 days"));
  EXPECT_EQ(without_times(R"(4 spans in 1 min 38 s\n[a] +1.20s x (0.31 ms), 12 tokens)"), R"(4 spans in {{time}}\n[a] +{{time}} x ({{time}}), 12 tokens)");
  EXPECT_EQ(without_times("order 7, (12 s"), "order 7, ({{time}}");
  EXPECT_EQ(without_times("in 3 steps (2 sides)"), "in 3 steps (2 sides)");
}

TEST(Readable, CountsATokenForEveryFourBytesBegun_SCN52) {
  EXPECT_EQ(estimated_tokens(0), 0U);
  EXPECT_EQ(estimated_tokens(1), 1U);
  EXPECT_EQ(estimated_tokens(8), 2U);
  EXPECT_EQ(estimated_tokens(9), 3U);
}

}  // namespace
}  // namespace antiphon::trace
