#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "antiphon/gateway/call/caller_connection.hpp"

namespace antiphon::gateway {

/// The caller wants the call to end.
struct CallerHangup {};

/// Nobody says more in one turn, and all of it has to be looked at.
inline constexpr std::size_t longest_typed_turn = 4096;  // bytes

/// What a client says in a text message of `antiphon.call/1`; nullopt for types and values that mean nothing here: blank texts and
/// digits without a key among them.
/// @throws Error protocol for anything that is no JSON object; too_large for a turn of over `longest_typed_turn`.
std::optional<std::variant<CallerKeys, CallerText, CallerPlayed, CallerHangup>> read_call_message(std::string_view text);

}  // namespace antiphon::gateway
