#pragma once

#include <map>
#include <string>
#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::layercode {

/// Asks for a session: a client its own backend, and that the platform.
struct AuthoriseRequest {
  std::string agent_id{};                               ///< `pipeline_id` of old is read too
  std::string conversation_id{};                        ///< empty: a new conversation
  json::object metadata{};                              ///< of the SDK
  json::object custom_metadata{};                       ///< comes back in each webhook's body
  std::map<std::string, std::string> custom_headers{};  ///< are added to each webhook request
  std::string sdk_version{};                            ///< empty: none
  json::object config{};                                ///< for this session, over the agent's
};

/// @throws Error protocol for what is no JSON object, or has a member of another type than it should. Both spellings are read, `agent_id` and `agentId`.
AuthoriseRequest read_authorise_request(std::string_view body);
/// What is empty is left out.
std::string write_authorise_request(const AuthoriseRequest& request);

struct AuthoriseReply {
  std::string client_session_key{};
  std::string conversation_id{};
  json::object config{};  ///< empty: none was sent
};

/// @throws Error protocol for what is no JSON object, or lacks the key or the id of the conversation (`session_id` of old counts as one). Both spellings are
/// read, `client_session_key` and `clientSessionKey`.
AuthoriseReply read_authorise_reply(std::string_view body);
std::string write_authorise_reply(const AuthoriseReply& reply);

}  // namespace antiphon::layercode
