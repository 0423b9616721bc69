#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/result/result.hpp"

// Where recordings of calls lie, and how the page finds them.
namespace antiphon::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RecordingsCli : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    write("rules/shop.rules.yaml", "rules:\n  - reply: We are open.\n");
    write("suite.yaml",
          "antiphon: 1\nname: Shop\nagent: {composed: {model: rules/shop.rules.yaml, greeting: Hello., voice: flite/slt, hear: {recogniser: pocketsphinx, "
          "phrases: "
          "[hello]}}}\ndefaults: {clock: virtual, voice: {user: flite/rms}}\nscenarios: [{name: greets, script: [agent], checks: [{contains: Hello}]}]\n");
  }
  std::string recording(const std::string& folder) { return parse_batch(read(folder + "/result.json")).scenarios.at(0).recording_file; }
  std::string page(const std::string& folder) { return read(folder + "/report.html"); }
};

TEST_F(RecordingsCli, AreNamedFromTheResultsFolderAndLieInThePage_PRD21) {
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--out", "out", "--reporter", "junit=out/junit.xml"}), 0) << out() << err();
  EXPECT_THAT(recording("out"), AllOf(StartsWith("recordings/"), Not(HasSubstr(folder_.string()))));
  EXPECT_TRUE(exists("out/" + recording("out")));
  EXPECT_THAT(page("out"), AllOf(HasSubstr("id=\"antiphon-a-0\">T2dnU"), HasSubstr("id=\"antiphon-p-0\">"), HasSubstr("\"kind\":\"embedded\"")));
  EXPECT_THAT(read("out/junit.xml"), HasSubstr("<property name=\"recording\" value=\"" + recording("out") + "\"/>"));
}

TEST_F(RecordingsCli, LieBesideThePageWhereTheyAreNotWantedInIt_PRD21) {
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--out", "out", "--embed-audio", "never"}), 0) << out() << err();
  EXPECT_THAT(page("out"), AllOf(Not(HasSubstr("antiphon-a-0")), HasSubstr("\"kind\":\"beside\""), HasSubstr("\"href\":\"" + recording("out") + "\"")));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--embed-audio", "sometimes"}), 2);
  EXPECT_THAT(err(), HasSubstr("--embed-audio \"sometimes\" is neither auto, always nor never"));
}

TEST_F(RecordingsCli, AreFoundAgainByAReportOfTheStore_PRD20_PRD21) {
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 0) << out() << err();
  const auto file = recording("antiphon-out");
  EXPECT_EQ(antiphon({"report", "last", "--out", "again/here", "--embed-audio", "always"}), 0) << err();
  EXPECT_EQ(recording("again/here"), "../../antiphon-out/" + file);
  EXPECT_THAT(page("again/here"), HasSubstr("antiphon-a-0"));
  fs::remove(folder_ / "antiphon-out" / file);
  EXPECT_EQ(antiphon({"report", "last", "--out", "gone"}), 0) << err();
  EXPECT_THAT(page("gone"), AllOf(HasSubstr("\"kind\":\"missing\""), HasSubstr("is not there")));
}

}  // namespace
}  // namespace antiphon::cli
