#include "antiphon/base/unicode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon {
namespace {

using testing::ElementsAre;

TEST(Unicode, GoesToCharactersAndBack) {
  const std::string text = "aß€😀";
  EXPECT_EQ(to_utf32(text), U"aß€😀");
  EXPECT_EQ(to_utf8(to_utf32(text)), text);
}

TEST(Unicode, EveryByteThatBelongsToNoCharacterIsReplaced) {
  for (const auto* text : {"\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82"})
    for (const char32_t c : to_utf32(text)) EXPECT_EQ(c, U'\uFFFD') << text;
}

TEST(Unicode, CapitalsOfLatinGreekAndCyrillicHaveSmallLetters) {
  std::u32string small;
  for (const char32_t c : std::u32string(U"AÉŁŻŞĞŐΆΣЖЁЇҐ×9")) small += small_letter(c);
  EXPECT_EQ(small, U"aéłżşğőάσжёїґ×9");
}

TEST(Unicode, WordsAreRunsOfLettersAndDigitsOfAnyScript) {
  EXPECT_THAT(words_of("L'été, A-1007: ΝΑΙ!"), ElementsAre(U"l", U"été", U"a", U"1007", U"ναι"));
  EXPECT_THAT(words_of("… — 💡"), ElementsAre());
}

}  // namespace
}  // namespace antiphon
