#include "antiphon/report/columns.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

TEST(Columns, CountsWhatATerminalShows) {
  EXPECT_EQ(display_width("naïve"), 5);
  EXPECT_EQ(display_width("日本語"), 6);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);
  EXPECT_EQ(display_width("😡"), 2);
  EXPECT_EQ(display_width("\xFF"), 1);
}

TEST(Columns, CutsBetweenCharacters) {
  EXPECT_EQ(cut_columns("hello", 5), "hello");
  EXPECT_EQ(cut_columns("hello there", 7), "hello…");
  EXPECT_EQ(cut_columns("日本語", 4), "日…");
  EXPECT_EQ(cut_columns("hello there", 8, "..."), "hello...");
}

TEST(Columns, WrapsAtSpacesAndBreaksOnlyWhatFitsNowhere) {
  EXPECT_EQ(wrap_columns("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap_columns("abcdefgh ij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrap_columns("a\n\nb", 10), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(wrap_columns("日本語日本語", 5), (std::vector<std::string>{"日本", "語日", "本語"}));
  EXPECT_EQ(wrap_columns("", 10), (std::vector<std::string>{""}));
}

TEST(Columns, MakesTextHarmless) {
  EXPECT_EQ(printable("a\x1b[2Jb\tc\nd"), "a\xEF\xBF\xBD[2Jb c\nd");
  EXPECT_EQ(printable("x\xE2\x80\xAEy"), "x\xEF\xBF\xBDy");
  EXPECT_EQ(one_line("  a\n\n b\t c "), "a b c");
}

TEST(Columns, SpellsInAscii) { EXPECT_EQ(ascii("47–91 “x” → y… ü"), "47-91 \"x\" -> y... ?"); }

}  // namespace
}  // namespace antiphon
