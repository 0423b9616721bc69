#include "antiphon/report/console.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "antiphon/report/approved_test.hpp"
#include "antiphon/report/columns.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr Terminal plain_tty{.out_tty = true, .err_tty = true, .width = 80, .colour = false, .utf8 = true};
constexpr Terminal no_tty{.width = 80, .colour = true, .utf8 = true};

// A console whose streams and time belong to the test; both streams go to one text, as on a terminal.
struct Console {
  explicit Console(Terminal terminal, Verbosity verbosity = Verbosity::normal, BatchResult given = sample_batch()) : batch(std::move(given)) {
    terminal.out = &out, terminal.err = &out;
    reporter = std::make_unique<ConsoleReporter>(ConsoleOptions{.terminal = terminal,
                                                                .verbosity = verbosity,
                                                                .command = "run suites",
                                                                .total = batch.scenarios.size(),
                                                                .jobs = 8,
                                                                .seed = batch.seed,
                                                                .base_dir = "/srv/desk",
                                                                .paths = {.report = "out/report.html", .result = "out/result.json"},
                                                                .now = [this] { return now; }});
  }

  void tell(const ScenarioResult& result) {
    const auto label = "support:" + std::to_string(result.line);
    for (std::size_t i = 0; i < result.messages.size(); ++i) reporter->add(MessageAdded{result.id, label, result.messages[i], result.timings[i]});
    if (!result.criteria.empty()) reporter->add(VerdictGiven{result.id, label, {.criteria = result.criteria}, result.duration_s});
    reporter->add(RunFinished{result});
  }

  std::string whole(Duration step = seconds(7)) {
    reporter->start();
    for (const auto& result : batch.scenarios) {
      if (result.not_run) continue;
      now += step;
      tell(result);
    }
    reporter->finish(batch);
    return visible(out.str());
  }

  BatchResult batch;
  std::ostringstream out;
  Duration now{0};
  std::unique_ptr<ConsoleReporter> reporter;
};

Terminal with_width(Terminal terminal, int width) {
  terminal.width = width;
  return terminal;
}
Terminal in_colour() {
  auto terminal = plain_tty;
  terminal.colour = true;
  return terminal;
}
Terminal not_utf8() {
  auto terminal = plain_tty;
  terminal.utf8 = false;
  return terminal;
}

int widest(const std::string& text) {
  int most = 0;
  for (const auto& line : split(text, '\n'))
    most = std::max(most, display_width(line.substr(line.rfind("\\e[2K") == std::string::npos ? 0 : line.rfind("\\e[2K") + 5)));
  return most;
}

TEST(ConsoleReporter, LooksAsApprovedAt80Columns_PRD3) { expect_approved("console-80.txt", Console(plain_tty).whole()); }
TEST(ConsoleReporter, LooksAsApprovedAt120Columns_PRD3) { expect_approved("console-120.txt", Console(with_width(plain_tty, 120)).whole()); }
TEST(ConsoleReporter, LooksAsApprovedInColour_PRD3) { expect_approved("console-colour.txt", Console(in_colour()).whole()); }
TEST(ConsoleReporter, LooksAsApprovedWithoutATerminal_PRD3) { expect_approved("console-no-tty.txt", Console(no_tty).whole()); }
TEST(ConsoleReporter, LooksAsApprovedWithoutUtf8_PRD3) { expect_approved("console-ascii.txt", Console(not_utf8()).whole()); }
TEST(ConsoleReporter, LooksAsApprovedWhenVerbose_SCN73) { expect_approved("console-verbose.txt", Console(in_colour(), Verbosity::verbose).whole()); }
TEST(ConsoleReporter, LooksAsApprovedWhenVerboseWithoutATerminal_SCN73) {
  expect_approved("console-verbose-no-tty.txt", Console(no_tty, Verbosity::verbose).whole());
}

TEST(ConsoleReporter, NeverRunsOverTheEdge_PRD3) {
  for (const int width : {80, 100, 120, 200}) {
    auto batch = sample_batch();
    for (auto& result : batch.scenarios) result.id += " " + std::string(150, 'n'), result.reasoning += " " + std::string(90, 'r') + " 日本語日本語";
    EXPECT_LE(widest(Console(with_width(plain_tty, width), Verbosity::normal, batch).whole()), width) << width;
  }
}

TEST(ConsoleReporter, TellsOnlyTheSummaryWhenQuiet_SCN73) {
  const auto text = Console(plain_tty, Verbosity::quiet).whole();
  EXPECT_TRUE(text.starts_with("5 of 14 passed, 4 failed, 3 errors, 1 inconclusive, 1 not run")) << text;
  EXPECT_THAT(text, Not(HasSubstr("\\e")));
}

TEST(ConsoleReporter, HasNoLiveLineWhenVerbose_SCN73) { EXPECT_THAT(Console(plain_tty, Verbosity::verbose).whole(), Not(HasSubstr("█"))); }

TEST(ConsoleReporter, PrefixesScenariosOnlyWhenSeveralRun_SCN73) {
  auto batch = sample_batch();
  batch.scenarios.resize(1);
  const auto text = Console(plain_tty, Verbosity::verbose, batch).whole();
  EXPECT_THAT(text, Not(HasSubstr("support:14 ")));
  EXPECT_THAT(text, HasSubstr(" user   hi i want my money back\n"));
}

TEST(ConsoleReporter, UsesNoColourWithNoColorOrWithoutATerminal_PRD3) {
  EXPECT_THAT(Console(plain_tty).whole(), Not(HasSubstr("\\e[1;31m")));
  EXPECT_THAT(Console(no_tty).whole(), Not(HasSubstr("\\e")));
  EXPECT_THAT(Console(in_colour()).whole(), HasSubstr("\\e[1;31m✗\\e[0m \\e[1mrefund outside"));
}

TEST(ConsoleReporter, RedrawsTheLiveLineAtMostTenTimesASecond_PRD3) {
  Console console(plain_tty);
  console.reporter->start();
  const auto& passed = console.batch.scenarios[0];
  const auto draws = [&] {
    std::size_t n = 0;
    const auto text = console.out.str();
    for (auto at = text.find("/14"); at != std::string::npos; at = text.find("/14", at + 1)) ++n;
    return n;
  };
  for (int i = 0; i < 10; ++i) console.now += milliseconds(9), console.reporter->add(RunFinished{passed});
  EXPECT_EQ(draws(), 1u);  // the first, of start()
  console.now += milliseconds(10);
  console.reporter->tick();
  EXPECT_EQ(draws(), 2u);
  EXPECT_THAT(console.out.str(), HasSubstr("10/14  10 passed  6000/min  ETA 0:00"));
}

TEST(ConsoleReporter, MovesTheTimeLeftWhileNothingHappens_PRD3) {
  Console console(plain_tty);
  console.reporter->start();
  console.now = seconds(10);
  console.reporter->add(RunFinished{console.batch.scenarios[0]});
  EXPECT_THAT(console.out.str(), HasSubstr("1/14  1 passed  6.0/min  ETA 2:10"));
  console.now = seconds(20);
  console.reporter->tick();
  EXPECT_THAT(console.out.str(), HasSubstr("1/14  1 passed  3.0/min  ETA 4:20"));
}

TEST(ConsoleReporter, TellsProgressEvery30SecondsWithoutATerminal_PRD3) {
  Console console(no_tty);
  console.reporter->start();
  console.now = seconds(29);
  console.reporter->add(RunFinished{console.batch.scenarios[0]});
  EXPECT_THAT(console.out.str(), Not(HasSubstr("....")));
  console.now = seconds(30);
  console.reporter->tick();
  console.reporter->tick();
  EXPECT_TRUE(console.out.str().ends_with("\n.... 1/14 1 passed ETA 6:30\n")) << console.out.str();
}

TEST(ConsoleReporter, SendsNoControlCharactersOfOthersToTheTerminal_PRD3) {
  ScenarioResult evil{.id = "a\x1b[2Jb",
                      .line = 1,
                      .outcome = RunOutcome::failed,
                      .reasoning = "x\x1b]0;pwned\x07y\r\nz\xC2\x9B",
                      .messages = {Message::user("\x1b[31mred")},
                      .timings = {{}}};
  for (const auto& terminal : {plain_tty, no_tty}) {
    const auto text = Console(terminal, Verbosity::verbose, {.scenarios = {evil}}).whole();
    EXPECT_THAT(text, Not(HasSubstr("\\e[2J")));
    EXPECT_THAT(text, Not(HasSubstr("\\e]0")));
    EXPECT_THAT(text, Not(HasSubstr("\x07")));
    EXPECT_THAT(text, Not(HasSubstr("\xC2\x9B")));
    EXPECT_THAT(text, Not(HasSubstr("\\e[31m")));
  }
}

TEST(ConsoleReporter, SaysOnlyCountsAndReportWhenAllPassed_PRD3) {
  auto batch = sample_batch();
  std::erase_if(batch.scenarios, [](const auto& result) { return !result.success(); });
  Console console(plain_tty, Verbosity::quiet, batch);
  EXPECT_EQ(console.whole(),
            "5 of 5 passed                                            21.8 s\n"
            "pass rate  5 of 5 decided (95 % interval 57–100)\n"
            "report     out/report.html\n");
}

TEST(ConsoleReporter, NamesNoFileThatWasNotWritten_PRD3) {
  std::ostringstream out;
  auto terminal = plain_tty;
  terminal.out = &out, terminal.err = &out;
  ConsoleReporter reporter({.terminal = terminal,
                            .verbosity = Verbosity::quiet,
                            .paths = {.report = "out/report.html", .result = "out/result.json"},
                            .written = [](SummaryPaths paths) {
                              paths.report.clear();
                              return paths;
                            }});
  reporter.finish(sample_batch());
  EXPECT_THAT(out.str(), Not(HasSubstr("report.html")));
  EXPECT_THAT(out.str(), HasSubstr("antiphon run --failed out/result.json"));
}

TEST(ConsoleReporter, TellsAScriptsBrokenCheckWhereItStands_SCN73) {
  const CheckResult broken{.kind = "contains", .expected = json::value{{"text", "order number"}}, .found = "hello"}, held{.kind = "contains", .passed = true};
  for (const auto verbosity : {Verbosity::verbose, Verbosity::normal}) {
    Console console(plain_tty, verbosity);
    console.reporter->add(CheckEvaluated{"id", "desk:4", held, 1.5});
    console.reporter->add(CheckEvaluated{"id", "desk:4", broken, 2.25});
    const bool told = console.out.str().find("desk:4  2.25 check  ✗ expected ") != std::string::npos;
    EXPECT_EQ(told, verbosity == Verbosity::verbose) << console.out.str();
    EXPECT_THAT(console.out.str(), Not(HasSubstr("1.50")));
  }
}

TEST(ConsoleReporter, TellsWhatAnAuditSaid_SCN73_SCN100) {
  const Fault fault{.party = Party::simulated_user, .by = Fault::By::audit, .why = "it kept its number back", .certain = false};
  for (const auto verbosity : {Verbosity::verbose, Verbosity::normal}) {
    Console console(plain_tty, verbosity);
    console.reporter->add(FaultAudited{"id", "desk:4", fault, 2.25});
    const bool told = console.out.str().find("desk:4  2.25 audit  simulated user, likely: it kept its number back") != std::string::npos;
    EXPECT_EQ(told, verbosity == Verbosity::verbose) << console.out.str();
  }
}

TEST(ConsoleReporter, TellsNoticesUnderTheirRunAlsoWhereItPassed_PRD3) {
  const ScenarioResult result{.id = "kettle", .outcome = RunOutcome::passed, .notices = {"the hook \"drop\" ended with exit code 3: \x1b[2Jleft over"}};
  for (const auto& terminal : {plain_tty, no_tty}) {
    Console console(terminal);
    console.reporter->add(RunFinished{result});
    EXPECT_THAT(console.out.str(), HasSubstr("kettle"));
    EXPECT_THAT(console.out.str(), HasSubstr("\n  note: the hook \"drop\" ended with exit code 3: "));
    EXPECT_THAT(console.out.str(), Not(HasSubstr("\x1b[2Jleft")));
  }
  Console quiet(plain_tty, Verbosity::quiet);
  quiet.reporter->add(RunFinished{result});
  EXPECT_EQ(quiet.out.str(), "");
}

TEST(Summary, GivesPercentAndP99OnlyWhereThereIsEnough_PRD3) {
  BatchResult batch{.duration_s = 98};
  for (int i = 0; i < 12; ++i)
    batch.scenarios.push_back({.outcome = i < 9 ? RunOutcome::passed : RunOutcome::failed, .answer_s = std::vector<double>(10, 0.5)});
  const Style style(plain_tty);
  EXPECT_EQ(summary_lines(batch, {.result = "my out/result.json"}, style),
            "9 of 12 passed, 3 failed                                 1 min 38 s\n"
            "pass rate  75 % of 12 decided (95 % interval 47–91)\n"
            "response   p50 0.50 s  p95 0.50 s  p99 0.50 s  (n = 120)\n"
            "again      antiphon run --failed 'my out/result.json'\n");
}

TEST(Summary, SaysThatResponsesOfCallsWereHeard_PRD3) {
  const ScenarioResult call{.outcome = RunOutcome::failed, .answer_s = {1.5}, .call = std::make_shared<const CallRecord>()};
  const Style style(plain_tty);
  EXPECT_THAT(summary_lines({.scenarios = {call, {.outcome = RunOutcome::failed}}}, {}, style), HasSubstr("(heard, n = 1)"));
  EXPECT_THAT(summary_lines({.scenarios = {call, {.outcome = RunOutcome::failed, .answer_s = {1}}}}, {}, style), HasSubstr("(n = 2)"));
}

TEST(Summary, SaysWhichRunsDoNotDecideTheExitCode_SCN101) {
  BatchResult batch{.exclude_spoiled = true, .scenarios = {{.outcome = RunOutcome::error, .fault = Fault{.party = Party::provider}}}};
  const Style style(plain_tty);
  EXPECT_THAT(summary_lines(batch, {}, style), HasSubstr("excluded   none: every run was spoiled, so they decide the exit code\n"));
  batch.scenarios.push_back({.outcome = RunOutcome::passed});
  EXPECT_THAT(summary_lines(batch, {}, style), HasSubstr("excluded   1 spoiled run does not decide the exit code\n"));
  batch.exclude_spoiled = false;
  EXPECT_THAT(summary_lines(batch, {}, style), Not(HasSubstr("excluded")));
}

TEST(Summary, SaysHowReliableRepeatsWere_SCN104) {
  BatchResult batch;
  for (int n = 1; n <= 20; ++n)
    batch.scenarios.push_back({.id = n > 1 ? "a #" + std::to_string(n) : "a", .repeat = n, .outcome = n > 2 ? RunOutcome::passed : RunOutcome::failed});
  const auto lines = summary_lines(batch, {}, Style(plain_tty));
  EXPECT_THAT(lines, HasSubstr("pass@1     90 % of 1 scenario (95 % interval 17–100)  pass^2 81 %  pass^4 63 %  pass^8 35 %  pass^20 0 %\n"));
}

TEST(Summary, SaysWhatTheModelsCostWhereThatIsKnown_SCN90) {
  BatchResult batch{.duration_s = 98, .scenarios = {{.outcome = RunOutcome::passed, .cost_usd = 0.3}, {.outcome = RunOutcome::passed}}};
  const Style style(plain_tty);
  const auto first_line = [&] { return summary_lines(batch, {}, style).substr(0, 80); };
  EXPECT_THAT(first_line(), testing::HasSubstr("1 min 38 s  $0.30\n"));
  batch.scenarios[0].cost_usd = 0.0004;
  EXPECT_THAT(first_line(), testing::HasSubstr("1 min 38 s  $0.0004\n"));
  batch.scenarios[0].cost_usd = 0;
  EXPECT_THAT(first_line(), testing::HasSubstr("1 min 38 s\n"));
}

TEST(Terminal, IsUtf8ByTheFirstVariableThatIsSet) {
  EXPECT_TRUE(is_utf8_locale(nullptr, nullptr, "en_GB.UTF-8"));
  EXPECT_TRUE(is_utf8_locale("", "C.utf8", "C"));
  EXPECT_FALSE(is_utf8_locale("C", "en_GB.UTF-8", "en_GB.UTF-8"));
  EXPECT_FALSE(is_utf8_locale(nullptr, nullptr, nullptr));
}

}  // namespace
}  // namespace antiphon
