#include "antiphon/report/terminal_person.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace antiphon {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = Intervention::Kind;

class TypingPerson : public testing::Test {
 protected:
  template <class T>
  T ask(Task<T> question) {
    std::optional<T> answer;
    asio::co_spawn(context_, std::move(question), [&](std::exception_ptr error, T value) {
      EXPECT_FALSE(error);
      answer = std::move(value);
    });
    context_.restart();
    context_.run();
    return std::move(*answer);
  }
  std::optional<std::string> say(Role role = Role::user) { return ask(person_->say({.runtime = runtime_, .label = "desk:4", .role = role, .turn = 2})); }
  Intervention step(Role role = Role::agent) { return ask(person_->step({.runtime = runtime_, .label = "desk:4", .role = role, .turn = 2})); }
  void types(const std::string& text, bool prompts = true) {
    in_ = std::istringstream(text);
    person_ = person_typing(lines_of(in_), out_, prompts);
  }

  asio::io_context context_;
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::istringstream in_;
  std::ostringstream out_;
  std::shared_ptr<Person> person_;
};

TEST_F(TypingPerson, SaysALineAndIsAskedAgainAfterABlankOne_SCN41) {
  types("\n  \nhello there\r\nlast");
  EXPECT_EQ(say(), "hello there");
  EXPECT_EQ(say(), "last");
  EXPECT_EQ(say(), std::nullopt);
  EXPECT_THAT(out_.str(), HasSubstr("desk:4 turn 2, you are the user> "));
}

Task<bool> hangs_up(Person& person, Cue cue) {
  co_await person.hang_up(std::move(cue));
  co_return true;
}

TEST_F(TypingPerson, HangsUpWithEnter_TRN17) {
  types("\nmore");
  EXPECT_TRUE(ask(hangs_up(*person_, {.runtime = runtime_, .label = "desk:4", .role = Role::user, .turn = 2})));
  EXPECT_EQ(out_.str(), "desk:4 turn 2, speak (Enter hangs up)> ");
}

TEST_F(TypingPerson, RefusesALineWithoutEndAndGoesOnWithTheNext_SCN41) {
  const std::string longest(std::size_t{1} << 20, 'a');
  std::istringstream in(longest + "\n" + longest + "b\nnext");
  const auto lines = lines_of(in);
  EXPECT_EQ(lines({})->size(), longest.size());
  try {
    lines({});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::too_large);
    EXPECT_EQ(error.party(), Party::harness);
  }
  EXPECT_EQ(lines({}), "next");
  EXPECT_EQ(lines({}), std::nullopt);
}

TEST_F(TypingPerson, ReadsNoPromptsWhereNobodyLooks_SCN41) {
  types("a\n", false);
  say(), step();
  EXPECT_EQ(out_.str(), "");
}

TEST_F(TypingPerson, EnterLetsAndTextSpeaks_SCN71) {
  types("\nI know that one\n//slash\n");
  EXPECT_EQ(step().kind, Kind::let);
  const auto said = step();
  EXPECT_EQ(said.kind, Kind::say);
  EXPECT_EQ(said.text, "I know that one");
  EXPECT_EQ(step().text, "/slash");
  EXPECT_THAT(out_.str(), testing::StartsWith("stepping: Enter lets"));
}

TEST_F(TypingPerson, CommandsEndTheRunOrLetItGoOn_SCN71) {
  types("/fail it is rude \n/succeed\n/proceed\n");
  auto decision = step();
  EXPECT_EQ(decision.kind, Kind::fail);
  EXPECT_EQ(decision.text, "it is rude");
  EXPECT_EQ(step().kind, Kind::succeed);
  EXPECT_EQ(step().kind, Kind::run_on);
  EXPECT_EQ(step().kind, Kind::run_on);  // the input has ended
}

TEST_F(TypingPerson, UnknownCommandsAndWordsForTheJudgeAreAskedAgain_SCN71) {
  types("/failing\n\nI find it good\n/fail\n");
  EXPECT_EQ(step().kind, Kind::let);
  EXPECT_EQ(step(Role::judge).kind, Kind::fail);
  EXPECT_THAT(out_.str(), HasSubstr("\"/failing\" is no command; there is /succeed, /fail, /proceed"));
  EXPECT_THAT(out_.str(), HasSubstr("the judge says nothing that others hear"));
}

TEST_F(TypingPerson, NamesOfOthersDoNotControlTheTerminal) {
  types("a\n");
  ask(person_->say({.runtime = runtime_, .label = "x\x1b[2J", .role = Role::user, .turn = 1}));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace antiphon
