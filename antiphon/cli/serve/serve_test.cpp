#include <cstdlib>

#include <gmock/gmock.h>

#include "antiphon/cli/command_line_test.hpp"

namespace antiphon::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string stubs = "providers: {asr: {stub: {}}, llm: {stub: {}}, tts: {stub: {}}}\n";

struct ServeCommand : CommandLine {};

TEST_F(ServeCommand, CheckSaysWhatItWouldDoAndEnds_GTW1) {
  write("gateway.yaml", stubs + "access: {tokens: [very-secret]}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("would listen on 127.0.0.1:8080"));
  EXPECT_THAT(out(), HasSubstr("those with a token"));
  EXPECT_THAT(out(), Not(HasSubstr("very-secret")));
  EXPECT_EQ(antiphon({"serve", "--config", "gateway.yaml", "--check", "--listen", "[::1]:0"}), 0) << err();
}

TEST_F(ServeCommand, WithoutAFileItIsTheExampleDesk_GTW1) {
  EXPECT_EQ(antiphon({"serve", "--check"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("coffee shop"));
  EXPECT_THAT(out(), HasSubstr("rules/support.rules.yaml"));
}

TEST_F(ServeCommand, WithAKeyAModelSpeaksForTheExampleDesk_GTW1) {
  variables_["OPENAI_API_KEY"] = "sk-x";
  ::setenv("OPENAI_API_KEY", "sk-x", 1);  // NOLINT: one thread; the model looks there itself
  EXPECT_EQ(antiphon({"serve", "--check"}), 0) << err();
  ::unsetenv("OPENAI_API_KEY");  // NOLINT: as above
  EXPECT_THAT(out(), HasSubstr("openai/gpt-4o"));
}

TEST_F(ServeCommand, MistakesOfTheConfigurationHaveTheirPlaces_GTW1) {
  write("gateway.yaml", stubs + "lisen: 127.0.0.1:1\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("gateway.yaml:2:1"));
  EXPECT_THAT(err(), HasSubstr("listen"));
  write("gateway.yaml", stubs);
  variables_["LLM_TEMPERATURE"] = "hot";
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("LLM_TEMPERATURE"));
  EXPECT_EQ(antiphon({"serve", "gone.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("gone.yaml"));
}

TEST_F(ServeCommand, BeyondThisMachineItWantsToKnowWhoCalls_GTW13) {
  write("gateway.yaml", stubs);
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0"}), 2);
  EXPECT_THAT(err(), HasSubstr("--insecure"));
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0", "--insecure"}), 0) << err();
  write("gateway.yaml", stubs + "access: {tokens: [abc]}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--check", "--listen", "0.0.0.0:0"}), 0) << err();
}

TEST_F(ServeCommand, ABadCertificateIsOneClearError_GTW13) {
  write("gateway.yaml", stubs + "listen: 127.0.0.1:0\ntls: {certificate: cert.pem, key: key.pem}\n");
  EXPECT_EQ(antiphon({"serve", "gateway.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("cert.pem holds no certificate that can be read"));
}

TEST_F(ServeCommand, AStopBeforeItHasLoadedEndsIt_PRD61) {
  write("gateway.yaml", stubs);
  stop_.request();
  EXPECT_EQ(antiphon({"serve", "gateway.yaml", "--listen", "127.0.0.1:0"}), 0) << err();
  EXPECT_THAT(out(), testing::MatchesRegex("listening on 127.0.0.1:[0-9]+\n"));
}

TEST_F(ServeCommand, WritesTheLineOfAPinFile_GTW32) {
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "1234\n"), 0) << err();
  EXPECT_THAT(out(), testing::StartsWith("$scrypt$ln=14,r=8,p=1$"));
  EXPECT_THAT(out(), HasSubstr(" +15550100\n"));
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "12\n"), 2);
  EXPECT_THAT(err(), HasSubstr("at least 3 digits"));
  EXPECT_EQ(antiphon({"serve", "--make-pin", "+15550100"}, "12x34\n"), 2);
  EXPECT_THAT(err(), HasSubstr("digits alone"));
}

}  // namespace
}  // namespace antiphon::cli
