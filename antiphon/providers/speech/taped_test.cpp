#include "antiphon/providers/speech/taped.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/providers/llm/cache/call_cache.hpp"
#include "antiphon/providers/speech/testing.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing_tools::error_of;
using testing_tools::sound;

struct TapedSpeech : testing::Test {
  std::string path = (fs::temp_directory_path() / make_id("taped-speech")).string();
  ~TapedSpeech() override { fs::remove(path); }

  std::shared_ptr<Cassette> cassette(CassetteMode mode) const {
    return std::make_shared<Cassette>(CassetteOptions{.path = path, .mode = mode, .scenario_id = "s"});
  }
  void record(const std::function<void(testing_tools::SpeechWorld&)>& work) const {
    testing_tools::SpeechWorld speech;
    speech.context.cassette = cassette(CassetteMode::record);
    work(speech);
    speech.context.cassette->save(1);
  }
  /// Nothing of the script is there: whoever asks fails.
  void replay(const std::function<void(testing_tools::SpeechWorld&)>& work) const {
    testing_tools::SpeechWorld speech;
    speech.context.cassette = cassette(CassetteMode::replay);
    work(speech);
    EXPECT_TRUE(speech.http.sent.empty());
  }
};

std::string noise() {
  std::string bytes;
  for (int i = 0; i < 4801; ++i) bytes += static_cast<char>(i * i >> (i % 7)), bytes += static_cast<char>(i % 11);
  return bytes;
}

TEST_F(TapedSpeech, IsSaidAgainSampleBySampleWithoutKeyOrNetwork_VOX21) {
  audio::Samples first, second;
  record([&](auto& speech) {
    speech.http.script = {sound({noise().substr(0, 1001), noise().substr(1001)})};
    first = speech.say(speech.voice("openai/coral"));
  });
  replay([&](auto& speech) {
    const testing_tools::ScopedVariable none("OPENAI_API_KEY", nullptr);
    VoiceChoice choice("openai/coral");
    EXPECT_TRUE(speech.registry.replaying().waits_on_clock_alone(choice));
    speech.registry.replaying().check(choice);
    second = speech.say(choice);
  });
  EXPECT_EQ(first.size(), 4801U);
  EXPECT_EQ(first, second);
  EXPECT_THAT(read_file(path), Not(HasSubstr("sk-secret")));
}

TEST_F(TapedSpeech, FailuresFailAgainAndHoldNoKey_VOX23) {
  record([](auto& speech) {
    speech.http.script = {{.status = 401, .body = {"bad key sk-secret-key"}}, {.status = 401, .body = {"bad key sk-secret-key"}}};
    error_of([&] { speech.say(speech.voice("deepgram/m"), "my key is sk-secret-key"); });
    error_of([&] { speech.hear(speech.ear("deepgram/nova-3")); });
  });
  EXPECT_THAT(read_file(path), Not(HasSubstr("sk-secret")));
  replay([](auto& speech) {
    const auto error = error_of([&] { speech.say(speech.voice("deepgram/m"), "my key is sk-secret-key"); });
    EXPECT_EQ(error.status(), 401);
    EXPECT_EQ(error.party(), Party::provider);
  });
}

TEST_F(TapedSpeech, RecordingsAreUnderstoodAgainWhateverSilenceIsAroundThem_VOX22) {
  audio::Samples samples(9600, 100);
  record([&](auto& speech) {
    speech.http.script = {{.body = {R"({"text":"hello","segments":[{"avg_logprob":0}],"words":[{"word":"hello","start":0.25,"end":0.5}]})"}}};
    speech.hear(speech.ear("openai/whisper-1"), samples);
  });
  samples.insert(samples.begin(), 480, 0);
  replay([&](auto& speech) {
    const auto heard = speech.hear(speech.ear("openai/whisper-1"), samples);
    EXPECT_EQ(heard.text, "hello");
    EXPECT_EQ(heard.confidence, 1);
    ASSERT_EQ(heard.words.size(), 1U);
    EXPECT_EQ(heard.words[0].end, 500ms);
    samples[1000] = 7;
    EXPECT_EQ(error_of([&] { speech.hear(speech.ear("openai/whisper-1"), samples); }).kind(), ErrorKind::configuration);
  });
}

TEST_F(TapedSpeech, WhoeverWentAwayLeftWhatWasSaidUntilThen) {
  const auto begin = [](testing_tools::SpeechWorld& speech) {
    auto open = speech.registry.open(speech.voice("openai/coral"), speech.context);
    auto request = open.defaults;
    request.text = "hello";
    const auto stream = speech.world.run(open.synthesiser->synthesize(request, Deadline::never()));
    EXPECT_THAT(*speech.world.run(stream->next(Deadline::never())), testing::ElementsAre(1));
  };
  record([&](auto& speech) {
    speech.http.script = {sound({std::string("\1\0", 2), std::string("\2\0", 2)})};
    begin(speech);
  });
  replay(begin);
}

struct CachedSpeech : testing::Test {
  std::string folder = (fs::temp_directory_path() / make_id("cached-speech")).string();
  ~CachedSpeech() override { fs::remove_all(folder); }

  /// As a scenario of another run would, with the user's key of the cache.
  std::unique_ptr<testing_tools::SpeechWorld> in_scenario(const std::string& id, const std::string& key) const {
    auto speech = std::make_unique<testing_tools::SpeechWorld>();
    speech->context.cache = std::make_shared<RunCache>(CallCache(folder), key + id, key);
    return speech;
  }
  std::string all_files() const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) all += read_file(entry.path().string());
    return all;
  }
};

TEST_F(CachedSpeech, TheSameTextInTheSameVoiceIsAskedForOnceWhateverTheScenario_VOX20_SCN80) {
  const auto first = in_scenario("a", "monday");
  first->http.script = {sound({noise()}), sound({noise()})};
  const auto said = first->say(first->voice("elevenlabs/v"), "my key is sk-secret-key");
  const auto second = in_scenario("b", "monday");
  EXPECT_EQ(second->say(second->voice("elevenlabs/v"), "my key is sk-secret-key"), said);
  EXPECT_TRUE(second->http.sent.empty());
  EXPECT_THAT(all_files(), Not(HasSubstr("sk-secret")));

  auto slower = first->voice("elevenlabs/v");
  slower.speed = 0.8;
  first->say(slower, "my key is sk-secret-key");
  EXPECT_EQ(first->http.sent.size(), 2U);
  const auto anew = in_scenario("a", "tuesday");
  anew->http.script = {sound({noise()})};
  anew->say(anew->voice("elevenlabs/v"), "my key is sk-secret-key");
  EXPECT_EQ(anew->http.sent.size(), 1U);
}

TEST_F(CachedSpeech, RecordingsAreHeardOnceAndFailuresAreNotKept_VOX22_SCN80) {
  const auto first = in_scenario("a", "monday");
  first->http.script = {{.status = 401, .body = {"no"}}, {.body = {R"({"text":"hello"})"}}};
  error_of([&] { first->hear(first->ear("openai/gpt-4o-transcribe")); });
  EXPECT_EQ(first->hear(first->ear("openai/gpt-4o-transcribe")).text, "hello");
  const auto second = in_scenario("b", "monday");
  EXPECT_EQ(second->hear(second->ear("openai/gpt-4o-transcribe")).text, "hello");
  EXPECT_TRUE(second->http.sent.empty());
}

TEST_F(CachedSpeech, TheVoiceOfTheEnvironmentIsPartOfWhatWasAsked_VOX70) {
  const auto say = [&](const char* id, std::size_t asked) {
    const testing_tools::ScopedVariable variable("ELEVENLABS_VOICE_ID", id);
    const auto speech = in_scenario("a", "monday");
    speech->http.script = {sound({noise()})};
    speech->say(speech->voice("elevenlabs"));
    ASSERT_EQ(speech->http.sent.size(), asked);
    if (asked > 0) EXPECT_THAT(speech->http.sent[0].url, HasSubstr(id ? id : "EXAVITQu4vr4xnSDxMaL"));
  };
  say("first", 1), say("second", 1), say("first", 0), say(nullptr, 1);
}

TEST_F(CachedSpeech, SpeechThatIsCutOffIsNotKept_SCN80) {
  for (int i = 0; i < 2; ++i) {
    const auto speech = in_scenario("a", "monday");
    speech->http.script = {sound({std::string("\1\0", 2), std::string("\2\0", 2)})};
    auto open = speech->registry.open(speech->voice("openai/coral"), speech->context);
    open.defaults.text = "hello";
    EXPECT_TRUE(speech->world.run(speech->world.run(open.synthesiser->synthesize(open.defaults, Deadline::never()))->next(Deadline::never())));
    EXPECT_EQ(speech->http.sent.size(), 1U);
  }
}

}  // namespace
}  // namespace antiphon
