#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/json.hpp"
#include "antiphon/gateway/call/open_turn.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// All that another instance needs to go on with a call.
struct KeptCall {
  SessionState state{};
  std::optional<OpenTurn> open{};  ///< the last turn, where its answer was not heard to its end
  json::object memory{};           ///< of the dialogue
  std::int64_t began_ms = 0;       ///< milliseconds since 1970: a call that is resumed gets no younger
};

std::string write_kept_call(const KeptCall& call);
/// @throws Error protocol for what `write_kept_call` has not written, another version of it among that.
KeptCall read_kept_call(std::string_view text);

}  // namespace antiphon::gateway
