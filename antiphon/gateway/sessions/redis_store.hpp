#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gateway/sessions/session_store.hpp"

namespace antiphon::gateway {

struct RedisOptions {
  std::string url = "redis://127.0.0.1:6379";  ///< redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]
  std::string password{};                      ///< in place of one in `url`, which may be seen by others
  Duration connect{std::chrono::seconds(1)};   ///< for the connection
  Duration answer{std::chrono::seconds(1)};    ///< for an answer
  /// Told when Redis is lost (with the reason), and when it is back; not for each operation. On the executor.
  std::function<void(bool there, const std::string& why)> on_change{};
};

/// Sessions in a Redis of version 6 or newer that instances share. Keys begin with `antiphon:`.
///
/// One connection, made when it is needed and made again when it was lost. What waits while it is used goes over it at once.
class RedisStore final : public SessionStore {
 public:
  /// @throws Error configuration for an address that is none.
  RedisStore(Runtime& runtime, RedisOptions options);
  ~RedisStore() override;

  Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<std::optional<std::string>> claim(std::string name, Deadline deadline) override;
  Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) override;
  Task<bool> has(std::string name, Deadline deadline) override;
  Task<> remove(std::string name, Deadline deadline) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace antiphon::gateway
