#include "antiphon/gateway/sessions/lasting_store.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"

namespace antiphon::gateway {

namespace {

/// What the store does not know yet.
struct Entry {
  std::string value;
  Clock::Time until;
  bool claimed = false;       ///< here; remembered until then, also when the store knows
  bool mark_is_ours = false;  ///< where the store says that it was claimed, that may have been us
  bool writing = false, lost = false;
  std::uint64_t version = 0, tries = 0;
  Duration pause{0};
  Pulse tried{};
  std::optional<ScopedAlarm> alarm{};
};

using EntryPtr = std::shared_ptr<Entry>;

Task<> wait_for(EntryPtr entry, std::uint64_t tries) {
  while (entry->tries < tries) co_await entry->tried.wait();
}

}  // namespace

/// Shared with the tasks that write, which may be under way when the store is gone.
struct LastingStore::State : std::enable_shared_from_this<LastingStore::State> {
  State(Runtime& its_runtime, std::shared_ptr<SessionStore> its_store, const KeepSettings& its_settings, std::function<void(const std::string&)> its_on_lost)
      : runtime(its_runtime), store(std::move(its_store)), settings(its_settings), on_lost(std::move(its_on_lost)) {}

  EntryPtr find(const std::string& name) const;
  EntryPtr put(const std::string& name, std::string value, Duration life);
  void forget(const std::string& name, const EntryPtr& entry);
  void write_soon(const std::string& name, const EntryPtr& entry);
  Task<> try_once(std::string name, EntryPtr entry, Deadline deadline);
  static Task<> write(std::shared_ptr<State> self, std::string name, EntryPtr entry);
  Task<> tell(std::string name, EntryPtr entry);
  void wait_with(const std::string& name, const EntryPtr& entry, Clock::Time until);
  void settle(const std::string& name, const EntryPtr& entry);

  Runtime& runtime;
  std::shared_ptr<SessionStore> store;
  KeepSettings settings;
  std::function<void(const std::string&)> on_lost;
  std::map<std::string, EntryPtr, std::less<>> entries{};
};

EntryPtr LastingStore::State::find(const std::string& name) const {
  const auto found = entries.find(name);
  return found != entries.end() && found->second->until > runtime.clock.now() ? found->second : nullptr;
}

EntryPtr LastingStore::State::put(const std::string& name, std::string value, Duration life) {
  auto entry = find(name);
  if (!entry) entries.insert_or_assign(name, entry = std::make_shared<Entry>());
  entry->value = std::move(value);
  entry->until = runtime.clock.now() + life;
  ++entry->version;
  return entry;
}

void LastingStore::State::forget(const std::string& name, const EntryPtr& entry) {
  if (const auto found = entries.find(name); found != entries.end() && found->second == entry) entries.erase(found);
}

void LastingStore::State::write_soon(const std::string& name, const EntryPtr& entry) {
  if (!std::exchange(entry->writing, true)) asio::co_spawn(runtime.executor, write(shared_from_this(), name, entry), asio::detached);
}

/// Returns when the store has it, or has failed, at the deadline at the latest; it goes on being written then.
Task<> LastingStore::State::try_once(std::string name, EntryPtr entry, Deadline deadline) {
  const auto next = entry->tries + 1;
  write_soon(name, entry);
  try {
    co_await at_most(runtime.clock, deadline, wait_for(entry, next), Error(ErrorKind::timeout, "the store is slow"));
  } catch (const Error&) {}
}

Task<> LastingStore::State::write(std::shared_ptr<State> self, std::string name, EntryPtr entry) {
  bool written = false;
  try {
    while (!written) {  // once more where it has changed meanwhile
      const auto version = entry->version;
      co_await self->tell(name, entry);
      written = version == entry->version || entry->lost;
    }
  } catch (const Error&) {}  // the store tells of it, once for all calls
  entry->writing = false;
  if (written) {
    self->settle(name, entry);
  } else {
    entry->pause = std::clamp(entry->pause * 2, self->settings.retry, self->settings.longest_retry);
    self->wait_with(name, entry, self->runtime.clock.now() + entry->pause);
  }
  ++entry->tries;
  entry->tried.beat();
}

Task<> LastingStore::State::tell(std::string name, EntryPtr entry) {
  const auto deadline = Deadline::after(runtime.clock, settings.answer);
  const auto life = std::max<Duration>(entry->until - runtime.clock.now(), std::chrono::milliseconds(1));
  const bool claimed = entry->claimed;
  if (!claimed && entry->mark_is_ours) co_return co_await store->give_back(name, entry->value, life, deadline);
  if (!entry->mark_is_ours && co_await store->save(name, entry->value, life, deadline) == Kept::taken) {
    entry->lost = true;
    co_return;
  }
  if (!claimed) co_return;
  // A claim that fails may have been carried out all the same: from now on a mark tells nothing of others.
  const bool was_ours = std::exchange(entry->mark_is_ours, true);
  if (!co_await store->claim(name, deadline) && !was_ours) entry->lost = true;
}

/// Until the next try, or until nobody asks for it any more.
void LastingStore::State::wait_with(const std::string& name, const EntryPtr& entry, Clock::Time until) {
  entry->alarm.emplace(runtime.clock, std::min(until, entry->until), [weak = weak_from_this(), name, kept = std::weak_ptr(entry)] {
    const auto self = weak.lock();
    const auto its = kept.lock();
    if (!self || !its) return;
    if (its->until <= self->runtime.clock.now()) return self->forget(name, its);
    self->write_soon(name, its);
  });
}

void LastingStore::State::settle(const std::string& name, const EntryPtr& entry) {
  entry->pause = Duration{0};
  if (entry->lost && entry->claimed && on_lost) on_lost(name);
  if (entry->lost || !entry->claimed) return forget(name, entry);
  entry->alarm.emplace(runtime.clock, entry->until, [weak = weak_from_this(), name, kept = std::weak_ptr(entry)] {
    const auto self = weak.lock();
    const auto its = kept.lock();
    if (self && its && its->until <= self->runtime.clock.now()) self->forget(name, its);
  });
}

LastingStore::LastingStore(Runtime& runtime, std::shared_ptr<SessionStore> store, const KeepSettings& settings,
                           std::function<void(const std::string& name)> on_lost)
    : state_(std::make_shared<State>(runtime, std::move(store), settings, std::move(on_lost))) {}

LastingStore::~LastingStore() { state_->on_lost = nullptr; }

Task<SessionStore::Kept> LastingStore::save(std::string name, std::string value, Duration life, Deadline deadline) {
  return state_->store->save(std::move(name), std::move(value), life, deadline);
}

Task<> LastingStore::leave(std::string name, std::string value, Duration life, Deadline deadline) {
  if (const auto entry = state_->find(name); entry && entry->claimed) co_return;
  const auto entry = state_->put(name, std::move(value), life);
  co_await state_->try_once(name, entry, deadline);
}

Task<std::optional<std::string>> LastingStore::claim(std::string name, Deadline deadline) {
  const auto entry = state_->find(name);
  if (!entry) co_return co_await state_->store->claim(name, deadline);
  if (std::exchange(entry->claimed, true)) co_return std::nullopt;
  const auto value = entry->value;
  const auto until = std::exchange(entry->until, state_->runtime.clock.now() + claim_life);
  ++entry->version;
  try {
    co_await state_->try_once(name, entry, deadline);
  } catch (...) {  // whoever has asked is gone, and the next may have it
    entry->claimed = false, entry->until = until, ++entry->version;
    state_->write_soon(name, entry);
    throw;
  }
  if (entry->lost) co_return std::nullopt;
  co_return value;
}

Task<> LastingStore::give_back(std::string name, std::string value, Duration life, Deadline deadline) {
  const bool was_claimed_there = !state_->find(name);
  const auto entry = state_->put(name, std::move(value), life);
  entry->claimed = false;
  if (was_claimed_there) entry->mark_is_ours = true;
  co_await state_->try_once(name, entry, deadline);
}

Task<bool> LastingStore::has(std::string name, Deadline deadline) {
  if (const auto entry = state_->find(name)) co_return !entry->claimed;
  co_return co_await state_->store->has(name, deadline);
}

Task<> LastingStore::remove(std::string name, Deadline deadline) { return state_->store->remove(std::move(name), deadline); }

}  // namespace antiphon::gateway
