#pragma once

#include <optional>
#include <string>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"

/// For tests alone.
namespace antiphon::gateway::testing {

/// A store that several instances share, and one of them may not reach.
class FarStore final : public SessionStore {
 public:
  explicit FarStore(SessionStore& store) : store_(store) {}
  Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) override {
    ++saves;
    reach();
    return store_.save(std::move(name), std::move(value), life, deadline);
  }
  Task<std::optional<std::string>> claim(std::string name, Deadline deadline) override {
    reach();
    auto claimed = co_await store_.claim(std::move(name), deadline);
    if (std::exchange(answer_is_lost, false)) throw Error(ErrorKind::timeout, "no answer");
    co_return claimed;
  }
  Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) override {
    reach();
    return store_.give_back(std::move(name), std::move(value), life, deadline);
  }
  Task<bool> has(std::string name, Deadline deadline) override {
    reach();
    return store_.has(std::move(name), deadline);
  }
  Task<> remove(std::string name, Deadline deadline) override {
    reach();
    return store_.remove(std::move(name), deadline);
  }
  bool gone = false, answer_is_lost = false;
  int saves = 0;

 private:
  void reach() const {
    if (gone) throw Error(ErrorKind::unavailable, "gone");
  }
  SessionStore& store_;
};

}  // namespace antiphon::gateway::testing
