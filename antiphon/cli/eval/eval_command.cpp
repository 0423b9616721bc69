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
#include "antiphon/cli/output_file.hpp"
#include "antiphon/gateway/config/reach.hpp"
#include "antiphon/gateway/evaluation/evaluation.hpp"
#include "antiphon/gateway/evaluation/rag_evaluation.hpp"

namespace antiphon::cli {

namespace {

constexpr int some_failed = 1, could_not_run = 3, interrupted = 130;
constexpr auto virtual_limit = std::chrono::hours(1);  // of real time, for what should take none

struct Flags {
  std::string gateway, out, judge, embedder = "lexical";
  std::vector<std::string> scenarios, filters, metrics, floors;
  int jobs = 4;
  bool json = false;
};

/// One evaluation on this thread, with all that it needs.
class EvalCommand {
 public:
  EvalCommand(const Flags& flags, Environment& environment) : flags_(flags), environment_(environment), style_(terminal_of(environment)) {}

  int run() {
    auto scenarios = selected();
    check_metrics();
    if (!flags_.out.empty()) check_output_file(environment_.path(flags_.out));
    auto config = gateway::read_gateway_config(environment_.path(flags_.gateway), [this](std::string_view name) { return environment_.variable(name); },
                                               {.models = models_});
    tell_what_is_real(config);
    report_.gateway = flags_.gateway;
    report_.virtual_time = gateway::waits_on_clock_alone(config, *models_) && (metrics_.empty() || models_->waits_on_clock_alone(judge_));
    make_clock();
    agent_ = std::make_shared<gateway::ServedAgent>(
        *runtime_, gateway::without_callers(std::move(config)),
        gateway::GatewayContext{
            .http = *http_, .models = models_, .speech = SpeechRegistry::with_defaults(), .embedders = embedders_, .log = [this](const std::string& line) {
              note(line);
            }});
    if (!metrics_.empty()) open_judge();
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

  void check_metrics() {
    for (const auto& text : flags_.floors) floors_.push_back(gateway::parse_rag_floor(text));
    for (const auto& text : flags_.metrics)
      for (const auto& name : split(text, ',')) add_metric(name);
    for (const auto& floor : floors_)
      if (std::ranges::find(metrics_, floor.metric) == metrics_.end()) metrics_.push_back(floor.metric);
    if (metrics_.empty()) return;
    if (flags_.judge.empty())
      throw Error(ErrorKind::usage, "metrics of retrieval need a model that judges")
          .with_hint("name it: --judge openai/gpt-4o, or --judge rules/judge.rules.yaml");
    judge_ = ModelSettings(flags_.judge);
    judge_.directory = environment_.directory;
    models_->check(judge_);
    EmbedderRegistry::check(flags_.embedder);
  }

  void add_metric(const std::string& name) {
    if (name == "all") return metrics_.assign(gateway::rag_metrics.begin(), gateway::rag_metrics.end());
    if (std::ranges::find(gateway::rag_metrics, name) == gateway::rag_metrics.end())
      throw Error(ErrorKind::usage, fmt::format("--rag {} is no metric", quote(name)))
          .with_hint("there are answer_relevancy, context_precision, faithfulness, and all");
    if (std::ranges::find(metrics_, name) == metrics_.end()) metrics_.push_back(name);
  }

  void open_judge() {
    rag_.emplace(*runtime_, models_->open(judge_, {.runtime = *runtime_, .http = *http_, .scenario_id = "judge"}), embedders_.open(flags_.embedder));
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
    if (rag_)
      options.measure = [this](gateway::ScenarioEvaluation& result, const gateway::SessionState&) {
        return gateway::measure_retrieval(result, agent_, *rag_, metrics_, *clock_);
      };
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
    co_await loading_->run(agent_->load(Deadline::after(*clock_, gateway::ServedAgent::longest_load)));
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
    if (flags_.json)
      environment_.out << json_text(report) << '\n';
    else
      environment_.out << evaluation_summary(report_);
    const bool stopped = evaluation_->stopped();
    const bool floors_hold = stopped || tell_floors();
    // Last, so that what was found is not lost with the file.
    if (!flags_.out.empty()) write_file_atomically(environment_.path(flags_.out), json_text(report) + "\n");
    if (stopped) return interrupted;
    using Outcome = gateway::ScenarioEvaluation::Outcome;
    if (report_.count(Outcome::error) > 0) return could_not_run;
    return report_.count(Outcome::failed) > 0 || report_.results.empty() || !floors_hold ? some_failed : 0;
  }

  /// A metric that was not measured holds no floor.
  bool tell_floors() const {
    const auto means = report_.rag();
    bool all = true;
    for (const auto& floor : floors_) {
      const auto found = means.find(floor.metric);
      const bool holds = found != means.end() && found->second && *found->second >= floor.least;
      all = all && holds;
      if (!holds) environment_.err << fmt::format("{:<8} {} is below {}\n", "floor", floor.metric, floor.least);
    }
    return all;
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
  std::vector<std::string> metrics_;
  std::vector<gateway::RagFloor> floors_;
  ModelSettings judge_;
  std::optional<gateway::RagJudge> rag_;
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
            app.add_option("--rag", flags->metrics,
                           "Metrics of turns that asked the knowledge base: answer_relevancy, context_precision, faithfulness (a,b), or all");
            app.add_option("--judge", flags->judge, "Model that judges them: provider/model");
            app.add_option("--embedder", flags->embedder, "What compares questions: lexical, minilm, VENDOR/MODEL (lexical)");
            app.add_option("--at-least", flags->floors, "Least mean of a metric, such as faithfulness=0.8; repeatable");
            app.add_option("-o,--out", flags->out, "File for the report as JSON");
            app.add_flag("--json", flags->json, "The report as JSON, and nothing else");
            return [flags](Environment& environment) { return EvalCommand(*flags, environment).run(); };
          }};
}

}  // namespace antiphon::cli
