#include "antiphon/base/clock.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/base/prefetch.hpp"

namespace antiphon {

namespace {

// The handler of one sleeper: completed once, by its alarm or by a cancellation, whichever is first.
template <class Handler>
struct Sleeper {
  Handler handler;

  static void complete(std::shared_ptr<Sleeper> self, boost::system::error_code error) {
    auto slot = asio::get_associated_cancellation_slot(self->handler);
    if (slot.is_connected()) slot.clear();
    auto handler = std::move(self->handler);
    self.reset();
    std::move(handler)(error);
  }
  // Whoever cancels goes on first; an alarm rings on the executor, and from nobody's code.
  static void complete_later(std::shared_ptr<Sleeper> self, boost::system::error_code error) {
    auto slot = asio::get_associated_cancellation_slot(self->handler);
    if (slot.is_connected()) slot.clear();
    auto executor = asio::get_associated_executor(self->handler);
    asio::post(executor, [self = std::move(self), error]() mutable { complete(std::move(self), error); });
  }
};

}  // namespace

Task<> Clock::sleep_until(Time at) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      [this, at](auto handler) {
        using Handler = decltype(handler);
        auto sleeper = std::make_shared<Sleeper<Handler>>(Sleeper<Handler>{std::move(handler)});
        auto slot = asio::get_associated_cancellation_slot(sleeper->handler);
        const auto alarm = call_at(at, [sleeper] { Sleeper<Handler>::complete(sleeper, {}); });
        // The slot belongs to the coroutine that the sleeper owns: a strong reference here would keep both alive for ever.
        if (slot.is_connected())
          slot.assign([this, alarm, weak = std::weak_ptr(sleeper)](asio::cancellation_type) {
            auto last = weak.lock();  // complete() clears the slot, and with it this closure
            if (!last) return;
            cancel(alarm);
            Sleeper<Handler>::complete_later(std::move(last), asio::error::operation_aborted);
          });
      },
      use_task);
}

namespace {

// Alarms ring up to that much late, and those of a thousand calls in rounds: the system is asked for one wake-up per round and not for one per alarm, and
// the actions of a round find each other's code and common data in the cache. A turn waits for half a dozen alarms one after another, so that it is short.
constexpr Duration grid = std::chrono::microseconds(250);

Clock::Time on_the_grid(Clock::Time at) { return at > Clock::Time::max() - grid ? at : (at + grid - Duration(1)) / grid * grid; }

/// What an action will look at first: nearly all hold a pointer to it, and nothing before. Where one does not, nothing comes of it.
void prefetch_for(const std::function<void()>& action) {
  const void* object = nullptr;
  std::memcpy(&object, static_cast<const void*>(&action), sizeof object);
  prefetch(object, 768);
}

/// Actions in order of time and, at one time, of being set. What is kept together rings together: a call in real time sets an alarm fifty times a second, and a
/// tree of all alarms would be gone through, out of the cache, for each of them.
class Rounds {
 public:
  bool empty() const { return rounds_.empty(); }
  /// When the first round is due: all that is in it may ring then.
  Clock::Time due() const { return rounds_.begin()->first; }

  void add(Clock::Alarm alarm, std::function<void()> action) {
    auto& round = rounds_[on_the_grid(alarm.first)];
    round.sorted = round.sorted && (round.alarms.empty() || round.alarms.back().at < alarm);
    round.alarms.push_back({alarm, std::move(action)});
    ++round.left;
  }

  /// The first of the first round.
  std::function<void()> take() {
    auto& round = rounds_.begin()->second;
    round.sort();
    while (!round.alarms[round.taken].action) ++round.taken;
    if (round.taken + 1 < round.alarms.size()) prefetch_for(round.alarms[round.taken + 1].action);
    auto action = std::exchange(round.alarms[round.taken++].action, nullptr);
    if (--round.left == 0) rounds_.erase(rounds_.begin());
    return action;
  }

  /// Its action, if it did not ring yet: what that owns may set and forget further alarms when it is destroyed.
  std::function<void()> forget(Clock::Alarm alarm) {
    const auto found = rounds_.find(on_the_grid(alarm.first));
    if (found == rounds_.end()) return {};
    auto& round = found->second;
    round.sort();
    const auto entry = std::ranges::lower_bound(round.rest(), alarm, {}, &Entry::at);
    if (entry == round.rest().end() || entry->at != alarm || !entry->action) return {};
    auto action = std::exchange(entry->action, nullptr);
    if (--round.left == 0)
      rounds_.erase(found);
    else
      round.tidy();
    return action;
  }

 private:
  struct Entry {
    Clock::Alarm at;
    std::function<void()> action;  ///< none: it was forgotten
  };
  struct Round {
    std::vector<Entry> alarms;
    std::size_t taken = 0;  ///< those before it have rung
    std::size_t left = 0;   ///< that will ring
    bool sorted = true;

    std::span<Entry> rest() { return std::span(alarms).subspan(taken); }
    void sort() {
      if (!std::exchange(sorted, true)) std::ranges::sort(rest(), {}, &Entry::at);
    }
    // All deadlines that never come are in one round.
    void tidy() {
      if (rest().size() < 2 * left + 16) return;
      std::erase_if(alarms, [](const Entry& each) { return !each.action; });
      taken = 0;
    }
  };
  std::map<Clock::Time, Round> rounds_;  // by when they are due
};

}  // namespace

struct WallClock::State : std::enable_shared_from_this<State> {
  explicit State(asio::any_io_executor executor) : timer(std::move(executor)), start(std::chrono::steady_clock::now()) {}

  Time now() const { return std::chrono::steady_clock::now() - start; }

  // Most alarms are deadlines that never ring, so a timer that is early is left alone: ringing once in vain costs less than setting it each time.
  // What is due already waits for the system all the same, behind every socket that is ready. Posted it would cost less, and ring before them: where there is
  // more to do than time, what is sent would stay on time and what comes would be read ever later, so that a full gateway heard its callers seconds late.
  void arm() {
    if (ringing || alarms.empty()) return;
    const auto due = alarms.due();
    if (due >= armed) return;
    armed = due;
    timer.expires_at(start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(armed));
    timer.async_wait([self = shared_from_this(), when = armed](boost::system::error_code error) {
      if (error || self->closed || when != self->armed) return;
      self->armed = Time::max();
      self->ring();
    });
  }

  // Who rings sets its next alarm: the timer is set once for all of them, which in a virtual machine is a matter for its host; whoever throws, too.
  struct Ringing {
    State& clock;
    explicit Ringing(State& of) : clock(of) { clock.ringing = true; }
    ~Ringing() {
      clock.ringing = false;
      if (!clock.closed) clock.arm();
    }
  };

  void ring() {
    const Ringing until_all_rang(*this);
    const auto now_due = now();
    while (!closed && !alarms.empty() && alarms.due() <= now_due) alarms.take()();
  }

  // An armed timer keeps the context running. Whether nobody needs it any more is looked at later: the next deadline often comes at once.
  void disarm_soon() {
    if (!alarms.empty() || armed == Time::max() || std::exchange(disarming, true)) return;
    asio::post(timer.get_executor(), [self = shared_from_this()] {
      self->disarming = false;
      if (self->closed || !self->alarms.empty()) return;
      self->armed = Time::max();
      self->timer.cancel();
    });
  }

  asio::steady_timer timer;
  std::chrono::steady_clock::time_point start;
  Rounds alarms;
  Time armed = Time::max();
  std::uint64_t next = 0;
  bool closed = false;
  bool disarming = false;
  bool ringing = false;
};

WallClock::WallClock(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}
WallClock::WallClock(asio::io_context& context) : WallClock(context.get_executor()) {}

WallClock::~WallClock() {
  state_->closed = true;
  state_->timer.cancel();
  // What a forgotten action owns may be a coroutine whose end forgets further alarms, so the rest must be whole while one is destroyed.
  while (!state_->alarms.empty()) state_->alarms.take();
}

Clock::Time WallClock::now() const { return state_->now(); }

Clock::Alarm WallClock::call_at(Time at, std::function<void()> action) {
  // Past the representable end of the steady clock "never" would wrap round to the past.
  constexpr Time forever = std::chrono::hours(24 * 365 * 10);
  const Alarm alarm{std::min(at, forever), state_->next++};
  state_->alarms.add(alarm, std::move(action));
  state_->arm();
  return alarm;
}

void WallClock::cancel(Alarm alarm) {
  if (const auto forgotten = state_->alarms.forget(alarm)) state_->disarm_soon();
}

VirtualClock::~VirtualClock() {
  while (!alarms_.empty()) const auto last = alarms_.extract(alarms_.begin());  // one by one, as above
}

Clock::Alarm VirtualClock::call_at(Time at, std::function<void()> action) {
  const Alarm alarm{at, next_++};
  alarms_.emplace(alarm, std::move(action));
  return alarm;
}

void VirtualClock::cancel(Alarm alarm) { const auto forgotten = alarms_.extract(alarm); }

void VirtualClock::ring_next() {
  auto node = alarms_.extract(alarms_.begin());
  now_ = std::max(now_, node.key().first);
  // Inside the context, where a real clock rings too: what an alarm dispatches then runs before anything else.
  asio::post(context_, std::move(node.mapped()));
}

void VirtualClock::run(const std::function<bool()>& done, Duration limit, const std::function<void()>& watchdog) {
  context_.restart();  // it stopped itself when an earlier run ended with nothing left to do
  const auto guard = asio::make_work_guard(context_);
  const auto wall_end = std::chrono::steady_clock::now() + std::min<Duration>(limit, std::chrono::hours(24 * 365));
  bool barked = false;
  while (!done()) {
    if (!barked && std::chrono::steady_clock::now() >= wall_end) {
      barked = true;
      watchdog();
      continue;
    }
    if (context_.poll_one() > 0) continue;  // one at a time: handlers that wake each other for ever must not outrun the watchdog
    if (held_ > 0) {
      barked ? context_.run_one() : context_.run_one_until(wall_end);
      continue;
    }
    if (alarms_.empty()) return;
    ring_next();
  }
}

}  // namespace antiphon
