#include "antiphon/scenario/voice/transcribe_segments.hpp"

#include <gtest/gtest.h>

#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using testing_tools::World;

/// Hears how many samples there are, and fails at three.
class Counting final : public SpeechToText {
 public:
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings, Deadline) override {
    if (samples.size() == 3) throw Error(ErrorKind::unavailable, "the recogniser is gone");
    co_return Recognition{.text = std::to_string(samples.size())};
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override { throw Error(ErrorKind::unsupported, "no streams"); }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  RecognitionCapabilities capabilities_;
  std::string name_ = "counting";
};

std::vector<VoiceRecording::Segment> four_segments() {
  std::vector<VoiceRecording::Segment> segments(4);
  segments[0].transcript = "was there", segments[0].transcript_truncated = true;
  return segments;
}

audio::Samples samples_of(std::size_t index) { return audio::Samples(index + 1); }

TEST(TranscribeSegments, FillsInWhatIsMissingAndGoesOnAfterAFailure_VOX61) {
  World world;
  Counting ear;
  auto segments = four_segments();
  const auto failures = world.run(transcribe_segments(segments, samples_of, ear, {}, Deadline::never()));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].segment, 2U);
  EXPECT_EQ(failures[0].reason, "the recogniser is gone");
  EXPECT_EQ(segments[0].transcript, "was there");
  EXPECT_TRUE(segments[0].transcript_truncated);
  EXPECT_EQ(segments[1].transcript, "2");
  EXPECT_FALSE(segments[2].transcript.has_value());
  EXPECT_EQ(segments[3].transcript, "4");
}

TEST(TranscribeSegments, ReplacesAllWhereThatIsAsked_VOX61) {
  World world;
  Counting ear;
  auto segments = four_segments();
  world.run(transcribe_segments(segments, samples_of, ear, {}, Deadline::never(), false));
  EXPECT_EQ(segments[0].transcript, "1");
  EXPECT_FALSE(segments[0].transcript_truncated);
}

TEST(TranscribeSegments, HearsTheAudioOfARecordedCall_VOX61) {
  World world;
  Counting ear;
  CallTracks tracks;
  tracks.user.append(audio::Samples(24000));
  CallRecord call;
  const VoicedSpan first{std::chrono::milliseconds(100), std::chrono::milliseconds(200)},
      second{std::chrono::milliseconds(500), std::chrono::milliseconds(600)};
  call.utterances.push_back({.text = "hello", .start = first.start, .end = first.end, .voiced = {first}});
  call.utterances.push_back({.start = second.start, .end = second.end, .voiced = {second}});
  VoiceRecording recording(std::make_shared<const CallTracks>(std::move(tracks)), call);
  EXPECT_TRUE(world.run(transcribe_segments(recording, ear, {}, Deadline::never())).empty());
  ASSERT_EQ(recording.segments().size(), 2U);
  EXPECT_EQ(recording.segments()[0].transcript, "hello");
  EXPECT_EQ(recording.segments()[1].transcript, "2400");
}

}  // namespace
}  // namespace antiphon
