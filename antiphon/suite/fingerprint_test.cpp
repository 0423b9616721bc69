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

TEST(Fingerprints, HoldNoSecrets_PRD22) {
  const auto one = of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:1/v1\", key: k1, headers: {x: a}, model: m}}");
  EXPECT_EQ(one.agent, of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:1/v1\", key: k2, headers: {x: b}, model: m}}").agent);
  EXPECT_NE(one.agent, of("user: {lines: [hi]}", "{chat: {url: \"http://127.0.0.1:1/v1\", model: n}}").agent);
  const auto http = [](const std::string& url) { return of("user: {lines: [hi]}", "{http: {url: \"" + url + "\", body: {q: a}, reply: /x}}").agent; };
  EXPECT_EQ(http("http://me:secret@h/a?key=1"), http("http://h/a?key=2"));
}

TEST(Fingerprints, TellAgentsApartByTheirAddresses_PRD22) {
  const auto at = [](const std::string& url) { return of("user: {lines: [hi]}", "{chat: {url: \"" + url + "\", model: m}}").agent; };
  EXPECT_EQ(at("http://127.0.0.1:1/v1"), at("http://127.0.0.1:1/v1"));
  EXPECT_NE(at("http://127.0.0.1:1/v1"), at("http://127.0.0.1:2/v1"));
  EXPECT_NE(at("https://staging.example/v1"), at("https://example/v1"));
  // Where the caller's model is served is no part of who calls.
  const auto served = [](const std::string& url) { return of("user: {persona: p, model: openai/x, base_url: \"" + url + "\"}").caller; };
  EXPECT_EQ(served("http://127.0.0.1:1/v1"), served("http://127.0.0.1:2/v1"));
}

TEST(Fingerprints, TellRulesFilesApartByWhatTheySay_PRD22) {
  const auto under = [](const std::string& agent, const std::string& user, const std::string& all = "rules: [{reply: a}]") {
    const SuiteFolder folder({{"s.yaml",
                               "antiphon: 1\nagent: {model: rules/agent.yaml}\ndefaults: {model: rules/all.yaml}\n"
                               "scenarios: [{name: a, user: {persona: p, model: rules/user.yaml}}]\n"},
                              {"agent.yaml", agent},
                              {"rules/user.yaml", user},
                              {"all.yaml", all}});
    return load_suites({"s.yaml"}, folder.options()).scenarios.at(0).fingerprints;
  };
  const std::string a = "rules: [{reply: a}]", b = "rules: [{reply: b}]";
  EXPECT_EQ(under(a, a).agent, under(a, b).agent);
  EXPECT_NE(under(a, a).agent, under(b, a).agent);
  EXPECT_EQ(under(a, a).caller, under(b, a).caller);
  EXPECT_NE(under(a, a).caller, under(a, b).caller);
  EXPECT_NE(under(a, a).caller, under(a, a, b).caller);
}

}  // namespace
}  // namespace antiphon::suite
