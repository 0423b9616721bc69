#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/providers/speech/custom.hpp"
#include "antiphon/providers/speech/testing.hpp"
#include "antiphon/providers/speech/vendor/form.hpp"
#include "antiphon/providers/speech/vendor/http_ear.hpp"

namespace antiphon::speech {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_tools::error_of;
using testing_tools::ScopedVariable;
using testing_tools::Scripted;

Scripted answer(std::string body, int status = 200) { return {.status = status, .body = {std::move(body)}}; }

struct Ears : testing::Test, testing_tools::SpeechWorld {
  const net::HttpRequest& sent() const { return http.sent.back(); }
  static auto field(const std::string& name, const std::string& value) { return HasSubstr("name=\"" + name + "\"\r\n\r\n" + value + "\r\n"); }
};

TEST_F(Ears, OpenAiIsSentAWaveFileAndAskedForProbabilities_VOX22) {
  http.script = {answer(R"({"text":" Hello there. ","logprobs":[{"token":"Hello","logprob":-0.1},{"token":" there","logprob":-0.3}]})")};
  auto choice = ear("openai");
  choice.language = "en-GB", choice.phrases = {"A-1007", "refund"};
  const auto heard = hear(choice);
  EXPECT_EQ(heard.text, "Hello there.");
  EXPECT_NEAR(heard.confidence.value_or(0), std::exp(-0.2), 1e-9);
  EXPECT_EQ(sent().url, "http://h/v1/audio/transcriptions");
  EXPECT_THAT(net::find_header(sent().headers, "content-type").value_or(""), HasSubstr("multipart/form-data; boundary="));
  EXPECT_THAT(sent().body, AllOf(field("model", "gpt-4o-transcribe"), field("language", "en"), field("prompt", "A-1007, refund"),
                                 field("response_format", "json"), field("include[]", "logprobs")));
  EXPECT_THAT(sent().body, HasSubstr("name=\"file\"; filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF"));
}

TEST_F(Ears, OtherModelsOfThatWireTellTheTimesOfWords_VOX22) {
  http.script = {answer(R"({"text":"hello","segments":[{"avg_logprob":-0.5}],"words":[{"word":" hello","start":0.25,"end":0.5}]})"),
                 answer(R"({"text":"hello","segments":[{"words":[{"word":"hello","start":0.1,"end":0.2,"probability":0.75}]}]})")};
  auto heard = hear(ear("openai/Systran/faster-whisper-small"));
  EXPECT_THAT(sent().body, AllOf(field("response_format", "verbose_json"), field("timestamp_granularities[]", "word")));
  ASSERT_EQ(heard.words.size(), 1U);
  EXPECT_EQ(heard.words[0].text, "hello");
  EXPECT_EQ(heard.words[0].start, 250ms);
  EXPECT_NEAR(heard.confidence.value_or(0), std::exp(-0.5), 1e-9);
  heard = hear(ear("openai/whisper-1"));  // as whisper.cpp's server writes it
  ASSERT_EQ(heard.words.size(), 1U);
  EXPECT_EQ(heard.words[0].confidence, 0.75);
}

TEST_F(Ears, AServerThatKnowsNoTimesIsAskedWithoutThem) {
  http.script = {answer(R"({"error":{"message":"response_format verbose_json is not supported"}})", 400), answer(R"({"text":"hello"})")};
  EXPECT_EQ(hear(ear("openai/local")).text, "hello");
  EXPECT_THAT(sent().body, field("response_format", "json"));
}

TEST_F(Ears, ScribeTellsWordsWithTimesAndProbabilities_VOX22) {
  http.script = {answer(R"({"text":"Hello you","words":[{"text":"Hello","type":"word","start":0.1,"end":0.4,"logprob":-0.5},
      {"text":" ","type":"spacing","start":0.4,"end":0.5,"logprob":0},{"text":"you","type":"word","start":0.5,"end":0.7,"logprob":0},
      {"text":"laughs","type":"audio_event","start":0.7,"end":0.9,"logprob":0}]})")};
  const auto heard = hear(ear("elevenlabs/scribe_v1"));
  EXPECT_EQ(heard.text, "Hello you");
  ASSERT_EQ(heard.words.size(), 2U);
  EXPECT_EQ(heard.words[1].start, 500ms);
  EXPECT_NEAR(heard.words[0].confidence.value_or(0), std::exp(-0.5), 1e-9);
  EXPECT_EQ(sent().url, "http://h/v1/v1/speech-to-text");
  EXPECT_EQ(net::find_header(sent().headers, "xi-api-key"), "sk-secret-key");
  EXPECT_THAT(sent().body, AllOf(field("model_id", "scribe_v1"), field("tag_audio_events", "false")));
}

TEST_F(Ears, DeepgramTellsWordsWithTimesAndConfidence_VOX22) {
  http.script = {answer(R"({"metadata":{},"results":{"channels":[{"alternatives":[{"transcript":"hello there","confidence":0.98,
      "words":[{"word":"hello","punctuated_word":"Hello","start":0.08,"end":0.32,"confidence":0.99},{"word":"there","start":0.4,"end":0.6,"confidence":7}]}]}]}})")};
  auto choice = ear("deepgram/nova-3");
  choice.phrases = {"order number", "A-1007"}, choice.language = "en-US", choice.extra = {{"smart_format", true}};
  const auto heard = hear(choice);
  EXPECT_EQ(heard.text, "hello there");
  EXPECT_EQ(heard.confidence, 0.98);
  ASSERT_EQ(heard.words.size(), 2U);
  EXPECT_EQ(heard.words[0].text, "Hello");
  EXPECT_EQ(heard.words[0].end, 320ms);
  EXPECT_EQ(heard.words[1].confidence, std::nullopt);
  EXPECT_EQ(sent().url, "http://h/v1/v1/listen?model=nova-3&language=en-US&punctuate=true&keyterm=order%20number&keyterm=A-1007&smart_format=true");
  EXPECT_EQ(net::find_header(sent().headers, "content-type"), "audio/wav");
  EXPECT_TRUE(sent().body.starts_with("RIFF"));
}

TEST_F(Ears, MoreThan25MinutesAreCutAndJoinedWithSingleSpaces_VOX22) {
  http.script = {answer(R"({"text":"one ","words":[{"word":"one","start":1,"end":2}]})"), answer(R"({"text":" "})"),
                 answer(R"({"text":" two","words":[{"word":"two","start":1,"end":2}]})")};
  const auto heard = hear(ear("openai/whisper-1"), audio::Samples(audio::samples_in(51min), 0));
  EXPECT_EQ(http.sent.size(), 3U);
  EXPECT_EQ(heard.text, "one two");
  ASSERT_EQ(heard.words.size(), 2U);
  EXPECT_GT(heard.words[1].start, 49min);
  for (const auto& request : http.sent) EXPECT_LE(request.body.size(), std::size_t{25} << 20);
}

TEST_F(Ears, ACutLiesWhereItIsQuietest_VOX22) {
  audio::Samples samples(audio::samples_in(60s), 1000);
  std::fill(samples.begin() + static_cast<std::ptrdiff_t>(audio::samples_in(45s)), samples.begin() + static_cast<std::ptrdiff_t>(audio::samples_in(45100ms)),
            0);
  const auto cuts = cuts_of(samples, audio::samples_in(50s));
  ASSERT_EQ(cuts.size(), 2U);
  EXPECT_GT(cuts[0], audio::samples_in(45s));
  EXPECT_LE(cuts[0], audio::samples_in(45100ms));
  EXPECT_EQ(cuts[1], samples.size());
}

TEST_F(Ears, TooShortToHoldAWordIsNoErrorAndAsksNobody) {
  EXPECT_EQ(hear(ear("openai/whisper-1"), audio::Samples(100)).text, "");
  EXPECT_TRUE(http.sent.empty());
}

class BrokenAnswer : public Ears, public testing::WithParamInterface<const char*> {};

TEST_P(BrokenAnswer, IsAnErrorOfTheProvider) {
  for (const auto* name : {"openai/whisper-1", "elevenlabs/scribe_v1", "deepgram/nova-3"}) {
    http.script = {answer(GetParam())};
    const auto error = error_of([&] { hear(ear(name)); });
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    EXPECT_EQ(error.party(), Party::provider);
    EXPECT_THAT(error.message(), AllOf(HasSubstr(name), Not(HasSubstr("sk-secret"))));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, BrokenAnswer,
                         testing::Values("", "sk-secret-key", "[]", "{}", R"({"text":7})", R"({"error":{"message":"sk-secret-key is over"}})",
                                         R"({"results":{"channels":[]}})", R"({"results":{"channels":[{"alternatives":[{}]}]}})"));

TEST_F(Ears, AreAskedAgainAsLanguageModelsAre_VOX22) {
  http.script = {answer("", 503), {.status = 429, .headers = {{"retry-after", "2"}}}, answer(R"({"text":"hello"})")};
  const auto begin = world.clock.now();
  EXPECT_EQ(hear(ear("openai/whisper-1")).text, "hello");
  EXPECT_GE(world.clock.now() - begin, 2s);  // virtual
  http.script = {answer(R"({"err_msg":"Invalid credentials sk-secret-key"})", 401)};
  const auto error = error_of([&] { hear(ear("deepgram/nova-3")); });
  EXPECT_EQ(error.status(), 401);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("Invalid credentials ***"), Not(HasSubstr("sk-secret"))));
}

TEST_F(Ears, AMissingKeyIsToldBeforeTheRun_VOX23) {
  const ScopedVariable none("DEEPGRAM_API_KEY", nullptr);
  EXPECT_THAT(error_of([&] { registry.check(EarChoice("deepgram/nova-3")); }).message(), HasSubstr("DEEPGRAM_API_KEY"));
  const ScopedVariable some("DEEPGRAM_API_KEY", "sk-of-the-environment");
  registry.check(EarChoice("deepgram/nova-3"));
}

TEST_F(Ears, AKeyOfTheEnvironmentNeverGoesToAnAddressFromAFile_VOX23) {
  const ScopedVariable some("ELEVENLABS_API_KEY", "sk-of-the-environment");
  auto choice = ear("elevenlabs/scribe_v1");
  choice.key.clear();
  http.script = {answer(R"({"text":"hello"})")};
  hear(choice);
  for (const auto& [name, value] : sent().headers) EXPECT_THAT(value, Not(HasSubstr("sk-of-the-environment"))) << name;
}

Task<Recognition> counts(audio::Samples samples, RecognitionSettings settings) {
  co_return Recognition{.text = fmt::format("{} samples in {}", samples.size(), settings.language)};
}

TEST_F(Ears, FunctionsListen_VOX22) {
  registry.add("counts", custom_ear("counts", counts));
  EarChoice choice("counts");
  choice.language = "en";
  EXPECT_EQ(hear(choice, audio::Samples(7)).text, "7 samples in en");
}

TEST(Form, NoBoundaryStandsInWhatIsSent) {
  const auto plain = form_body({{"a", "1"}, {"none", ""}}, {.name = "f", .type = "t", .bytes = "x"});
  const auto boundary = plain.content_type.substr(plain.content_type.find('=') + 1);
  EXPECT_THAT(plain.body, Not(HasSubstr("none")));
  const auto other = form_body({}, {.name = "f", .type = "t", .bytes = boundary});
  EXPECT_THAT(other.content_type, Not(HasSubstr(boundary)));
}

TEST(Form, SettingsReplaceFields) {
  Fields fields{{"a", "1"}, {"b", "2"}};
  add_settings(fields, {{"a", true}, {"b", nullptr}, {"c", {1, "x y"}}});
  EXPECT_EQ(query_text(fields), "a=true&c=1&c=x%20y");
}

}  // namespace
}  // namespace antiphon::speech
