#pragma once

#include <map>
#include <optional>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"

namespace antiphon::gym {

/// What a key lets its holder do.
struct SessionGrant {
  std::string agent_id{};
  std::string conversation_id{};
  json::object metadata{}, custom_metadata{};
  std::map<std::string, std::string> custom_headers{};
  TurnTrigger trigger = TurnTrigger::automatic;
  bool can_interrupt = true;
};

/// Keys of clients' sessions: each is good for a time, and only the newest of a conversation.
class SessionKeys {
 public:
  explicit SessionKeys(Duration lifetime) : lifetime_(lifetime) {}

  /// The conversation's earlier key is worth nothing any more.
  void issue(const std::string& key, SessionGrant grant, Clock::Time now);
  enum class Refusal { none, unknown, expired };
  struct Claim {
    std::optional<SessionGrant> grant{};
    Refusal refusal = Refusal::none;
  };
  /// A key may be used again, for another connection, while it is good.
  Claim claim(const std::string& key, Clock::Time now) const;
  std::size_t size() const { return keys_.size(); }

 private:
  struct Key {
    SessionGrant grant;
    Clock::Time until;
  };
  void forget_old(Clock::Time now);

  Duration lifetime_;
  std::map<std::string, Key> keys_;
  std::map<std::string, std::string> of_conversation_;
};

}  // namespace antiphon::gym
