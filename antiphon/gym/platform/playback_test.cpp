#include "antiphon/gym/platform/playback.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/gym/platform/sentence_cutter.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;

TEST(Playback, CountsWordsByHowFarAPlayerIs_GYM9) {
  Playback playback;
  playback.add_sentence("one two three four. ", true);
  playback.add_sentence("five six.", true);
  EXPECT_EQ(playback.heard(10s).words, 0);
  playback.sent(2s, 10s);
  playback.finish_sentence();
  playback.sent(1s, 10s);
  playback.finish_sentence();
  EXPECT_EQ(playback.plays_until(), 13s);
  EXPECT_EQ(playback.heard(10s).words, 0);
  EXPECT_EQ(playback.heard(11s).words, 2);
  EXPECT_EQ(playback.heard(11s).text, "one two");
  EXPECT_EQ(playback.heard(12500ms).text, "one two three four. five");
  EXPECT_EQ(playback.heard(1h).text, "one two three four. five six.");
  EXPECT_EQ(playback.heard(1h).words, 6);
}

TEST(Playback, APlayerThatRanDryBeginsAgainLater_GYM9) {
  Playback playback;
  playback.add_sentence("one two.", true);
  playback.sent(1s, 0s);
  playback.sent(1s, 5s);
  playback.finish_sentence();
  EXPECT_EQ(playback.plays_until(), 6s);
  EXPECT_EQ(playback.heard(4s).words, 1);
  EXPECT_EQ(playback.heard(6s).words, 2);
}

TEST(Playback, WhatIsNotSpokenIsHeardAsText_GYM9) {
  Playback playback;
  playback.add_sentence("one two.", false);
  EXPECT_EQ(playback.heard(0s).words, 2);
}

TEST(Playback, OfASentenceThatIsNotWholeLessIsHeardThanWasPlayed_GYM9) {
  Playback playback;
  playback.add_sentence("a sentence of ten words that is being synthesised slowly", true);
  playback.sent(400ms, 0s);
  EXPECT_LE(playback.heard(1s).words, 2);
}

TEST(Playback, WordsBehindOthersMayBeFollowedByMore_GYM9) {
  EXPECT_EQ(words_behind("Let me  see. ", 1), "me  see. ");
  EXPECT_EQ(words_behind(" Let me", 0), "Let me");
  EXPECT_EQ(words_behind("Let me ", 2), "");
}

TEST(SentenceCutter, JoinedItIsTheTextHoweverItCame_GYM9) {
  const std::string text = "It left our house on Monday. Dr. No has it! Will it come?\nNobody knows. " + std::string(700, 'x') + " end";
  std::vector<std::string> whole;
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, text.size()}) {
    SentenceCutter cutter;
    std::vector<std::string> sentences;
    for (std::size_t at = 0; at < text.size(); at += size)
      for (auto& sentence : cutter.push(text.substr(at, size))) sentences.push_back(std::move(sentence));
    sentences.push_back(cutter.finish());
    std::string joined;
    for (const auto& sentence : sentences) {
      EXPECT_LE(sentence.size(), 301U);
      joined += sentence;
    }
    EXPECT_EQ(joined, text);
    if (whole.empty()) whole = sentences;
    EXPECT_EQ(sentences, whole);
  }
  EXPECT_EQ(whole[0], "It left our house on Monday. ");
}

}  // namespace
}  // namespace antiphon::gym
