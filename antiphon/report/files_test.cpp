#include <cstdio>
#include <filesystem>
#include <fstream>

#include <zlib.h>

#include <gmock/gmock.h>

#include "antiphon/report/approved_test.hpp"
#include "antiphon/report/html.hpp"
#include "antiphon/report/json_reporter.hpp"
#include "antiphon/report/junit.hpp"
#include "antiphon/report/pack.hpp"
#include "antiphon/report/ticker.hpp"
#include "antiphon/report/xml.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string scratch(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("antiphon-report-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

// Python's own parser, so that "well-formed" is not our opinion.
int python_parses_xml(const std::string& path) {
  return std::system(("python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' " + path + " >/dev/null 2>&1").c_str());
}

std::string inflated(std::string_view bytes) {
  std::string out(1 << 20, '\0');
  auto size = static_cast<uLongf>(out.size());
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size())), Z_OK);
  out.resize(size);
  return out;
}

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned group = 0, bits = 0;
  for (const char c : text) {
    const auto digit = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (digit == std::string_view::npos) break;
    group = group << 6 | static_cast<unsigned>(digit), bits += 6;
    if (bits >= 8) bits -= 8, out += static_cast<char>(group >> bits & 0xFF);
  }
  return out;
}

std::string element(const std::string& html, const std::string& id) {
  const auto open = html.find("id=\"" + id + "\">");
  if (open == std::string::npos) return "missing";
  const auto begin = open + id.size() + 6;
  return html.substr(begin, html.find("</script>", begin) - begin);
}

constexpr std::string_view page = "<!doctype html><title>t</title><body><!--ANTIPHON_DATA--><script>1</script>";

TEST(Junit, LooksAsApproved_PRD3) { expect_approved("junit.xml", junit_xml(sample_batch())); }

TEST(Junit, GivesEveryOutcomeItsElement_SCN31_PRD3) {
  const auto xml = junit_xml({.scenarios = {{.id = "p", .suite = "Desk", .outcome = RunOutcome::passed},
                                            {.id = "f", .suite = "Desk", .outcome = RunOutcome::failed},
                                            {.id = "e", .suite = "Desk", .outcome = RunOutcome::error, .error = RunError{Party::provider, "429"}},
                                            {.id = "i", .suite = "Other", .outcome = RunOutcome::inconclusive},
                                            {.id = "n", .suite = "Other", .not_run = true}}});
  EXPECT_THAT(xml, HasSubstr("<testcase name=\"p\" classname=\"Desk\" time=\"0.000\"/>"));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"failed\""));
  EXPECT_THAT(xml, HasSubstr("<error type=\"provider\" message=\"429\">"));
  EXPECT_THAT(xml, HasSubstr("<error type=\"inconclusive\""));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"never begun\"/>"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"Other\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\""));
}

TEST(Junit, IsWellFormedWhateverWasSaid_PRD3) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  all += "\xEF\xBF\xBE]]>&<\"'\xED\xA0\x80";
  all += '\0';
  const auto path = scratch("evil.xml");
  JunitReporter(path).finish(
      {.suite = all, .scenarios = {{.id = all, .suite = all, .file = all, .outcome = RunOutcome::failed, .reasoning = all, .messages = {Message::user(all)}}}});
  EXPECT_EQ(python_parses_xml(path), 0) << read_file(path);
  std::ofstream(path) << "<a>\x01</a>";
  EXPECT_NE(python_parses_xml(path), 0) << "the parser of this test accepts anything";
}

TEST(Xml, KeepsWhatAParserWouldChange) {
  EXPECT_EQ(xml_attribute("a\nb\tc\r\"<&>"), "a&#10;b&#9;c&#13;&quot;&lt;&amp;&gt;");
  EXPECT_EQ(xml_text("a\nb\x1b"), "a\nb\xEF\xBF\xBD");
}

TEST(JsonReporter, LeavesAWholeFileThatReadsBack_PRD63) {
  const auto path = scratch("result.json");
  JsonReporter(path).finish(sample_batch());
  EXPECT_EQ(to_json(parse_batch(read_file(path))), to_json(sample_batch()));
}

TEST(JsonReporter, SaysWhichPathCannotBeWritten_PRD63) {
  try {
    JsonReporter("/nowhere/at/all/result.json").finish({});
    ADD_FAILURE() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/at/all/result.json"));
  }
}

TEST(JsonReporter, KnowsWhetherItWasWritten_PRD63) {
  JsonReporter nowhere("/nowhere/at/all/result.json"), somewhere(scratch("result.json"));
  try {
    nowhere.finish({});
    ADD_FAILURE() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.party(), Party::harness);
    EXPECT_EQ(error.hint(), "make its folder, or name another");
  }
  EXPECT_FALSE(nowhere.written());
  somewhere.finish(sample_batch());
  EXPECT_TRUE(somewhere.written());
}

TEST(Reporters, LetEveryMemberFinishThoughOneFails_PRD63) {
  const auto path = scratch("second.json");
  Reporters reporters;
  reporters.append(std::make_unique<JsonReporter>("/nowhere/first.json"));
  reporters.append(std::make_unique<JsonReporter>(path));
  EXPECT_THROW(reporters.finish(sample_batch()), Error);
  EXPECT_EQ(parse_batch(read_file(path)).scenarios.size(), 14u);
}

TEST(HtmlReport, HoldsFactsForTheTableAndEveryScenarioPacked_PRD3) {
  const auto batch = sample_batch();
  const auto html = html_report(batch, page);
  const auto run = parse_json(element(html, "antiphon-run"));
  EXPECT_EQ(run.at("summary"), json::value(to_json(summarize(batch.scenarios))));
  ASSERT_EQ(run.at("scenarios").as_array().size(), 14u);
  for (std::size_t i = 0; i < 14; ++i)
    EXPECT_EQ(parse_json(inflated(from_base64(element(html, "antiphon-s-" + std::to_string(i))))), parse_json(serialize(batch.scenarios[i]))) << i;
}

TEST(HtmlReport, KeepsBodiesOutOfTheTable_PRD3) {
  const auto facts = scenario_facts(sample_batch().scenarios[1]);
  for (const auto* key : {"messages", "timings", "rolled_back", "criteria", "checks"}) EXPECT_FALSE(facts.contains(key)) << key;
  EXPECT_EQ(facts.at("criteria_counts"), (json::value{{"met", 1}, {"not_met", 2}, {"undecided", 0}}));
  EXPECT_EQ(facts.at("check_counts"), (json::value{{"hold", 1}, {"fail", 2}, {"undecided", 0}}));
  EXPECT_EQ(facts.at("failed_message"), json::value(5));
  EXPECT_EQ(facts.at("strip").as_array().size(), 10u);
  EXPECT_EQ(facts.at("strip").at(0), (json::value{"u", 30}));
  EXPECT_EQ(facts.at("strip").at(4).at(0), json::value("t"));
}

TEST(HtmlReport, LetsNoTextOutOfItsElement_PRD3) {
  const std::string evil = "</script><script>alert(1)</script><!-- <script> \xE2\x80\xA8 \xFF";
  const BatchResult batch{.suite = evil,
                          .scenarios = {{.id = evil, .name = evil, .outcome = RunOutcome::failed, .reasoning = evil, .messages = {Message::user(evil)}}}};
  const auto text = element(html_report(batch, page), "antiphon-run");
  EXPECT_THAT(text, Not(HasSubstr("</")));
  EXPECT_THAT(text, Not(HasSubstr("<!--")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xA8")));
  EXPECT_EQ(parse_json(text).at("suite"), json::value("</script><script>alert(1)</script><!-- <script> \xE2\x80\xA8 \xEF\xBF\xBD"));
}

TEST(HtmlReport, RefusesAPageThatHasNotOnePlaceForData) {
  EXPECT_THROW(html_report({}, "<html>"), Error);
  EXPECT_THROW(html_report({}, "<!--ANTIPHON_DATA--><!--ANTIPHON_DATA-->"), Error);
}

TEST(HtmlReport, FillsThePageThatIsBuiltIn_PRD3) {
  const auto path = scratch("report.html");
  HtmlReporter(path, report_page()).finish(sample_batch());
  const auto html = read_file(path);
  EXPECT_EQ(html.find(html_marker), std::string::npos);
  EXPECT_THAT(element(html, "antiphon-run"), HasSubstr("antiphon.result/1"));
}

TEST(Ticker, CallsUntilItIsDestroyed) {
  std::mutex mutex;
  std::condition_variable called;
  int n = 0;
  {
    const Ticker ticker([&] {
      const std::lock_guard lock(mutex);
      ++n;
      called.notify_one();
    });
    std::unique_lock lock(mutex);
    called.wait(lock, [&] { return n >= 2; });  // real time: that is what a ticker is for
  }
  const int at_end = n;
  EXPECT_GE(at_end, 2);
}

}  // namespace
}  // namespace antiphon
