#include "antiphon/cli/run/reporters.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/report/html.hpp"
#include "antiphon/report/json_reporter.hpp"
#include "antiphon/report/junit.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

struct Wanted {
  std::string name;
  std::string file;
};

Wanted wanted(const std::string& text) {
  static const std::vector<std::string> names{"console", "junit", "json", "html"};
  const auto equals = text.find('=');
  Wanted reporter{text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1)};
  if (reporter.name == "console" && !reporter.file.empty())
    throw Error(ErrorKind::usage, "the console reporter writes to no file").with_hint("redirect standard output, or use json, junit or html");
  if (std::find(names.begin(), names.end(), reporter.name) != names.end()) return reporter;
  const auto near = nearest(reporter.name, names);
  throw Error(ErrorKind::usage, fmt::format("unknown reporter {}{}", quote(reporter.name), near ? fmt::format("; did you mean {}?", *near) : ""))
      .with_hint("allowed: " + join(names, ", "));
}

// Made before anything runs: a missing folder must not cost the report of a long run.
std::string with_folder(std::string path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder of {}: {}", path, error.message())).with_hint("name another file");
  return path;
}

std::string shown(const std::string& path, const Environment& environment) {
  const auto relative = fs::path(path).lexically_relative(environment.directory).string();
  return relative.empty() || relative.starts_with("..") ? path : relative;
}

}  // namespace

void check_reporters(const RunPlan& plan) {
  for (const auto& text : plan.reporters) wanted(text);
}

ReporterSet make_reporters(const RunPlan& plan, const std::string& out, std::size_t total, int jobs, std::uint64_t seed, const Environment& environment) {
  ReporterSet set;
  const auto result = (fs::path(out) / "result.json").string(), page = (fs::path(out) / "report.html").string();
  set.all.append(std::make_unique<JsonReporter>(result));
  set.all.append(std::make_unique<HtmlReporter>(page, report_page()));
  for (const auto& text : plan.reporters) {
    const auto reporter = wanted(text);
    const auto file = [&](std::string_view name) {
      return with_folder(reporter.file.empty() ? (fs::path(out) / name).string() : environment.path(reporter.file));
    };
    if (reporter.name == "junit") set.all.append(std::make_unique<JunitReporter>(file("junit.xml")));
    if (reporter.name == "json" && !reporter.file.empty()) set.all.append(std::make_unique<JsonReporter>(file("")));
    if (reporter.name == "html" && !reporter.file.empty()) set.all.append(std::make_unique<HtmlReporter>(file(""), report_page()));
  }
  const Terminal terminal{.out = &environment.out,
                          .err = &environment.err,
                          .out_tty = environment.out_is_terminal,
                          .err_tty = environment.err_is_terminal && environment.variable("TERM") != "dumb",
                          .width = environment.width,
                          .colour = environment.variable("NO_COLOR").value_or("").empty() && environment.variable("TERM") != "dumb",
                          .utf8 = environment.utf8()};
  auto console = std::make_unique<ConsoleReporter>(ConsoleOptions{.terminal = terminal,
                                                                  .verbosity = plan.quiet     ? Verbosity::quiet
                                                                               : plan.verbose ? Verbosity::verbose
                                                                                              : Verbosity::normal,
                                                                  .command = plan.command,
                                                                  .total = total,
                                                                  .jobs = jobs,
                                                                  .seed = seed,
                                                                  .base_dir = environment.directory,
                                                                  .paths = {.report = shown(page, environment), .result = shown(result, environment)},
                                                                  .now = {}});
  set.console = console.get();
  set.all.append(std::move(console));
  return set;
}

}  // namespace antiphon::cli
