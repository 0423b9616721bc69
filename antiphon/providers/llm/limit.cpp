#include "antiphon/providers/llm/limit.hpp"

#include <algorithm>
#include <functional>
#include <list>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

namespace {

using Answer = std::function<void(boost::system::error_code, CallLimit::Slot)>;

}  // namespace

// Waiters stand in the list until somebody (a slot that came free, or their cancellation) takes them out; whoever does completes them.
struct CallLimit::Line {
  explicit Line(int size) : limit(static_cast<std::size_t>(std::max(size, 1))) {}

  mutable std::mutex mutex;
  const std::size_t limit;
  std::size_t taken = 0;
  std::list<std::shared_ptr<Answer>> waiting;

  bool remove(const std::shared_ptr<Answer>& waiter) {
    const std::lock_guard lock(mutex);
    return std::erase(waiting, waiter) > 0;
  }
};

namespace {

template <class Handler>
struct Waiter {
  Handler handler;
  asio::executor_work_guard<asio::any_io_executor> work;

  static void complete(std::shared_ptr<Waiter> self, boost::system::error_code error, CallLimit::Slot slot, std::mutex& mutex) {
    auto executor = self->work.get_executor();
    asio::post(executor, [self = std::move(self), error, slot = std::move(slot), &mutex]() mutable {
      // Whoever granted this holds the mutex until its post has returned; going on earlier could end the context under it.
      if (slot) const std::lock_guard granted(mutex);
      if (auto cancellation = asio::get_associated_cancellation_slot(self->handler); cancellation.is_connected()) cancellation.clear();
      auto handler = std::move(self->handler);
      self->work.reset();  // here, not on the thread that may hold the last reference: this context may be gone by then
      self.reset();
      std::move(handler)(error, std::move(slot));
    });
  }
};

}  // namespace

CallLimit::CallLimit(int limit) : line_(std::make_unique<Line>(limit)) {}
CallLimit::~CallLimit() = default;

Task<CallLimit::Slot> CallLimit::acquire() {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code, Slot)>(
      [self = shared_from_this()](auto handler) {
        using Handler = decltype(handler);
        auto executor = asio::any_io_executor(asio::get_associated_executor(handler));
        auto waiter = std::make_shared<Waiter<Handler>>(Waiter<Handler>{std::move(handler), asio::make_work_guard(executor)});
        auto answer = std::make_shared<Answer>([waiter, &mutex = self->line_->mutex](boost::system::error_code error, Slot slot) {
          Waiter<Handler>::complete(waiter, error, std::move(slot), mutex);
        });
        // Before it can be granted: another thread may do that at once.
        if (auto slot = asio::get_associated_cancellation_slot(waiter->handler); slot.is_connected())
          slot.assign([self, answer](asio::cancellation_type) {
            const auto last = answer;
            if (self->line_->remove(last)) (*last)(asio::error::operation_aborted, {});
          });
        {
          const std::lock_guard lock(self->line_->mutex);
          if (self->line_->taken >= self->line_->limit) {
            self->line_->waiting.push_back(std::move(answer));
            return;
          }
          ++self->line_->taken;
        }
        (*answer)({}, Slot(self));
      },
      use_task);
}

void CallLimit::give_back() {
  std::shared_ptr<Answer> next;  // outlives the lock
  const std::lock_guard lock(line_->mutex);
  if (line_->waiting.empty()) {
    --line_->taken;
    return;
  }
  next = std::move(line_->waiting.front());
  line_->waiting.pop_front();
  (*next)({}, Slot(shared_from_this()));
}

std::size_t CallLimit::in_flight() const {
  const std::lock_guard lock(line_->mutex);
  return line_->taken;
}

std::size_t CallLimit::waiting() const {
  const std::lock_guard lock(line_->mutex);
  return line_->waiting.size();
}

std::shared_ptr<CallLimit> CallLimits::of(const std::string& provider, int limit) {
  const std::lock_guard lock(mutex_);
  auto& entry = limits_[{provider, limit}];
  if (!entry) entry = std::make_shared<CallLimit>(limit);
  return entry;
}

std::shared_ptr<CallLimit> ProviderLimits::of(const std::string& provider, int runs) const {
  const auto found = allowed_.find(provider);
  const int allowed = found == allowed_.end() ? 0 : found->second;
  const int limit = runs > 0 && allowed > 0 ? std::min(runs, allowed) : std::max(runs, allowed);
  return limit > 0 ? limits_.of(provider, limit) : nullptr;
}

namespace {

class SlottedStream final : public ChatStream {
 public:
  SlottedStream(std::unique_ptr<ChatStream> inner, CallLimit::Slot slot) : inner_(std::move(inner)), slot_(std::move(slot)) {}

  Task<std::optional<ChatDelta>> next(Deadline deadline) override {
    auto piece = co_await inner_->next(deadline);
    if (!piece) slot_.release();
    co_return piece;
  }
  ChatResponse response() const override { return inner_->response(); }

 private:
  std::unique_ptr<ChatStream> inner_;
  CallLimit::Slot slot_;
};

}  // namespace

Task<CallLimit::Slot> enter(std::shared_ptr<CallLimit> limit, Clock& clock, Deadline deadline, std::string who) {
  if (!limit) co_return CallLimit::Slot();
  const Error late(ErrorKind::timeout, fmt::format("{}: no free place among the calls in flight in time", who));
  co_return co_await at_most(clock, deadline, limit->acquire(), late);
}

Task<ChatResponse> LimitedModel::complete(ChatRequest request, Deadline deadline) {
  const auto slot = co_await enter(limit_, clock_, deadline, name());
  co_return co_await inner_->complete(std::move(request), deadline);
}

Task<std::unique_ptr<ChatStream>> LimitedModel::stream(ChatRequest request, Deadline deadline) {
  auto slot = co_await enter(limit_, clock_, deadline, name());
  auto stream = co_await inner_->stream(std::move(request), deadline);
  co_return std::make_unique<SlottedStream>(std::move(stream), std::move(slot));
}

}  // namespace antiphon
