#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/websocket.hpp"
#include "antiphon/protocol/layercode/authorisation.hpp"

namespace antiphon {

/// How a client gets to an agent behind the Layercode platform: it asks the user's own backend for a session key, and takes that to the platform's WebSocket.
struct LayercodeAccess {
  std::string server_url{};  ///< of the backend; http or https
  std::string authorize_path = "/api/authorize";
  std::string websocket_url = "wss://api.layercode.com/v1/agents/web/websocket";
  std::string agent_id{};
  json::object custom_metadata{};                       ///< comes back in every webhook
  std::map<std::string, std::string> custom_headers{};  ///< are added to every webhook
  net::Headers auth_headers{};                          ///< of the request to the backend; never printed
  net::TlsOptions tls{};
  Duration request_timeout{std::chrono::seconds(10)};  ///< for the key, and for the connection

  /// In place of the network: then a conversation may be in virtual time. Both or neither.
  std::function<Task<net::HttpReply>(Runtime&, net::HttpRequest)> post{};
  std::function<std::unique_ptr<net::ByteStream>(Runtime&)> stream{};

  bool in_memory() const { return post && stream; }
};

/// What can be known to be wrong before anybody is asked. @throws Error configuration: an address that is none.
void check(const LayercodeAccess& access);

/// Where the backend is asked: the address of the server and the path, with one slash between them.
std::string authorize_url(const LayercodeAccess& access);

/// Asks the backend for a key.
/// @param conversation_id of one to go on with; empty: a new one.
/// @throws Error of the party that is to blame: refused (transport); timeout, unauthorized, invalid_input, unavailable for what the backend answers, with its
///         status and what it says; protocol for an answer without a key or an id. The key is in none of them.
Task<layercode::AuthoriseReply> authorise(Runtime& runtime, net::HttpClient& http, LayercodeAccess access, std::string conversation_id);

/// Opens the platform's WebSocket with a key. @throws Error as the network's; the key is in none of them.
Task<std::unique_ptr<net::WebSocket>> open_session(Runtime& runtime, LayercodeAccess access, std::string key);

}  // namespace antiphon
