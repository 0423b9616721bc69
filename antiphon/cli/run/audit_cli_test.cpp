#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* people = R"(rules:
  - when: {offers_tool: finish_test}
    criteria: {default: failed}
  - when: {role: user}
    reply: i lost the number
)";

constexpr const char* auditor = R"(rules:
  - when: {role: auditor, history: "user: \"(?<words>i lost the number)\""}
    tool_calls: [{name: name_fault, arguments: {evidence: [{message: 0, quote: "{{words}}"}], why: it kept its number back, party: simulated_user, sure: certain}}]
)";

std::string suite(const std::string& defaults = "") {
  return "antiphon: 1\nname: Desk\nagent: {model: rules/desk.rules.yaml}\ndefaults: {model: rules/people.rules.yaml, max_turns: 1" + defaults +
         "}\nscenarios: [{name: lost, description: order A-1007, user: {persona: calm}, judge: [The agent finds it]}]\n";
}

class AuditCli : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    write("rules/desk.rules.yaml", "rules:\n  - reply: which order?\n");
    write("rules/people.rules.yaml", people);
    write("rules/auditor.rules.yaml", auditor);
    write("suite.yaml", suite());
  }
  Fault fault() { return parse_batch(read("antiphon-out/result.json")).scenarios.at(0).fault.value(); }
};

TEST_F(AuditCli, IsAskedForByAFlag_SCN100_PRD3) {
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 1) << err();
  EXPECT_EQ(fault().by, Fault::By::rule);
  EXPECT_THAT(out(), HasSubstr("[agent]"));
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--audit", "rules/auditor.rules.yaml", "--reporter", "junit=j.xml", "-v"}), 1) << err();
  EXPECT_EQ(fault().by, Fault::By::audit);
  EXPECT_EQ(fault().party, Party::simulated_user);
  EXPECT_THAT(out(), AllOf(HasSubstr("audit  simulated user: it kept its number back"), HasSubstr("[simulated user]")));
  EXPECT_THAT(read("j.xml"), AllOf(HasSubstr(R"(name="fault_by" value="audit")"), HasSubstr(R"(name="spoiled" value="true")")));
}

TEST_F(AuditCli, FollowsThePrecedenceOfAllSettings_SCN100_PRD10) {
  write("antiphon.yaml", "audit: rules/auditor.rules.yaml\n");
  antiphon({"run", "suite.yaml"});
  EXPECT_EQ(fault().by, Fault::By::audit) << out() << err();
  write("suite.yaml", suite(", audit: off"));
  antiphon({"run", "suite.yaml"});
  EXPECT_EQ(fault().by, Fault::By::rule);
  antiphon({"run", "suite.yaml", "--audit", "rules/auditor.rules.yaml"});
  EXPECT_EQ(fault().by, Fault::By::audit) << out() << err();
  write("suite.yaml", suite(", audit: {model: rules/auditor.rules.yaml, temperature: 0.2}"));
  antiphon({"run", "suite.yaml", "--audit", "off"});
  EXPECT_EQ(fault().by, Fault::By::rule);
}

TEST_F(AuditCli, IsRememberedForFailed_SCN100_PRD3) {
  antiphon({"run", "suite.yaml", "--audit", "rules/auditor.rules.yaml"});
  EXPECT_EQ(antiphon({"run", "--failed", "antiphon-out/result.json"}), 1) << err();
  EXPECT_EQ(fault().by, Fault::By::audit);
}

TEST_F(AuditCli, AMistakeInItIsAConfigurationError_SCN43_PRD64) {
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--audit", "nobody/model"}), 2);
  EXPECT_THAT(err(), HasSubstr("the auditor: "));
  EXPECT_FALSE(exists("antiphon-out/result.json"));
  write("suite.yaml", suite(", audit: {temperature: 0.2}"));
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 2);
  EXPECT_THAT(err(), HasSubstr("the audit has settings and no model"));
  write("suite.yaml", suite(", audit: somebody"));
  EXPECT_EQ(antiphon({"run", "suite.yaml"}), 2);
  EXPECT_THAT(err(), AllOf(HasSubstr("suite.yaml:4:"), HasSubstr("is no model")));
}

TEST_F(AuditCli, ThatFailsIsToldAndChangesNothing_SCN100) {
  write("rules/auditor.rules.yaml", "rules:\n  - reply: the user did it\n");
  EXPECT_EQ(antiphon({"run", "suite.yaml", "--audit", "rules/auditor.rules.yaml"}), 1);
  EXPECT_THAT(out(), AllOf(HasSubstr("[agent]"), HasSubstr("note: the auditor failed"), Not(HasSubstr("ERROR"))));
}

}  // namespace
}  // namespace antiphon::cli
