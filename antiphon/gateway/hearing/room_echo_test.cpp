#include "antiphon/gateway/hearing/room_echo.hpp"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using audio::testing::speech_noise;

constexpr std::size_t frame = audio::canonical_rate_hz / 50;

/// A caller whose microphone hears the agent `delay` later, three times quieter.
struct RoomLine : ::testing::Test {
  /// What is heard of the caller while the agent says that, in pieces of `piece` samples.
  audio::Samples during(const audio::Samples& said, Duration delay, const audio::Samples& own = {}, std::size_t piece = frame) {
    const auto behind = audio::samples_in(delay);
    audio::Samples heard;
    for (std::size_t at = 0; at + piece <= said.size(); at += piece) {
      audio::Samples brought(piece);
      for (std::size_t i = 0; i < piece; ++i)
        brought[i] = audio::to_sample((at + i >= behind ? 0.3 * said[at + i - behind] : 0) + (at + i < own.size() ? own[at + i] : 0));
      room->played(audio::SampleView(said).subspan(at, piece), now);
      now += audio::duration_of(piece);
      const auto left = room->take(std::move(brought), now);
      EXPECT_EQ(left.size(), piece);
      heard.insert(heard.end(), left.begin(), left.end());
    }
    return heard;
  }
  static double level(const audio::Samples& samples, Duration from, Duration to) {
    return audio::rms_dbfs(audio::SampleView(samples).subspan(audio::samples_in(from), audio::samples_in(to - from)));
  }

  std::optional<RoomEcho> room{std::in_place};
  Clock::Time now{1s};
};

TEST_F(RoomLine, AnEchoThatComesLateIsFoundAndTakenOut_GTW24) {
  for (const auto delay : {0ms, 120ms, 350ms, 550ms}) {
    room.emplace();
    const auto said = speech_noise(4s, 6000, 1);
    const auto heard = during(said, delay);
    EXPECT_LT(level(heard, 0s, 4s), level(said, 0s, 4s) - 10.5 - 15) << delay.count();
  }
}

TEST_F(RoomLine, PiecesOfAnyLengthComeOutAsLongAsTheyWere_GTW24) {
  const auto said = speech_noise(4s, 6000, 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{239}, std::size_t{1000}}) {
    room.emplace();
    EXPECT_LT(level(during(said, 120ms, {}, piece), 2s, 3500ms), level(said, 2s, 3500ms) - 10.5 - 20) << piece;
  }
}

TEST_F(RoomLine, NobodyIsHeardBeforeItIsKnownAndEverybodyAfter_GTW24) {
  auto own = speech_noise(4s, 6000, 2);
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = i / audio::samples_in(150ms) % 2 == 0 ? own[i] : audio::Sample{0};  // in syllables
  const auto heard = during(speech_noise(4s, 6000, 1), 120ms, own);
  EXPECT_EQ(std::ranges::count_if(std::span(heard).first(audio::samples_in(480ms)), [](audio::Sample sample) { return sample != 0; }), 0);
  EXPECT_GT(level(heard, 1500ms, 4s), level(own, 1500ms, 4s) - 18);
}

TEST_F(RoomLine, WhatComesLongAfterTheAgentIsLeftAlone_GTW24) {
  during(speech_noise(2s, 6000, 1), 120ms);
  now += 700ms;
  auto own = speech_noise(20ms, 6000, 2);
  EXPECT_EQ(room->take(own, now), own);
}

}  // namespace
}  // namespace antiphon::gateway
