#pragma once

#include "antiphon/chat/history.hpp"

namespace antiphon {

/// A conversation as the model behind a simulated user must see it (SCN-40): its own lines as `assistant`, the agent's as `user`, led by a
/// greeting of the agent's; tool traffic, system notes and audio are left out. Each message is turned round once.
class RoleReversal {
 public:
  /// @param messages the whole history; it may only have grown since the last call, unless `forget` came between.
  const History& view(const History& messages);
  void forget();

 private:
  void take(const Message& message);
  History reversed_;
  std::size_t seen_ = 0;
};

}  // namespace antiphon
