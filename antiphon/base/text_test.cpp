#include "antiphon/base/text.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/random.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr const char* replacement = "\xEF\xBF\xBD";

TEST(Text, ReadsWholeNumbersAndNothingElse) {
  EXPECT_EQ(parse_integer("24000"), 24000);
  EXPECT_EQ(parse_integer("-3"), -3);
  for (const auto* text : {"", " 1", "1 ", "+1", "1.0", "0x1", "99999999999"}) EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(Text, KnowsUtf8) {
  for (const auto* good : {"", "plain", "é", "€", "😀", "\xF4\x8F\xBF\xBF"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xF4\x90\x80\x80", "a\xE2\x82"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(Text, KnowsUtf8WhereverAStrayByteStands) {
  for (std::size_t size = 1; size < 20; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\xFF';
      EXPECT_FALSE(is_utf8(text)) << at << " of " << size;
      EXPECT_TRUE(is_utf8(text.replace(at, 1, "€"))) << at << " of " << size;
    }
}

TEST(Text, RepairsEachStrayByte) {
  EXPECT_EQ(repair_utf8("a\xFF\xFE"), std::string("a") + replacement + replacement);
  EXPECT_EQ(repair_utf8("é€"), "é€");
}

TEST(Text, RepairsAnyBytesToUtf8) {
  RandomStream random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (auto n = random.below(10); n > 0; --n) bytes += static_cast<char>(random.below(256));
    const auto repaired = repair_utf8(bytes);
    EXPECT_TRUE(is_utf8(repaired));
    EXPECT_EQ(repair_utf8(repaired), repaired);
    if (is_utf8(bytes)) {
      EXPECT_EQ(repaired, bytes);
    }
  }
}

TEST(Text, CutsAtACharacterWithinTheLimit) {
  EXPECT_EQ(cut("short", 5), "short");
  EXPECT_EQ(cut("longer", 5), "lo…");
  EXPECT_EQ(cut("ääää", 6), "ä…");
  for (std::size_t limit = 0; limit < 30; ++limit) {
    const auto text = cut("aä€😀aä€😀aä€😀", limit);
    EXPECT_LE(text.size(), limit);
    EXPECT_TRUE(is_utf8(text));
  }
}

TEST(Text, QuotesControlCharacters) {
  EXPECT_EQ(quote("a\"b\\c\n\t\x01"), R"("a\"b\\c\n\t\x01")");
  EXPECT_EQ(quote("\xFF"), std::string("\"") + replacement + "\"");
}

TEST(Text, LowersAsciiOnly) { EXPECT_EQ(lower("ÄB c"), "Äb c"); }

TEST(Text, Trims) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
}

TEST(Text, SplitsAndJoins) {
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split("a,", ','), ElementsAre("a", ""));
  EXPECT_EQ(join(split("a,b,c", ','), " / "), "a / b / c");
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, FindsPartsWhateverTheirCase) {
  EXPECT_TRUE(contains_ignoring_case("Your ORDER number", "order"));
  EXPECT_FALSE(contains_ignoring_case("Your order", "orders"));
  EXPECT_TRUE(contains_ignoring_case("", ""));
  EXPECT_TRUE(contains_ignoring_case("a", ""));
  EXPECT_FALSE(contains_ignoring_case("", "a"));
}

TEST(Text, GuessesTheWordThatWasMeant) {
  const std::vector<std::string> words{"contains", "not_contains", "regex", "equals"};
  EXPECT_EQ(nearest("contians", words), "contains");
  EXPECT_EQ(nearest("Regexp", words), "regex");
  EXPECT_EQ(nearest("equal", words), "equals");
  EXPECT_EQ(nearest("latency", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest("tag", std::vector<std::string>{"tags", "first"}), "tags");
}

TEST(Text, ReadsDurationsWithAUnit) {
  EXPECT_EQ(parse_duration("800ms"), Duration(800ms));
  EXPECT_EQ(parse_duration("2s"), Duration(2s));
  EXPECT_EQ(parse_duration("1.5m"), Duration(90s));
  EXPECT_EQ(parse_duration("1h"), Duration(1h));
  EXPECT_EQ(parse_duration("250us"), Duration(250us));
  EXPECT_EQ(parse_duration("0s"), Duration(0));
  for (const auto* bad : {"", "5", "s", "-1s", "1 s", "1d", "2s ", "nan s", "infs", "1e300h", "1s2"}) EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

TEST(Text, ShowsDurationsInTheUnitThatFits) {
  EXPECT_EQ(format_duration(310us), "0.31 ms");
  EXPECT_EQ(format_duration(31ms), "31.0 ms");
  EXPECT_EQ(format_duration(99'996us), "100 ms");
  EXPECT_EQ(format_duration(310ms), "0.31 s");
  EXPECT_EQ(format_duration(9'996ms), "10.0 s");
  EXPECT_EQ(format_duration(45s), "45.0 s");
  EXPECT_EQ(format_duration(-2s), "−2.00 s");
  EXPECT_EQ(format_duration(1840ms), "1.84 s");
  EXPECT_EQ(format_duration(98s), "1 min 38 s");
}

TEST(Text, CountsSeconds) { EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5); }

TEST(Text, AppendsWordsWithABlankWhereBothAreThere) {
  std::string text;
  append_words(text, "");
  append_words(text, "one");
  append_words(text, "");
  append_words(text, "two three");
  EXPECT_EQ(text, "one two three");
}

TEST(Text, WordsAreWhatStandsBetweenWhiteSpace) {
  EXPECT_EQ(count_words(""), 0U);
  EXPECT_EQ(count_words(" \t\n"), 0U);
  EXPECT_EQ(count_words("one"), 1U);
  EXPECT_EQ(count_words(" wait,\tI  mean\r\nSunday. "), 4U);
}

TEST(PercentEncode, LeavesWhatIsPlainInAnyAddress) {
  EXPECT_EQ(percent_encode("Az09-._~"), "Az09-._~");
  EXPECT_EQ(percent_encode("a b/c%é"), "a%20b%2Fc%25%C3%A9");
  EXPECT_EQ(percent_encode("a b/c", "/"), "a%20b/c");
}

}  // namespace
}  // namespace antiphon
