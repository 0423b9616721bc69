#pragma once

#include <optional>
#include <string>
#include <utility>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/task.hpp"

namespace antiphon::gateway {

/// Keeps what calls are made of for so long as nobody renews it, so that another connection, maybe to another instance, goes on with them (GTW-40). Names and
/// values are bytes that mean nothing here. Belongs to one executor.
class SessionStore {
 public:
  enum class Kept {
    yes,
    taken,  ///< nothing was kept: somebody has claimed it, and keeps it under another name now
  };

  virtual ~SessionStore() = default;

  /// @throws Error unavailable, timeout: then whether it was kept is not known.
  virtual Task<Kept> save(std::string name, std::string value, Duration life, Deadline deadline) = 0;
  /// The last that is kept of a call, whose keeper does not come again. @throws Error as `save`, unless the store sees to it that it is kept.
  virtual Task<> leave(std::string name, std::string value, Duration life, Deadline deadline) {
    co_await save(std::move(name), std::move(value), life, deadline);
  }
  /// What is kept under it, once: whoever claims it later gets nothing, and whoever kept it so far can keep nothing more. nullopt: nothing.
  /// @throws Error as `save`.
  virtual Task<std::optional<std::string>> claim(std::string name, Deadline deadline) = 0;
  /// Gives back what was claimed: the next may claim it. @throws Error as `save`.
  virtual Task<> give_back(std::string name, std::string value, Duration life, Deadline deadline) = 0;
  /// @throws Error as `save`.
  virtual Task<bool> has(std::string name, Deadline deadline) = 0;
  /// @throws Error as `save`.
  virtual Task<> remove(std::string name, Deadline deadline) = 0;
};

/// For how long a claim is remembered: longer than anybody who still keeps what was claimed waits between two attempts.
inline constexpr Duration claim_life = std::chrono::minutes(3);

}  // namespace antiphon::gateway
