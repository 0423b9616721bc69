#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/eval/evaluation_lines.hpp"
#include "antiphon/gateway/evaluation/evaluation.hpp"

namespace antiphon::cli {

namespace {

constexpr int some_failed = 1, could_not_run = 3, interrupted = 130;
constexpr auto load_limit = std::chrono::minutes(10);  // a first index of many documents takes long
constexpr auto virtual_limit = std::chrono::hours(1);  // of real time, for what should take none

struct Flags {
  std::string gateway, out;
  std::vector<std::string> scenarios, filters;
  int jobs = 4;
  bool json = false;
};

/// One evaluation on this thread, with all that it needs.
class EvalCommand {
 public:
  EvalCommand(const Flags& flags, Environment& environment) : flags_(flags), environment_(environment), style_(terminal_of(environment)) {}

  int run() {
    auto scenarios = selected();
    auto config = gateway::read_gateway_config(environment_.path(flags_.gateway), [this](std::string_view name) { return environment_.variable(name); });
    tell_what_is_real(config);
    report_.gateway = flags_.gateway;
    report_.virtual_time = gateway::waits_on_clock_alone(config, *models_);
    make_clock();
    agent_ = std::make_shared<gateway::ServedAgent>(
        *runtime_, gateway::without_callers(std::move(config)),
        gateway::GatewayContext{
            .http = *http_, .models = models_, .speech = SpeechRegistry::with_defaults(), .embedders = embedders_, .log = [this](const std::string& line) {
              note(line);
            }});
    evaluation_.emplace(*runtime_, agent_, std::move(scenarios), options());
    const auto stop = environment_.stop.on_request([this] { asio::post(context_, [this] { evaluation_->stop(), loading_->stop(); }); });
    drive();
    return finish();
  }

 private:
  static Terminal terminal_of(const Environment& environment) {
    return {.out_tty = environment.out_is_terminal, .colour = environment.colour(), .utf8 = environment.utf8()};
  }

  void note(const std::string& line) { environment_.err << fmt::format("{:<8} {}\n", "note", line) << std::flush; }

  std::vector<gateway::EvaluationScenario> selected() const {
    if (flags_.jobs < 1) throw Error(ErrorKind::usage, "-j: at least 1");
    std::vector<std::string> files;
    for (const auto& file : flags_.scenarios) files.push_back(environment_.path(file));
    auto scenarios = gateway::read_evaluation(files);
    if (flags_.filters.empty()) return scenarios;
    std::erase_if(scenarios, [this](const gateway::EvaluationScenario& scenario) {
      return std::ranges::none_of(flags_.filters, [&](const std::string& part) { return contains_ignoring_case(scenario.name, part); });
    });
    if (scenarios.empty()) throw Error(ErrorKind::usage, "no scenario's name holds what -k says").with_hint("leave -k out to run all");
    return scenarios;
  }

  void tell_what_is_real(const gateway::GatewayConfig& config) {
    if (const auto tools = gateway::tools_elsewhere(config); !tools.empty()) note("calls of these tools are real: " + join(tools, ", "));
    if (config.webhook) note("nobody is told of callers who go to a person: no caller is there");
  }

  void make_clock() {
    if (report_.virtual_time)
      clock_ = std::make_unique<VirtualClock>(context_);
    else
      clock_ = std::make_unique<WallClock>(context_);
    runtime_.emplace(Runtime{context_.get_executor(), *clock_, blocking_});
    http_ = net::make_http_client(*runtime_);
  }

  gateway::EvaluationOptions options() {
    gateway::EvaluationOptions options{.at_once = static_cast<std::size_t>(flags_.jobs), .log = [this](const std::string& line) { note(line); }};
    if (!flags_.json)
      options.on_result = [this](const gateway::ScenarioEvaluation& result) {
        const auto& where = result.scenario.where;
        environment_.out << scenario_lines(result, fmt::format("{}:{}", shown(where.file), where.line), style_) << std::flush;
      };
    return options;
  }

  std::string shown(const std::string& file) const {
    const auto relative = std::filesystem::path(file).lexically_relative(environment_.directory).string();
    return relative.empty() || relative.starts_with("..") ? file : relative;
  }

  Task<> evaluate() {
    co_await loading_->run(agent_->load(Deadline::after(*clock_, load_limit)));
    report_.results = co_await evaluation_->run();
    co_await agent_->retire();
  }

  void drive() {
    bool done = false;
    asio::co_spawn(context_, evaluate(), [this, &done](std::exception_ptr failure) {
      failure_ = failure;
      done = true;
      context_.stop();  // kept connections would wait for their own ends
    });
    if (auto* virtual_clock = dynamic_cast<VirtualClock*>(clock_.get()))
      virtual_clock->run([&done] { return done; }, virtual_limit, [this] { evaluation_->stop(); });
    else
      context_.run();
    if (evaluation_->stopped()) return;
    if (failure_) std::rethrow_exception(failure_);
    if (!done) throw Error(ErrorKind::internal, "the evaluation waits for something that never comes");
  }

  int finish() {
    const auto report = gateway::to_json(report_);
    if (!flags_.out.empty()) write_report(report);
    if (flags_.json)
      environment_.out << json_text(report) << '\n';
    else
      environment_.out << evaluation_summary(report_);
    if (evaluation_->stopped()) return interrupted;
    using Outcome = gateway::ScenarioEvaluation::Outcome;
    if (report_.count(Outcome::error) > 0) return could_not_run;
    return report_.count(Outcome::failed) > 0 || report_.results.empty() ? some_failed : 0;
  }

  void write_report(const json::object& report) const {
    const std::filesystem::path path = environment_.path(flags_.out);
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    write_file_atomically(path.string(), json_text(report) + "\n");
  }

  const Flags& flags_;
  Environment& environment_;
  Style style_;
  asio::io_context context_{1};
  std::unique_ptr<Clock> clock_;
  BlockingPool blocking_;
  std::optional<Runtime> runtime_;
  std::unique_ptr<net::HttpClient> http_;
  std::shared_ptr<const ModelRegistry> models_ = ModelRegistry::with_defaults();
  EmbedderRegistry embedders_;
  std::shared_ptr<gateway::ServedAgent> agent_;
  std::optional<gateway::Evaluation> evaluation_;
  std::shared_ptr<Stoppable> loading_ = std::make_shared<Stoppable>();
  gateway::EvaluationReport report_;
  std::exception_ptr failure_;
};

}  // namespace

Command eval_command() {
  return {.name = "eval",
          .summary = "Evaluate a gateway's dialogue with scenarios, without any sound",
          .example = "antiphon eval gateway.yaml scenarios.yaml --json",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("gateway", flags->gateway, "Configuration of the gateway, as for serve")->required();
            app.add_option("scenarios", flags->scenarios, "Files with a list of scenarios each, YAML or JSON")->required();
            app.add_option("-k", flags->filters, "Only scenarios whose name holds this text, ignoring case; repeatable");
            app.add_option("-j,--jobs", flags->jobs, "How many at once, where time is real (4)");
            app.add_option("-o,--out", flags->out, "File for the report as JSON");
            app.add_flag("--json", flags->json, "The report as JSON, and nothing else");
            return [flags](Environment& environment) { return EvalCommand(*flags, environment).run(); };
          }};
}

}  // namespace antiphon::cli
