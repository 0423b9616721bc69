#pragma once

#include <functional>
#include <string>

#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/sessions/seal.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"

namespace antiphon::gateway {

struct KeepSettings {
  Duration resume_within{std::chrono::seconds(60)};  ///< after its connection was lost, a call can be gone on with
  Duration renew{std::chrono::seconds(15)};          ///< what goes on is kept anew so often, whatever happens in it
  Duration patience{std::chrono::milliseconds(50)};  ///< audio waits no longer for the store
  Duration answer{std::chrono::seconds(2)};          ///< of the store
  Duration retry{std::chrono::seconds(1)};           ///< after a failure, doubled up to `longest_retry`
  Duration longest_retry{std::chrono::seconds(8)};
};

/// Keeps one call in a store as it goes on. The call itself never waits for a store that is gone, and never fails for it: what is kept is written again
/// when the store is back. One executor.
class CallKeeper {
 public:
  /// @param snapshot what is to be kept, as it is now
  /// @param on_taken somebody else goes on with the call
  CallKeeper(Clock& clock, SessionStore& store, KeepSettings settings, std::string_view token, std::function<std::string()> snapshot,
             std::function<void()> on_taken);

  /// Writes what has changed until cancelled, or until the call was taken. One task, as long as the call.
  Task<> pump();
  /// Something has changed; it is written soon.
  void note();
  /// Something has changed: waits until it was written, for `patience` at most, and not at all where the last writing has failed.
  Task<> keep();
  /// Nothing is written any more: what is kept lives for `resume_within` from now, or is removed. Never throws an Error.
  Task<> finish(bool may_resume);

  /// Nothing of the call is left when it ends, however that is.
  void leave_nothing() { leaves_nothing_ = true; }

  bool was_taken() const { return taken_; }

 private:
  Task<> wait_until_due();
  Task<> write();
  Task<> wait_for(std::uint64_t version);

  Clock& clock_;
  SessionStore& store_;
  KeepSettings settings_;
  SessionSeal seal_;
  std::function<std::string()> snapshot_;
  std::function<void()> on_taken_;
  std::uint64_t changed_ = 1, written_ = 0;  ///< versions
  Clock::Time renew_at_{0}, not_before_{0};
  Duration pause_{0};
  bool there_ = true, taken_ = false, finished_ = false, leaves_nothing_ = false;
  Pulse pulse_, progress_;
};

}  // namespace antiphon::gateway
