#pragma once

#include <string>
#include <string_view>

#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"

namespace antiphon::speech {

/// What the far side says went wrong, in one line of at most 200 bytes; empty where its body is no such thing (VOX-23).
std::string short_message(std::string_view body);

/// The error for a status of 400 or more: status and short message, party provider.
Error failure(const net::HttpReply& reply, const std::string& name, const wire::Endpoint& endpoint);

/// The same for the error of a WebSocket that was not opened, whatever kept it from it.
Error declined(const Error& error, const std::string& name, const wire::Endpoint& endpoint);

/// `error` with the provider's name before it, the key masked, and party provider.
Error named(const Error& error, const std::string& name, const wire::Endpoint& endpoint);

}  // namespace antiphon::speech
