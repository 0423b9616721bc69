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

TEST_F(RoomLine, ALineThatStallsBringsNoEchoBack_GTW24) {
  const auto said = speech_noise(7s, 6000, 1);
  for (const auto delay : {20ms, 300ms})
    for (const auto stall : {100ms, 500ms}) {
      room.emplace();
      const auto behind = audio::samples_in(delay);
      audio::Samples waiting, heard;
      for (std::size_t at = 0; at + frame <= said.size(); at += frame) {
        room->played(audio::SampleView(said).subspan(at, frame), now);
        now += 20ms;
        for (std::size_t i = at; i < at + frame; ++i) waiting.push_back(audio::to_sample(i >= behind ? 0.3 * said[i - behind] : 0));
        const auto since = audio::duration_of(at) - 3s;
        if (since >= Duration::zero() && since < stall) continue;
        for (std::size_t piece = 0; piece < waiting.size(); piece += frame) {
          const auto first = waiting.begin() + static_cast<std::ptrdiff_t>(piece);
          const auto left = room->take(audio::Samples(first, first + frame), now);
          heard.insert(heard.end(), left.begin(), left.end());
        }
        waiting.clear();
      }
      EXPECT_LT(level(heard, 4s, 7s), level(said, 4s, 7s) - 10.5 - 15) << delay.count() << " ms, stalled for " << stall.count();
    }
}

TEST_F(RoomLine, WhoSendsNothingForAWhileIsInTimeAgainSoon_GTW24) {
  during(speech_noise(3s, 6000, 1), 120ms);
  const auto silent = speech_noise(1s, 6000, 2);  // the microphone is off while the agent speaks on
  for (std::size_t at = 0; at < silent.size(); at += frame, now += 20ms) room->played(audio::SampleView(silent).subspan(at, frame), now);
  const auto heard = during(speech_noise(6s, 6000, 3), 120ms);
  EXPECT_LT(level(heard, 3s, 6s), level(speech_noise(6s, 6000, 3), 3s, 6s) - 10.5 - 15);
}

TEST_F(RoomLine, WhoAnswersAShortGreetingIsHeard_GTW24) {
  auto said = speech_noise(800ms, 6000, 1), own = audio::Samples(audio::samples_in(1200ms));
  said.resize(audio::samples_in(3s));
  const auto answer = speech_noise(1s, 6000, 2);
  own.insert(own.end(), answer.begin(), answer.end());
  EXPECT_GT(level(during(said, 120ms, own), 1220ms, 1400ms), level(answer, 0s, 200ms) - 6);
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
