#include "antiphon/base/blocking.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

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
  bool closed = false;

  static void work(std::shared_ptr<State> self) {
    for (;;) {
      std::unique_lock lock(self->mutex);
      ++self->idle;
      self->wake.wait(lock, [&] { return self->closed || !self->queue.empty(); });
      --self->idle;
      if (self->queue.empty()) return;
      auto job = std::move(self->queue.front());
      self->queue.pop_front();
      lock.unlock();
      job->work(job->stop.get_token());
      job->finish();
    }
  }
};

BlockingPool::BlockingPool() : state_(std::make_shared<State>()) {}

BlockingPool::~BlockingPool() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->wake.notify_all();
}

std::size_t BlockingPool::abandoned() const { return state_->abandoned; }

void BlockingPool::submit(std::shared_ptr<Job> job) {
  const std::lock_guard lock(state_->mutex);
  state_->queue.push_back(std::move(job));
  if (state_->idle < state_->queue.size() && state_->threads < max_threads) {
    ++state_->threads;
    std::thread(State::work, state_).detach();
  }
  state_->wake.notify_one();
}

namespace {

// The awaiting side of one job: completed once, by the thread's end or two seconds after a cancellation, whichever is first.
template <class Handler>
class Waiter : public std::enable_shared_from_this<Waiter<Handler>> {
 public:
  explicit Waiter(Handler handler)
      : handler_(std::move(handler)), executor_(asio::get_associated_executor(handler_)), guard_(asio::make_work_guard(executor_)), timer_(executor_) {}

  asio::any_io_executor executor() const { return executor_; }
  asio::cancellation_slot slot() { return asio::get_associated_cancellation_slot(handler_); }

  // Real time on purpose: a thread that hangs does so in real time, whatever clock the run has.
  void give_up_after(Duration limit, std::function<void()> abandon) {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(limit));
    timer_.async_wait([self = this->shared_from_this(), abandon = std::move(abandon)](boost::system::error_code error) {
      if (error || self->done_) return;
      abandon();
      self->complete(asio::error::operation_aborted);
    });
  }

  void complete(boost::system::error_code error) {
    if (std::exchange(done_, true)) return;
    const auto keep = this->shared_from_this();
    if (slot().is_connected()) slot().clear();
    timer_.cancel();
    guard_.reset();
    auto handler = std::move(handler_);
    std::move(handler)(error);
  }

 private:
  Handler handler_;
  asio::any_io_executor executor_;
  asio::executor_work_guard<asio::any_io_executor> guard_;
  asio::steady_timer timer_;
  bool done_ = false;
};

}  // namespace

Task<> BlockingPool::await(Clock& clock, std::shared_ptr<Job> job) {
  const ClockHold hold(clock);
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      [&](auto handler) {
        auto waiter = std::make_shared<Waiter<decltype(handler)>>(std::move(handler));
        job->finished = [waiter] { asio::post(waiter->executor(), [waiter] { waiter->complete({}); }); };
        if (waiter->slot().is_connected())
          waiter->slot().assign([job, waiter, state = state_](asio::cancellation_type) {
            job->stop.request_stop();
            waiter->give_up_after(grace, [job, state] {
              ++state->abandoned;
              job->disown();
            });
          });
        submit(job);
      },
      use_task);
}

}  // namespace antiphon
