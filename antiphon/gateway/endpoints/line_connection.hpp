#pragma once

#include "antiphon/gateway/call/caller_connection.hpp"

namespace antiphon::gateway {

/// A caller's connection over a network, which may break.
class LineConnection : public CallerConnection {
 public:
  /// Sends what was given to it until cancelled. One task, as long as the call. @throws Error closed.
  virtual Task<> pump() = 0;
  /// Whether it ended without the caller meaning it to: the caller may come back.
  virtual bool is_lost() const = 0;
};

}  // namespace antiphon::gateway
