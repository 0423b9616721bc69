#include "antiphon/suite/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/suite/problem_report.hpp"
#include "antiphon/suite/testing/suite_folder.hpp"

namespace antiphon::suite {
namespace {

using testing::SuiteFolder;

ProjectSettings read(const SuiteFolder& folder, std::map<std::string, std::string> environment = {}) {
  return read_project(folder.path(), folder.options(std::move(environment)).environment);
}

TEST(ProjectSettings, AreEmptyWithoutAFile_PRD10) {
  const auto settings = read(SuiteFolder());
  EXPECT_FALSE(settings.allow_commands);
  EXPECT_TRUE(settings.model.empty());
  EXPECT_FALSE(settings.jobs);
}

TEST(ProjectSettings, FileSaysWhatStandsBelowEverySuite_PRD10_SCN71) {
  const auto settings = read(
      SuiteFolder({{"antiphon.yaml",
                    "allow_commands: true\nmodel: {model: openai/a, temperature: 1}\nclock: virtual\nseed: 5\njobs: 2\nlimits: {openai: 4}\nlog: verbose\n"}}));
  EXPECT_TRUE(settings.allow_commands);
  EXPECT_EQ(settings.model.model, "openai/a");
  EXPECT_EQ(settings.clock, ClockChoice::virtual_time);
  EXPECT_EQ(settings.seed, 5u);
  EXPECT_EQ(settings.jobs, 2);
  EXPECT_EQ(settings.limits.at("openai"), 4);
  EXPECT_EQ(settings.log, "verbose");
}

TEST(ProjectSettings, EnvironmentWinsOverTheFile_PRD10_SCN71) {
  const SuiteFolder folder({{"antiphon.yaml", "model: openai/a\nclock: virtual\nseed: 5\njobs: 2\nout: there\ncassettes: auto\ncache: a\n"}});
  const auto settings = read(folder, {{"ANTIPHON_MODEL", "rules/b.yaml"},
                                      {"ANTIPHON_CLOCK", "wall"},
                                      {"ANTIPHON_SEED", "6"},
                                      {"ANTIPHON_JOBS", "3"},
                                      {"ANTIPHON_OUT", "here"},
                                      {"ANTIPHON_CASSETTES", "replay"},
                                      {"ANTIPHON_CACHE", "b"},
                                      {"ANTIPHON_LOG", "quiet"}});
  EXPECT_EQ(settings.log, "quiet");
  EXPECT_EQ(settings.cassettes, CassetteMode::replay);
  EXPECT_EQ(settings.cache, "b");
  EXPECT_EQ(settings.model.model, "rules/b.yaml");
  EXPECT_EQ(settings.model.directory, "");
  EXPECT_EQ(settings.clock, ClockChoice::wall);
  EXPECT_EQ(settings.seed, 6u);
  EXPECT_EQ(settings.jobs, 3);
  EXPECT_EQ(settings.out, "here");
}

TEST(ProjectSettings, RefuseASeedThatAResultCouldNotBringBack_SCN82) {
  const SuiteFolder most({{"antiphon.yaml", "seed: 9007199254740991\n"}});
  EXPECT_EQ(read(most, {}).seed, 9007199254740991U);
  const SuiteFolder more({{"antiphon.yaml", "seed: 9007199254740992\n"}}), none({{"antiphon.yaml", "jobs: 2\n"}});
  EXPECT_THROW(read(more, {}), Problems);
  EXPECT_THROW(read(none, {{"ANTIPHON_SEED", "9007199254740992"}}), Problems);
}

TEST(ProjectSettings, MistakesOfFileAndEnvironmentComeTogether_PRD10) {
  const SuiteFolder folder({{"antiphon.yaml", "allow_command: true\njobs: 0\n"}});
  try {
    read(folder, {{"ANTIPHON_SEED", "many"}});
    FAIL();
  } catch (const Problems& problems) {
    EXPECT_EQ(folder.relative(format_problems(problems.list())), R"(error: jobs must be a whole number from 1 to 100000, not "0"
  antiphon.yaml:2:7
2 | jobs: 0
  |       ^
fix:   write it as `jobs: 4`

error: unknown key "allow_command" in antiphon.yaml
  antiphon.yaml:1:1
1 | allow_command: true
  | ^^^^^^^^^^^^^ did you mean "allow_commands"?
fix:   rename it; allowed: allow_commands, antiphon, audit, cache, cassettes, clock, jobs, judge, limits, log, model, out, seed, store

error: seed must be a whole number from 0 to 9007199254740991, not "many"
  environment variable ANTIPHON_SEED
fix:   write it as `seed: 4`

3 errors in 2 files, nothing was run
)");
  }
}

TEST(ProjectSettings, ALimitForAProviderThatIsNoneIsAMistake_PRD10) {
  const SuiteFolder folder({{"antiphon.yaml", "limits: {deepgram: 2, opnai: 3}\n"}});
  try {
    read(folder, {});
    FAIL();
  } catch (const Problems& problems) {
    EXPECT_THAT(folder.relative(format_problems(problems.list())),
                ::testing::AllOf(::testing::HasSubstr("unknown provider \"opnai\" in limits"), ::testing::HasSubstr("did you mean \"openai\"?")));
  }
}

TEST(ProblemReport, ColourNeverCarriesMeaningAlone_PRD10) {
  const SuiteFolder folder({{"a.yaml", "grüße: \x1b[31m\n"}});
  const Problem problem{.message = "wrong", .where = {folder.path() + "/a.yaml", 1, 8}, .hint = "mend it", .width = 4};
  EXPECT_EQ(folder.relative(format_problems({&problem, 1}, {.colour = true})),
            "\x1b[1;31merror:\x1b[0m wrong\n  \x1b[2ma.yaml:1:8\x1b[0m\n1 | grüße:  [31m\n  |        \x1b[1;31m^^^^\x1b[0m\n\x1b[1mfix:\x1b[0m   mend it\n");
}

TEST(ProblemReport, LongLineIsCutAroundThePlace_PRD10) {
  const SuiteFolder folder({{"a.yaml", std::string(5000, 'x') + "HERE" + std::string(5000, 'y')}});
  const Problem problem{.message = "wrong", .where = {folder.path() + "/a.yaml", 1, 5001}, .width = 4};
  const auto text = format_problems({&problem, 1});
  EXPECT_LT(text.size(), 700u);
  EXPECT_THAT(text, ::testing::HasSubstr("xxHEREyy"));
}

}  // namespace
}  // namespace antiphon::suite
