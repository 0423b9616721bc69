#include "antiphon/gateway/hearing/tone_filter.hpp"

#include <gtest/gtest.h>

#include "antiphon/audio/vad/voice_activity.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

/// In pieces as they come from a line.
ToneFilter::Taken filtered(const audio::Samples& samples, std::size_t piece) {
  ToneFilter filter;
  ToneFilter::Taken all;
  for (std::size_t at = 0; at < samples.size(); at += piece) {
    const auto end = std::min(at + piece, samples.size());
    const auto taken = filter.take({samples.begin() + static_cast<std::ptrdiff_t>(at), samples.begin() + static_cast<std::ptrdiff_t>(end)});
    all.samples.insert(all.samples.end(), taken.samples.begin(), taken.samples.end());
    all.keys += taken.keys;
  }
  return all;
}

TEST(ToneFilter, TellsTheKeysHoweverTheAudioIsCut_GTW32) {
  auto tones = audio::dtmf_tones("1234#");
  tones.resize(tones.size() + audio::samples_in(100ms));
  for (const std::size_t piece : {1UL, 160UL, 480UL, 24000UL}) EXPECT_EQ(filtered(tones, piece).keys, "1234#") << piece;
}

TEST(ToneFilter, NoDetectorOfVoicesHearsThem_GTW32) {
  auto tones = audio::Samples(audio::samples_in(200ms));
  const auto keys = audio::dtmf_tones("159D");
  tones.insert(tones.end(), keys.begin(), keys.end());
  const audio::VoiceSettings settings{.timing = {.onset = 60ms, .hangover = 200ms}};
  EXPECT_FALSE(audio::VoiceActivity(settings).feed(tones).empty()) << "unfiltered they are a voice";
  audio::VoiceActivity activity(settings);
  EXPECT_TRUE(activity.feed(filtered(tones, 480).samples).empty());
}

TEST(ToneFilter, LeavesAVoiceAsItIs_GTW32) {
  const auto voice = testing::voice(2s);
  EXPECT_EQ(filtered(voice, 480).samples, voice);
}

}  // namespace
}  // namespace antiphon::gateway
