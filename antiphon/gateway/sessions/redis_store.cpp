#include "antiphon/gateway/sessions/redis_store.hpp"

#include <deque>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/sessions/redis_link.hpp"

namespace antiphon::gateway {

namespace {

// A sealed session begins with a letter of its own: none looks like this.
constexpr std::string_view taken_mark = "taken";

// Between looking and writing nobody else may come: scripts are carried out alone.
constexpr std::string_view save_script =
    "if redis.call('GET', KEYS[1]) == 'taken' then return 0 end "
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1";
constexpr std::string_view claim_script =
    "local kept = redis.call('GET', KEYS[1]) "
    "if not kept or kept == 'taken' then return false end "
    "redis.call('SET', KEYS[1], 'taken', 'PX', ARGV[1]) return kept";

std::string in_ms(Duration duration) { return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count()); }

RedisAddress address_of(const RedisOptions& options) {
  auto address = redis_address(options.url);
  if (!options.password.empty()) address.password = options.password;
  return address;
}

/// One command on its way, shared by whoever waits for it and whoever carries it out.
struct Job {
  RedisCommand command;
  bool done = false;
  RedisAnswer answer{};
  std::optional<Error> failure{};
  Pulse ended{};

  void end() {
    done = true;
    ended.beat();
  }
};

Task<> wait_for(std::shared_ptr<Job> job) {
  while (!job->done) co_await job->ended.wait();
}

}  // namespace

/// Shared with the task that carries commands out, which may be under way when the store is gone.
struct RedisStore::State : std::enable_shared_from_this<RedisStore::State> {
  State(Runtime& its_runtime, RedisOptions its_options)
      : runtime(its_runtime), options(std::move(its_options)), link(std::make_shared<RedisLink>(address_of(options), options.connect, options.answer)) {}

  Task<RedisAnswer> run(RedisCommand command, Deadline deadline);
  static Task<> work(std::shared_ptr<State> self);
  Task<> carry_out(std::vector<std::shared_ptr<Job>> batch);
  void note(bool is_there, const std::string& why);

  Runtime& runtime;
  RedisOptions options;
  std::shared_ptr<RedisLink> link;
  std::deque<std::shared_ptr<Job>> waiting{};
  bool working = false, there = true;
};

RedisStore::RedisStore(Runtime& runtime, RedisOptions options) : state_(std::make_shared<State>(runtime, std::move(options))) {}

RedisStore::~RedisStore() { state_->options.on_change = nullptr; }

Task<RedisAnswer> RedisStore::State::run(RedisCommand command, Deadline deadline) {
  const auto job = std::make_shared<Job>();
  job->command = std::move(command);
  waiting.push_back(job);
  if (!std::exchange(working, true)) asio::co_spawn(runtime.executor, work(shared_from_this()), asio::detached);
  co_await at_most(runtime.clock, deadline, wait_for(job), Error(ErrorKind::timeout, "Redis did not answer in time"));
  if (job->failure) throw *job->failure;
  co_return job->answer;
}

Task<> RedisStore::State::work(std::shared_ptr<State> self) {
  while (!self->waiting.empty()) {
    std::vector<std::shared_ptr<Job>> batch(self->waiting.begin(), self->waiting.end());
    self->waiting.clear();
    co_await self->carry_out(std::move(batch));
  }
  self->working = false;
}

Task<> RedisStore::State::carry_out(std::vector<std::shared_ptr<Job>> batch) {
  std::vector<RedisCommand> commands;
  for (const auto& job : batch) commands.push_back(job->command);
  std::vector<RedisAnswer> answers;
  std::optional<Error> failure;
  try {
    answers = co_await runtime.blocking.run<std::vector<RedisAnswer>>(
        runtime.clock, [to = link, commands = std::move(commands)](const std::stop_token&) { return to->run(commands); });
  } catch (const Error& error) {
    failure = error;
  }
  note(!failure, failure ? failure->message() : std::string());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (failure)
      batch[i]->failure = failure;
    else
      batch[i]->answer = answers[i];
    batch[i]->end();
  }
}

void RedisStore::State::note(bool is_there, const std::string& why) {
  if (std::exchange(there, is_there) != is_there && options.on_change) options.on_change(is_there, why);
}

Task<SessionStore::Kept> RedisStore::save(std::string name, std::string value, Duration life, Deadline deadline) {
  const auto answer = co_await state_->run({"EVAL", std::string(save_script), "1", std::move(name), std::move(value), in_ms(life)}, deadline);
  co_return answer == "0" ? Kept::taken : Kept::yes;
}

Task<std::optional<std::string>> RedisStore::claim(std::string name, Deadline deadline) {
  return state_->run({"EVAL", std::string(claim_script), "1", std::move(name), in_ms(claim_life)}, deadline);
}

Task<> RedisStore::give_back(std::string name, std::string value, Duration life, Deadline deadline) {
  co_await state_->run({"SET", std::move(name), std::move(value), "PX", in_ms(life)}, deadline);
}

Task<bool> RedisStore::has(std::string name, Deadline deadline) {
  const auto kept = co_await state_->run({"GET", std::move(name)}, deadline);
  co_return kept && *kept != taken_mark;
}

Task<> RedisStore::remove(std::string name, Deadline deadline) { co_await state_->run({"DEL", std::move(name)}, deadline); }

}  // namespace antiphon::gateway
