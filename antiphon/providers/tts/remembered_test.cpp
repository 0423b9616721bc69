#include "antiphon/providers/tts/remembered.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing_tools::error_of;
using testing_tools::World;

/// Says three samples in two pieces, counts, and breaks off where it is told to.
class CountingVoice final : public TextToSpeech {
 public:
  explicit CountingVoice(int* asked, bool breaks = false) : asked_(asked), breaks_(breaks) {}
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline) override {
    ++*asked_;
    co_return std::make_unique<Pieces>(static_cast<audio::Sample>(request.text.size()), breaks_);
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  struct Pieces final : SpeechStream {
    Pieces(audio::Sample first, bool broken) : value(first), breaks(broken) {}
    Task<std::optional<audio::Samples>> next(Deadline) override {
      if (++count == 1) co_return audio::Samples{value, value};
      if (breaks) throw Error(ErrorKind::closed, "gone");
      if (count == 2) co_return audio::Samples{1};
      co_return std::nullopt;
    }
    audio::Sample value;
    bool breaks;
    int count = 0;
  };
  int* asked_;
  bool breaks_;
  SpeechCapabilities capabilities_{.streaming = true};
  std::string name_ = "counting";
};

class RememberedVoices : public testing::Test {
 protected:
  RememberedVoice voice(std::string identity, bool breaks = false) { return {std::make_unique<CountingVoice>(&asked, breaks), std::move(identity), memory}; }
  audio::Samples said(TextToSpeech& by, SpeechRequest request) { return world.run(synthesize_whole(by, std::move(request), Deadline::never())); }

  World world;
  int asked = 0;
  std::shared_ptr<SpeechMemory> memory = std::make_shared<SpeechMemory>(1000);
};

TEST_F(RememberedVoices, SayTheSameAgainWithoutAsking_VOX20) {
  auto first = voice("a"), second = voice("a");
  EXPECT_THAT(said(first, {.text = "four"}), ElementsAre(4, 4, 1));
  EXPECT_THAT(said(first, {.text = "four"}), ElementsAre(4, 4, 1));
  EXPECT_THAT(said(second, {.text = "four"}), ElementsAre(4, 4, 1));
  EXPECT_EQ(asked, 1);
}

TEST_F(RememberedVoices, AreAskedForEveryOtherTextVoiceAndSetting_VOX20) {
  auto first = voice("a"), other = voice("b");
  const SpeechRequest request{.text = "four"};
  said(first, request);
  auto changed = std::vector<SpeechRequest>(6, request);
  changed[0].text = "five!", changed[1].voice = "low", changed[2].speed = 1.5, changed[3].style = "calm", changed[4].language = "en";
  changed[5].settings = {{"stability", 1}};
  for (const auto& each : changed) said(first, each);
  said(other, request);
  EXPECT_EQ(asked, 8);
}

TEST_F(RememberedVoices, KeepNothingThatBrokeOff) {
  auto broken = voice("a", true);
  EXPECT_EQ(error_of([&] { said(broken, {.text = "four"}); }).kind(), ErrorKind::closed);
  auto whole = voice("a");
  EXPECT_THAT(said(whole, {.text = "four"}), ElementsAre(4, 4, 1));
  EXPECT_EQ(asked, 2);
}

TEST(SpeechMemory, ForgetsWhatWasAskedForLongestAgo) {
  SpeechMemory memory(400);
  const auto key = [](unsigned char n) { return SpeechMemory::Key{n}; };
  for (unsigned char n = 0; n < 4; ++n) memory.keep(key(n), audio::Samples(50));
  EXPECT_EQ(memory.bytes(), 400U);
  EXPECT_TRUE(memory.find(key(0)));
  memory.keep(key(9), audio::Samples(50));
  EXPECT_TRUE(memory.find(key(0)));
  EXPECT_FALSE(memory.find(key(1)));
  EXPECT_EQ(memory.bytes(), 400U);
}

TEST(SpeechMemory, KeepsNothingThatWouldPushOutMostOfTheRest) {
  SpeechMemory memory(400);
  memory.keep({1}, audio::Samples(51));
  EXPECT_FALSE(memory.find({1}));
  EXPECT_EQ(memory.bytes(), 0U);
}

}  // namespace
}  // namespace antiphon
