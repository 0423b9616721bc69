#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/sessions/call_keeper.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"

namespace antiphon::gateway {

/// A store whose last word on a call is not lost while it cannot be reached: what is left, or given back, waits in this process until the store has it or its
/// life is over. Until then it can be claimed here, once; the store hears of that as soon as it can, so that nobody claims what it may still hold of it.
/// Everything else goes straight to the store. Belongs to one executor.
class LastingStore final : public SessionStore {
 public:
  /// @param settings `answer`, `retry` and `longest_retry` of them
  /// @param on_lost what was claimed here had been claimed elsewhere already, which only came out now: whoever went on with it here has to stop
  LastingStore(Runtime& runtime, std::shared_ptr<SessionStore> store, const KeepSettings& settings, std::function<void(const std::string& name)> on_lost);
  ~LastingStore() override;

  Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<> leave(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<std::optional<std::string>> claim(std::string name, Deadline deadline) override;
  Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<bool> has(std::string name, Deadline deadline) override;
  Task<> remove(std::string name, Deadline deadline) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::gateway
