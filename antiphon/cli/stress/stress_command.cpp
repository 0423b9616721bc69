#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/call/dial.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/output_file.hpp"
#include "antiphon/cli/stress/local_gateway.hpp"
#include "antiphon/gateway/stress/stress_test_run.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::cli {

namespace {

using gateway::parse_share;

constexpr int threshold_broken = 1, could_not_run = 3, interrupted = 130;
constexpr std::size_t most_calls = 100'000;
constexpr auto speech_limit = std::chrono::minutes(5);

struct Flags {
  std::string target, rate, jitter, barge_in = "15%", barge_in_after, patience, tool_failures = "0", tool_delays = "0", voice = "auto", caller_id, locale,
                                    token, ca_file, out;
  std::vector<std::string> lines, thresholds;
  std::size_t calls = 10, concurrent = 0;
  std::optional<std::uint64_t> seed;
  bool json = false, insecure_tls = false;
};

const std::vector<std::string>& usual_lines() {
  static const std::vector<std::string> lines{"I want to check my order status.", "When will it arrive?", "What is your return policy?"};
  return lines;
}

Duration duration_of(const std::string& text, std::string_view flag, Duration usual) {
  if (text.empty()) return usual;
  if (const auto duration = parse_duration(text)) return *duration;
  throw Error(ErrorKind::usage, fmt::format("{} {} is no duration", flag, quote(text))).with_hint("write it with its unit: 200ms");
}

/// `5/s`, `300/m`.
double rate_of(const std::string& text) {
  const auto slash = text.find('/');
  char* end = nullptr;
  const double count = std::strtod(text.c_str(), &end);
  const auto unit = slash == std::string::npos ? "" : text.substr(slash + 1);
  const double seconds = unit == "s" ? 1 : unit == "m" ? 60 : 0;
  if (seconds == 0 || static_cast<std::size_t>(end - text.c_str()) != slash || !(count > 0) || !(count < 1e6))
    throw Error(ErrorKind::usage, fmt::format("--rate {} is no rate", quote(text))).with_hint("write it as 5/s, or 90/m");
  return count / seconds;
}

bool is_address(const std::string& target) {
  return target.starts_with("ws://") || target.starts_with("wss://") || target.starts_with("http://") || target.starts_with("https://");
}

/// One stress test on this thread; the gateway, where we start it, has its own.
class StressCommand {
 public:
  StressCommand(const Flags& flags, Environment& environment) : flags_(flags), environment_(environment) {}

  int run() {
    prepare();
    const auto stop = environment_.stop.on_request([this] { asio::post(context_, [this] { stopped_ = true, test_ ? test_->stop() : context_.stop(); }); });
    asio::co_spawn(context_, test(), [this](std::exception_ptr failure) {
      failure_ = failure;
      context_.stop();
    });
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
    return finish();
  }

 private:
  void prepare() {
    if (flags_.calls < 1 || flags_.calls > most_calls)
      throw Error(ErrorKind::usage, fmt::format("--calls {} is no number of calls: there are 1 to {}", flags_.calls, most_calls))
          .with_hint("write for example --calls 10");
    plan_ = {.calls = flags_.calls,
             .at_once = flags_.concurrent,
             .jitter = duration_of(flags_.jitter, "--jitter", plan_.jitter),
             .barge_in = parse_share(flags_.barge_in, "--barge-in"),
             .barge_in_after = duration_of(flags_.barge_in_after, "--barge-in-after", plan_.barge_in_after),
             .patience = duration_of(flags_.patience, "--patience", plan_.patience),
             .seed = flags_.seed.value_or(random_seed() >> 11)};
    if (!flags_.rate.empty()) plan_.rate = rate_of(flags_.rate);
    for (const auto& text : flags_.thresholds) thresholds_.push_back(gateway::parse_threshold(text));
    faults_ = {
        .failures = parse_share(flags_.tool_failures, "--tool-failures"), .delays = parse_share(flags_.tool_delays, "--tool-delays"), .seed = plan_.seed};
    SpeechRegistry::with_defaults()->check(VoiceChoice(flags_.voice));
    if (!flags_.out.empty()) check_output_file(environment_.path(flags_.out));
    is_address(flags_.target) ? prepare_address() : start_gateway();
  }

  void prepare_address() {
    if (faults_.any())
      throw Error(ErrorKind::usage, "faults of tools need a gateway that this command starts").with_hint("name its configuration in place of an address");
    token_ = flags_.token.empty() ? environment_.variable("ANTIPHON_GATEWAY_TOKEN").value_or("") : flags_.token;
    url_ = flags_.target;
    net::check_request(request_for(1));
    if (!flags_.ca_file.empty()) net::check_files(request_for(1).tls);
  }

  void start_gateway() {
    auto config = gateway::read_gateway_config(environment_.path(flags_.target), [this](std::string_view name) { return environment_.variable(name); },
                                               {.models = ModelRegistry::with_defaults(), .speech = SpeechRegistry::with_defaults()});
    note("the gateway runs in this process, without TLS, tokens, limits per caller or address, and Redis; nobody is told of callers who go to a person");
    gateway_.emplace(std::move(config), faults_, [this](const std::string& line) { note(line); });
    url_ = gateway_->url();
  }

  void note(const std::string& line) { environment_.err << fmt::format("{:<8} {}\n", "note", line) << std::flush; }

  net::WsRequest request_for(std::size_t number) const {
    const auto caller = flags_.caller_id.empty() ? fmt::format("stress-{}", number) : flags_.caller_id;
    net::WsRequest request{.url = gateway::call_url(url_, caller, flags_.locale), .tls = {.ca_file = flags_.ca_file, .verify = !flags_.insecure_tls}};
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    return request;
  }

  Task<> test() {
    co_await speak_lines();
    const auto dial = [this](std::size_t number, Deadline deadline) { return dial_gateway(runtime_, request_for(number), deadline); };
    test_.emplace(runtime_, plan_, dial, [this](const gateway::StressCall& call) { tell(call); });
    if (stopped_) test_->stop();
    report_ = co_await test_->run();
    report_.target = flags_.target;
    if (gateway_ && faults_.any()) {
      const auto& count = gateway_->faults();
      report_.tool_faults = json::object{{"calls", count.calls.load()}, {"failures", count.failures.load()}, {"delays", count.delays.load()}};
    }
  }

  /// Before the first call: making speech takes its time, and is none of the gateway's.
  Task<> speak_lines() {
    const auto voice = SpeechRegistry::with_defaults()->open(VoiceChoice(flags_.voice), {.runtime = runtime_, .http = *http_});
    for (const auto& line : flags_.lines.empty() ? usual_lines() : flags_.lines) {
      auto request = voice.defaults;
      request.text = line;
      auto samples = co_await synthesize_whole(*voice.synthesiser, std::move(request), Deadline::after(clock_, speech_limit));
      if (samples.empty()) throw Error(ErrorKind::usage, fmt::format("there is nothing in {} that {} could say", quote(cut(line, 60)), voice.name));
      plan_.lines.push_back({.say = line, .speech = std::move(samples)});
    }
  }

  void tell(const gateway::StressCall& call) {
    if (flags_.json || call.error.empty()) return;
    environment_.out << fmt::format("call {} failed: {}\n", call.number, call.error);
    if (!call.remedy.empty() && remedies_.insert(call.remedy).second) environment_.out << fmt::format("fix:   {}\n", call.remedy);
    environment_.out << std::flush;
  }

  void summarise(const std::vector<gateway::StressVerdict>& verdicts) const {
    auto& out = environment_.out;
    const auto responses = report_.responses_ms();
    const auto at = [&](double p) { return gateway::interpolated_percentile(responses, p); };
    out << fmt::format("{} calls, {} successful, {} failed (error rate {:.1f} %) in {:.1f} s\n", report_.calls.size(), report_.calls.size() - report_.failed(),
                       report_.failed(), report_.error_rate() * 100, to_seconds(report_.took));
    if (!responses.empty())
      out << fmt::format("response   p50 {:.0f} ms  p95 {:.0f} ms  p99 {:.0f} ms  avg {:.0f} ms  ({} answers, {} lines without one)\n", at(50), at(95), at(99),
                         report_.measured("response_avg").value_or(0), responses.size(), report_.unanswered());
    out << fmt::format("barge-ins  {}\n", report_.barge_ins());
    if (const auto late = report_.measured("generator_lateness_p99")) out << fmt::format("harness    our frames were late by p99 {:.2f} ms\n", *late);
    if (report_.tool_faults) out << fmt::format("faults     {}\n", json_text(*report_.tool_faults));
    for (const auto& verdict : verdicts)
      out << fmt::format("{} {}{}\n", verdict.holds ? "PASS" : "FAIL", verdict.threshold.text,
                         verdict.value ? fmt::format(" ({:.4g})", *verdict.value) : " (nothing was measured)");
    out << fmt::format("seed       {}\n", report_.seed);
  }

  int finish() {
    const auto verdicts = gateway::judge(report_, thresholds_);
    const auto object = gateway::to_json(report_, verdicts);
    if (flags_.json)
      environment_.out << json_text(object) << '\n';
    else
      summarise(verdicts);
    // Last, so that what was measured is not lost with the file.
    if (!flags_.out.empty()) write_file_atomically(environment_.path(flags_.out), json_text(object) + "\n");
    return exit_code(verdicts);
  }

  /// Without a threshold of errors a single failed call is one too many.
  int exit_code(const std::vector<gateway::StressVerdict>& verdicts) const {
    if (stopped_) return interrupted;
    const bool nobody = std::ranges::none_of(report_.calls, [](const gateway::StressCall& call) { return call.connected.has_value(); });
    if (nobody) return could_not_run;
    const bool tolerates = std::ranges::any_of(thresholds_, [](const gateway::StressThreshold& threshold) { return threshold.name == "errors"; });
    const bool holds = std::ranges::all_of(verdicts, &gateway::StressVerdict::holds) && (tolerates || report_.failed() == 0);
    return holds ? 0 : threshold_broken;
  }

  const Flags& flags_;
  Environment& environment_;
  std::optional<LocalGateway> gateway_;
  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client(runtime_);
  std::string url_, token_;
  gateway::StressPlan plan_;
  gateway::ToolFaultSettings faults_;
  std::vector<gateway::StressThreshold> thresholds_;
  std::optional<gateway::StressTestRun> test_;
  gateway::StressReport report_;
  std::set<std::string> remedies_;  ///< that were told: a thousand calls fail for one reason
  std::exception_ptr failure_;
  bool stopped_ = false;
};

}  // namespace

Command stress_command() {
  return {
      .name = "stress",
      .summary = "Call a gateway many times at once, by voice, and measure it",
      .example = "antiphon stress ws://127.0.0.1:8080 --calls 100 --rate 5/s --threshold response_p95=1200ms",
      .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
        auto flags = std::make_shared<Flags>();
        app.add_option("target", flags->target, "ws://HOST:PORT or wss://HOST; or the configuration of a gateway, which is started for the test")->required();
        app.add_option("--calls", flags->calls, "How many in all (10)");
        app.add_option("--concurrent", flags->concurrent, "How many at most at once (all)");
        app.add_option("--rate", flags->rate, "How many begin in a time, whatever becomes of the others: 5/s, 90/m (each when another has ended)");
        app.add_option("--jitter", flags->jitter, "How much later than its time a call may begin (200ms)");
        app.add_option("--say", flags->lines, "A line of the caller; as often as you like (three about an order)");
        app.add_option("--barge-in", flags->barge_in, "Share of calls that cut into answers (15%)");
        app.add_option("--barge-in-after", flags->barge_in_after, "After how much of an answer (1s)");
        app.add_option("--patience", flags->patience, "How long an answer may take to begin (15s)");
        app.add_option("--tool-failures", flags->tool_failures, "Share of calls of tools that fail (0; needs a configuration)");
        app.add_option("--tool-delays", flags->tool_delays, "Share of calls of tools that take 1 to 3 s longer (0; needs a configuration)");
        app.add_option("--threshold", flags->thresholds,
                       "response_p50, _p95, _p99, _avg, connect_p95, generator_lateness_p99 =DURATION, or errors=SHARE; repeatable");
        app.add_option("--voice", flags->voice, "Who says it: provider/voice (auto: the best that is installed)");
        app.add_option("--caller-id", flags->caller_id, "Who calls (stress-1, stress-2, …)");
        app.add_option("--locale", flags->locale, "Language and place: en-GB");
        app.add_option("--token", flags->token, "Bearer token; else ANTIPHON_GATEWAY_TOKEN");
        app.add_option("--ca-file", flags->ca_file, "Certificates to trust with wss, as PEM");
        app.add_flag("--insecure-tls", flags->insecure_tls, "Do not check the gateway's certificate");
        app.add_option("--seed", flags->seed, "Makes jitter, barge-ins and faults the same again (drawn)");
        app.add_option("-o,--out", flags->out, "File for the report as JSON");
        app.add_flag("--json", flags->json, "The report as JSON, and nothing else");
        return [flags](Environment& environment) { return StressCommand(*flags, environment).run(); };
      }};
}

}  // namespace antiphon::cli
