#include "antiphon/scenario/users/agenda.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/users/agenda_listening.hpp"
#include "antiphon/scenario/users/users.hpp"

namespace antiphon {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Agenda tracking() {
  return {.goal = "track order",
          .inform = {{"order", "A-1007"}},
          .request = {{"status", {.one_of = {"shipped", "lost"}}}, {"arrival", {.matches = "[A-Z][a-z]+day"}}}};
}

using Answer = std::function<std::string(const std::string& said, int turn)>;

ScenarioResult play(Agenda agenda, Answer answer, std::uint64_t seed = 7, int max_turns = 20) {
  Scenario scenario;
  scenario.name = "desk", scenario.description = "A customer asks.", scenario.max_turns = max_turns;
  scenario.user = agenda_user(std::move(agenda));
  // The closure lives as long as the participant, so its coroutine may use what it captured.
  scenario.agent = ParticipantSpec([answer](AgentInput input) -> Task<AgentReply> { co_return answer(input.last_new_user_text(), input.turn); });
  return run(std::move(scenario), {.seed = seed});
}

std::vector<std::string> lines(const ScenarioResult& result, MessageRole role = MessageRole::user) {
  std::vector<std::string> list;
  for (const auto& message : result.messages)
    if (message.role() == role) list.push_back(message.text());
  return list;
}

std::string joined(const ScenarioResult& result) { return join(lines(result), " | "); }

// Asks for the order first, then answers what it is asked.
std::string helpful(const std::string& said, bool* knows) {
  if (Regex("A-1007").matches(said)) *knows = true;
  if (!*knows) return "Sure. What is your order number?";
  if (contains_ignoring_case(said, "status")) return "It was shipped yesterday.";
  if (contains_ignoring_case(said, "arrival")) return "It will be there on Thursday.";
  return "Anything else?";
}

Answer helpful_desk() {
  return [knows = std::make_shared<bool>(false)](const std::string& said, int) { return helpful(said, knows.get()); };
}

TEST(AgendaUser, ReachesItsGoalAndTakesItsLeave_SCN41) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto result = play(tracking(), helpful_desk(), seed);
    EXPECT_THAT(result.user_report.at("unmet").as_array(), IsEmpty()) << joined(result);
    EXPECT_EQ(result.user_report.at("completed").at("status").at("value"), json::value("shipped"));
    EXPECT_EQ(result.user_report.at("completed").at("arrival").at("value"), json::value("Thursday"));
    EXPECT_LE(result.turns, 6) << joined(result);
    EXPECT_TRUE(contains_ignoring_case(lines(result).back(), "thank")) << joined(result);
    EXPECT_EQ(result.messages.back().role(), MessageRole::assistant);  // the agent answers the last words
  }
}

TEST(AgendaUser, TellsTheMessageThatAnswered) {
  const auto result = play(tracking(), helpful_desk());
  const auto index = result.user_report.at("completed").at("status").at("message").to_number<std::size_t>();
  ASSERT_LT(index, result.messages.size());
  EXPECT_EQ(result.messages[index].text(), "It was shipped yesterday.");
}

TEST(AgendaUser, SaysTheSameUnderTheSameSeed_SCN41_SCN82) {
  EXPECT_EQ(lines(play(tracking(), helpful_desk(), 11)), lines(play(tracking(), helpful_desk(), 11)));
}

TEST(AgendaUser, SpeaksDifferentlyUnderOtherSeeds_SCN82) {
  std::set<std::string> openings;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) openings.insert(joined(play(tracking(), helpful_desk(), seed)));
  EXPECT_GT(openings.size(), 3U);
}

TEST(AgendaUser, OpensWithItsGoal) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_THAT(lines(play(tracking(), helpful_desk(), seed)).front(), HasSubstr("track order"));
}

TEST(AgendaUser, GivesUpASlotAskedThreeTimesInVain_SCN41) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = play(tracking(), [](const std::string&, int) { return "I am afraid I cannot say."; }, seed);
    EXPECT_EQ(result.user_report.at("unmet"), (json::array{"status", "arrival"})) << joined(result);
    EXPECT_EQ(result.user_report.at("asked"), (json::object{{"status", 3}, {"arrival", 3}})) << joined(result);
    EXPECT_LT(result.turns, 12);
  }
}

TEST(AgendaUser, CountsOnlyAnswersAfterTheRequest) {
  int early = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto answer = [&early](const std::string& said, int turn) {
      if (turn > 1 || contains_ignoring_case(said, "status")) return "Hm.";
      ++early;
      return "Shipped, comes Monday. What is your order?";
    };
    const auto result = play(tracking(), answer, seed);
    EXPECT_THAT(result.user_report.at("completed").as_object(), IsEmpty()) << joined(result);
  }
  EXPECT_GT(early, 0);  // some openings ask nothing yet
}

TEST(AgendaUser, IsSeenByACheckOfTheScript) {
  Scenario scenario;
  scenario.name = "desk", scenario.description = "A customer asks.";
  scenario.user = agenda_user(tracking());
  const auto desk = helpful_desk();
  scenario.agent = ParticipantSpec([desk](AgentInput input) -> Task<AgentReply> { co_return desk(input.last_new_user_text(), input.turn); });
  scenario.script = {proceed(8), check(completed({"status", "arrival"}))};
  EXPECT_TRUE(run(scenario, {.seed = 3}).success());
}

TEST(AgendaUser, CountsAnAnswerThatMaxTurnsCutsOff) {
  Agenda one{.goal = "", .inform = {}, .request = {{"status", {.one_of = {"lost"}}}}};
  const auto result = play(one, [](const std::string&, int) { return "It is lost."; }, 7, 1);
  EXPECT_EQ(result.turns, 1);
  EXPECT_THAT(result.user_report.at("unmet").as_array(), IsEmpty());
}

TEST(AgendaUser, TellsASlotWhenItIsAskedForIt_SCN41) {
  Agenda agenda{.goal = "book a table", .inform = {{"city", "Berlin"}, {"party_size", "4"}, {"date", "May 3"}}, .request = {{"price", {}}}};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = play(agenda, [](const std::string&, int turn) { return turn == 1 ? "Happy to help. For what date?" : "The price is 20."; }, seed);
    EXPECT_THAT(lines(result)[1], HasSubstr("May 3")) << joined(result);
    EXPECT_THAT(joined(result), HasSubstr("price"));
  }
}

TEST(AgendaUser, SaysThatItDoesNotKnow_SCN41) {
  Agenda agenda{.goal = "track order", .inform = {}, .request = {{"status", {.one_of = {"lost"}}}}};
  const auto result = play(agenda, [](const std::string&, int turn) { return turn == 1 ? "What is your e-mail address?" : "It is lost."; });
  EXPECT_TRUE(Regex("don't|no idea").matches(lines(result)[1])) << joined(result);
  EXPECT_THAT(result.user_report.at("unmet").as_array(), IsEmpty());
}

TEST(AgendaUser, CorrectsAWrongValue_SCN41) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto result = play(tracking(), [](const std::string&, int turn) { return turn == 1 ? "I see your order A-1008." : "It shipped on Monday."; }, seed);
    EXPECT_TRUE(Regex("^(no|that's wrong|not that one).*A-1007").matches(lines(result)[1])) << joined(result);
  }
}

TEST(AgendaUser, NeverSaysTheSameWordsThreeTimes) {
  auto agenda = tracking();
  agenda.phrasings = {{"request(status)", {"and {slot}?"}}, {"request", {"{slot}??"}}, {"inform", {"{value}"}}};
  const std::vector<std::string> replies{"What is your order?", "Is your order A-1007?", "Your order A-1008?", "What is your name?", "No.", ""};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto random = std::make_shared<RandomStream>(seed);
    const auto result = play(agenda, [&replies, random](const std::string&, int) { return replies[random->below(replies.size())]; }, seed, 60);
    std::map<std::string, int> counts;
    for (const auto& line : lines(result)) EXPECT_LT(++counts[line], 3) << line;
    EXPECT_THAT(lines(result), Each(testing::Not(IsEmpty())));
    EXPECT_LT(result.turns, 20) << joined(result);
  }
}

TEST(AgendaUser, EndsEvenWhenItIsAskedTheSameForEver) {
  Agenda telling{.goal = "leave a message", .inform = {{"name", "Ada"}}, .request = {}};
  EXPECT_LE(play(telling, [](const std::string&, int) { return "What is your name?"; }).turns, 3);
  EXPECT_LE(play(tracking(), [](const std::string&, int) { return "What is your order number?"; }).turns, 9);
}

TEST(AgendaUser, UsesItsOwnWordings) {
  auto agenda = tracking();
  agenda.phrasings = {{"open", {"moin, {goal}"}}, {"inform(order)", {"die nummer ist {value}"}}, {"request", {"wie ist {slot}?"}}, {"bye", {"tschüss"}}};
  const auto result = play(agenda, helpful_desk());
  EXPECT_THAT(lines(result).front(), testing::StartsWith("moin, track order"));
  EXPECT_THAT(joined(result), testing::AllOf(HasSubstr("die nummer ist A-1007"), HasSubstr("wie ist status?"), HasSubstr("wie ist arrival?")));
  EXPECT_THAT(lines(result).back(), "tschüss");
}

TEST(AgendaAnswers, CompareWholeWordsWhateverTheirCase) {
  const SlotAnswer answer{.one_of = {"lost", "on its way"}};
  EXPECT_EQ(agenda::answer_in("It is On its way.", "status", answer), "On its way");
  EXPECT_EQ(agenda::answer_in("It was LOST!", "status", answer), "LOST");
  EXPECT_EQ(agenda::answer_in("It is a lostling", "status", answer), std::nullopt);
}

TEST(AgendaAnswers, MatchPatternsByCase) {
  const SlotAnswer answer{.matches = "[A-Z][a-z]+day"};
  EXPECT_EQ(agenda::answer_in("on Monday", "arrival", answer), "Monday");
  EXPECT_EQ(agenda::answer_in("on monday", "arrival", answer), std::nullopt);
}

TEST(AgendaAnswers, TakeTheSlotsWordInTheListForm) {
  EXPECT_EQ(agenda::answer_in("Hello. The Opening Hours are nine to five. Bye.", "opening_hours", {}), "The Opening Hours are nine to five.");
  EXPECT_EQ(agenda::answer_in("We are open.", "opening_hours", {}), std::nullopt);
}

TEST(AgendaListening, HearsWhatIsAskedFor) {
  const Agenda agenda{.goal = "", .inform = {{"order", "A-1007"}, {"zip", "10115"}}, .request = {}};
  EXPECT_THAT(agenda::listen("Could you tell me your order number and ZIP code?", agenda).asked, ElementsAre("order", "zip"));
  EXPECT_THAT(agenda::listen("Please provide your order.", agenda).asked, ElementsAre("order"));
  EXPECT_THAT(agenda::listen("I can track your order. Anything else about your order?", agenda).asked, IsEmpty());
  EXPECT_THAT(agenda::listen("Is it order A-1007?", agenda).confirmed, ElementsAre("order"));
  EXPECT_TRUE(agenda::listen("What's your name?", agenda).asks_unknown);
  EXPECT_FALSE(agenda::listen("How can I help you today?", agenda).asks_unknown);
}

TEST(AgendaListening, AChoiceThatHoldsTheValueStillAsksForIt_SCN41) {
  const Agenda agenda{.goal = "order a shirt", .inform = {{"size", "medium"}}};
  EXPECT_THAT(agenda::listen("Which size: small, medium or large?", agenda).asked, testing::ElementsAre("size"));
  EXPECT_THAT(agenda::listen("Shall it be small, medium or large?", agenda).asked, testing::ElementsAre("size"));
  EXPECT_THAT(agenda::listen("The size is medium, right?", agenda).confirmed, testing::ElementsAre("size"));
}

TEST(AgendaListening, HearsAWrongValueOfTheSameShapeOnly) {
  const Agenda agenda{.goal = "", .inform = {{"order", "A-1007"}, {"city", "Berlin"}}, .request = {}};
  EXPECT_THAT(agenda::listen("I found order B-2000 for you.", agenda).wrong, ElementsAre("order"));
  EXPECT_THAT(agenda::listen("I found order A-1007, not B-2000.", agenda).wrong, IsEmpty());
  EXPECT_THAT(agenda::listen("Your order takes 3 days; the city is lovely.", agenda).wrong, IsEmpty());
}

TEST(Agenda, IsRefusedWhenItCannotBeMeant) {
  const auto refusal = [](const Agenda& agenda) -> std::string {
    try {
      validate(agenda);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      return error.message();
    }
    return "";
  };
  EXPECT_THAT(refusal({.goal = "x"}), HasSubstr("nothing is requested"));
  EXPECT_THAT(refusal({.goal = "x", .inform = {}, .request = {{"a", {.matches = "("}}}}), HasSubstr("a: the regular expression"));
  EXPECT_THAT(refusal({.goal = "x", .inform = {{"a", "1"}, {"a", "2"}}, .request = {}}), HasSubstr("twice"));
  EXPECT_EQ(refusal(tracking()), "");
}

ScenarioResult play_lines(std::vector<std::string> texts, std::optional<int> max_turns) {
  Scenario scenario;
  scenario.name = "lines", scenario.description = "Somebody reads.";
  scenario.max_turns = max_turns;
  scenario.user = scripted_user(std::move(texts));
  scenario.agent = ParticipantSpec([](AgentInput) -> Task<AgentReply> { co_return "ok"; });
  return run(std::move(scenario), {.seed = 1});
}

TEST(ScriptedUser, SaysItsLinesAndIsAnsweredToTheLast_SCN41) {
  const auto result = play_lines({"one", "two", "three"}, {});
  EXPECT_THAT(lines(result), ElementsAre("one", "two", "three"));
  EXPECT_THAT(lines(result, MessageRole::assistant), ElementsAre("ok", "ok", "ok"));
  EXPECT_FALSE(result.user_report.contains("unsaid"));
}

TEST(ScriptedUser, TellsWhatItCouldNotSay_SCN41) { EXPECT_EQ(play_lines({"one", "two", "three"}, 2).user_report.at("unsaid"), (json::array{"three"})); }

TEST(ScriptedUser, HasSaidWhatWasTakenBack_SCN41) {
  Scenario scenario;
  scenario.name = "lines", scenario.description = "Somebody reads.";
  scenario.user = scripted_user({"one", "two", "three", "four"});
  scenario.agent = ParticipantSpec([](AgentInput) -> Task<AgentReply> { co_return "ok"; });
  const auto forget = [](RunState& state) { state.rollback_messages_to(2); };
  const auto drop_last = [](RunState& state) { state.rollback_messages_to(state.messages().size() - 1); };
  scenario.script = {proceed(2), forget, user(), agent(), succeed()};
  EXPECT_EQ(run(scenario, {.seed = 1}).user_report.at("unsaid"), (json::array{"four"}));

  scenario.script = {proceed(2), forget, succeed()};
  EXPECT_EQ(run(scenario, {.seed = 1}).user_report.at("unsaid"), (json::array{"three", "four"}));

  scenario.script = {proceed(2), user(), drop_last, succeed()};
  EXPECT_EQ(run(scenario, {.seed = 1}).user_report.at("unsaid"), (json::array{"four"}));
}

}  // namespace
}  // namespace antiphon
