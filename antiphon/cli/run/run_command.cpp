#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/label/add_labels.hpp"
#include "antiphon/cli/run/checkpoint_file.hpp"
#include "antiphon/cli/run/flags.hpp"
#include "antiphon/cli/run/live_sound.hpp"
#include "antiphon/cli/run/open_files.hpp"
#include "antiphon/cli/run/remote_notice.hpp"
#include "antiphon/cli/run/reporters.hpp"
#include "antiphon/cli/run/run_again.hpp"
#include "antiphon/cli/run/setup_session.hpp"
#include "antiphon/cli/run/store_writer.hpp"
#include "antiphon/cli/run/suite_hooks.hpp"
#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/report/ticker.hpp"
#include "antiphon/scenario/clock_choice.hpp"
#include "antiphon/scenario/ledger/ledger.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

void require_valid(const std::vector<Scenario>& scenarios, const ModelRegistry& models) {
  std::vector<Problem> problems;
  for (const auto& scenario : scenarios)
    for (auto& [text, place, hint] : find_problems(scenario, models)) {
      // Cells and rows of one scenario share their mistakes.
      const auto known = [&](const Problem& problem) { return problem.message == text && to_string(problem.where) == to_string(place); };
      if (std::none_of(problems.begin(), problems.end(), known)) problems.push_back({.message = text, .where = place, .hint = hint, .width = 0});
    }
  if (!problems.empty()) throw Problems(std::move(problems));
}

/// The seed that stands in the summary: the one of all scenarios, where they agree.
std::uint64_t seed_of(const RunPlan& plan, const suite::LoadedSuites& loaded) {
  if (plan.seed) return *plan.seed;
  if (loaded.scenarios.empty()) return loaded.project.seed.value_or(random_seed() >> 11);  // an empty shard
  const auto& first = loaded.scenarios.front().seed;
  if (first && std::all_of(loaded.scenarios.begin(), loaded.scenarios.end(), [&](const Scenario& scenario) { return scenario.seed == first; })) return *first;
  return loaded.project.seed.value_or(random_seed() >> 11);
}

// `booking:41`: short enough to stand before every line of a conversation.
std::string label_of(const Scenario& scenario) {
  const auto stem = fs::path(scenario.file).filename().string();
  return fmt::format("{}:{}", stem.substr(0, stem.find('.')), scenario.line);
}

std::string names_of(const std::vector<suite::SuiteFile>& suites) {
  std::vector<std::string> names;
  for (const auto& file : suites)
    if (std::find(names.begin(), names.end(), file.name) == names.end()) names.push_back(file.name);
  return join(names, ", ");
}

RunCount size_of(const suite::LoadedSuites& loaded) {
  const auto& all = loaded.scenarios;
  std::set<std::string> distinct;
  for (const auto& scenario : all) distinct.insert(without_repeat(scenario.id, scenario.repeat));
  return {.runs = all.size(), .scenarios = distinct.size()};
}

class RunSession {
 public:
  RunSession(RunPlan plan, Environment& environment) : plan_(std::move(plan)), environment_(environment) {}

  int run() {
    if (plan_.nothing_left) {
      environment_.out << "nothing to run again: every scenario of that result passed\n";
      return 0;
    }
    check_reporters(plan_);
    load();
    if (plan_.dry_run) return dry_run();
    prepare();
    tell_of_remote_agents(loaded_.scenarios, environment_);
    play();
    finish();
    return exit_code(batch_);
  }

 private:
  // The store last: whatever becomes of it, the reports are there. It is told of the end though one of them cannot be written; what went wrong
  // first is what is told.
  void finish() {
    std::exception_ptr failure;
    const auto attempt = [&failure](const auto& part) {
      try {
        part();
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    };
    attempt([this] { reporters_.all.finish(batch_); });
    attempt([this] { store_->finish(batch_); });
    if (failure) std::rethrow_exception(failure);
  }

  // A very large suite takes seconds, and nothing has begun that would have to be ended in order.
  void load() {
    const auto interrupted = environment_.leave ? environment_.stop.on_request(environment_.leave) : nullptr;
    loaded_ = suite::load_suites(plan_.paths, plan_.load);
    const auto limits = std::make_shared<const ProviderLimits>(loaded_.project.limits);
    models_ = ModelRegistry::with_defaults(limits);
    speech_ = SpeechRegistry::with_defaults(limits);
    for (auto& scenario : loaded_.scenarios) scenario.label = label_of(scenario);
    require_valid(loaded_.scenarios, *models_);
  }

  int dry_run() const {
    const auto scenarios = loaded_.scenarios.size(), files = loaded_.suites.size();
    environment_.out << fmt::format("{} {} in {} {} can be run; nothing was run\n", scenarios, scenarios == 1 ? "scenario" : "scenarios", files,
                                    files == 1 ? "file" : "files");
    return 0;
  }

  void prepare() {
    with_person_ = plan_.debug || std::any_of(loaded_.scenarios.begin(), loaded_.scenarios.end(), takes_a_person);
    sound_ = open_live_sound(plan_, loaded_.scenarios, environment_);
    jobs_ = with_person_ || sound_.loudspeaker ? 1 : plan_.jobs.value_or(loaded_.project.jobs.value_or(default_jobs));
    take_log_level();
    const auto in_real_time =
        std::count_if(loaded_.scenarios.begin(), loaded_.scenarios.end(), [&](const Scenario& scenario) { return !runs_in_virtual_time(scenario, *models_); });
    allow_open_files(static_cast<std::size_t>(std::min<std::ptrdiff_t>(jobs_, in_real_time)));
    const auto out = !plan_.out.empty() ? plan_.out : environment_.path(loaded_.project.out.empty() ? "antiphon-out" : loaded_.project.out);
    std::error_code error;
    fs::create_directories(out, error);
    if (error)
      throw Error(ErrorKind::io, fmt::format("cannot make the output folder {}: {}", out, error.message())).with_hint("name another folder with --out");
    out_ = out;
    batch_.batch_id = make_id("batch");
    batch_.started_at = utc_now();
    batch_.seed = seed_of(plan_, loaded_);
    batch_.suite = names_of(loaded_.suites);
    batch_.flags = remembered(plan_);
    batch_.exclude_spoiled = plan_.exclude_spoiled;
    batch_.jobs = jobs_;
    std::vector<ScenarioResult> unstarted;
    for (const auto& scenario : loaded_.scenarios) unstarted.push_back(not_run(scenario));
    // The store first: a file that is no place for one is a mistake, and a mistake leaves no result (contracts.md §8).
    store_ = std::make_unique<StoreWriter>(store_file(plan_.store, loaded_.project, out), batch_, unstarted);
    kept_ = std::make_unique<CheckpointFile>((fs::path(out) / "result.json").string(), batch_, std::move(unstarted));
    add_labels(loaded_.scenarios, store_->labels());
    reporters_ = make_reporters(plan_, out, size_of(loaded_), jobs_, batch_, environment_);
  }

  // A person reads the conversation that they take part in.
  void take_log_level() {
    const auto& log = loaded_.project.log;
    if (!plan_.verbose && !plan_.quiet) plan_.verbose = log == "verbose", plan_.quiet = log == "quiet";
    if (with_person_ && !plan_.quiet) plan_.verbose = true;
  }

  void play() {
    const auto begin = std::chrono::steady_clock::now();
    reporters_.console->start();
    SetupSession setup;
    try {
      setup.start(loaded_.setup, environment_.stop);
      SuiteHooks hooks(loaded_.suites);
      hooks.before(environment_.stop);
      play_scenarios(hooks);
      hooks.after(batch_.scenarios, environment_.stop);
    } catch (const Error& failure) {
      if (failure.party() != Party::harness) throw;
      setup_failed(failure);
    }
    setup.stop();
    batch_.interrupted = environment_.stop.requested();
    batch_.duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  // In the order of the files, those that cannot be run because of their suite's hook among the others.
  void play_scenarios(const SuiteHooks& hooks) {
    batch_.scenarios = kept_->unstarted();
    std::vector<Scenario> runnable;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < loaded_.scenarios.size(); ++i) {
      if (const auto* failure = hooks.failure_of(loaded_.scenarios[i].suite)) {
        refuse(batch_.scenarios[i], *failure);
        continue;
      }
      runnable.push_back(loaded_.scenarios[i]);
      places.push_back(i);
    }
    auto results = run_them(std::move(runnable));
    for (std::size_t i = 0; i < results.size(); ++i) batch_.scenarios[places[i]] = std::move(results[i]);
  }

  std::vector<ScenarioResult> run_them(std::vector<Scenario> scenarios) {
    const Ticker ticker([this] { reporters_.console->tick(); });
    return run_all(std::move(scenarios), {.jobs = jobs_,
                                          .seed = batch_.seed,
                                          .models = models_,
                                          .speech = speech_,
                                          .loudspeaker = sound_.loudspeaker,
                                          .microphone = sound_.microphone,
                                          .recordings = (fs::path(out_) / "recordings").string(),
                                          .result_folder = out_,
                                          .keep_audio = false,
                                          .events = &reporters_.all,
                                          .person = person(),
                                          .debug = plan_.debug,
                                          .cache_folder = cache_folder(),
                                          .stop = environment_.stop,
                                          .on_result = [this](const ScenarioResult& result) { keep(result); },
                                          .again = run_again(plan_),
                                          .max_failures = plan_.max_failures});
  }

  std::string cache_folder() const {
    if (const auto cache = environment_.variable("XDG_CACHE_HOME"); cache && !cache->empty()) return (fs::path(*cache) / "antiphon" / "calls").string();
    const auto home = environment_.variable("HOME");
    return home && !home->empty() ? (fs::path(*home) / ".cache" / "antiphon" / "calls").string() : std::string();
  }

  std::shared_ptr<Person> person() const {
    return with_person_ ? person_typing(environment_.read_line, environment_.err, environment_.in_is_terminal) : nullptr;
  }

  // Nothing could be rehearsed: every scenario is an error of the harness (contracts.md §1).
  void setup_failed(const Error& failure) {
    batch_.scenarios = kept_->unstarted();
    if (environment_.stop.requested()) return;
    const auto text = failure.hint().empty() ? failure.message() : fmt::format("{}; {}", failure.message(), failure.hint());
    for (auto& result : batch_.scenarios) refuse(result, text);
  }

  void refuse(ScenarioResult& result, const std::string& why) {
    result.not_run = false;
    result.outcome = RunOutcome::error;
    result.error = RunError{Party::harness, why};
    result.reasoning = why;
    result.fault = ledger::attribute({.result = result});
    reporters_.all.add(RunFinished{result});
    keep(result);
  }

  void keep(const ScenarioResult& result) {
    kept_->add(result);
    store_->add(result);
  }

  RunPlan plan_;
  Environment& environment_;
  std::shared_ptr<const ModelRegistry> models_;
  std::shared_ptr<const SpeechRegistry> speech_;
  suite::LoadedSuites loaded_;
  ReporterSet reporters_;
  std::unique_ptr<CheckpointFile> kept_;
  std::unique_ptr<StoreWriter> store_;
  BatchResult batch_;
  int jobs_ = default_jobs;
  std::string out_;
  bool with_person_ = false;
  LiveSound sound_;
};

}  // namespace

Command run_command() {
  return {.name = "run",
          .summary = "Run scenarios and report",
          .example = "antiphon run suites -k refund -j 4 --out out",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<RunFlags>();
            declare(app, *flags);
            return [flags](Environment& environment) { return RunSession(plan(*flags, environment), environment).run(); };
          }};
}

}  // namespace antiphon::cli
