#include "antiphon/base/regex.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class F>
std::optional<Error> error_of(F work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

TEST(Regex, FindsTheFirstMatchWithItsGroups) {
  const auto match = Regex(R"(order (?<id>[A-Z]-\d{4})(x)?)").search("my order A-1007 and order B-2000");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->begin, 3U);
  EXPECT_EQ(match->end, 15U);
  EXPECT_THAT(match->groups, ElementsAre("order A-1007", "A-1007"));
  EXPECT_THAT(match->named, ElementsAre(std::pair("id", "A-1007")));
}

TEST(Regex, KeepsTheCaseUnlessTold) {
  EXPECT_FALSE(Regex("order").matches("ORDER"));
  EXPECT_TRUE(Regex("order", true).matches("ORDER"));
  EXPECT_TRUE(Regex("(?i)order").matches("ORDER"));
  EXPECT_TRUE(Regex("é", true).matches("É"));
}

TEST(Regex, CountsCharactersNotBytes) { EXPECT_TRUE(Regex("^.{2}$").matches("é€")); }

TEST(Regex, NamesThePlaceOfAMistake) {
  const auto error = error_of([] { Regex wrong("ab(c"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::configuration);
  EXPECT_THAT(error->message(), testing::AllOf(HasSubstr("\"ab(c\""), HasSubstr("character 5")));
}

TEST(Regex, GivesUpOnAPatternThatExplodes) {
  const auto error = error_of([] { Regex("^(a+)+$").matches(std::string(60, 'a') + "!"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::too_large);
  EXPECT_FALSE(error->hint().empty());
}

TEST(Regex, FindsAllThatIsNotEmpty) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (const auto& each : Regex("(?<=é)b*|\\d+").find_all("éé1é22 ébb")) ranges.emplace_back(each.begin, each.end);
  EXPECT_THAT(ranges, ElementsAre(std::pair(4U, 5U), std::pair(7U, 9U), std::pair(12U, 14U)));
  EXPECT_THAT(Regex("a").find_all(""), testing::IsEmpty());
  const auto error = error_of([] { (void)Regex("a").find_all("a\xFF"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::io);
}

TEST(Regex, FindingAllGivesUpSoonerInALongText) {
  const Regex slow("(?:\\w|\\w\\w){12}[yz]");  // at each place little, in all of this text a second
  const auto error = error_of([&] { (void)slow.find_all(std::string(4096, 'x')); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::too_large);
  EXPECT_THAT(slow.find_all(std::string(20, 'x') + 'y'), testing::SizeIs(1));
}

TEST(Regex, KnowsWhetherItMayMatchNothing) {
  for (const auto* pattern : {"", "a*", "\\b", "^", "(?=a)", "a|b?", "(?<=a)\\d*"}) EXPECT_TRUE(Regex(pattern).may_match_nothing()) << pattern;
  for (const auto* pattern : {"a", "a+", "\\bx", "(?<=a)\\d", "a?b|c"}) EXPECT_FALSE(Regex(pattern).may_match_nothing()) << pattern;
}

TEST(Regex, MatchesTextThatIsTooMuchForCompiledCode) { EXPECT_TRUE(Regex("^(?:(a)|b)*$").matches(std::string(20'000, 'a'))); }

TEST(Regex, RefusesASubjectThatIsNotUtf8) {
  const auto error = error_of([] { Regex("a").matches("a\xFF"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::io);
}

TEST(Regex, EscapesTextToMatchJustThat) {
  const std::string odd = R"(a.b*c(d)[e]{f}^$|?+\-/ "#)";
  EXPECT_TRUE(Regex("^" + escape_regex(odd) + "$").matches(odd));
  EXPECT_FALSE(Regex("^" + escape_regex("a.c") + "$").matches("abc"));
}

TEST(Regex, SharesItsCodeAmongCopies) {
  std::optional<Regex> original(std::in_place, "a+");
  const Regex copy = *original;
  original.reset();
  EXPECT_TRUE(copy.matches("caat"));
}

}  // namespace
}  // namespace antiphon
