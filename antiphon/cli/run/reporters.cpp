#include "antiphon/cli/run/reporters.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/github.hpp"
#include "antiphon/report/html.hpp"
#include "antiphon/report/json_lines.hpp"
#include "antiphon/report/json_reporter.hpp"
#include "antiphon/report/junit.hpp"
#include "antiphon/report/tap.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

struct Wanted {
  std::string name;
  std::string file;
};

// Standard output belongs to one of them.
constexpr std::string_view standard_output = "-";

void require_file(const Wanted& reporter) {
  static const std::vector<std::string> streams{"jsonl", "tap"};
  if (reporter.name == "console" && !reporter.file.empty())
    throw Error(ErrorKind::usage, "the console reporter writes to no file").with_hint("redirect standard output, or use json, junit or html");
  if (reporter.name == "github" && !reporter.file.empty())
    throw Error(ErrorKind::usage, "the github reporter writes to standard output alone, where the runner reads it");
  if (reporter.file == standard_output && std::find(streams.begin(), streams.end(), reporter.name) == streams.end())
    throw Error(ErrorKind::usage, fmt::format("{} is no report for standard output", reporter.name)).with_hint("only jsonl and tap are: --reporter tap=-");
}

Wanted wanted(const std::string& text) {
  static const std::vector<std::string> names{"console", "junit", "json", "jsonl", "tap", "github", "html"};
  const auto equals = text.find('=');
  Wanted reporter{text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1)};
  require_file(reporter);
  if (std::find(names.begin(), names.end(), reporter.name) != names.end()) return reporter;
  const auto near = nearest(reporter.name, names);
  throw Error(ErrorKind::usage, fmt::format("unknown reporter {}{}", quote(reporter.name), near ? fmt::format("; did you mean {}?", *near) : ""))
      .with_hint("allowed: " + join(names, ", "));
}

std::vector<Wanted> wanted(const std::vector<std::string>& texts) {
  std::vector<Wanted> list;
  std::vector<std::string> on_output;
  for (const auto& text : texts) {
    list.push_back(wanted(text));
    if (list.back().file == standard_output) on_output.push_back(list.back().name);
  }
  if (on_output.size() > 1)
    throw Error(ErrorKind::usage, fmt::format("{} cannot share standard output", join(on_output, " and "))).with_hint("give one of them a file: NAME=FILE");
  return list;
}

// Made before anything runs: a missing folder must not cost the report of a long run.
std::string with_folder(std::string path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder of {}: {}", path, error.message())).with_hint("name another file");
  return path;
}

void append(ReporterSet& set, const Wanted& reporter, const SoundOptions& sound, RunCount count, const BatchResult& head, Environment& environment) {
  const auto& out = sound.result_folder;
  const auto file = [&](std::string_view name) {
    return with_folder(reporter.file.empty() ? (fs::path(out) / name).string() : environment.path(reporter.file));
  };
  const bool to_file = reporter.file != standard_output;
  if (reporter.name == "junit") set.all.append(std::make_unique<JunitReporter>(file("junit.xml")));
  if (reporter.name == "json" && !reporter.file.empty()) set.all.append(std::make_unique<JsonReporter>(file("")));
  if (reporter.name == "html" && !reporter.file.empty()) set.all.append(std::make_unique<HtmlReporter>(file(""), report_page(), sound));
  if (reporter.name == "jsonl")
    set.all.append(to_file ? std::make_unique<JsonLinesReporter>(file("events.jsonl"), head, count.runs)
                           : std::make_unique<JsonLinesReporter>(environment.out, head, count.runs));
  if (reporter.name == "tap") set.all.append(to_file ? std::make_unique<TapReporter>(file("report.tap")) : std::make_unique<TapReporter>(environment.out));
}

std::unique_ptr<Reporter> make_github(const Environment& environment) {
  return std::make_unique<GithubReporter>(GithubOptions{.out = &environment.out,
                                                        .base_dir = environment.variable("GITHUB_WORKSPACE").value_or(environment.directory),
                                                        .summary_file = environment.variable("GITHUB_STEP_SUMMARY").value_or("")});
}

// The console moves to standard error where another report has standard output.
Terminal terminal_of(const Environment& environment, bool gives_way) {
  const bool dumb = environment.variable("TERM") == "dumb";
  return {.out = gives_way ? &environment.err : &environment.out,
          .err = &environment.err,
          .out_tty = gives_way ? environment.err_is_terminal : environment.out_is_terminal,
          .err_tty = environment.err_is_terminal && !dumb,
          .width = environment.width,
          .colour = environment.variable("NO_COLOR").value_or("").empty() && !dumb,
          .utf8 = environment.utf8()};
}

}  // namespace

void check_reporters(const RunPlan& plan) { wanted(plan.reporters); }

ReporterSet make_reporters(const RunPlan& plan, const std::string& out, RunCount count, int jobs, const BatchResult& head, Environment& environment) {
  ReporterSet set;
  const auto result = (fs::path(out) / "result.json").string(), page = (fs::path(out) / "report.html").string();
  const SoundOptions sound{.result_folder = out, .embed = plan.embed_audio};
  auto json = std::make_unique<JsonReporter>(result);
  auto html = std::make_unique<HtmlReporter>(page, report_page(), sound);
  // Both stand before the console, and live as long.
  const auto written = [&result_file = *json, &report = *html](SummaryPaths paths) {
    if (!result_file.written()) paths.result.clear();
    if (!report.written()) paths.report.clear();
    return paths;
  };
  set.all.append(std::move(json));
  set.all.append(std::move(html));
  const auto list = wanted(plan.reporters);
  for (const auto& reporter : list) append(set, reporter, sound, count, head, environment);
  const bool gives_way = std::any_of(list.begin(), list.end(), [](const Wanted& reporter) { return reporter.file == standard_output; });
  auto console =
      std::make_unique<ConsoleReporter>(ConsoleOptions{.terminal = terminal_of(environment, gives_way),
                                                       .verbosity = plan.quiet     ? Verbosity::quiet
                                                                    : plan.verbose ? Verbosity::verbose
                                                                                   : Verbosity::normal,
                                                       .command = plan.command,
                                                       .total = count.runs,
                                                       .scenarios = count.scenarios,
                                                       .jobs = jobs,
                                                       .seed = head.seed,
                                                       .base_dir = environment.directory,
                                                       .paths = {.report = below(page, environment.directory), .result = below(result, environment.directory)},
                                                       .written = written,
                                                       .now = {}});
  set.console = console.get();
  set.all.append(std::move(console));
  for (const auto& reporter : list)
    if (reporter.name == "github") set.all.append(make_github(environment));  // after the console: its lines stay together
  return set;
}

}  // namespace antiphon::cli
