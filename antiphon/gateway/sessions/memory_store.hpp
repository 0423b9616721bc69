#pragma once

#include <functional>
#include <map>
#include <string>

#include "antiphon/gateway/sessions/session_store.hpp"

namespace antiphon::gateway {

/// In this process alone: calls survive a lost connection, not a lost instance. What has expired is forgotten with the next call of `save`.
class MemoryStore final : public SessionStore {
 public:
  explicit MemoryStore(Clock& clock) : clock_(clock) {}

  Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<std::optional<std::string>> claim(std::string name, Deadline deadline) override;
  Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<bool> has(std::string name, Deadline deadline) override;
  Task<> remove(std::string name, Deadline deadline) override;

  std::size_t size() const { return kept_.size(); }

 private:
  struct Entry {
    std::optional<std::string> value;  ///< unset: it was claimed
    Clock::Time until;
  };

  Entry* find(const std::string& name);
  void put(std::string name, std::optional<std::string> value, Duration life);
  void forget_old();

  Clock& clock_;
  std::map<std::string, Entry, std::less<>> kept_;
  std::multimap<Clock::Time, std::string> ends_;  ///< one at least for each entry, at its end or before it
};

}  // namespace antiphon::gateway
