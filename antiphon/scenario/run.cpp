#include "antiphon/scenario/run.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/random.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/scenario/attempts.hpp"
#include "antiphon/scenario/clock_choice.hpp"
#include "antiphon/scenario/defaults.hpp"
#include "antiphon/scenario/engine/scenario_run.hpp"

namespace antiphon {

namespace {

using namespace std::chrono_literals;

// Seeds stay exact in JSON numbers.
std::uint64_t draw_seed() { return random_seed() >> 11; }

void require_valid(const Scenario& scenario, const RunOptions& options) {
  const auto problems = validate(scenario, *options.models, *options.speech);
  if (problems.empty()) return;
  throw Error(ErrorKind::configuration, fmt::format("the scenario \"{}\" cannot be run: {}", scenario.name, fmt::join(problems, "; ")));
}

void complete(RunOptions& options, const RunDefaults& defaults) {
  apply(defaults, options);
  if (!options.models) options.models = ModelRegistry::with_defaults();
  if (!options.embedders) options.embedders = std::make_shared<EmbedderRegistry>();
  if (!options.speech) options.speech = SpeechRegistry::with_defaults();
  if (options.seed == 0) options.seed = draw_seed();
}

void require_person(const Scenario& scenario, const RunOptions& options) {
  if (options.person || !(options.debug.value_or(false) || takes_a_person(scenario))) return;
  throw Error(ErrorKind::configuration, fmt::format("the scenario \"{}\" needs a person, and nobody is there", scenario.name))
      .with_hint("set RunOptions::person, or run the suite with `antiphon run` at a terminal");
}

RunPlace place_of(const Scenario& scenario, Runtime& runtime, net::HttpClient& http, SharedParts& shared, const RunOptions& options) {
  return {.runtime = runtime,
          .http = http,
          .models = *options.models,
          .events = options.events,
          .seed = scenario.seed.value_or(options.seed),
          .concurrency = options.jobs.value_or(default_jobs),
          .shared = shared,
          .embedders = *options.embedders,
          .person = options.person.get(),
          .debug = options.debug.value_or(false),
          .tracing = options.tracing.value_or(true),
          .on_trace = &options.on_trace,
          .cache_folder = options.cache_folder,
          .speech = options.speech.get(),
          .recordings = options.recordings,
          .result_folder = options.result_folder,
          .keep_audio = options.keep_audio,
          .loudspeaker = options.loudspeaker.get(),
          .microphone = options.microphone.get(),
          .hooks = &options.hooks};
}

HookEnvironment told_before(const ScenarioRun& run) { return {{"ANTIPHON_SCENARIO_ID", run.id()}, {"ANTIPHON_THREAD_ID", run.thread_id()}}; }

HookEnvironment told_after(const ScenarioRun& run, const ScenarioResult& result) {
  auto told = told_before(run);
  told["ANTIPHON_OUTCOME"] = to_string(result.outcome);
  return told;
}

void note(ScenarioResult& result, std::vector<std::string> failures) {
  for (auto& failure : failures) result.notices.push_back(std::move(failure));
}

RunError hook_error(std::string failure) { return {Party::harness, std::move(failure)}; }

/// A run in real time with what is around it. `execute` may be interrupted at any moment; `after` is run all the same.
class WallRun {
 public:
  WallRun(const Scenario& scenario, const RunPlace& place) : hooks_(scenario.hooks), runtime_(place.runtime), run_(scenario, place) {}

  Task<std::unique_ptr<ScenarioResult>> execute() {
    std::unique_ptr<ScenarioResult> result;
    if (const auto refused = co_await before())
      result = std::make_unique<ScenarioResult>(run_.refuse(*refused));
    else
      result = co_await run_.execute();
    note(*result, co_await after(told_after(run_, *result)));
    run_.give_trace(*result);
    co_return result;
  }

  void interrupt() {
    before_->stop();
    run_.interrupt();
    if (after_) after_->stop();
  }

 private:
  Task<std::optional<RunError>> before() {
    if (hooks_.before.empty()) co_return std::nullopt;
    std::vector<std::string> failures;
    try {
      failures = co_await before_->run(run_hooks(runtime_, hooks_.before, told_before(run_), HookFailure::stop_at_first));
    } catch (...) {
      if (!before_->stopped()) throw;
      failures = {"interrupted"};
    }
    co_return failures.empty() ? std::nullopt : std::optional(hook_error(std::move(failures.front())));
  }

  Task<std::vector<std::string>> after(HookEnvironment told) {
    after_ = std::make_shared<Stoppable>();
    co_return co_await after_->run(run_hooks(runtime_, hooks_.after, std::move(told), HookFailure::go_on));
  }

  const Hooks& hooks_;
  Runtime& runtime_;
  ScenarioRun run_;
  std::shared_ptr<Stoppable> before_ = std::make_shared<Stoppable>();
  std::shared_ptr<Stoppable> after_;  // from when the commands after the run begin: an interruption that came earlier is no reason to leave them out
};

/// Everything that the runs of one `run_all` share.
class Batch {
 public:
  Batch(std::vector<Scenario> scenarios, RunOptions options)
      : defaults_(run_defaults()), scenarios_(std::move(scenarios)), options_(std::move(options)), results_(scenarios_.size()) {
    complete(options_, defaults_);
    for (auto& scenario : scenarios_) apply(defaults_, scenario);
    with_person_ =
        options_.debug.value_or(false) || options_.loudspeaker || options_.microphone || std::any_of(scenarios_.begin(), scenarios_.end(), takes_a_person);
    options_.jobs = with_person_ ? 1 : std::max(options_.jobs.value_or(default_jobs), 1);
    for (std::size_t i = 0; i < scenarios_.size(); ++i) {
      require_valid(scenarios_[i], options_);
      require_person(scenarios_[i], options_);
      (runs_in_virtual_time(scenarios_[i], *options_.models, *options_.speech) ? virtual_ : wall_).push_back(i);
    }
  }

  std::vector<ScenarioResult> run() {
    with_person_ ? play_one_by_one() : play_at_once();
    if (failure_) std::rethrow_exception(failure_);
    std::vector<ScenarioResult> results;
    results.reserve(results_.size());
    for (std::size_t i = 0; i < results_.size(); ++i) results.push_back(results_[i] ? std::move(*results_[i]) : not_run(scenarios_[i]));
    return results;
  }

 private:
  // A person holds one conversation at a time.
  void play_one_by_one() {
    play_virtual();
    if (!wall_.empty()) play_wall();
  }

  void play_at_once() {
    std::vector<std::thread> threads;
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const auto workers = std::min({static_cast<std::size_t>(cores), static_cast<std::size_t>(*options_.jobs), virtual_.size()});
    // With nothing in real time, this thread is a worker too.
    for (std::size_t i = wall_.empty() ? 1 : 0; i < workers; ++i) threads.emplace_back([this] { play_virtual(); });
    if (!wall_.empty())
      play_wall();
    else if (workers > 0)
      play_virtual();
    for (auto& thread : threads) thread.join();
  }

  std::optional<std::size_t> next(const std::vector<std::size_t>& list, std::atomic<std::size_t>& position) {
    if (options_.stop.requested() || failed_ || given_up_) return std::nullopt;
    const auto i = position.fetch_add(1);
    return i < list.size() ? std::optional(list[i]) : std::nullopt;
  }

  void finish(std::size_t index, std::unique_ptr<ScenarioResult> result) {
    if (options_.events) options_.events->add(RunFinished{*result});
    const std::lock_guard lock(mutex_);
    if (!result->success() && ++not_passed_ == options_.max_failures) given_up_ = true;
    results_[index] = std::move(result);
    if (options_.on_result) options_.on_result(*results_[index]);
  }

  // What is no run's own failure (a callback that throws, no memory) ends the batch: what is under way comes to its end, then `run` throws it.
  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failed_.exchange(true)) failure_ = failure;
  }

  void play_virtual() {
    try {
      while (const auto index = next(virtual_, next_virtual_)) finish(*index, play_attempts(scenarios_[*index]));
    } catch (...) {
      fail(std::current_exception());
    }
  }

  std::unique_ptr<ScenarioResult> play_attempts(const Scenario& scenario) {
    Attempts attempts(scenario, options_);
    while (attempts.again()) attempts.add(play_virtual(attempts.next()));
    return std::move(attempts).result();
  }

  // A clock and an executor of its own for each run: what runs beside it cannot change what it sees.
  std::unique_ptr<ScenarioResult> play_virtual(const Scenario& scenario) {
    asio::io_context context(1);
    VirtualClock clock(context);
    Runtime runtime{context.get_executor(), clock, blocking_};
    const auto http = net::make_http_client(runtime);
    SharedParts shared;
    ScenarioRun run(scenario, place_of(scenario, runtime, *http, shared, options_));
    auto result = refused_before(scenario, run);
    if (!result) result = play_virtual(run, context, clock);
    note(*result, run_hooks_here(blocking_, scenario.hooks.after, told_after(run, *result), HookFailure::go_on, options_.stop));
    run.give_trace(*result);
    return result;
  }

  // Commands live in real time, before the run and after it.
  std::unique_ptr<ScenarioResult> refused_before(const Scenario& scenario, ScenarioRun& run) {
    std::vector<std::string> failures;
    try {
      failures = run_hooks_here(blocking_, scenario.hooks.before, told_before(run), HookFailure::stop_at_first, options_.stop);
    } catch (const Error& error) {
      failures = {error.message()};
    }
    return failures.empty() ? nullptr : std::make_unique<ScenarioResult>(run.refuse(hook_error(std::move(failures.front()))));
  }

  std::unique_ptr<ScenarioResult> play_virtual(ScenarioRun& run, asio::io_context& context, VirtualClock& clock) {
    std::unique_ptr<ScenarioResult> result;
    const auto stop = options_.stop.on_request([&] { asio::post(context, [&run] { run.interrupt(); }); });
    asio::co_spawn(context, run.execute(), [&result](std::exception_ptr failure, std::unique_ptr<ScenarioResult> value) {
      if (failure) std::rethrow_exception(failure);
      result = std::move(value);
    });
    clock.run([&result] { return result != nullptr; }, Duration::max(), [] {});
    let_go(clock);
    return result ? std::move(result) : std::make_unique<ScenarioResult>(run.give_up());
  }

  // A server in this process may still be saying goodbye. What it waits for is held by that wait alone, so that only its end lets go of either.
  static void let_go(VirtualClock& clock) {
    constexpr auto longest_goodbye = 60s, patience = 1s;
    bool out_of_patience = false;
    const auto until = clock.now() + longest_goodbye;
    clock.run([&] { return out_of_patience || clock.now() >= until; }, patience, [&] { out_of_patience = true; });
  }

  void play_wall() {
    asio::io_context context(1);
    WallClock clock(context);
    Runtime runtime{context.get_executor(), clock, blocking_};
    const auto http = net::make_http_client(runtime);
    SharedParts shared;
    auto lanes = std::min(static_cast<std::size_t>(*options_.jobs), wall_.size());
    const auto closed = [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    };
    const auto lane_ended = [&](std::exception_ptr failure) {
      closed(failure);
      if (--lanes == 0) asio::co_spawn(context, shared.close(), closed);
    };
    for (std::size_t i = lanes; i > 0; --i) asio::co_spawn(context, wall_lane(runtime, *http, shared), lane_ended);
    const auto stop = options_.stop.on_request([&] { asio::post(context, [this] { interrupt_wall(); }); });
    context.run();
  }

  Task<> wall_lane(Runtime& runtime, net::HttpClient& http, SharedParts& shared) {
    while (const auto index = next(wall_, next_wall_)) {
      try {
        Attempts attempts(scenarios_[*index], options_);
        while (attempts.again()) attempts.add(co_await play_one(attempts.next(), runtime, http, shared));
        finish(*index, std::move(attempts).result());
      } catch (...) {
        fail(std::current_exception());
      }
    }
  }

  Task<std::unique_ptr<ScenarioResult>> play_one(const Scenario& scenario, Runtime& runtime, net::HttpClient& http, SharedParts& shared) {
    WallRun run(scenario, place_of(scenario, runtime, http, shared, options_));
    struct Entry {
      std::vector<WallRun*>& list;
      WallRun* run;
      Entry(std::vector<WallRun*>& l, WallRun* r) : list(l), run(r) { list.push_back(run); }
      ~Entry() { std::erase(list, run); }
    } const entry(under_way_, &run);
    co_return co_await run.execute();
  }

  void interrupt_wall() {
    for (auto* run : under_way_) run->interrupt();
  }

  RunDefaults defaults_;
  std::vector<Scenario> scenarios_;
  RunOptions options_;
  bool with_person_ = false;
  std::vector<std::unique_ptr<ScenarioResult>> results_;
  std::vector<std::size_t> virtual_, wall_;
  std::atomic<std::size_t> next_virtual_{0}, next_wall_{0};
  std::vector<WallRun*> under_way_;  // wall runs; used on their thread only
  BlockingPool blocking_;
  std::mutex mutex_;
  int not_passed_ = 0;
  std::atomic<bool> failed_{false}, given_up_{false};
  std::exception_ptr failure_;
};

Task<std::unique_ptr<ScenarioResult>> play_on(asio::any_io_executor executor, const Scenario& scenario, RunPlace place, StopSource stop) {
  WallRun run(scenario, place);
  // The executor is the caller's and goes on after us: what was posted to it may come when the run is gone.
  const auto under_way = std::make_shared<WallRun*>(&run);
  const auto watch = stop.on_request([executor, weak = std::weak_ptr(under_way)] {
    asio::post(executor, [weak] {
      if (const auto still = weak.lock()) (*still)->interrupt();
    });
  });
  co_return co_await run.execute();
}

Task<ScenarioResult> run_on(asio::any_io_executor executor, Scenario scenario, RunOptions options) {
  WallClock clock(executor);
  BlockingPool blocking;
  Runtime runtime{executor, clock, blocking};
  const auto http = net::make_http_client(runtime);
  SharedParts shared;
  const auto place = place_of(scenario, runtime, *http, shared, options);
  Attempts attempts(scenario, options);
  while (attempts.again()) attempts.add(co_await play_on(executor, attempts.next(), place, options.stop));
  co_await shared.close();
  const auto result = std::move(attempts).result();
  if (options.events) options.events->add(RunFinished{*result});
  co_return std::move(*result);
}

}  // namespace

ScenarioResult not_run(const Scenario& scenario) {
  auto result = identity_of(scenario);
  result.not_run = true;
  return result;
}

ScenarioResult run(Scenario scenario, RunOptions options) {
  std::vector<Scenario> one;
  one.push_back(std::move(scenario));
  return std::move(run_all(std::move(one), std::move(options)).front());
}

std::vector<ScenarioResult> run_all(std::vector<Scenario> scenarios, RunOptions options) { return Batch(std::move(scenarios), std::move(options)).run(); }

Task<ScenarioResult> async_run(Scenario scenario, RunOptions options) {
  const auto defaults = run_defaults();  // lives as long as the run: its events are ours
  complete(options, defaults);
  apply(defaults, scenario);
  require_person(scenario, options);
  require_valid(scenario, options);
  // The run keeps a stack of its own: cancelling the caller interrupts the run, which then still hangs up and tells what there was.
  StopSource own;
  const auto chained = options.stop.on_request([own]() mutable { own.request(); });
  auto executor = co_await asio::this_coro::executor;
  auto slot = (co_await asio::this_coro::cancellation_state).slot();
  if (slot.is_connected()) slot.assign([own](asio::cancellation_type) mutable { own.request(); });
  options.stop = own;
  auto result = co_await asio::co_spawn(executor, run_on(executor, std::move(scenario), std::move(options)),
                                        asio::bind_cancellation_slot(asio::cancellation_slot(), use_task));
  if (slot.is_connected()) slot.clear();
  co_return result;
}

}  // namespace antiphon
