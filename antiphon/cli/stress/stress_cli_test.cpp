#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/cli/full_disk_test.hpp"

namespace antiphon::cli {
namespace {

using ::testing::HasSubstr;

const std::string stubs =
    "providers: {asr: {stub: {final_after: 100ms}}, llm: {stub: {first_token: 20ms, text: It is there.}}, tts: {stub: {first_chunk: 20ms, word: 100ms}}}\n";

struct StressCommandLine : CommandLine {
  StressCommandLine() { write("gateway.yaml", stubs); }
};

TEST_F(StressCommandLine, StartsAGatewayCallsItByVoiceAndReports_GTW61) {
  EXPECT_EQ(antiphon({"stress", "gateway.yaml", "--calls", "3", "--say", "Where is it?", "--voice", "flite/slt", "--barge-in", "0", "--json", "--out",
                      "out/stress.json", "--threshold", "errors=0", "--threshold", "response_p95=14s", "--seed", "7"}),
            0)
      << err() << out();
  const auto report = json::parse(out());
  EXPECT_EQ(report.at("schema").as_string(), "antiphon.stress/1");
  EXPECT_EQ(report.at("total_calls").as_int64(), 3);
  EXPECT_EQ(report.at("successful").as_int64(), 3);
  EXPECT_EQ(report.at("answered_turns").as_int64(), 3);
  EXPECT_GT(report.at("p50_latency_ms").to_number<double>(), 100) << "the recogniser alone takes so long";
  EXPECT_EQ(report.at("seed").as_int64(), 7);
  EXPECT_EQ(read("out/stress.json"), out());
}

TEST_F(StressCommandLine, AThresholdThatDoesNotHoldIsItsExitCode_GTW61_PRD2) {
  EXPECT_EQ(antiphon({"stress", "gateway.yaml", "--calls", "1", "--say", "Where is it?", "--voice", "flite/slt", "--barge-in", "0", "--threshold",
                      "response_p50=1ms"}),
            1);
  EXPECT_THAT(out(), HasSubstr("FAIL response_p50=1ms"));
  EXPECT_THAT(out(), HasSubstr("1 calls, 1 successful, 0 failed"));
}

TEST_F(StressCommandLine, WhereNobodyAnswersEveryCallHasFailed_GTW61_TRN21) {
  EXPECT_EQ(antiphon({"stress", "ws://127.0.0.1:1", "--calls", "2", "--say", "hi", "--voice", "flite/slt", "--threshold", "errors=100%"}), 3);
  EXPECT_THAT(out(), HasSubstr("2 calls, 0 successful, 2 failed (error rate 100.0 %)"));
}

TEST_F(StressCommandLine, AReportThatCannotBeWrittenCostsNoCallsAndNoSummary_GTW61_PRD64) {
  const std::vector<std::string> words{"stress", "ws://127.0.0.1:1", "--calls", "2", "--say", "hi", "--voice", "flite/slt", "-o"};
  const auto with = [&](const std::string& file) {
    auto all = words;
    all.push_back(file);
    return all;
  };
  EXPECT_EQ(antiphon(with(".")), 3);
  EXPECT_THAT(err(), HasSubstr("error: cannot write "));
  EXPECT_EQ(out(), "") << "nobody was called";
  const FullDisk full;
  EXPECT_EQ(antiphon(with("stress.json")), 3);
  EXPECT_THAT(out(), HasSubstr("2 calls, 0 successful, 2 failed"));
  EXPECT_THAT(err(), HasSubstr("error: cannot write "));
}

TEST_F(StressCommandLine, RefusesWhatItCannotDoBeforeItCalls_GTW61) {
  EXPECT_EQ(antiphon({"stress", "ws://127.0.0.1:1", "--calls", "0"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: --calls 0 is no number of calls: there are 1 to 100000\nfix:   write for example --calls 10\n"));

  EXPECT_EQ(antiphon({"stress", "ws://127.0.0.1:1", "--tool-failures", "5%"}), 2);
  EXPECT_THAT(err(), HasSubstr("configuration in place of an address"));
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{"--rate", "fast"},
                                                                                     {"--rate", "0/s"},
                                                                                     {"--calls", "0"},
                                                                                     {"--jitter", "3"},
                                                                                     {"--barge-in", "120%"},
                                                                                     {"--threshold", "speed=1s"},
                                                                                     {"--voice", "flite/salt"},
                                                                                     {"--ca-file", "gone.pem"}}) {
    std::vector<std::string> words{"stress", "ws://127.0.0.1:1"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(antiphon(words), 2) << wrong[0];
  }
  EXPECT_EQ(antiphon({"stress", "gone.yaml"}), 2);
}

TEST_F(StressCommandLine, FaultsOfToolsAreMadeAndCounted_GTW61) {
  write("gateway.yaml",
        "providers: {asr: {stub: {final_after: 100ms}}, llm: rules/desk.rules.yaml, tts: {stub: {first_chunk: 20ms, word: 50ms}}}\n"
        "tools: {stock: {description: x, sql: {database: stock.db, schema: stock.sql, query: SELECT count FROM stock}, retries: 0}}\n");
  write("stock.sql", "CREATE TABLE stock (count INTEGER);\nINSERT INTO stock VALUES (3);\n");
  write("rules/desk.rules.yaml",
        "rules:\n  - {when: {tool_result: {name: stock, matches: '.'}}, reply: There are three.}\n  - {when: {offers_tool: stock}, tool_calls: [stock]}\n  - "
        "reply: Yes.\n");
  EXPECT_EQ(antiphon({"stress", "gateway.yaml", "--calls", "1", "--say", "How many?", "--voice", "flite/slt", "--barge-in", "0", "--tool-failures", "100%",
                      "--json"}),
            0)
      << err() << out();
  const auto report = json::parse(out());
  EXPECT_EQ(report.at("tool_faults").at("failures").as_int64(), 1);
  EXPECT_EQ(report.at("answered_turns").as_int64(), 1) << "a tool that fails leaves nobody without an answer";
}

}  // namespace
}  // namespace antiphon::cli
