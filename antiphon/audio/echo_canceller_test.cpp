#include "antiphon/audio/echo_canceller.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;
using testing::speech_noise;

/// What is left of a microphone's audio in which `played` comes back later and three times quieter.
Samples left_of(const Samples& played, const Samples& own, EchoCanceller& canceller, std::chrono::nanoseconds later = 60ms) {
  const auto behind = samples_in(later);
  Samples microphone(played.size() / EchoCanceller::block * EchoCanceller::block);
  for (std::size_t i = 0; i < microphone.size(); ++i) microphone[i] = to_sample((i >= behind ? 0.3 * played[i - behind] : 0) + (i < own.size() ? own[i] : 0));
  for (std::size_t at = 0; at < microphone.size(); at += EchoCanceller::block)
    canceller.process(SampleView(played).subspan(at, EchoCanceller::block), std::span(microphone).subspan(at, EchoCanceller::block));
  return microphone;
}

TEST(EchoCanceller, TakesOutWhatWasPlayedAndLeavesWhatWasNot_GTW24) {
  const auto played = speech_noise(3s, 6000, 1);
  EchoCanceller canceller;
  const auto echo = left_of(played, {}, canceller);
  EXPECT_LT(rms_dbfs(SampleView(echo).last(samples_in(2s))), rms_dbfs(played) - 10.5 - 25) << "25 dB below the echo";

  Samples silence(played.size());
  const auto own = speech_noise(3s, 3000, 2);
  EXPECT_NEAR(rms_dbfs(SampleView(left_of(silence, own, canceller)).last(samples_in(1s))), rms_dbfs(own), 1.5);
}

TEST(EchoCanceller, DoesTheSameEachTimeAndLearnsAnotherRoom_GTW24) {
  const auto played = speech_noise(2s, 6000, 1);
  EchoCanceller one, other;
  EXPECT_EQ(left_of(played, {}, one), left_of(played, {}, other));
  one.reset();
  const auto echo = left_of(played, {}, one, 90ms);
  EXPECT_LT(rms_dbfs(SampleView(echo).last(samples_in(1s))), rms_dbfs(played) - 10.5 - 20);
}

}  // namespace
}  // namespace antiphon::audio
