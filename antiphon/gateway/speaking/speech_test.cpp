#include "antiphon/gateway/speaking/speech.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::PlayedCaller;

/// Speaks in pieces of 100 ms, one every 50 ms, and counts what it is asked for.
class CountingVoice final : public TextToSpeech {
 public:
  CountingVoice(Clock& clock, int pieces, int fails_after = -1) : clock_(clock), pieces_(pieces), fails_after_(fails_after) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline) override {
    requests.push_back(std::move(request));
    if (fails_after_ == 0) throw Error(ErrorKind::unavailable, "no voice is left");
    co_return std::make_unique<Pieces>(*this);
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

  std::vector<SpeechRequest> requests;
  int given = 0, dropped = 0;

 private:
  class Pieces final : public SpeechStream {
   public:
    explicit Pieces(CountingVoice& owner) : owner_(owner) {}
    ~Pieces() override { owner_.dropped += told_ < owner_.pieces_ ? 1 : 0; }
    Task<std::optional<audio::Samples>> next(Deadline) override {
      if (told_ == owner_.pieces_) co_return std::nullopt;
      if (told_ == owner_.fails_after_) throw Error(ErrorKind::closed, "it broke off");
      co_await owner_.clock_.sleep_for(50ms);
      ++told_, ++owner_.given;
      co_return testing::voice(100ms);
    }

   private:
    CountingVoice& owner_;
    int told_ = 0;
  };

  Clock& clock_;
  int pieces_, fails_after_;
  std::string name_ = "counting";
  SpeechCapabilities capabilities_{.streaming = true};
};

struct Speaking : ::testing::Test {
  ~Speaking() override {
    tasks.stop();
    world.run(tasks.join());
  }
  void start(std::vector<std::shared_ptr<CountingVoice>> voices) {
    Speech::Settings settings;
    for (auto& voice : voices) settings.voices.push_back({std::move(voice)});
    settings.on_lost = [this](const Error& error) { lost.push_back(error.message()); };
    speech.emplace(world.clock, output, std::move(settings));
    tasks.spawn(output.pump());
    tasks.spawn(speech->run());
    output.begin_turn(1);
  }
  void pass(Duration time) { world.run(world.clock.sleep_for(time)); }

  net::testing::VirtualWorld world;
  PlayedCaller caller{world.clock};
  Output output{world.clock, caller};
  std::optional<Speech> speech;
  std::vector<std::string> lost;
  TaskGroup tasks{world.context.get_executor()};
};

TEST_F(Speaking, TheFirstPieceIsHeardBeforeTheLastIsMade_GTW22) {
  const auto voice = std::make_shared<CountingVoice>(world.clock, 40);
  start({voice});
  speech->say(1, "A long sentence.");
  pass(60ms);
  EXPECT_FALSE(caller.frames.empty());
  EXPECT_LT(voice->given, 3);
  pass(5s);
  EXPECT_EQ(caller.frames.size(), 200U) << "40 pieces of 100 ms";
  EXPECT_EQ(voice->dropped, 0);
}

TEST_F(Speaking, IsCancelledBetweenTwoPieces_GTW22) {
  const auto voice = std::make_shared<CountingVoice>(world.clock, 40);
  start({voice});
  speech->say(1, "A long sentence.");
  speech->say(1, "And another one.");
  pass(220ms);
  const auto given = voice->given;
  speech->forget();
  output.drop();
  pass(3s);
  EXPECT_EQ(voice->given, given) << "the voice was not asked for another piece";
  EXPECT_EQ(voice->dropped, 1);
  EXPECT_EQ(voice->requests.size(), 1U) << "nor for the other sentence";
  const auto heard = caller.frames.size();
  pass(1s);
  EXPECT_EQ(caller.frames.size(), heard);
}

TEST_F(Speaking, WhereAVoiceFailsTheNextSaysIt_GTW22_GTW25) {
  const auto first = std::make_shared<CountingVoice>(world.clock, 10, 0), other = std::make_shared<CountingVoice>(world.clock, 10);
  start({first, other});
  speech->say(1, "Hello.");
  pass(3s);
  EXPECT_EQ(other->requests.size(), 1U);
  EXPECT_EQ(caller.frames.size(), 50U);
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(Speaking, WhatBrokeOffIsNotSaidAgainByAnother_GTW22_GTW25) {
  const auto first = std::make_shared<CountingVoice>(world.clock, 10, 4), other = std::make_shared<CountingVoice>(world.clock, 10);
  start({first, other});
  speech->say(1, "Hello.");
  speech->say(1, "Goodbye.");
  pass(3s);
  EXPECT_THAT(other->requests, IsEmpty());
  EXPECT_THAT(lost, ElementsAre("it broke off", "it broke off"));
  EXPECT_EQ(caller.frames.size(), 2 * 20U) << "what was there of each is heard";
}

TEST_F(Speaking, WhereNoVoiceIsLeftTheSentenceIsLeftOutAndTold_GTW25) {
  start({std::make_shared<CountingVoice>(world.clock, 10, 0), std::make_shared<CountingVoice>(world.clock, 10, 0)});
  speech->say(1, "Hello.");
  pass(3s);
  EXPECT_THAT(lost, ElementsAre("no voice is left"));
  EXPECT_FALSE(output.busy());
}

TEST_F(Speaking, EachVoiceIsAskedAsItIsConfigured_GTW22) {
  const auto voice = std::make_shared<CountingVoice>(world.clock, 1);
  Speech::Settings settings;
  settings.voices = {{voice, {.text = "", .voice = "fable", .speed = 1.2}}};
  speech.emplace(world.clock, output, std::move(settings));
  tasks.spawn(output.pump());
  tasks.spawn(speech->run());
  speech->say(1, "Hello.");
  pass(1s);
  ASSERT_EQ(voice->requests.size(), 1U);
  EXPECT_EQ(voice->requests[0].voice, "fable");
  EXPECT_EQ(voice->requests[0].speed, 1.2);
  EXPECT_EQ(voice->requests[0].text, "Hello.");
}

}  // namespace
}  // namespace antiphon::gateway
