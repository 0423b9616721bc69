#pragma once

#include <string>
#include <string_view>

#include "antiphon/gateway/endpoints/access.hpp"

namespace antiphon::gateway {

/// The same settings, able to sign: where there are tokens and no key, with a key of this process alone.
AccessSettings able_to_sign(AccessSettings settings);

/// The address by which a browser may open the call that `query` describes, from now on for a minute: `ws/call?…`, relative to the gateway's root. A browser
/// can send no header with a WebSocket, so that where one is needed the address carries a signature in its place.
std::string call_address(std::string_view query, const AccessSettings& settings, Access::WallTime now);

}  // namespace antiphon::gateway
