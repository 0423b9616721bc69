#include "antiphon/providers/stt/remembered.hpp"

#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using testing_tools::error_of;
using testing_tools::World;

class CountingEar final : public SpeechToText {
 public:
  CountingEar(int* asked, std::string name) : asked_(asked), name_(std::move(name)) {}
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline) override {
    ++*asked_;
    if (samples.empty()) throw Error(ErrorKind::unavailable, "gone");
    co_return Recognition{.text = std::to_string(samples.size())};
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { throw Error(ErrorKind::unsupported, "no streams"); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  int* asked_;
  std::string name_;
  RecognitionCapabilities capabilities_;
};

class RememberedEars : public testing::Test {
 protected:
  RememberedEar ear(std::string name = "counting", std::string identity = {}) {
    return {std::make_unique<CountingEar>(&asked, std::move(name)), std::move(identity), memory};
  }
  std::string heard(SpeechToText& by, audio::Samples samples, RecognitionSettings settings = {}) {
    return world.run(by.transcribe(std::move(samples), std::move(settings), Deadline::never())).text;
  }

  World world;
  int asked = 0;
  std::shared_ptr<HearingMemory> memory = std::make_shared<HearingMemory>(2000);
};

TEST_F(RememberedEars, HearTheSameAgainWithoutAsking_VOX22) {
  auto first = ear(), second = ear();
  EXPECT_EQ(heard(first, {1, 2}), "2");
  EXPECT_EQ(heard(first, {1, 2}), "2");
  EXPECT_EQ(heard(second, {1, 2}), "2");
  EXPECT_EQ(asked, 1);
}

TEST_F(RememberedEars, AskForWhateverDiffers_VOX22) {
  auto one = ear(), other = ear("another"), elsewhere = ear("counting", "http://127.0.0.1:1");
  heard(one, {1, 2}), heard(one, {1, 3}), heard(one, {1, 2}, {.language = "en"}), heard(one, {1, 2}, {.phrases = {"a"}});
  heard(one, {1, 2}, {.settings = {{"partials", true}}}), heard(other, {1, 2}), heard(elsewhere, {1, 2});
  EXPECT_EQ(asked, 7);
}

TEST_F(RememberedEars, ForgetFailuresAndWhatIsOldest_VOX22) {
  auto one = ear();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(error_of([&] { heard(one, {}); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(asked, 2);
  for (audio::Sample i = 0; i < 50; ++i) heard(one, {i});
  EXPECT_LE(memory->bytes(), 2000U);
  asked = 0;
  heard(one, {49});
  EXPECT_EQ(asked, 0);
  heard(one, {0});
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace antiphon
