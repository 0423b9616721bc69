#include "antiphon/gateway/hearing/echo_gate.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using audio::testing::speech_noise;

constexpr std::size_t frame = audio::canonical_rate_hz / 50;

/// A line on which the agent is heard, and comes back.
struct EchoLine : ::testing::Test {
  /// One frame each way. @returns whether what the caller's line brought was let through
  bool pass(audio::SampleView played, audio::Samples brought) {
    if (!played.empty()) gate.played(played, now);
    now += 20ms;
    return std::ranges::any_of(gate.take(std::move(brought), now), [](audio::Sample sample) { return sample != 0; });
  }
  /// The agent speaks, and comes back `delay` later with a tenth of its power, over `line`. @returns frames that were let through
  int speak(const audio::Samples& said, Duration delay, const audio::Samples& line = {}) {
    int through = 0;
    const auto behind = audio::samples_in(delay);
    for (std::size_t at = 0; at + frame <= said.size(); at += frame) {
      audio::Samples brought(frame);
      for (std::size_t i = 0; i < frame; ++i) {
        const double echo = at + i >= behind ? 0.3 * said[at + i - behind] : 0;
        brought[i] = audio::to_sample(echo + (line.empty() ? 0 : line[(at + i) % line.size()]));
      }
      through += pass(audio::SampleView(said).subspan(at, frame), std::move(brought)) ? 1 : 0;
    }
    return through;
  }
  int hear(const audio::Samples& caller) {
    int through = 0;
    for (std::size_t at = 0; at + frame <= caller.size(); at += frame)
      through += pass({}, audio::Samples(caller.begin() + static_cast<std::ptrdiff_t>(at), caller.begin() + static_cast<std::ptrdiff_t>(at + frame))) ? 1 : 0;
    return through;
  }

  EchoGate gate;
  Clock::Time now{1s};
};

TEST_F(EchoLine, AnEchoIsSilencedButForItsBeginning_GTW24) { EXPECT_LE(speak(speech_noise(2s, 8000, 1), 100ms), 4); }

TEST_F(EchoLine, ACallerWhoAnswersAtOnceIsHeardWholeAndTheNextEchoIsNot_GTW24) {
  speak(speech_noise(2s, 8000, 1), 20ms);
  hear(audio::Samples(audio::samples_in(300ms)));
  EXPECT_EQ(hear(speech_noise(2s, 8000, 2)), 100);
  EXPECT_LE(speak(speech_noise(2s, 8000, 3), 20ms), 4);
}

TEST_F(EchoLine, NoiseOnTheLineDoesNotLetEchoesThrough_GTW24) {
  const auto hum = speech_noise(1s, 400, 9);
  const auto quiet = speech_noise(200ms, 200, 4);
  auto said = quiet;  // the noise is taken for a voice before the agent is loud
  const auto loud = speech_noise(3s, 12000, 5);
  said.insert(said.end(), loud.begin(), loud.end());
  EXPECT_LE(speak(said, 100ms, hum), 30) << "of 160";
}

TEST_F(EchoLine, AVoiceThatIsLouderThanTheEchoIsLetThrough_GTW24) { EXPECT_GE(speak(speech_noise(2s, 8000, 1), 100ms, speech_noise(1s, 8000, 6)), 96); }

}  // namespace
}  // namespace antiphon::gateway
