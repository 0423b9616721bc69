#include "antiphon/providers/tts/hibari/hibari_voice.hpp"

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::hibari {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_tools::error_of;
using testing_tools::World;

constexpr const char* sentence = "I would like to return order A-1007, please.";

bool is_installed() { return Network::is_built_in() && find_model_folder("hibari"); }

/// Skips where the voice is not installed: nothing here can be said without it.
class HibariVoice : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed()) GTEST_SKIP() << "the voice hibari is not installed here (tools/get-speech.sh)";
  }
  audio::Samples said(const std::string& text, VoiceChoice choice = "hibari/heart") {
    World world;
    testing_tools::ScriptedHttp http;
    const auto voice = provider().make(choice, {.runtime = world.runtime, .http = http});
    return world.run(synthesize_whole(*voice, {.text = text, .voice = "heart"}, Deadline::never()));
  }
};

TEST_F(HibariVoice, SaysTheSameOnTwoThreadsAtOnceAndAfterOtherTexts_VOX80) {
  const auto hibari = Hibari::shared();
  const auto alone = hibari->say(sentence, "heart", 1);
  hibari->say("Something else.", "low", 1.2);
  audio::Samples first;
  std::thread other([&] { first = hibari->say(sentence, "heart", 1); });
  const auto second = hibari->say(sentence, "heart", 1);
  other.join();
  EXPECT_EQ(first, alone);
  EXPECT_EQ(second, alone);
}

TEST_F(HibariVoice, EachSpeakerSoundsDifferentAndLastsAsLongAsItsSpeedSays) {
  const auto hibari = Hibari::shared();
  const auto heart = hibari->say(sentence, "heart", 1);
  EXPECT_EQ(hibari->say(sentence, "low", 1).size(), heart.size());
  EXPECT_NE(hibari->say(sentence, "low", 1), heart);
  EXPECT_GT(hibari->say(sentence, "lower", 1).size(), heart.size());
  EXPECT_LT(hibari->say(sentence, "high", 1).size(), heart.size());
  EXPECT_NEAR(static_cast<double>(hibari->say(sentence, "heart", 2).size()) / static_cast<double>(heart.size()), 0.5, 0.1);
}

TEST_F(HibariVoice, SpeaksAtTheCanonicalLevel_VOX21) { EXPECT_NEAR(audio::active_dbfs(said("Hello, how can I help you today?")), audio::speech_dbfs, 0.5); }

TEST_F(HibariVoice, IsSilentWhereNothingCanBeSaid) {
  for (const auto& text : {"", " ...!? ", "🙂 你好", "\x01\x7F"}) EXPECT_THAT(said(text), IsEmpty()) << text;
}

TEST_F(HibariVoice, SaysAnythingElse) {
  for (const auto& text : {std::string("Grüße, 世界 & <b>co</b> 🙂!"), std::string(300, 'q'), std::string("$ % ^ 12,345,678,901,234,567,890.12 -- (((a)))"),
                           std::string("1/2/3 12:61 $1.2.3 'tis A's B.C. #hash @home x=y")})
    EXPECT_GT(said(text).size(), 4000U) << text;
}

TEST_F(HibariVoice, SaysFiveThousandCharacters) {
  std::string text;
  while (text.size() < 5000) text += "The parcel with the number 4711 was sent on Monday, and it should be with you by Thursday. ";
  EXPECT_GT(said(text).size(), std::size_t{24000} * 200);
}

TEST_F(HibariVoice, TakesTheUsersSpellingsFirst) {
  VoiceChoice respelled = "hibari/heart";
  respelled.lexicon = {{"Nguyen", "win"}};
  EXPECT_EQ(said("Mr. Nguyen", respelled), said("Mr. win"));
}

TEST_F(HibariVoice, ReadsIdsMoneyAndCapitalsAsPeopleDo) {
  const auto hibari = Hibari::shared();
  EXPECT_EQ(hibari->phonemes("A-1007"), hibari->phonemes("Ay one zero zero seven"));
  EXPECT_EQ(hibari->phonemes("Dr. Smith owes $3.50"), hibari->phonemes("doctor Smith owes three dollars fifty cents"));
  EXPECT_EQ(hibari->phonemes("the ETA"), hibari->phonemes("the E T Ay"));
  EXPECT_EQ(hibari->phonemes("STOP it"), hibari->phonemes("stop it"));
}

TEST_F(HibariVoice, ADamagedOrMissingFileIsNamedWithWhatToDo) {
  const auto folder = fs::temp_directory_path() / make_id("hibari");
  fs::copy(*find_model_folder("hibari"), folder);
  auto bytes = read_file((folder / "hibari.onnx").string());
  bytes[1000] ^= 1;
  write_file_atomically((folder / "hibari.onnx").string(), bytes);
  const auto damaged = error_of([&] { Hibari hibari(folder.string()); });
  EXPECT_EQ(damaged.kind(), ErrorKind::configuration);
  EXPECT_THAT(damaged.message(), HasSubstr("hibari.onnx is damaged"));
  EXPECT_THAT(damaged.hint(), HasSubstr("make speech"));
  write_file_atomically((folder / "lexicon_us_gold.json.gz").string(), "short");
  EXPECT_THAT(error_of([&] { Hibari hibari(folder.string()); }).message(), HasSubstr("lexicon_us_gold.json.gz is damaged"));
  fs::remove_all(folder);
}

TEST_F(HibariVoice, TheRuntimeRefusesWhatIsNoNetworkWithoutAbort) {
  EXPECT_EQ(error_of([] { Network::open("this is no network"); }).kind(), ErrorKind::configuration);
  EXPECT_EQ(error_of([] { Network::open(""); }).kind(), ErrorKind::configuration);
}

TEST(HibariProvider, SuggestsTheNearestName) {
  const auto error = error_of([] { provider().check("hibari/hart"); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("did you mean hibari/heart?"));
  EXPECT_THAT(error.hint(), HasSubstr("hibari/low, hibari/lower, hibari/mid, hibari/high"));
}

TEST(HibariProvider, SaysHowToInstallWhatIsMissing) {
  const auto* own = std::getenv("ANTIPHON_MODELS");
  const std::string before = own ? own : "";
  setenv("ANTIPHON_MODELS", "/nonexistent", 1);  // NOLINT: one thread
  const auto error = error_of([] { provider().check("hibari/heart"); });
  own ? setenv("ANTIPHON_MODELS", before.c_str(), 1) : unsetenv("ANTIPHON_MODELS");  // NOLINT
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.hint(), HasSubstr("make speech"));
}

}  // namespace
}  // namespace antiphon::hibari
