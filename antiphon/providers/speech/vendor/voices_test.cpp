#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/providers/speech/custom.hpp"
#include "antiphon/providers/speech/testing.hpp"

namespace antiphon::speech {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_tools::error_of;
using testing_tools::ScopedVariable;
using testing_tools::Scripted;
using testing_tools::sound;

struct Voices : testing::Test, testing_tools::SpeechWorld {
  Error refused(const VoiceChoice& choice = voice("openai/coral")) {
    return error_of([&] { say(choice); });
  }
  const net::HttpRequest& sent() const { return http.sent.back(); }
  std::string header(std::string_view name) const { return net::find_header(sent().headers, name).value_or(""); }
};

TEST_F(Voices, OpenAiIsAskedForPcmWithStyleAndSpeed_VOX21) {
  http.script = {sound({std::string("\1\0\2\0", 4)})};
  auto choice = voice("openai/coral");
  choice.style = "calm", choice.speed = 1.2;
  EXPECT_THAT(say(choice), ElementsAre(1, 2));
  EXPECT_EQ(sent().url, "http://h/v1/audio/speech");
  EXPECT_EQ(header("authorization"), "Bearer sk-secret-key");
  EXPECT_EQ(parse_json(sent().body),
            parse_json(R"({"model":"gpt-4o-mini-tts","input":"hello","voice":"coral","instructions":"calm","response_format":"pcm","speed":1.2})"));
}

TEST_F(Voices, ElevenLabsIsAskedForAStreamOfPcm_VOX21) {
  http.script = {sound({std::string("\1\0", 2)})};
  auto choice = voice("elevenlabs/a b");
  choice.language = "en-US", choice.extra = {{"model_id", "eleven_flash_v2_5"}, {"voice_settings", {{"stability", 0.5}}}}, choice.speed = 1.1;
  say(choice);
  EXPECT_EQ(sent().url, "http://h/v1/v1/text-to-speech/a%20b/stream?output_format=pcm_24000");
  EXPECT_EQ(header("xi-api-key"), "sk-secret-key");
  EXPECT_EQ(parse_json(sent().body),
            parse_json(R"({"text":"hello","model_id":"eleven_flash_v2_5","language_code":"en","voice_settings":{"speed":1.1,"stability":0.5}})"));
}

TEST_F(Voices, DeepgramIsAskedForLinear16_VOX21) {
  http.script = {sound({std::string("\1\0", 2)}, "audio/l16;rate=24000")};
  say(voice("deepgram/aura-2-thalia-en"));
  EXPECT_EQ(sent().url, "http://h/v1/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000&container=none");
  EXPECT_EQ(header("authorization"), "Token sk-secret-key");
  EXPECT_EQ(parse_json(sent().body), parse_json(R"({"text":"hello"})"));
}

TEST_F(Voices, CartesiaIsAskedForRawPcm_VOX21) {
  http.script = {sound({std::string("\1\0", 2)})};
  auto choice = voice("cartesia/v");
  choice.language = "en", choice.speed = 1.2;
  say(choice);
  EXPECT_EQ(sent().url, "http://h/v1/tts/bytes");
  EXPECT_EQ(header("cartesia-version"), "2025-04-16");
  EXPECT_EQ(parse_json(sent().body), parse_json(R"({"model_id":"sonic-3","transcript":"hello","voice":{"mode":"id","id":"v"},"language":"en",
      "output_format":{"container":"raw","encoding":"pcm_s16le","sample_rate":24000},"generation_config":{"speed":1.2}})"));
}

TEST_F(Voices, AnOddByteJoinsTheNextPiece_VOX21) {
  http.script = {sound({std::string("\1", 1), std::string("\0\2", 2), std::string("\0\3\0", 3)})};
  EXPECT_THAT(say(voice("openai/coral")), ElementsAre(1, 2, 3));
}

TEST_F(Voices, HalfASampleAtTheEndIsAnErrorOfTheProvider) {
  http.script = {sound({std::string("\1\0\2", 3)})};
  const auto error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::protocol);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("openai/coral"), HasSubstr("middle of a sample")));
}

TEST_F(Voices, FilesAndOtherRatesAreConverted) {
  const auto wav = audio::encode_audio_file(audio::Samples(800, 9), audio::FileKind::wav, 1, 8000);
  http.script = {sound({wav.substr(0, 99), wav.substr(99)}, "audio/wav"), sound({std::string(1600, '\1')}, "audio/pcm;rate=8000")};
  EXPECT_EQ(say(voice("openai/coral")).size(), 2400U);
  EXPECT_EQ(say(voice("openai/coral")).size(), 2400U);
}

TEST_F(Voices, AnErrorInA200IsTold) {
  http.script = {{.body = {R"({"detail":{"status":"quota_exceeded","message":"no credits are left for sk-secret-key"}})"}}};
  const auto error = refused(voice("elevenlabs/v"));
  EXPECT_EQ(error.kind(), ErrorKind::protocol);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("no credits are left"), Not(HasSubstr("sk-secret"))));
}

TEST_F(Voices, GarbageAndNothingAreErrors) {
  http.script = {sound({"not a wave"}, "audio/wav"), sound({}), sound({"xx"}, "audio/pcm;rate=5")};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refused().kind(), ErrorKind::protocol);
}

TEST_F(Voices, AnEmptyTextAsksNobody) {
  EXPECT_TRUE(say(voice("openai/coral"), " ").empty());
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(Voices, AreAskedAgainAsLanguageModelsAre_VOX21) {
  http.script = {{.status = 500}, {.status = 429, .headers = {{"retry-after", "2"}}}, sound({std::string("\1\0", 2)})};
  const auto begin = world.clock.now();
  EXPECT_THAT(say(voice("deepgram/m")), ElementsAre(1));
  EXPECT_GE(world.clock.now() - begin, 2s);  // virtual
  http.script = {{.status = 503}, {.status = 503}, {.status = 503}};
  EXPECT_THAT(refused().message(), HasSubstr("HTTP 503 (after 3 tries)"));
  http.script = {{.status = 429, .headers = {{"retry-after", "31"}}}};
  EXPECT_EQ(refused().kind(), ErrorKind::rate_limited);
}

TEST_F(Voices, AreNotAskedAgainOnceAPieceIsThere_VOX21) {
  auto broken = sound({std::string("\1\0", 2)});
  broken.breaks = Error(ErrorKind::closed, "the server closed the connection");
  http.script = {broken};
  const auto error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_EQ(http.sent.size(), 1U);
}

TEST_F(Voices, WhatTheyRefuseIsLeftOut) {
  http.script = {{.status = 400, .body = {R"({"error":{"message":"instructions is not supported with this model"}})"}}, sound({std::string("\1\0", 2)})};
  auto choice = voice("openai/coral");
  choice.style = "calm";
  say(choice);
  EXPECT_FALSE(parse_json(sent().body).as_object().contains("instructions"));
}

TEST_F(Voices, AMissingKeyIsToldBeforeTheRun_VOX23) {
  for (const auto& [name, variable] : {std::pair{"openai/coral", "OPENAI_API_KEY"},
                                       {"elevenlabs/v", "ELEVENLABS_API_KEY"},
                                       {"deepgram", "DEEPGRAM_API_KEY"},
                                       {"cartesia/v", "CARTESIA_API_KEY"}}) {
    const ScopedVariable none(variable, nullptr), base("OPENAI_BASE_URL", nullptr);
    const auto error = error_of([&, voice = std::string(name)] { registry.check(VoiceChoice(voice)); });
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.message(), HasSubstr(variable));
    const ScopedVariable some(variable, "sk-of-the-environment");
    registry.check(VoiceChoice(name));
  }
}

TEST_F(Voices, ASpeedThatAVendorCannotSpeakAtIsToldBeforeTheRun) {
  auto choice = voice("elevenlabs/v");
  choice.speed = 1.5;
  EXPECT_THAT(error_of([&] { registry.check(choice); }).message(), HasSubstr("0.7 to 1.2"));
}

struct Refusal {
  int status;
  const char* body;
  ErrorKind kind;
  const char* said;
};

class RefusedVoice : public Voices, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedVoice, CarriesStatusAndShortMessageAndNeverTheKey_VOX23) {
  http.script.assign(3, {.status = GetParam().status, .body = {GetParam().body}});
  const auto error = refused(voice("deepgram/m"));
  EXPECT_EQ(error.kind(), GetParam().kind);
  EXPECT_EQ(error.status(), GetParam().status);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("deepgram/m: HTTP "), HasSubstr(GetParam().said), Not(HasSubstr("sk-secret"))));
  EXPECT_THAT(error.hint(), Not(HasSubstr("sk-secret")));
  EXPECT_LE(error.message().size(), 300U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, RefusedVoice,
                         testing::Values(Refusal{401, R"({"err_code":"INVALID_AUTH","err_msg":"Invalid credentials sk-secret-key."})", ErrorKind::unauthorized,
                                                 "Invalid credentials ***"},
                                         Refusal{403, R"({"detail":{"status":"missing_permissions","message":"not allowed"}})", ErrorKind::unauthorized,
                                                 "not allowed"},
                                         Refusal{429, R"({"error":{"message":"slow down"}})", ErrorKind::rate_limited, "slow down"},
                                         Refusal{500, "<html>sk-secret-key</html>", ErrorKind::unavailable, "500"},
                                         Refusal{502, "Bad gateway for sk-secret-key", ErrorKind::unavailable, "Bad gateway for ***"},
                                         Refusal{400, R"({"title":"Invalid model","message":"no such model"})", ErrorKind::invalid_input, "no such model"},
                                         Refusal{422, R"({"detail":[{"loc":["body"],"msg":"sk-secret-key"}]})", ErrorKind::invalid_input, "422"}));

TEST_F(Voices, ConnectionsThatFailNameTheVoiceAndNotTheKey_VOX23) {
  http.script.assign(3, {.failure = Error(ErrorKind::refused, "h:80 refuses sk-secret-key")});
  const auto error = refused();
  EXPECT_THAT(error.message(), AllOf(HasSubstr("openai/coral: h:80 refuses ***"), HasSubstr("after 3 tries")));
  EXPECT_EQ(error.party(), Party::provider);
}

TEST_F(Voices, SpansHoldNeitherTextNorKey_VOX23) {
  auto recorder = std::make_shared<trace::Recorder>(world.clock, trace::TraceId{}, RandomStream(1, std::array<std::string_view, 1>{"ids"}));
  context.spans = std::make_shared<trace::Scope>(trace::Scope{.recorder = recorder});
  http.script = {sound({std::string(4800, '\0')}), {.status = 401, .body = {"sk-secret-key"}}};
  say(voice("openai/coral"), "my own words");
  refused();
  ASSERT_EQ(recorder->spans().size(), 2U);
  std::string all;
  for (const auto& span : recorder->spans()) {
    EXPECT_EQ(span.name, "speech openai/coral");
    for (const auto& attribute : span.attributes)
      if (const auto* text = std::get_if<std::string>(&attribute.value)) all += *text + "\n";
  }
  EXPECT_THAT(all, AllOf(HasSubstr("openai"), Not(HasSubstr("sk-secret")), Not(HasSubstr("my own words"))));
}

Task<> two_pieces(net::ServerReply* reply, bool* first_was_used, bool cut) {
  co_await reply->begin(200, {{"content-type", "audio/pcm"}});
  co_await reply->write(std::string("\1\0\2", 3));
  while (!*first_was_used) co_await asio::post(co_await asio::this_coro::executor, use_task);
  if (cut)
    reply->abort();
  else
    co_await reply->write(std::string("\0", 1));
}

struct LoopBack : testing::Test {
  net::testing::World world;
  bool first_was_used = false;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(world.runtime);
  SpeechContext context{.runtime = world.runtime, .http = *http};

  std::shared_ptr<TextToSpeech> voice_at(const net::testing::Served& peer) {
    auto choice = testing_tools::SpeechWorld::voice("cartesia/v");
    choice.base_url = peer.url("");
    return testing_tools::SpeechWorld::vendors().open(choice, context).synthesiser;
  }
};

TEST_F(LoopBack, TheFirstPieceIsThereBeforeTheLastIsSent_VOX21) {
  const net::testing::Served peer(world, [this](const net::ServerRequest&, net::ServerReply& reply) { return two_pieces(&reply, &first_was_used, false); });
  const auto voice = voice_at(peer);
  const auto stream = world.run(voice->synthesize({.text = "hello"}, world.soon()));
  EXPECT_THAT(*world.run(stream->next(world.soon())), ElementsAre(1));
  first_was_used = true;
  EXPECT_THAT(*world.run(stream->next(world.soon())), ElementsAre(2));
  EXPECT_EQ(world.run(stream->next(world.soon())), std::nullopt);
}

TEST_F(LoopBack, ABodyThatIsCutIsAnErrorOfTheProvider) {
  const net::testing::Served peer(world, [this](const net::ServerRequest&, net::ServerReply& reply) { return two_pieces(&reply, &first_was_used, true); });
  const auto voice = voice_at(peer);
  const auto stream = world.run(voice->synthesize({.text = "hello"}, world.soon()));
  EXPECT_THAT(*world.run(stream->next(world.soon())), ElementsAre(1));
  first_was_used = true;
  const auto error = error_of([&] { world.run(stream->next(world.soon())); });
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), HasSubstr("cartesia/v"));
}

Task<> never_answer(const net::ServerRequest&, net::ServerReply&) {
  asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(use_task);
}

TEST_F(LoopBack, AServerThatNeverAnswersIsATimeoutOfTheProvider) {
  const net::testing::Served peer(world, never_answer);
  const auto voice = voice_at(peer);
  // A socket lives in real time.
  const auto error = error_of([&] { world.run(voice->synthesize({.text = "hello"}, Deadline::after(world.clock, 50ms))); });
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_EQ(error.party(), Party::provider);
}

Task<audio::Samples> beeps(SpeechRequest request) { co_return audio::Samples(request.text.size(), 5); }
Task<audio::Samples> breaks(SpeechRequest) {
  throw std::runtime_error("no tongue");
  co_return audio::Samples();
}

TEST_F(Voices, FunctionsSpeak_VOX21) {
  registry.add("beeps", custom_voice("beeps", beeps, true));
  registry.add("breaks", custom_voice("breaks", breaks));
  EXPECT_EQ(say("beeps").size(), 5U);
  EXPECT_TRUE(registry.waits_on_clock_alone(VoiceChoice("beeps")));
  const auto error = refused("breaks");
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), HasSubstr("breaks: no tongue"));
}

}  // namespace
}  // namespace antiphon::speech
