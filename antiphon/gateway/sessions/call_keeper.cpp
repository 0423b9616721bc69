#include "antiphon/gateway/sessions/call_keeper.hpp"

#include <algorithm>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

CallKeeper::CallKeeper(Clock& clock, SessionStore& store, KeepSettings settings, std::string_view token, std::function<std::string()> snapshot,
                       std::function<void()> on_taken)
    : clock_(clock), store_(store), settings_(settings), seal_(token), snapshot_(std::move(snapshot)), on_taken_(std::move(on_taken)) {}

Task<> CallKeeper::pump() {
  while (!taken_) {
    co_await wait_until_due();
    if (finished_) co_return;
    co_await write();
  }
}

Task<> CallKeeper::wait_until_due() {
  for (;;) {
    const auto now = clock_.now();
    const auto due = std::max(not_before_, written_ < changed_ ? now : renew_at_);
    if (due <= now || finished_) co_return;
    const ScopedAlarm alarm(clock_, due, [this] { pulse_.beat(); });
    co_await pulse_.wait();
  }
}

Task<> CallKeeper::write() {
  const auto version = changed_;
  std::optional<SessionStore::Kept> kept;
  try {
    kept = co_await store_.save(seal_.name(), seal_.seal(snapshot_()), settings_.resume_within + settings_.renew, Deadline::after(clock_, settings_.answer));
  } catch (const Error&) {}  // the store tells of it, once for all calls
  there_ = kept.has_value();
  pause_ = there_ ? Duration{0} : std::clamp(pause_ * 2, settings_.retry, settings_.longest_retry);
  not_before_ = clock_.now() + pause_;
  if (there_) written_ = version, renew_at_ = clock_.now() + settings_.renew;
  if (kept == SessionStore::Kept::taken) taken_ = true;
  progress_.beat();
  if (taken_) on_taken_();
}

void CallKeeper::note() {
  ++changed_;
  pulse_.beat();
}

Task<> CallKeeper::keep() {
  note();
  if (!there_ || taken_ || finished_) co_return;
  try {
    co_await at_most(clock_, Deadline::after(clock_, settings_.patience), wait_for(changed_), Error(ErrorKind::timeout, "the store is slow"));
  } catch (const Error&) {}
}

Task<> CallKeeper::wait_for(std::uint64_t version) {
  while (written_ < version && there_ && !taken_ && !finished_) co_await progress_.wait();
}

Task<> CallKeeper::finish(bool may_resume) {
  if (taken_ || std::exchange(finished_, true)) co_return;
  pulse_.beat(), progress_.beat();
  const auto deadline = Deadline::after(clock_, there_ ? settings_.answer : settings_.patience);
  try {
    if (may_resume && !leaves_nothing_)
      co_await store_.leave(seal_.name(), seal_.seal(snapshot_()), settings_.resume_within, deadline);
    else
      co_await store_.remove(seal_.name(), deadline);
  } catch (const Error&) {}  // it ends there by itself
}

}  // namespace antiphon::gateway
