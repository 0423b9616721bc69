#include "antiphon/providers/stt/moonshine/moonshine.hpp"

#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/base/spoken_text.hpp"
#include "antiphon/providers/llm/testing.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"
#include "antiphon/providers/stt/testing/librivox.hpp"

namespace antiphon::moonshine {
namespace {

namespace fs = std::filesystem;
using audio::testing::joined;
using audio::testing::silence;
using testing_tools::error_of;
using testing_tools::World;

std::optional<std::string> missing() {
  try {
    check_installed();
    return std::nullopt;
  } catch (const Error& error) {
    return error.message();
  }
}

#define SKIP_WITHOUT_MOONSHINE() \
  if (const auto why = missing()) GTEST_SKIP() << *why << " (tools/get-speech.sh)"

class Moonshine : public ::testing::Test {
 protected:
  std::unique_ptr<SpeechToText> ear(EarChoice choice = "moonshine") { return provider().make(choice, {.runtime = world.runtime, .http = http}); }
  std::string heard(audio::Samples samples) { return world.run(ear()->transcribe(std::move(samples), {}, Deadline::never())).text; }

  World world;
  testing_tools::ScriptedHttp http;
};

TEST_F(Moonshine, UnderstandsAPerson_VOX22) {
  SKIP_WITHOUT_MOONSHINE();
  const auto utterances = stt::testing::librivox();
  if (utterances.empty()) GTEST_SKIP() << "speech of a person is missing (package pocketsphinx-testdata)";
  WordErrors errors;
  for (const auto& [text, samples] : utterances) errors += word_errors(text, heard(samples));
  EXPECT_GE(errors.words, 60U);
  EXPECT_LE(errors.rate(), 0.08) << errors.errors() << " of " << errors.words;
}

TEST_F(Moonshine, HearsInAStreamWhatItHearsInARecording_VOX22) {
  SKIP_WITHOUT_MOONSHINE();
  const auto utterances = stt::testing::librivox();
  if (utterances.size() < 2) GTEST_SKIP() << "speech of a person is missing (package pocketsphinx-testdata)";
  const auto call = joined({silence(1), utterances[1].samples, silence(2), utterances[2].samples, silence(1)});
  const auto text = world.run([](std::unique_ptr<SpeechToText> by, audio::Samples all) -> Task<std::string> {
    auto stream = co_await by->open({}, Deadline::never());
    co_await stream->feed(std::move(all), Deadline::never());
    co_await stream->finish(Deadline::never());
    std::string said;
    while (auto event = co_await stream->next(Deadline::never())) said += event->heard.text + " ";
    co_return said;
  }(ear(), call));
  EXPECT_LE(word_errors(utterances[1].text + " " + utterances[2].text, text).rate(), 0.15) << text;
}

TEST_F(Moonshine, HearsNothingInSilenceAndNoise_VOX22) {
  SKIP_WITHOUT_MOONSHINE();
  EXPECT_EQ(heard({}), "");
  EXPECT_EQ(heard({1}), "");
  EXPECT_EQ(heard(silence(2)), "");
  for (const double level : {-20, -40}) EXPECT_EQ(heard(joined({silence(1), audio::testing::noise(3, level), silence(1)})), "") << level;
  EXPECT_EQ(heard(audio::testing::sine(440, 3)), "");
}

TEST_F(Moonshine, GivesTheSameOnEveryThread_VOX22) {
  SKIP_WITHOUT_MOONSHINE();
  const auto utterances = stt::testing::librivox();
  if (utterances.empty()) GTEST_SKIP() << "speech of a person is missing (package pocketsphinx-testdata)";
  const auto wanted = heard(utterances[0].samples);
  std::array<std::string, 2> texts;
  std::vector<std::jthread> threads;
  for (auto& text : texts)
    threads.emplace_back([&text, &utterances] {
      World own;
      testing_tools::ScriptedHttp nobody;
      const auto by = provider().make("moonshine", {.runtime = own.runtime, .http = nobody});
      text = own.run(by->transcribe(utterances[0].samples, {}, Deadline::never())).text;
    });
  threads.clear();
  for (const auto& text : texts) EXPECT_EQ(text, wanted);
}

TEST_F(Moonshine, RefusesOtherLanguagesAndNames_VOX22) {
  EarChoice german("moonshine");
  german.language = "de-DE";
  EXPECT_EQ(error_of([&] { provider().check(german); }).kind(), ErrorKind::configuration);
  EXPECT_EQ(error_of([&] { provider().check("moonshine/huge"); }).kind(), ErrorKind::configuration);
  EXPECT_EQ(error_of([&] { folder_provider().check("sherpa"); }).kind(), ErrorKind::configuration);
}

TEST_F(Moonshine, AFolderWithoutAModelIsRefusedBeforeTheRun_VOX22) {
  const auto error = error_of([&] { folder_provider().check("sherpa/none"); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_NE(error.message().find("none/encoder_model.ort"), std::string::npos) << error.message();
}

class BrokenMoonshine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = missing()) GTEST_SKIP() << *why << " (tools/get-speech.sh)";
    folder = fs::path(::testing::TempDir()) / ("moonshine-" + std::to_string(::getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto* name : {"encoder_model.ort", "decoder_model_merged.ort", "tokens.txt"})
      fs::create_symlink(fs::path(*find_model_folder("moonshine-tiny-en")) / name, folder / name);
  }
  void TearDown() override { fs::remove_all(folder); }
  void replace(const std::string& name, std::string_view content) {
    fs::remove(folder / name);
    write_file_atomically((folder / name).string(), content);
  }
  ErrorKind refusal(bool pinned) {
    const auto error = error_of([&] { Model(folder.string(), pinned); });
    EXPECT_THAT(error.message(), ::testing::HasSubstr(fs::path(folder).filename().string())) << error.message();
    return error.kind();
  }
  fs::path folder;
};

TEST_F(BrokenMoonshine, IsAnErrorOfConfigurationNeverTheEndOfTheProcess_VOX22) {
  fs::remove(folder / "encoder_model.ort");
  EXPECT_EQ(refusal(true), ErrorKind::configuration);
  replace("encoder_model.ort", "");
  EXPECT_EQ(refusal(false), ErrorKind::configuration);
  replace("encoder_model.ort", "no model at all");
  EXPECT_EQ(refusal(true), ErrorKind::configuration);
}

TEST(MoonshineTokens, AreReadBeforeTheLibraryDoes_VOX22) {
  EXPECT_NO_THROW(check_tokens("PHVuaz4=\t0\nPHM+\t1\n"));
  for (const auto* bad : {"", "\n", "<unk>\t0\n", "PHVuaz4=\t1\n", "PHVuaz4= 0\n", "PHVuaz4\t0\n", "PHVuaz4=\t0\n\n", "====\t0\n"})
    EXPECT_EQ(error_of([&] { check_tokens(bad); }).kind(), ErrorKind::configuration) << bad;
}

}  // namespace
}  // namespace antiphon::moonshine
