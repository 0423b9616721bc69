#include "antiphon/base/blocking.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "antiphon/base/give_way.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto grace = 2s;  // contracts.md §2

}  // namespace

struct BlockingPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Job>> queue;
  std::size_t threads = 0, idle = 0;
  std::atomic<std::size_t> abandoned{0};
  std::size_t most_threads = max_threads;
  bool closed = false, in_background = false;

  /// True when no thread has begun the job; then none will.
  bool take_back(const std::shared_ptr<Job>& job) {
    const std::lock_guard lock(mutex);
    return std::erase(queue, job) > 0;
  }

  static void work(std::shared_ptr<State> self) {
    if (self->in_background) give_way();
    for (;;) {
      std::unique_lock lock(self->mutex);
      ++self->idle;
      self->wake.wait(lock, [&] { return self->closed || !self->queue.empty(); });
      --self->idle;
      if (self->queue.empty()) return;  // closed
      auto job = std::move(self->queue.front());
      self->queue.pop_front();
      lock.unlock();
      job->work(job->stop.get_token());
      job->work = nullptr;  // before anybody hears of it, so that an outcome which is waited for ends on the waiting side
      job->finish();
      job.reset();
    }
  }
};

BlockingPool::BlockingPool() : state_(std::make_shared<State>()) {}

BlockingPool::BlockingPool(std::size_t most_threads, bool in_background) : BlockingPool() {
  state_->most_threads = most_threads;
  state_->in_background = in_background;
}

BlockingPool& BlockingPool::in_background() {
  static BlockingPool pool(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, max_threads), true);
  return pool;
}

BlockingPool::~BlockingPool() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->wake.notify_all();
}

std::size_t BlockingPool::most_threads() const { return state_->most_threads; }

std::size_t BlockingPool::abandoned() const { return state_->abandoned; }

void BlockingPool::submit(std::shared_ptr<Job> job) {
  const std::lock_guard lock(state_->mutex);
  if (state_->idle <= state_->queue.size() && state_->threads < state_->most_threads) {
    std::thread(State::work, state_).detach();
    ++state_->threads;
  }
  state_->queue.push_back(std::move(job));
  state_->wake.notify_one();
}

// What the awaiting coroutine shares with those that wake it: the thread (by a post), a cancellation, the end of the grace.
struct BlockingPool::Waiting : std::enable_shared_from_this<Waiting> {
  Waiting(const asio::any_io_executor& executor, std::shared_ptr<State> state, std::shared_ptr<Job> job)
      : state_(std::move(state)), job_(std::move(job)), gate(executor, std::chrono::steady_clock::time_point::max()), timer_(executor) {}

  void finish() {
    done_ = true;
    timer_.cancel();
    gate.cancel();
  }

  void cancel() {
    job_->stop.request_stop();
    if (state_->take_back(job_)) {
      lost = "a blocking call was cancelled before a thread was free for it";
      finish();
    } else {
      give_up_later();
    }
  }

  // Real time on purpose: a thread that hangs does so in real time, whatever clock the run has.
  void give_up_later() {
    timer_.expires_after(grace);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || self->done_) return;
      self->job_->disown();
      ++self->state_->abandoned;
      self->lost = "a blocking call did not stop within 2 s of being asked to and was abandoned";
      self->finish();
    });
  }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Job> job_;

 public:
  asio::steady_timer gate;  ///< never rings: cancelling it wakes the coroutine
  std::string lost;         ///< why there is no outcome; empty: there is one

 private:
  asio::steady_timer timer_;
  bool done_ = false;
};

Task<> BlockingPool::await(Clock& clock, std::shared_ptr<Job> job) {
  const ClockHold hold(clock);
  const auto executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(executor, state_, job);
  // A frame that is destroyed while it waits belongs to an executor that is going away, to which the thread must not post.
  const Disowner disowner{job};
  detail::SlotGuard outer{(co_await asio::this_coro::cancellation_state).slot()};
  if (outer.slot.is_connected()) outer.slot.assign([waiting](asio::cancellation_type) { waiting->cancel(); });
  job->finished = [executor, waiting] { asio::post(executor, [waiting] { waiting->finish(); }); };
  submit(job);
  co_await waiting->gate.async_wait(asio::bind_cancellation_slot(asio::cancellation_slot(), asio::as_tuple(use_task)));
  if (!waiting->lost.empty()) throw Error(ErrorKind::cancelled, waiting->lost);
}

}  // namespace antiphon
