#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/detached.hpp>

#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/stt/local/local_recogniser.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"

namespace antiphon::stt {
namespace {

using audio::samples_in;
using audio::SampleView;
using audio::testing::joined;
using audio::testing::noise;
using audio::testing::silence;
using audio::testing::speech;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_tools::error_of;
using testing_tools::World;

TEST(SpeechSpans, LeaveOutSilenceAndWhatIsTooShort_VOX22) {
  EXPECT_THAT(speech_spans({}), IsEmpty());
  EXPECT_THAT(speech_spans(audio::Samples(1, 20000)), IsEmpty());
  EXPECT_THAT(speech_spans(silence(5)), IsEmpty());
  EXPECT_THAT(speech_spans(joined({silence(1), speech(0.15), silence(1)})), IsEmpty());
  const auto spans = speech_spans(joined({silence(2), speech(1), silence(3)}));
  ASSERT_THAT(spans, SizeIs(1));
  EXPECT_NEAR(to_seconds(audio::duration_of(spans[0].from)), 1.6, 0.1);
  EXPECT_NEAR(to_seconds(audio::duration_of(spans[0].to)), 3.2, 0.1);
  EXPECT_NEAR(to_seconds(spans[0].speech), 1.0, 0.1);
}

TEST(SpeechSpans, DoNotDependOnTheLevel_VOX22) {
  const auto call = joined({silence(1), speech(1, -20), silence(4), speech(2, -20), silence(1)});
  EXPECT_THAT(speech_spans(call), SizeIs(2));
  EXPECT_THAT(speech_spans(audio::apply_gain(call, -25)), SizeIs(2));
}

TEST(SpeechSpans, AreAtMostFifteenSecondsCutWhereItIsQuiet_VOX22) {
  // Ten minutes without a pause but short dips.
  audio::Samples call;
  for (int i = 0; i < 60; ++i) {
    const auto part = joined({speech(9.5, -20, 120, static_cast<std::uint64_t>(i)), silence(0.2), speech(0.3)});
    call.insert(call.end(), part.begin(), part.end());
  }
  const auto spans = speech_spans(call);
  ASSERT_GE(spans.size(), 40U);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    EXPECT_LE(spans[i].to - spans[i].from, samples_in(longest_piece));
    if (i > 0) EXPECT_EQ(spans[i].from, spans[i - 1].to);
    if (!spans[i].goes_on) continue;
    const auto cut = SampleView(call).subspan(spans[i].to - 480, 960);
    EXPECT_TRUE(std::all_of(cut.begin(), cut.end(), [](auto sample) { return sample == 0; })) << i;
  }
}

TEST(PlausibleText, DropsWhatNoiseIsHeardAs) {
  for (const auto* text : {"", " ", "♪♪", "[music]", "(wind blowing)", "..."}) EXPECT_EQ(plausible_text(text, seconds(2)), "") << text;
  EXPECT_EQ(plausible_text("You.", milliseconds(300)), "");
  EXPECT_EQ(plausible_text("You.", milliseconds(500)), "You");
  EXPECT_EQ(plausible_text("no no no no no no no no no no", seconds(1)), "");
  EXPECT_EQ(plausible_text(" Thank you. ", seconds(1)), "Thank you");
  EXPECT_EQ(plausible_text("At 5 p.m.", seconds(1)), "At 5 p.m.");
  EXPECT_EQ(plausible_text("Really?", seconds(1)), "Really?");
}

/// Says how long its pieces are, and how many there were.
class Measuring final : public LocalDecoder {
 public:
  explicit Measuring(int* count) : count_(count) {}
  Recognition decode(SampleView piece, Duration) override {
    ++*count_;
    const auto tenths = static_cast<int>(std::lround(to_seconds(audio::duration_of(piece.size())) * 10));
    Recognition heard{.words = {{.text = "first", .start = milliseconds(400), .end = milliseconds(500)}}};
    // The beginning stays the same while a piece grows.
    for (int i = 0; i < tenths / 5; ++i) heard.text += (i > 0 ? " w" : "w") + std::to_string(i);
    return heard;
  }

 private:
  int* count_;
};

class LocalRecognisers : public ::testing::Test {
 protected:
  LocalRecogniser recogniser() {
    return {"measuring", {.streaming = true}, world.runtime, [this](const RecognitionSettings&) { return std::make_shared<Measuring>(&decoded); }};
  }
  std::vector<RecognitionEvent> stream(const audio::Samples& call, json::object settings, std::size_t piece) {
    return world.run([](LocalRecogniser ear, audio::Samples all, json::object how, std::size_t cut) -> Task<std::vector<RecognitionEvent>> {
      auto stream = co_await ear.open({.settings = how}, Deadline::never());
      std::vector<RecognitionEvent> events;
      for (std::size_t at = 0; at < all.size(); at += cut) {
        const auto end = std::min(all.size(), at + cut);
        co_await stream->feed(audio::Samples(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end)), Deadline::never());
      }
      co_await stream->finish(Deadline::never());
      while (auto event = co_await stream->next(Deadline::never())) events.push_back(std::move(*event));
      co_return events;
    }(recogniser(), call, std::move(settings), piece));
  }

  World world;
  int decoded = 0;
};

std::vector<std::string> kinds_of(const std::vector<RecognitionEvent>& events) {
  std::vector<std::string> kinds;
  for (const auto& event : events)
    kinds.emplace_back(event.kind == RecognitionEvent::Kind::partial ? "partial" : event.kind == RecognitionEvent::Kind::final ? "final" : "end");
  return kinds;
}

TEST_F(LocalRecognisers, JoinWhatIsHeardAndPlaceItsWords_VOX22) {
  auto ear = recogniser();
  const auto heard = world.run(ear.transcribe(joined({silence(1), speech(1), silence(4), speech(1), silence(1)}), {}, Deadline::never()));
  EXPECT_EQ(heard.text, "w0 w1 w2 w0 w1 w2");
  ASSERT_THAT(heard.words, SizeIs(2));
  EXPECT_NEAR(to_seconds(heard.words[0].start), 1.0, 0.1);
  EXPECT_NEAR(to_seconds(heard.words[1].start), 6.0, 0.1);
}

TEST_F(LocalRecognisers, HearNothingInNothing_VOX22) {
  auto ear = recogniser();
  for (const auto& samples : {audio::Samples{}, audio::Samples{1}, silence(3)}) EXPECT_EQ(world.run(ear.transcribe(samples, {}, Deadline::never())).text, "");
  EXPECT_EQ(decoded, 0);
  EXPECT_THAT(stream({}, {}, 480), IsEmpty());
  EXPECT_THAT(stream(silence(3), {}, 480), IsEmpty());
  EXPECT_THAT(stream(joined({silence(1), speech(0.1), silence(1)}), {}, 480), IsEmpty());
}

TEST_F(LocalRecognisers, TellEachUtteranceOnceItIsOver_VOX22) {
  const auto call = joined({silence(1), speech(1), silence(1), speech(2), silence(0.1)});
  const auto events = stream(call, {}, 480);
  EXPECT_THAT(kinds_of(events), ElementsAre("final", "end", "final", "end"));
  EXPECT_EQ(decoded, 2);
  EXPECT_EQ(events[0].heard.text, "w0 w1 w2");
  EXPECT_NEAR(to_seconds(events[0].heard.words[0].start), 1.0, 0.1);
}

TEST_F(LocalRecognisers, HearTheSameHoweverAStreamIsCut_VOX22) {
  const auto call = joined({silence(1), speech(1), silence(0.8), speech(40), silence(0.7), speech(2), silence(1)});
  const auto once = stream(call, {}, call.size());
  ASSERT_GE(once.size(), 8U);
  for (const std::size_t piece : {160, 480, 24000, 31333}) {
    const auto again = stream(call, {}, piece);
    ASSERT_EQ(kinds_of(again), kinds_of(once)) << piece;
    for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(again[i].heard.text, once[i].heard.text) << piece;
  }
}

/// In frames of 20 ms, at their times.
Task<> feed_paced(std::shared_ptr<RecognitionStream> stream, Clock& clock, audio::Samples call) {
  for (std::size_t at = 0; at < call.size(); at += 480) {
    const auto frame = SampleView(call).subspan(at, std::min<std::size_t>(480, call.size() - at));
    co_await stream->feed(audio::Samples(frame.begin(), frame.end()), Deadline::never());
    co_await clock.sleep_for(milliseconds(20));
  }
  co_await stream->finish(Deadline::never());
}

Task<std::vector<RecognitionEvent>> listen_meanwhile(LocalRecogniser& ear, World& world, audio::Samples call) {
  const std::shared_ptr<RecognitionStream> stream = co_await ear.open({.settings = {{"partials", true}}}, Deadline::never());
  asio::co_spawn(world.context, feed_paced(stream, world.clock, std::move(call)), asio::detached);
  std::vector<RecognitionEvent> events;
  while (auto event = co_await stream->next(Deadline::never())) events.push_back(std::move(*event));
  co_return events;
}

TEST_F(LocalRecognisers, TellPartialsOfWhatTwoAttemptsAgreeOn_VOX22) {
  auto ear = recogniser();
  const auto events = world.run(listen_meanwhile(ear, world, joined({silence(1), speech(3), silence(1)})));
  ASSERT_GE(events.size(), 4U);
  std::string before;
  for (std::size_t i = 0; i + 2 < events.size(); ++i) {
    EXPECT_EQ(events[i].kind, RecognitionEvent::Kind::partial);
    EXPECT_THAT(events[i].heard.text, ::testing::StartsWith(before));
    before = events[i].heard.text;
  }
  EXPECT_THAT(events[events.size() - 2].heard.text, ::testing::StartsWith(before));
}

TEST_F(LocalRecognisers, WaitNoLongerThanTheyMay_VOX22) {
  auto ear = recogniser();
  auto stream = world.run(ear.open({}, Deadline::never()));
  EXPECT_EQ(error_of([&] { world.run(stream->next(Deadline::after(world.clock, seconds(2)))); }).kind(), ErrorKind::timeout);
  EXPECT_EQ(world.clock.now(), seconds(2));
  world.run(stream->finish(Deadline::never()));
  EXPECT_FALSE(world.run(stream->next(Deadline::never())).has_value());
  EXPECT_EQ(error_of([&] { world.run(stream->feed({1}, Deadline::never())); }).kind(), ErrorKind::closed);
}

TEST(StreamSettings, AreReadOrRefused) {
  const auto read = read_stream_settings({{"partials", true}, {"silence", "600ms"}, {"detector", "webrtc"}});
  EXPECT_TRUE(read.partials);
  EXPECT_EQ(read.detector.timing.hangover, milliseconds(600));
  EXPECT_EQ(read.detector.engine, audio::VoiceEngine::webrtc);
  for (const auto& bad : {json::object{{"partials", 1}}, json::object{{"silence", "2h"}}, json::object{{"silence", 3}}, json::object{{"detector", "ears"}},
                          json::object{{"model", "x"}}})
    EXPECT_EQ(error_of([&] { read_stream_settings(bad); }).kind(), ErrorKind::configuration) << json::serialize(bad);
}

}  // namespace
}  // namespace antiphon::stt
