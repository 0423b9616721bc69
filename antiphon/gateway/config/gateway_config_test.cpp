#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "antiphon/base/files.hpp"
#include "antiphon/gateway/config/gateway_config.hpp"
#include "tests/source_file.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Set = std::map<std::string, std::string, std::less<>>;

Variables variables(Set set) {
  return [set = std::move(set)](std::string_view name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  };
}

GatewayConfig read(const std::string& text, Set set = {}) { return parse_gateway_config(text, "gateway.yaml", variables(std::move(set))); }

std::string mistakes(const std::string& text, Set set = {}) {
  std::string all;
  try {
    read(text, std::move(set));
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list()) all += to_string(problem.where) + ": " + problem.message + " (" + problem.underline + problem.hint + ")\n";
  }
  return all;
}

const ModelSettings& model_of(const GatewayConfig& config, std::size_t i = 0) { return std::get<ModelSettings>(config.providers.models.at(i)); }
const VoiceChoice& voice_of(const GatewayConfig& config) { return std::get<VoiceChoice>(config.providers.voices.at(0)); }
const EarChoice& ear_of(const GatewayConfig& config) { return std::get<EarChoice>(config.providers.ears.front()); }

TEST(GatewayConfigTest, WithoutAnythingItIsTheDefaultsOfTheReference_GTW1) {
  const auto config = read("{}");
  EXPECT_EQ(config.listen, "127.0.0.1:8080");
  EXPECT_EQ(config.most_calls, 100U);
  EXPECT_EQ(config.dialogue.loop.temperature, 0.3);
  EXPECT_EQ(config.dialogue.loop.max_tokens, 512);
  EXPECT_EQ(config.dialogue.policy.failures, 3);
  EXPECT_EQ(config.dialogue.loop.chain.first_word, 5s);
  EXPECT_EQ(config.call.most_turns, 50);
  EXPECT_EQ(config.call.longest, 30min);
  EXPECT_EQ(config.breaker.failure_threshold, 5);
  EXPECT_EQ(config.breaker.recovery, 30s);
  EXPECT_EQ(ear_of(config).recogniser, "auto");
  EXPECT_EQ(voice_of(config).voice, "auto");
  EXPECT_THAT(config.providers.models, IsEmpty());
}

TEST(GatewayConfigTest, TheEnvironmentStandsAboveTheFile_GTW1) {
  const auto config = read("dialogue: {temperature: 0.9, failures: 7}\nsessions: {turns: 5, longest: 1m}\nknowledge: {threshold: 0.4, chroma: {}}\n",
                           {{"LLM_TEMPERATURE", "0.1"},
                            {"LLM_MAX_TOKENS", "64"},
                            {"MAX_CONSECUTIVE_FAILURES", "2"},
                            {"TURN_TIMEOUT_MS", "1500"},
                            {"MAX_TURNS_PER_SESSION", "9"},
                            {"SESSION_TTL_SECONDS", "60"},
                            {"CB_FAILURE_THRESHOLD", "4"},
                            {"CB_RECOVERY_TIMEOUT", "8"},
                            {"CONFIDENCE_THRESHOLD", "0.7"},
                            {"EMBEDDING_MODEL", "text-embedding-3-small"},
                            {"CHROMA_COLLECTION", "shop"},
                            {"TTS_SPEED", "1.5"},
                            {"ASR_LANGUAGE", "en-GB"}});
  EXPECT_EQ(config.dialogue.loop.temperature, 0.1);
  EXPECT_EQ(config.dialogue.loop.max_tokens, 64);
  EXPECT_EQ(config.dialogue.policy.failures, 2);
  EXPECT_EQ(config.dialogue.loop.chain.first_word, 1500ms);
  EXPECT_EQ(config.call.most_turns, 9);
  EXPECT_EQ(config.call.longest, 60s);
  EXPECT_EQ(config.breaker.failure_threshold, 4);
  EXPECT_EQ(config.breaker.recovery, 8s);
  ASSERT_TRUE(config.knowledge);
  EXPECT_EQ(config.knowledge->options.threshold, 0.7);
  EXPECT_EQ(config.knowledge->embedder.model, "openai/text-embedding-3-small");
  EXPECT_EQ(std::get<ChromaOptions>(config.knowledge->store).collection, "shop");
  EXPECT_EQ(voice_of(config).speed, 1.5);
  EXPECT_EQ(config.locale, "en-GB");
  const auto without = read("knowledge: {}\ntools: {k: {knowledge: {}}}", {{"ENABLE_RAG", "false"}});
  EXPECT_FALSE(without.knowledge);
  EXPECT_THAT(without.tools, IsEmpty());
}

TEST(GatewayConfigTest, KeysChooseProvidersThatTheFileDoesNotName_GTW1) {
  const Set keys{{"OPENAI_API_KEY", "sk"}, {"DEEPGRAM_API_KEY", "dg"}};
  const auto by_keys = read("{}", keys);
  EXPECT_EQ(model_of(by_keys).model, "openai/gpt-4o");
  EXPECT_EQ(ear_of(by_keys).recogniser, "deepgram/nova-2");
  EXPECT_EQ(voice_of(by_keys).voice, "openai/alloy");
  EXPECT_EQ(voice_of(by_keys).extra.at("model").as_string(), "tts-1");
  EXPECT_EQ(std::get<VoiceChoice>(by_keys.providers.voices.at(1)).voice, "auto") << "says that the vendor is away";
  EXPECT_TRUE(by_keys.providers.voice_by_locale);

  auto named = keys;
  named.insert({{"LLM_MODEL", "gpt-4.1-mini"}, {"TTS_VOICE", "echo"}, {"TTS_MODEL", "tts-1-hd"}, {"ASR_MODEL", "nova-3"}});
  const auto by_names = read("{}", named);
  EXPECT_EQ(model_of(by_names).model, "openai/gpt-4.1-mini");
  EXPECT_EQ(ear_of(by_names).recogniser, "deepgram/nova-3");
  EXPECT_EQ(voice_of(by_names).voice, "openai/echo");
  EXPECT_EQ(voice_of(by_names).extra.at("model").as_string(), "tts-1-hd");
  EXPECT_FALSE(by_names.providers.voice_by_locale);

  const auto by_file = read("providers: {asr: moonshine, llm: [rules/a.yaml, openai/gpt-4o], tts: {voice: hibari/low}}", named);
  EXPECT_EQ(model_of(by_file, 0).model, "rules/a.yaml");
  EXPECT_EQ(model_of(by_file, 1).model, "openai/gpt-4o");
  EXPECT_EQ(ear_of(by_file).recogniser, "moonshine");
  EXPECT_EQ(voice_of(by_file).voice, "hibari/low");
}

TEST(GatewayConfigTest, VariablesThatNameAVendorNeedNoKeyOfAnother_GTW1) {
  const auto config = read("{}", {{"LLM_MODEL", "anthropic/claude-3"}, {"ASR_MODEL", "pocketsphinx"}, {"TTS_VOICE", "flite/slt"}});
  EXPECT_EQ(model_of(config).model, "anthropic/claude-3");
  EXPECT_EQ(ear_of(config).recogniser, "pocketsphinx");
  EXPECT_EQ(voice_of(config).voice, "flite/slt");
  EXPECT_FALSE(config.providers.voice_by_locale);
  EXPECT_THAT(config.notices, IsEmpty());
}

TEST(GatewayConfigTest, AVariableThatChoosesNoProviderIsToldOf_GTW1) {
  const Set set{{"LLM_MODEL", "gpt-4o-mini"}, {"TTS_VOICE", "echo"}, {"TTS_MODEL", "tts-1-hd"}, {"ASR_MODEL", "nova-3"}};
  EXPECT_THAT(read("{}", set).notices, ElementsAre(HasSubstr("ASR_MODEL is not used: DEEPGRAM_API_KEY"), HasSubstr("LLM_MODEL is not used: OPENAI_API_KEY"),
                                                   HasSubstr("TTS_VOICE is not used: OPENAI_API_KEY"), HasSubstr("TTS_MODEL is not used: the voice")));
  const auto beaten = read("providers: {asr: moonshine, llm: openai/gpt-4o, tts: hibari/low}", set);
  EXPECT_THAT(beaten.notices,
              ElementsAre(HasSubstr("names `asr` itself"), HasSubstr("names `llm` itself"), HasSubstr("names `tts` itself"), HasSubstr("TTS_MODEL")));
  EXPECT_EQ(model_of(beaten).model, "openai/gpt-4o");
  EXPECT_THAT(read("providers: {llm: 'openai/${LLM_MODEL}'}", {{"LLM_MODEL", "gpt-4o-mini"}}).notices, IsEmpty()) << "the file takes it up by itself";
  EXPECT_THAT(read("providers: {tts: {voice: openai/ash, extra: {model: '${TTS_MODEL}'}}}", {{"TTS_MODEL", "tts-1-hd"}}).notices, IsEmpty());
}

TEST(GatewayConfigTest, ChunksAreLongerThanWhatTheyRepeat_GTW1) {
  EXPECT_THAT(mistakes("knowledge: {chunk_words: 20, overlap_words: 20}"),
              HasSubstr("gateway.yaml:1:45: overlap_words has to be below chunk_words, which is 20"));
  EXPECT_EQ(mistakes("knowledge: {chunk_words: 20, overlap_words: 19}"), "");
  EXPECT_EQ(mistakes("knowledge: {chunk_words: 10}"), "");
}

TEST(GatewayConfigTest, SentencesAreCountedAndAskedFor_GTW30) {
  for (const int count : {0, 1, 5}) {
    const auto config = read("dialogue: {sentences: " + std::to_string(count) + "}");
    EXPECT_EQ(config.dialogue.loop.chain.flush.sentences, count);
    EXPECT_EQ(config.dialogue.loop.prompt.sentences, count);
  }
}

TEST(GatewayConfigTest, NobodyStandsInForThemselves_GTW25) {
  EXPECT_THAT(mistakes("providers: {asr: [moonshine, deepgram/nova-2, moonshine]}"), HasSubstr("gateway.yaml:1:47: it stands in for itself"));
  EXPECT_THAT(mistakes("providers: {llm: [openai/x, {model: openai/x}]}"), HasSubstr("gateway.yaml:1:29: it stands in for itself"));
  EXPECT_THAT(mistakes("providers: {tts: [hibari/heart, {voice: hibari/heart}]}"), HasSubstr("gateway.yaml:1:33: it stands in for itself"));
  EXPECT_EQ(mistakes("providers: {asr: [{stub: {}}, {stub: {}}], llm: [openai/x, {model: openai/x, base_url: 'http://other/v1'}], tts: [hibari/heart, auto]}"),
            "");
}

TEST(GatewayConfigTest, StubsOfTheContractAreRead_GTW1) {
  const auto config = read(R"(
providers:
  asr: {stub: {final_after: 300ms, min_speech: 60ms, rms: 500, text: where is my parcel today}}
  llm: {stub: {first_token: 200ms, token: 20ms, text: "On Monday.", fail: {rate: 5%, kind: 429}}}
  tts: {stub: {first_chunk: 100ms, chunk: 40ms, word: 300ms, speed: 4}}
sessions: {limit: 2000}
limits: {per_address: off, per_caller: off}
tracing: off
recording: off
)");
  EXPECT_EQ(std::get<StubEarSettings>(config.providers.ears.front()).final_after, 300ms);
  const auto& model = std::get<StubModelSettings>(config.providers.models.at(0));
  EXPECT_EQ(model.text, "On Monday.");
  EXPECT_EQ(model.fail.kind, StubFailure::Kind::rate_limited);
  EXPECT_EQ(model.fail.rate, 0.05);
  EXPECT_EQ(std::get<StubVoiceSettings>(config.providers.voices.at(0)).speed, 4);
  EXPECT_EQ(config.most_calls, 2000U);
  EXPECT_FALSE(config.per_address);
  EXPECT_FALSE(config.per_caller);
}

TEST(GatewayConfigTest, EveryMistakeIsToldAtOnceWithItsPlaceAndTheNearestName_GTW1) {
  const auto all = mistakes(
      "lisen: x\nproviders: {lm: openai/x, llm: gpt, asr: {stub: {txt: hi}}}\nsessions: {limit: 0}\npin: {}\ncall: {barge_in: loud}\naccess: {tokens: [x], "
      "origins: ['*']}\ntracing: loud\n",
      {{"LLM_TEMPERATURE", "hot"}, {"MAX_TURNS_PER_SESSION", "2.5"}, {"TTS_RESPONSE_FORMAT", "mp3"}});
  for (const auto* part : {"gateway.yaml:1:1", "listen", "gateway.yaml:2:13", "llm", "\"gpt\" is no model", "text", "gateway.yaml:3:", "gateway.yaml:4:",
                           "in a file or by a server", "gateway.yaml:5:", "gateway.yaml:6:", "gateway.yaml:7:", "LLM_TEMPERATURE is \"hot\"",
                           "MAX_TURNS_PER_SESSION", "TTS_RESPONSE_FORMAT"})
    EXPECT_THAT(all, HasSubstr(part));
}

TEST(GatewayConfigTest, AddressesSchemasAndLengthsOfNothingAreMistakesWhereTheyStand_GTW1) {
  const auto all = mistakes(
      "listen: 127.0.0.1\ntracing: {url: collector}\ndrain: 0s\ntools:\n  a: {http: {url: 'ftp://x'}}\n  b: {mcp: {url: x}}\n"
      "  c: {http: {url: '${session.shop}/x'}, parameters: {type: strin}}\n  d: {mcp: {url: '${session.shop}/x'}}\n");
  for (const auto* part : {"gateway.yaml:1:9: listen \"127.0.0.1\" is no HOST:PORT", "gateway.yaml:2:16: url must be an address that begins with http://",
                           "gateway.yaml:3:8: drain must be longer than 0s, not \"0s\"", "gateway.yaml:5:19: url must be", "gateway.yaml:6:18: url must be",
                           "gateway.yaml:7:53: tool c: its parameters are not a JSON Schema: /type: unknown type strin", "gateway.yaml:8:18: url must be"})
    EXPECT_THAT(all, HasSubstr(part));
  EXPECT_EQ(std::ranges::count(all, '\n'), 7) << all;
}

TEST(GatewayConfigTest, VariablesAreFilledInButNotInTools_GTW1) {
  const auto config = read("access: {tokens: ['${TOKEN}']}\ntools: {a: {http: {url: 'http://x/${arguments.id}'}}}\n", {{"TOKEN", "secret"}});
  EXPECT_THAT(config.access.tokens, ::testing::ElementsAre("secret"));
  EXPECT_EQ(std::get<HttpToolOptions>(config.tools.at(0).options).url, "http://x/${arguments.id}");
  EXPECT_THAT(mistakes("access: {tokens: ['${TOKEN}']}"), HasSubstr("TOKEN"));
  for (const auto& [what, text] : describe(config)) EXPECT_THAT(text, ::testing::Not(HasSubstr("secret")));
}

TEST(GatewayConfigTest, RecognisersMayStandInForOneAnother_GTW25) {
  const auto config = read("providers: {asr: [deepgram/nova-2, auto]}");
  ASSERT_EQ(config.providers.ears.size(), 2U);
  EXPECT_EQ(std::get<EarChoice>(config.providers.ears[1]).recogniser, "auto");
  EXPECT_EQ(describe(config)[0].second, "deepgram/nova-2, then auto");
}

TEST(GatewayConfigTest, WhatIsDoneWithBackchannelsEchoAndTimeIsChosen_GTW24) {
  const auto usual = read("{}");
  EXPECT_FALSE(usual.ignore_backchannels);
  EXPECT_EQ(usual.call.echo, EchoPath::line);
  EXPECT_FALSE(usual.call.think_ahead);
  const auto other = read("call: {backchannel: ignore, echo: off, speculate: true}");
  EXPECT_TRUE(other.ignore_backchannels);
  EXPECT_EQ(other.call.echo, EchoPath::none);
  EXPECT_EQ(read("call: {echo: room}").call.echo, EchoPath::room);
  EXPECT_TRUE(other.call.think_ahead);
}

TEST(GatewayConfigTest, AReferenceRuleForBargeInIsTheLoudnessAlone_GTW24) {
  EXPECT_EQ(read("call: {barge_in: {energy: {rms: 500}}}").call.ear.detector.energy_over_noise, 0);
  EXPECT_EQ(read("call: {barge_in: silero}").call.ear.detector.engine, audio::VoiceEngine::silero);
  EXPECT_FALSE(read("call: {barge_in: off}").call.interruptible);
}

TEST(GatewayConfigTest, HowManyCallsGoesByWhereTheyAreHeard_GTW12) {
  const auto speech = SpeechRegistry::with_defaults();
  EXPECT_EQ(most_calls(read("sessions: {limit: auto}\nproviders: {asr: deepgram/nova-2}"), *speech), 100U);
  EXPECT_EQ(most_calls(read("sessions: {limit: auto}\nproviders: {asr: pocketsphinx}"), *speech) % 25, 0U);
  EXPECT_EQ(most_calls(read("sessions: {limit: 7}"), *speech), 7U);
}

TEST(GatewayConfigTest, WhoeverRunsItChoosesLogTracesAndWhereCallsAreKept_GTW1) {
  const auto config = read(
      "log: {level: warning, turn: 1s}\ntracing: {url: 'http://c:4318/v1/traces', headers: {x-key: k}}\n"
      "sessions: {redis: {url: 'redis://cache/2', password: p, resume: 30s}}\n"
      "twilio: {public_url: 'https://v.example', auth_token: t, transfer_to: '+15550177'}\n");
  EXPECT_EQ(config.log, LogLevel::warning);
  EXPECT_EQ(config.targets.turn, 1s);
  EXPECT_EQ(config.targets.first_token, 900ms);
  EXPECT_EQ(config.tracing.url, "http://c:4318/v1/traces");
  EXPECT_EQ(config.tracing.headers, (net::Headers{{"x-key", "k"}}));
  EXPECT_EQ(config.redis.value().url, "redis://cache/2");
  EXPECT_EQ(config.keep.resume_within, 30s);
  EXPECT_EQ(config.twilio.value().transfer_to, "+15550177");
  EXPECT_EQ(read("log: off").log, std::nullopt);
  EXPECT_FALSE(read("{}").redis);
}

TEST(GatewayConfigTest, TheEnvironmentSaysWhatIsLateWhetherTracesAreSentAndWhereRedisIs_GTW1) {
  const auto config =
      read("{}", {{"ENABLE_TRACING", "false"}, {"TARGET_FIRST_TOKEN_MS", "400"}, {"TARGET_TURN_LATENCY_MS", "1500"}, {"REDIS_URL", "redis://other:1/0"}});
  EXPECT_FALSE(config.tracing.on);
  EXPECT_EQ(config.targets.first_token, 400ms);
  EXPECT_EQ(config.targets.turn, 1500ms);
  EXPECT_EQ(config.redis.value().url, "redis://other:1/0");
  EXPECT_THAT(mistakes("{}", {{"REDIS_URL", "http://u:secret@x"}}), HasSubstr("REDIS_URL is no address of a Redis, and has to be like redis://HOST:6379/0"));
  const auto all = mistakes("sessions: {redis: 'http://cache'}\ntwilio: {public_url: voice.example}\nlog: loud\n");
  for (const auto* part : {"gateway.yaml:1:", "Redis", "gateway.yaml:2:", "public address", "gateway.yaml:3:"}) EXPECT_THAT(all, HasSubstr(part));
}

TEST(GatewayConfigTest, AMistakeInAKeyHasThePlaceOfItsValue_GTW1) {
  const auto all = mistakes(
      "access:\n  tokens: [ok, '']\n  signing_key: short\n  origins: ['https://a.example', shop.example]\n"
      "twilio:\n  public_url: voice.example\n  auth_token: t\n  allowed_callers: ['+14155550100', bob]\n  transfer_to: carol\n");
  for (const auto* place : {"2:16", "3:16", "4:34", "6:15", "8:37", "9:16"}) EXPECT_THAT(all, HasSubstr("gateway.yaml:" + std::string(place) + ": ")) << all;
  EXPECT_EQ(std::ranges::count(all, '\n'), 6) << all;
  EXPECT_THAT(mistakes("access: {tokens: [secret], origins: ['*']}"), HasSubstr("gateway.yaml:1:38: "));
  EXPECT_THAT(mistakes("twilio:\n  public_url: 'https://v.example'\n"), HasSubstr("gateway.yaml:2:3: Twilio needs the auth token"));
}

TEST(GatewayConfigTest, WhatIsMaskedBesidesIsChosen_GTW33) {
  const auto usual = read("{}").masking;
  EXPECT_EQ(usual.said_digits, 6U);
  EXPECT_EQ(usual.figures, 13U);
  EXPECT_THAT(usual.custom, IsEmpty());
  const auto config = read("masking: {said_digits: 4, figures: 0, custom: {ORDER: 'A-\\d+$', B_2: '(?i)bee'}}");
  EXPECT_EQ(config.masking.said_digits, 4U);
  EXPECT_EQ(config.masking.figures, 0U);
  ASSERT_EQ(config.masking.custom.size(), 2U);
  EXPECT_EQ(config.masking.custom[0].name, "ORDER");
  EXPECT_EQ(config.masking.custom[0].pattern.pattern(), "A-\\d+$");
  EXPECT_EQ(Masker(config.masking).mask("a Bee asks for A-17"), "a [B_2_MASKED] asks for [ORDER_MASKED]");
  EXPECT_THAT(describe(config), ::testing::Contains(std::pair<std::string, std::string>("masks", "ORDER, B_2")));
}

TEST(GatewayConfigTest, MistakesOfMasksHaveTheirPlaces_GTW33) {
  const auto all = mistakes(
      "masking:\n  said_digits: -1\n  figures: 101\n  costum: {}\n  custom:\n    OPEN: 'K-('\n    NONE: ''\n    STAR: '[0-9]*'\n    EDGE: '\\b'\n"
      "    lower: x\n    LIST: [x]\n    FINE: x\n");
  for (const auto* part : {"gateway.yaml:2:16: said_digits must be", "gateway.yaml:3:12: figures must be", "gateway.yaml:4:3: unknown key \"costum\"",
                           "gateway.yaml:6:11: the regular expression \"K-(\" is wrong at character 4", "gateway.yaml:7:11: the pattern of NONE is empty",
                           "gateway.yaml:8:11: the pattern of STAR matches where there is nothing to hide", "gateway.yaml:9:11: the pattern of EDGE matches",
                           "gateway.yaml:10:5: \"lower\" is no name of a mask", "gateway.yaml:11:11: LIST must be"})
    EXPECT_THAT(all, HasSubstr(part));
  EXPECT_EQ(std::ranges::count(all, '\n'), 9) << all;
  EXPECT_THAT(mistakes("masking: {custom: ['x']}"), HasSubstr("gateway.yaml:1:19: `custom` must be a mapping"));
  EXPECT_THAT(mistakes("masking: 7"), HasSubstr("gateway.yaml:1:10: `masking` must be a mapping"));
}

TEST(GatewayConfigTest, TheMasksOfTheDocumentationWork_GTW33) {
  const auto page = read_file(source_file("docs/gateway/policy.md"));
  const auto begin = page.find("```yaml\nmasking:") + 8;
  const Masker masker(read(page.substr(begin, page.find("\n```", begin) - begin)).masking);
  EXPECT_EQ(masker.mask("I am K-1234567, Holder of the policy Zebedee."), "I am [CUSTOMER_NUMBER_MASKED], [POLICY_HOLDER_MASKED].");
}

TEST(GatewayConfigTest, WhatTheDocumentationShowsIsRead_GTW1) {
  const auto page = read_file(source_file("docs/gateway/serve.md"));
  constexpr std::string_view begin = "```yaml\n", end = "\n```";
  int blocks = 0;
  for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
    const auto block = page.substr(at + begin.size(), page.find(end, at + begin.size()) - at - begin.size());
    if (block.starts_with("antiphon: 1")) continue;
    ++blocks;
    EXPECT_EQ(mistakes(block, {{"GATEWAY_TOKEN", "x"}, {"DESK_TOKEN", "y"}, {"TWILIO_AUTH_TOKEN", "z"}}), "") << block;
  }
  EXPECT_EQ(blocks, 2);  // beside a suite
}

TEST(GatewayConfigTest, TheGatewayOfTheBenchesIsReadAndWaitsAsItSays_GTW1) {
  const auto config = read_gateway_config(source_file("examples/bench/stub.yaml"), variables({}));
  EXPECT_EQ(config.most_calls, 2000U);
  EXPECT_FALSE(config.per_address || config.per_caller);
  EXPECT_EQ(std::get<StubEarSettings>(config.providers.ears.front()).final_after, 300ms);
  const auto& model = std::get<StubModelSettings>(config.providers.models.at(0));
  EXPECT_EQ(model.first_token + 7 * model.token, 340ms) << "to the end of the first sentence";
  const auto& voice = std::get<StubVoiceSettings>(config.providers.voices.at(0));
  EXPECT_EQ(std::ranges::count(model.text, ' ') + 1, 6s / voice.word) << "its answer lasts six seconds";
}

}  // namespace
}  // namespace antiphon::gateway
