#include "antiphon/report/call_sound.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/audio/wav_writer.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/report/call_facts.hpp"
#include "antiphon/report/html.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = CallSound::Kind;

namespace fs = std::filesystem;

class CallSounds : public ::testing::Test {
 protected:
  CallSounds() { fs::create_directories(folder_ / "recordings"); }
  ~CallSounds() override { fs::remove_all(folder_); }

  /// A call of two seconds whose user speaks in the first and whose agent speaks in the second.
  ScenarioResult call(const std::string& name, RunOutcome outcome = RunOutcome::passed) {
    const auto user = audio::testing::joined({audio::testing::sine(300, 1), audio::testing::silence(1)});
    const auto agent = audio::testing::joined({audio::testing::silence(1), audio::testing::sine(300, 1)});
    audio::WavWriter((folder_ / "recordings" / name).string(), 2).append(audio::interleave(user, agent));
    CallRecord record{.duration = 2s, .user_voiced = {{0s, 1s}}, .agent_voiced = {{1s, 2s}}};
    return {.id = name, .outcome = outcome, .call = std::make_shared<const CallRecord>(record), .recording_file = "recordings/" + name};
  }

  SoundOptions options(EmbedAudio embed = EmbedAudio::automatic) const {
    return {.result_folder = folder_.string(), .page_folder = folder_.string(), .embed = embed};
  }

  fs::path folder_ = fs::temp_directory_path() / ("antiphon-call-sounds-" + std::to_string(::getpid()));
};

TEST_F(CallSounds, LieInThePageWithTheirPeaks_PRD21) {
  const BatchResult batch{.scenarios = {call("a b.wav")}};
  const auto sound = call_sounds(batch, options()).at(0);
  EXPECT_EQ(sound.kind, Kind::embedded);
  EXPECT_EQ(sound.opus.substr(0, 4), "OggS");
  EXPECT_EQ(sound.href, "recordings/a%20b.wav");
  ASSERT_EQ(sound.peaks.size(), 4U * 200);  // two bytes for each 10 ms of each side
  EXPECT_GT(sound.peaks[1], 50);            // the user speaks first
  EXPECT_EQ(sound.peaks[399], 0);
  EXPECT_EQ(sound.peaks[401], 0);
  EXPECT_GT(sound.peaks[799], 50);
  const auto html = html_report(batch, "<!--ANTIPHON_DATA-->", {sound});
  EXPECT_THAT(html, HasSubstr("id=\"antiphon-a-0\">T2dnU"));
  EXPECT_THAT(html, HasSubstr("id=\"antiphon-p-0\">"));
}

TEST_F(CallSounds, LieBesideThePageWhereTheyAreNotWantedInIt_PRD21) {
  const BatchResult batch{.scenarios = {call("a.wav")}};
  auto beside = options(EmbedAudio::never);
  beside.page_folder = (folder_ / "pages").string();
  const auto sound = call_sounds(batch, beside).at(0);
  EXPECT_EQ(sound.kind, Kind::beside);
  EXPECT_EQ(sound.href, "../recordings/a.wav");
  EXPECT_FALSE(sound.peaks.empty());
  EXPECT_THAT(html_report(batch, "<!--ANTIPHON_DATA-->", {sound}), Not(HasSubstr("antiphon-a-0")));
}

TEST_F(CallSounds, OfWhatDidNotPassComeFirstWhereNotAllHaveRoom_PRD21) {
  const BatchResult batch{.scenarios = {call("a.wav"), call("b.wav", RunOutcome::failed), call("c.wav", RunOutcome::inconclusive)}};
  auto little = options();
  little.room = 2 * 2 * 32000 / 8 * 4 / 3 + 10;  // for two
  const auto sounds = call_sounds(batch, little);
  EXPECT_EQ(sounds[0].kind, Kind::beside);
  EXPECT_EQ(sounds[1].kind, Kind::embedded);
  EXPECT_EQ(sounds[2].kind, Kind::embedded);
  little.embed = EmbedAudio::always;
  EXPECT_EQ(call_sounds(batch, little)[0].kind, Kind::embedded);
}

TEST_F(CallSounds, ThatAreMissingOrOfAnotherRunSayWhy_PRD21) {
  auto gone = call("gone.wav"), other = call("other.wav"), broken = call("broken.wav");
  fs::remove(folder_ / "recordings/gone.wav");
  audio::WavWriter((folder_ / "recordings/other.wav").string(), 2).append(audio::Samples(48000 * 5));
  write_file_atomically((folder_ / "recordings/broken.wav").string(), "nothing");
  const auto sounds = call_sounds({.scenarios = {gone, other, broken, ScenarioResult{.id = "text"}}}, options());
  for (const std::size_t i : {0U, 1U, 2U}) EXPECT_EQ(sounds[i].kind, Kind::missing) << i;
  EXPECT_EQ(sounds[0].why, "recordings/gone.wav is not there");
  EXPECT_EQ(sounds[1].why, "recordings/other.wav is 5.0 s long and the call was 2.0 s: another run has written it since");
  EXPECT_EQ(sounds[2].why, "recordings/broken.wav cannot be read as audio");
  EXPECT_EQ(sounds[3].kind, Kind::none);
  EXPECT_EQ(to_json(sounds[3]), json::value(nullptr));
}

TEST_F(CallSounds, AreTheSameOnEveryMachine_PRD21) {
  const BatchResult batch{.scenarios = {call("a.wav"), call("b.wav"), call("c.wav")}};
  const auto once = call_sounds(batch, options()), again = call_sounds(batch, options());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(once[i].opus, again[i].opus);
}

TEST(CallLanes, JoinWhatCannotBeToldApartAndCountFromTheBeginningOfTheCall_PRD21) {
  CallRecord record{.duration = 150s, .user_voiced = {{1s, 2s}, {2500ms, 3s}, {10s, 11s}}};
  record.utterances = {{.start = 1s, .end = 3s, .message = 0}};
  const ScenarioResult result{.outcome = RunOutcome::failed,
                              .checks = {{.kind = "latency", .time_s = 14.5}},
                              .messages = {Message::user("hello")},
                              .timings = {{.start_s = 1.5, .end_s = 3.5}},
                              .call = std::make_shared<const CallRecord>(record)};
  EXPECT_EQ(call_began_s(result), 0.5);
  const auto lanes = call_lanes(result);
  EXPECT_EQ(lanes.at("user"), (json::value{{1.0, 3.0}, {10.0, 11.0}}));
  EXPECT_EQ(lanes.at("failed_s"), json::value(14.0));
  const auto facts = scenario_facts(result);
  EXPECT_FALSE(facts.contains("voice"));
  EXPECT_EQ(facts.at("lanes"), lanes);
  EXPECT_FALSE(scenario_facts(ScenarioResult{}).contains("lanes"));
}

}  // namespace
}  // namespace antiphon
