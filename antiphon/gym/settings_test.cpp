#include "antiphon/gym/settings.hpp"

#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "antiphon/base/document.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"
#include "antiphon/gym/user_voice.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using testing::TemporaryFolder;

Settings::Variables variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

template <class F>
Error error_of(F action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorKind::internal, "");
}

TEST(GymSettings, DefaultsAreThoseOfTheReference_GYM8) {
  const auto settings = Settings::load(variables({}));
  EXPECT_EQ(settings.authorize_path, "/api/authorize");
  EXPECT_EQ(settings.websocket_url, "wss://api.layercode.com/v1/agents/web/websocket");
  EXPECT_EQ(settings.chunk_ms, 100);
  EXPECT_EQ(settings.output_root, "./conversations");
  EXPECT_EQ(settings.tts_model, "gpt-4o-mini-tts");
  EXPECT_EQ(settings.tts_voice, "coral");
  EXPECT_EQ(settings.max_consecutive_waits, 10);
  EXPECT_EQ(settings.effective_pace(), Pace::realtime);
  EXPECT_EQ(settings.layercode_pace().chunk, 100ms);
  EXPECT_FALSE(settings.layercode_pace().interval);
}

TEST(GymSettings, EnvironmentSetsThem_GYM8) {
  const auto settings = Settings::load(variables({{"SERVER_URL", "http://localhost:9000"},
                                                  {"AUTHORIZE_PATH", "/auth"},
                                                  {"LAYERCODE_AGENT_ID", "ag-7"},
                                                  {"LAYERCODE_WEBSOCKET_URL", "ws://127.0.0.1:1/ws"},
                                                  {"LAYERCODE_OUTPUT_ROOT", "/tmp/out"},
                                                  {"LAYERCODE_CHUNK_MS", "20"},
                                                  {"LAYERCODE_CHUNK_INTERVAL", "0.05"},
                                                  {"LAYERCODE_STORE_AUDIO", "false"},
                                                  {"LAYERCODE_CUSTOM_METADATA", R"({"tier":"gold"})"},
                                                  {"LAYERCODE_CUSTOM_HEADERS", R"({"X-Tenant":7})"},
                                                  {"LAYERCODE_AUTH_HEADERS", R"({"Authorization":"Bearer t"})"},
                                                  {"OPENAI_TTS_MODEL", "tts-1"},
                                                  {"OPENAI_TTS_VOICE", "alloy"},
                                                  {"OPENAI_TTS_INSTRUCTIONS", "slowly"}}));
  EXPECT_EQ(authorize_url(settings.access()), "http://localhost:9000/auth");
  EXPECT_EQ(settings.agent_id, "ag-7");
  EXPECT_EQ(settings.websocket_url, "ws://127.0.0.1:1/ws");
  EXPECT_EQ(settings.output_root, "/tmp/out");
  EXPECT_EQ(settings.chunk_ms, 20);
  EXPECT_EQ(settings.effective_pace(), Pace::burst) << "an interval is one of a burst";
  EXPECT_EQ(settings.layercode_pace().interval, 50ms);
  EXPECT_FALSE(settings.store_audio);
  EXPECT_EQ(json::serialize(settings.custom_metadata), R"({"tier":"gold"})");
  EXPECT_THAT(settings.custom_headers, ElementsAre(Pair("X-Tenant", "7"))) << "values are made texts";
  EXPECT_THAT(settings.auth_headers, ElementsAre(Pair("Authorization", "Bearer t")));
  EXPECT_EQ(settings.tts_voice, "alloy");
}

TEST(GymSettings, AllThatIsWrongInTheEnvironmentIsNamedAtOnceAndNoSecretIs_GYM8) {
  const auto error = error_of(
      [] { Settings::load(variables({{"LAYERCODE_CHUNK_MS", "soon"}, {"LAYERCODE_AUTH_HEADERS", "{Bearer s3cret"}, {"LAYERCODE_STORE_AUDIO", "perhaps"}})); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("LAYERCODE_CHUNK_MS"), HasSubstr("LAYERCODE_AUTH_HEADERS"), HasSubstr("LAYERCODE_STORE_AUDIO")));
  EXPECT_THAT(error.message(), Not(HasSubstr("s3cret")));
}

TEST(GymSettings, AllThatIsMissingIsNamedAtOnce_GYM8) {
  const auto error = error_of([] { Settings().require(); });
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("server_url (SERVER_URL, --server-url)"), HasSubstr("agent_id (LAYERCODE_AGENT_ID, --agent-id)")));
}

TEST(GymSettings, AddressesThatAreNoneAndAPaceThatContradictsItselfAreRefused_GYM8) {
  Settings settings;
  settings.server_url = "localhost:8001", settings.agent_id = "a";
  EXPECT_THAT(error_of([&] { settings.require(); }).message(), HasSubstr("server_url is no http address"));
  settings.server_url = "http://localhost:8001", settings.websocket_url = "https//x";
  EXPECT_EQ(error_of([&] { settings.require(); }).kind(), ErrorKind::configuration);
  settings.websocket_url = "ws://x", settings.pace = Pace::realtime, settings.chunk_interval = 5ms;
  EXPECT_THAT(error_of([&] { settings.require(); }).message(), HasSubstr("chunk_interval"));
}

TEST(GymSettings, AFileOfAuthoritiesThatIsNotThereIsRefused_GYM8_TRN21) {
  Settings settings;
  settings.server_url = "https://localhost:8001", settings.agent_id = "a", settings.tls.ca_file = "gone.pem";
  EXPECT_THAT(error_of([&] { settings.require(); }).message(), HasSubstr("gone.pem cannot be read"));
}

TEST(GymSettings, FileLiesUnderTheEnvironmentAndKnowsItsFolder_GYM8) {
  const TemporaryFolder folder;
  const auto file = folder.path() + "/gym.yaml";
  std::ofstream(file) << "server_url: \"http://localhost:${PORT}\"\nagent_id: from-file\noutput_root: kept\npace: burst\nchunk_interval: 20ms\n"
                         "greeting: 0\ncustom_metadata: {tier: gold}\nauth_headers: {Authorization: \"Bearer ${TOKEN}\"}\n";
  const auto settings = Settings::load(variables({{"PORT", "8001"}, {"TOKEN", "t"}, {"LAYERCODE_AGENT_ID", "from-environment"}}), file);
  EXPECT_EQ(settings.server_url, "http://localhost:8001");
  EXPECT_EQ(settings.agent_id, "from-environment");
  EXPECT_EQ(settings.output_root, folder.path() + "/kept");
  EXPECT_EQ(settings.chunk_interval, 20ms);
  EXPECT_EQ(settings.greeting, 0s);
  EXPECT_THAT(settings.auth_headers, ElementsAre(Pair("Authorization", "Bearer t")));
  settings.require();
}

TEST(GymSettings, EachMistakeOfAFileIsToldAtItsPlace_GYM8) {
  const TemporaryFolder folder;
  const auto file = folder.path() + "/gym.yaml";
  std::ofstream(file) << "server_url: \"http://x\"\nchunk_ms: many\npase: burst\ngreeting: later\ntls: {ca: gone.pem}\n";
  try {
    Settings::load(variables({}), file);
    FAIL() << "it was taken";
  } catch (const Problems& problems) {
    ASSERT_EQ(problems.list().size(), 4u);
    EXPECT_EQ(problems.list()[0].where.line, 2);
    EXPECT_EQ(problems.list()[1].where.line, 4);
    EXPECT_THAT(problems.list()[2].message, HasSubstr("gone.pem cannot be read"));
    EXPECT_EQ(problems.list()[2].where.line, 5);
    EXPECT_THAT(problems.list()[3].message, HasSubstr("pase"));
  }
}

TEST(GymSettings, VoiceIsOpenAisWithAKeyAndOurOwnWithout_GYM3) {
  Settings settings;
  settings.tts_instructions = "speak slowly";
  const auto with_key = voice_choice(settings, variables({{"OPENAI_API_KEY", "k"}}));
  EXPECT_EQ(with_key.voice, "openai/coral");
  EXPECT_EQ(json::serialize(with_key.extra), R"({"model":"gpt-4o-mini-tts"})");
  EXPECT_EQ(with_key.style, "speak slowly");
  EXPECT_EQ(voice_choice(settings, variables({})).voice, "auto");
  settings.tts_voice = "flite/rms";
  EXPECT_EQ(voice_choice(settings, variables({{"OPENAI_API_KEY", "k"}})).voice, "flite/rms") << "one that was named is taken";
  settings.tts_voice = "nonsense";
  for (const auto& environment : {variables({}), variables({{"OPENAI_API_KEY", "k"}})}) try {
      voice_choice(settings, environment);
      ADD_FAILURE() << "it was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      EXPECT_THAT(error.hint(), HasSubstr("coral"));
    }
}

}  // namespace
}  // namespace antiphon::gym
