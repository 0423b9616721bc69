#include "antiphon/cli/gym/gym_check.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/conformance/conformance.hpp"

namespace antiphon::cli {

namespace {

using Verdict = gym::Finding::Verdict;

struct Flags {
  std::string url, secret, timeout = "30s", message;
  std::vector<std::string> compat;
  bool json = false;
};

std::string mark_of(Verdict verdict, bool utf8) {
  switch (verdict) {
    case Verdict::holds: return utf8 ? "✓" : "ok";
    case Verdict::fails: return utf8 ? "✗" : "FAILS";
    case Verdict::warning: return utf8 ? "⚠" : "warning";
    case Verdict::untested: break;
  }
  return utf8 ? "·" : "untested";
}

std::string line_of(const gym::Finding& finding, bool utf8) {
  auto line = fmt::format("{} {}  ({})\n", mark_of(finding.verdict, utf8), finding.claim, finding.id);
  if (!finding.detail.empty()) line += fmt::format("    {}\n", finding.detail);
  return line;
}

std::string summary_of(const gym::ConformanceReport& report) {
  if (!report.reached) return "nobody answered: nothing was tested\n";
  auto text = fmt::format("{} of {} hold", report.count(Verdict::holds), report.findings.size());
  if (const auto failed = report.count(Verdict::fails)) text += fmt::format(", {} {}", failed, failed == 1 ? "does not" : "do not");
  if (const auto warnings = report.count(Verdict::warning)) text += fmt::format(", {} {}", warnings, warnings == 1 ? "warning" : "warnings");
  if (const auto untested = report.count(Verdict::untested)) text += fmt::format(", {} untested", untested);
  return text + "\n";
}

gym::ConformanceSettings settings_of(const Flags& flags, Environment& environment) {
  gym::ConformanceSettings settings{.url = flags.url,
                                    .secret = flags.secret.empty() ? environment.variable("LAYERCODE_WEBHOOK_SECRET").value_or("") : flags.secret};
  if (!flags.url.starts_with("http://") && !flags.url.starts_with("https://"))
    throw Error(ErrorKind::usage, fmt::format("{} is no address of a webhook", quote(flags.url)))
        .with_hint("write for example http://127.0.0.1:8001/api/agent");
  if (settings.secret.empty())
    throw Error(ErrorKind::usage, "there is no secret to sign webhooks with").with_hint("give --secret, or set LAYERCODE_WEBHOOK_SECRET");
  const auto timeout = parse_duration(flags.timeout);
  if (!timeout || *timeout <= Duration{0})
    throw Error(ErrorKind::usage, fmt::format("--timeout {} is no duration", quote(flags.timeout))).with_hint("write for example 30s");
  settings.timeout = *timeout;
  settings.shape.text_in_every = !flags.compat.empty();
  if (!flags.message.empty()) settings.message = flags.message;
  if (!flags.json) settings.on_finding = [&environment](const gym::Finding& finding) { environment.out << line_of(finding, environment.utf8()) << std::flush; };
  return settings;
}

int check(Environment& environment, const Flags& flags) {
  auto settings = settings_of(flags, environment);
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  asio::cancellation_signal signal;
  const auto stop = environment.stop.on_request([&] { asio::post(context, [&] { signal.emit(asio::cancellation_type::total); }); });
  detail::Outcome<gym::ConformanceReport> outcome;
  asio::co_spawn(context, detail::run_into(&outcome, gym::check_backend(runtime, *http, std::move(settings)), std::make_shared<detail::StopState>()),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { context.stop(); }));
  context.run();
  if (environment.stop.requested()) return 130;
  const auto report = outcome.take();
  environment.out << (flags.json ? json_text(gym::to_json(report)) + "\n" : summary_of(report));
  return !report.reached ? 3 : report.conforms() ? 0 : 1;
}

}  // namespace

std::function<int(Environment&)> declare_gym_check(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("url", flags->url, "Where the backend takes webhooks")->required();
  app.add_option("--secret", flags->secret, "Signs webhooks; without it, LAYERCODE_WEBHOOK_SECRET");
  app.add_option("--message", flags->message, "What the user says (\"Hello, is anybody there?\")");
  app.add_option("--timeout", flags->timeout, "For each answer")->capture_default_str();
  app.add_option("--compat", flags->compat, "text: every webhook has a text")->check(CLI::IsMember({"text"}));
  app.add_flag("--json", flags->json, "Print one JSON object, antiphon.gym-check/1");
  return [flags](Environment& environment) { return check(environment, *flags); };
}

}  // namespace antiphon::cli
