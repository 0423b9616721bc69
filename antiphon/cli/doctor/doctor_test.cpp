#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/ids.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/doctor/examine.hpp"
#include "antiphon/cli/doctor/instrument.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Doctor : testing::Test {
  fs::path folder = fs::temp_directory_path() / make_id("doctor");
  std::map<std::string, std::string> variables{{"LANG", "C.UTF-8"}};
  std::ostringstream out, err;

  void SetUp() override { fs::create_directories(folder / "rules"); }
  void TearDown() override { fs::remove_all(folder); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  Environment environment(std::vector<std::string> arguments = {}) {
    return {.arguments = std::move(arguments), .variables = variables, .directory = folder.string(), .out = out, .err = err, .stop = {}};
  }
  int doctor(std::vector<std::string> flags) {
    out.str("");
    flags.insert(flags.begin(), "doctor");
    auto place = environment(std::move(flags));
    return run_cli(place);
  }
};

Finding named(const std::vector<Finding>& findings, std::string_view name) {
  for (const auto& finding : findings)
    if (finding.name == name) return finding;
  ADD_FAILURE() << "nothing is said about " << name;
  return {};
}

TEST(DoctorsReport, GroupsWhatItFoundAndSaysWhatToDo_PRD4) {
  const std::vector<Finding> findings{
      {.group = "environment", .name = "locale", .what = "UTF-8"},
      {.group = "providers", .name = "openai", .state = Finding::State::wrong, .what = "refuses the key", .fix = "export a valid one"},
      {.group = "providers", .name = "xai", .state = Finding::State::note, .what = "no key"}};
  EXPECT_EQ(shown(findings), R"(environment
  ok     locale  UTF-8

providers
  wrong  openai  refuses the key
                 fix: export a valid one
  note   xai     no key

1 thing is wrong
)");
  EXPECT_EQ(exit_code(findings), 1);
  EXPECT_EQ(to_json(findings).at("findings").as_array()[1].at("fix"), json::value("export a valid one"));
}

TEST_F(Doctor, AnEmptyFolderWithoutKeysIsWell_PRD4) {
  EXPECT_EQ(doctor({"--offline"}), 0) << out.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("OPENAI_API_KEY is not set"), HasSubstr("antiphon init"), HasSubstr("all well")));
}

TEST_F(Doctor, NeverShowsAKey_PRD4) {
  variables["OPENAI_API_KEY"] = "sk-very-secret";
  doctor({"--offline"});
  EXPECT_THAT(out.str(), AllOf(HasSubstr("OPENAI_API_KEY is set"), Not(HasSubstr("sk-very-secret"))));
}

TEST_F(Doctor, SaysWhatIsWrongWithASuiteAndExitsOne_PRD4) {
  write("a.yaml", "antiphon: 1\nagent: {model: rules/none.rules.yaml}\nscenarios: [{name: x, script: [user: hi, agent]}]\n");
  EXPECT_EQ(doctor({"--offline"}), 1);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("none.rules.yaml"), HasSubstr("antiphon run --dry-run")));
}

TEST_F(Doctor, ReadsRulesFilesThatNoSuiteNames_PRD4) {
  write("rules/a.rules.yaml", "rules: [{when: {lost: x}, reply: y}]\n");
  const auto finding = named(examine_project(environment(), "."), "rules files");
  EXPECT_EQ(finding.state, Finding::State::wrong);
  EXPECT_THAT(finding.what, HasSubstr("lost"));
}

TEST_F(Doctor, AnOutputFolderThatCannotBeIsWrong_PRD4) {
  write("antiphon-out", "a file, no folder");
  EXPECT_EQ(named(examine_project(environment(), "."), "output").state, Finding::State::wrong);
}

TEST_F(Doctor, PrintsJson_PRD4_PRD62) {
  EXPECT_EQ(doctor({"--offline", "--json"}), 0);
  const auto report = parse_json(out.str());
  EXPECT_EQ(report.at("schema"), json::value("antiphon.doctor/1"));
  EXPECT_EQ(report.at("ok"), json::value(true));
}

net::HttpHandler answering(int status) {
  return [status](const net::ServerRequest&, net::ServerReply& reply) { return reply.reply({.status = status}); };
}

TEST_F(Doctor, AsksProvidersThatAreSetUpAndNoOthers_PRD4) {
  const net::testing::ServerThread well(answering(200)), locked(answering(401));
  variables["OPENAI_BASE_URL"] = well.url("/v1"), variables["OPENAI_API_KEY"] = "k";
  variables["GROQ_BASE_URL"] = locked.url("/v1"), variables["GROQ_API_KEY"] = "k";
  variables["XAI_BASE_URL"] = "http://127.0.0.1:1/v1", variables["XAI_API_KEY"] = "k";
  const auto findings = examine_providers(environment(), {});
  EXPECT_EQ(named(findings, "openai").state, Finding::State::ok);
  EXPECT_THAT(named(findings, "openai").what, HasSubstr("answers (HTTP 200)"));
  EXPECT_EQ(named(findings, "groq").state, Finding::State::wrong);
  EXPECT_THAT(named(findings, "groq").fix, HasSubstr("GROQ_API_KEY"));
  EXPECT_EQ(named(findings, "xai").state, Finding::State::wrong);
  EXPECT_THAT(named(findings, "xai").fix, HasSubstr("XAI_BASE_URL"));
  EXPECT_THAT(named(findings, "openrouter").what, HasSubstr("was not asked"));
}

instrument::Errors errors(double least, double most) { return {.n = 2, .least = least, .most = most}; }

TEST(InstrumentSheet, SaysWhatIsWrongAndWhatIsANote_VOX91) {
  const instrument::Reading good{.line = "clean",
                                 .tolerance_s = 0.02,
                                 .turns = 10,
                                 .found = 10,
                                 .starts = errors(-0.008, 0.002),
                                 .ends = errors(0, 0.007),
                                 .latency = errors(-0.01, 0),
                                 .stop = errors(0.012, 0.012),
                                 .cut_in = errors(0.02, 0.02)};
  auto lost = good;
  lost.line = "noise of -40 dBFS", lost.tolerance_s = 0.05, lost.found = 9, lost.invented = 1;
  instrument::Sheet sheet{.detectors = {{.detector = "energy/2", .usual = true, .readings = {good}},
                                        {.detector = "webrtc/0.3", .engine = audio::VoiceEngine::webrtc, .readings = {lost}}},
                          .voices = {"pulses", "flite/slt"},
                          .notes = {"silero: not installed"}};
  EXPECT_EQ(shown(sheet), R"(instrument: calls of which every edge is known, spoken by pulses, flite/slt
read minus true, in ms; within 20, and 50 where marked *

energy/2 (the usual one)
         line                      turns     starts      ends   answers     stops
  ok     clean                     10/10     -8..+2    +0..+7   -10..+0  +12..+12

webrtc/0.3
         line                      turns     starts      ends   answers     stops
  note   noise of -40 dBFS *     9/10 +1     -8..+2    +0..+7   -10..+0  +12..+12

note   silero: not installed

the usual detector meets its goals
)");
  sheet.detectors[0].readings.push_back(lost);
  EXPECT_THAT(shown(sheet), AllOf(HasSubstr("  wrong  noise of -40 dBFS *"), HasSubstr("the usual detector misses its goals")));
  EXPECT_EQ(to_json(sheet).at("ok"), json::value(false));
}

TEST_F(Doctor, PrintsTheInstrumentSheet_VOX91) {
  EXPECT_EQ(doctor({"--instrument", "--json"}), 0);
  const auto sheet = parse_json(out.str());
  EXPECT_EQ(sheet.at("schema"), json::value("antiphon.instrument/1"));
  EXPECT_EQ(sheet.at("ok"), json::value(true));
  EXPECT_EQ(sheet.at("detectors").at(0).at("engine"), json::value("energy"));
  EXPECT_EQ(sheet.at("detectors").at(0).at("readings").as_array().size(), 10U);
}

TEST_F(Doctor, TheInstrumentStopsWhenItIsAskedTo_VOX91_SCN72) {
  auto place = environment({"doctor", "--instrument"});
  place.stop.request();
  EXPECT_EQ(run_cli(place), 130);
  EXPECT_EQ(out.str(), "");
  EXPECT_THAT(err.str(), HasSubstr("interrupted"));
}

TEST_F(Doctor, TheInstrumentAsksNobody_VOX91) { EXPECT_EQ(doctor({"--instrument", "--connect"}), 2); }

}  // namespace
}  // namespace antiphon::cli
