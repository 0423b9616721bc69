#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/agent/voice_agent.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SuiteFolder;

std::string suite_of(const std::string& agent) { return "antiphon: 1\nagent: " + agent + "\nscenarios: [{name: x, script: [{user: hi}, agent]}]\n"; }

std::shared_ptr<const VoiceAgentSpec> voice_of(const std::string& agent, std::map<std::string, std::string> environment = {}) {
  const SuiteFolder folder({{"a.yaml", suite_of(agent)}});
  auto options = folder.options(std::move(environment));
  options.allow_commands = true;
  const auto loaded = load_suites({"a.yaml"}, options);
  return loaded.scenarios.at(0).agent.voice();
}

std::string report_of(const std::string& agent) { return SuiteFolder({{"a.yaml", suite_of(agent)}}).report({"a.yaml"}); }

TEST(WebSocketInASuite, WorksAsTheInterfaceShowsIt_TRN4_PRD10) {
  const auto voice = voice_of(R"({websocket: {url: "ws://host/path?caller=%2B15550100", send: pcm16/16000, receive: pcm16/24000}})");
  ASSERT_TRUE(voice);
  EXPECT_TRUE(voice->capabilities.paced);
  EXPECT_THAT(voice->capabilities.input_formats, ElementsAre(audio::parse_format("pcm16/16000")));
  EXPECT_THAT(voice->capabilities.output_formats, ElementsAre(audio::parse_format("pcm16/24000")));
  EXPECT_FALSE(voice->greeting || voice->tail_silence || voice->capabilities.turn_end);
}

TEST(WebSocketInASuite, PlaceholdersOfMessagesSurviveAndVariablesAreFilledIn_TRN4_PRD10) {
  const auto voice = voice_of(
      "{websocket: {url: \"wss://host\", headers: {authorization: \"Bearer ${KEY}\"}, greeting: wait, tail_silence: 1s, send: mulaw/8000, json: "
      "{send: {audio: {tenant: \"${KEY}\", media: \"${audio}\"}, dtmf: {keys: \"${keys}\"}, interrupt: true}, receive: {transcript: true, turn_end: {when: {e: "
      "end}}}}}}",
      {{"KEY", "k"}});
  ASSERT_TRUE(voice);
  const auto& can = voice->capabilities;
  EXPECT_TRUE(can.dtmf && can.interruption && can.turn_end && can.streaming_transcripts);
  EXPECT_FALSE(can.text);
  EXPECT_EQ(voice->greeting->longest, 2s);
  EXPECT_EQ(voice->tail_silence, 1s);
}

TEST(WebSocketInASuite, AProgramIsSpokenToWhereItHasAVoice_TRN3_PRD10) {
  EXPECT_FALSE(voice_of("{process: {run: [agent]}}"));
  const auto voice = voice_of("{process: {run: [agent], voice: {send: pcm16/16000, json: {receive: {turn_end: true}}}}}");
  ASSERT_TRUE(voice);
  EXPECT_TRUE(voice->capabilities.turn_end);
}

TEST(WebSocketInASuite, MistakesAreToldWhereTheyStand_PRD10) {
  EXPECT_EQ(report_of("{websocket: {url: \"http://host\"}}"), R"(error: url must be an address that begins with ws:// or wss://
  a.yaml:2:26
2 | agent: {websocket: {url: "http://host"}}
  |                          ^^^^^^^^^^^^^
fix:   write it as `url: "ws://127.0.0.1:8080/call"`
)");
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", send: pcm16/96000}}"), HasSubstr("\"pcm16/96000\" is no format of a line"));
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", send: pcm8/8000}}"), HasSubstr("a.yaml:2:45"));
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", json: {send: {audio: {a: b}}}}}"), HasSubstr("the message for audio has no ${audio} in it"));
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", json: {receive: {trancript: true}}}}"), HasSubstr("did you mean \"transcript\"?"));
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", json: {receive: {transcript: {when: {a: 1}}}}}}"), HasSubstr("transcript needs `at`"));
  EXPECT_THAT(report_of("{websocket: {url: \"ws://\"}}"), HasSubstr("a.yaml:2"));
  for (const auto* wrong : {"maybe", "soon", "0s", "true", "[1s]"})
    EXPECT_THAT(report_of(fmt::format("{{websocket: {{url: \"ws://host\", greeting: {}}}}}", wrong)),
                AllOf(HasSubstr("greeting must be "), HasSubstr("fix:   write it as `greeting: wait`, `none` or the longest wait: `2s`")))
        << wrong;
  EXPECT_THAT(report_of("{websocket: {url: \"ws://host\", headers: {Upgrade: x}}}"), HasSubstr("belongs to the handshake"));
}

TEST(AgentsInASuite, AFileOfAuthoritiesThatIsNoneIsAMistakeAtItsPlace_TRN21_PRD10) {
  const SuiteFolder folder({{"a.yaml", suite_of("{websocket: {url: \"wss://host\", tls: {ca: gone.pem}}}")}});
  EXPECT_EQ(folder.relative(folder.report({"a.yaml"})), R"(error: gone.pem cannot be read: no such file or directory
  a.yaml:2:50
2 | agent: {websocket: {url: "wss://host", tls: {ca: gone.pem}}}
  |                                                  ^^^^^^^^
fix:   name a PEM file of the authorities to trust; a path in a configuration is relative to that file
)");
}

class AgentsWithTls : public ::testing::TestWithParam<const char*> {};

TEST_P(AgentsWithTls, AreNotRunWithAFileOfAuthoritiesThatIsNone_TRN21) {
  const SuiteFolder folder({{"a.yaml", suite_of(fmt::format("{{{}, tls: {{ca: some.pem}}}}}}", GetParam()))}, {"some.pem", "no certificate"}});
  EXPECT_THAT(folder.report({"a.yaml"}), AllOf(HasSubstr("some.pem holds no certificates that can be read"), HasSubstr("a.yaml:2:")));
}

INSTANTIATE_TEST_SUITE_P(All, AgentsWithTls,
                         ::testing::Values(R"(chat: {url: "https://host/v1")", R"(http: {url: "https://host", body: {text: "${input.text}"})",
                                           R"(websocket: {url: "wss://host")", R"(antiphon: {url: "wss://host")",
                                           R"(twilio: {url: "https://host/voice", auth_token: t)", R"(session: {connect: "wss://host/session")",
                                           R"(layercode: {server_url: "https://host", agent_id: a)"));

}  // namespace
}  // namespace antiphon::suite
