#include "antiphon/suite/fingerprint.hpp"

#include <gtest/gtest.h>

#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using testing::SuiteFolder;

Fingerprints of(const std::string& scenario, const std::string& agent = "{model: rules/a.yaml}", int max_turns = 0) {
  const SuiteFolder folder({{"s.yaml", "antiphon: 1\nagent: " + agent + "\nscenarios: [{name: a, " + scenario + "}]\n"}});
  auto options = folder.options();
  if (max_turns > 0) options.overrides.max_turns = max_turns;
  return load_suites({"s.yaml"}, options).scenarios.at(0).fingerprints;
}

TEST(Fingerprints, TellCallersApart_PRD22) {
  const auto plain = of("user: {lines: [hi]}");
  EXPECT_EQ(plain.caller, of("user: {lines: [hi]}, tags: [x], checks: [{contains: y}], repeat: 3, seed: 4").caller);
  EXPECT_NE(plain.caller, of("user: {lines: [hello]}").caller);
  EXPECT_NE(plain.caller, of("user: {lines: [hi]}", "{model: rules/a.yaml}", 3).caller);
  EXPECT_NE(plain.caller, of("user: {lines: [hi]}, model: openai/x").caller);
  EXPECT_EQ(plain.agent, of("user: {lines: [hello]}").agent);
  EXPECT_NE(plain.agent, of("user: {lines: [hi]}", "{model: rules/b.yaml}").agent);
  EXPECT_FALSE(plain.draws);
  EXPECT_TRUE(of("user: {agenda: {goal: g, request: [status]}}").draws);
}

TEST(Fingerprints, HoldNoSecretsAndNoAddresses_PRD22) {
  const auto one = of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:1/v1\", key: k1, headers: {x: a}, model: m}}");
  EXPECT_EQ(one.agent, of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:2/v1\", key: k2, headers: {x: b}, model: m}}").agent);
  EXPECT_NE(one.agent, of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:1/v1\", model: n}}").agent);
}

}  // namespace
}  // namespace antiphon::suite
