#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/resource.h>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/doctor/examine.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::cli {

namespace {

constexpr const char* group = "environment";
constexpr rlim_t few_files = 1024;

Finding terminal(const Environment& environment) {
  const auto where =
      environment.out_is_terminal ? fmt::format("{} columns, {}", environment.width, environment.colour() ? "colour" : "no colour") : "none (plain output)";
  return {.group = group, .name = "terminal", .what = where};
}

Finding locale(const Environment& environment) {
  if (environment.utf8()) return {.group = group, .name = "locale", .what = "UTF-8"};
  return {.group = group,
          .name = "locale",
          .state = Finding::State::note,
          .what = "no UTF-8: reports on the console are plain ASCII",
          .fix = "export LANG=C.UTF-8"};
}

Finding clock() {
  using namespace std::chrono;
  const auto today = floor<days>(system_clock::now());
  const year_month_day date(today);
  const auto text =
      fmt::format("{:04}-{:02}-{:02} (UTC)", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (date.year() >= year(2025)) return {.group = group, .name = "clock", .what = text};
  return {.group = group, .name = "clock", .state = Finding::State::wrong, .what = text + ": servers with TLS will be refused", .fix = "set the date"};
}

Finding open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {.group = group, .name = "open files", .state = Finding::State::note, .what = "the limit cannot be read"};
  const auto text = limit.rlim_cur == RLIM_INFINITY ? std::string("no limit") : fmt::format("up to {}", limit.rlim_cur);
  if (limit.rlim_cur >= few_files) return {.group = group, .name = "open files", .what = text};
  return {
      .group = group, .name = "open files", .state = Finding::State::note, .what = text + ": too few for hundreds of runs at once", .fix = "ulimit -n 4096"};
}

Finding ports() {
  asio::io_context context(1);
  WallClock wall(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), wall, blocking};
  try {
    net::listen_http(runtime, {}, {});
    return {.group = group, .name = "ports", .what = "127.0.0.1 has free ones"};
  } catch (const Error& error) {
    return {.group = group, .name = "ports", .state = Finding::State::wrong, .what = error.message(), .fix = "let this program listen on 127.0.0.1"};
  }
}

}  // namespace

std::vector<Finding> examine_machine(const Environment& environment) {
  std::vector<Finding> findings{{.group = group, .name = "antiphon", .what = fmt::format("{} ({})", ANTIPHON_VERSION, ANTIPHON_BUILD)}};
  findings.push_back(terminal(environment));
  findings.push_back(locale(environment));
  findings.push_back(clock());
  findings.push_back(open_files());
  findings.push_back(ports());
  return findings;
}

}  // namespace antiphon::cli
