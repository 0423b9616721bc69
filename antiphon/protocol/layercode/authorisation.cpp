#include "antiphon/protocol/layercode/authorisation.hpp"

#include "antiphon/protocol/layercode/fields.hpp"

namespace antiphon::layercode {

namespace {

json::object first_object(const Fields& fields, std::string_view key, std::string_view other) {
  auto object = fields.object_or(key);
  return object.empty() ? fields.object_or(other) : object;
}

std::map<std::string, std::string> headers_of(const Fields& fields) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : first_object(fields, "custom_headers", "customHeaders"))
    headers[std::string(name)] = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  return headers;
}

}  // namespace

AuthoriseRequest read_authorise_request(std::string_view body) {
  const Fields fields(body, "the request for a session");
  return {.agent_id = fields.first_text({"agent_id", "agentId", "pipeline_id"}),
          .conversation_id = fields.first_text({"conversation_id", "conversationId"}),
          .metadata = fields.object_or("metadata"),
          .custom_metadata = first_object(fields, "custom_metadata", "customMetadata"),
          .custom_headers = headers_of(fields),
          .sdk_version = fields.first_text({"sdk_version", "sdkVersion"}),
          .config = fields.object_or("config")};
}

std::string write_authorise_request(const AuthoriseRequest& request) {
  json::object body;
  if (!request.agent_id.empty()) body["agent_id"] = request.agent_id;
  if (!request.conversation_id.empty()) body["conversation_id"] = request.conversation_id;
  if (!request.metadata.empty()) body["metadata"] = request.metadata;
  if (!request.custom_metadata.empty()) body["custom_metadata"] = request.custom_metadata;
  if (!request.custom_headers.empty()) {
    auto& headers = body["custom_headers"].emplace_object();
    for (const auto& [name, value] : request.custom_headers) headers[name] = value;
  }
  if (!request.sdk_version.empty()) body["sdk_version"] = request.sdk_version;
  if (!request.config.empty()) body["config"] = request.config;
  return json::serialize(body);
}

AuthoriseReply read_authorise_reply(std::string_view body) {
  const Fields fields(body, "the reply to a request for a session");
  AuthoriseReply reply{.client_session_key = fields.first_text({"client_session_key", "clientSessionKey"}),
                       .conversation_id = fields.first_text({"conversation_id", "conversationId", "session_id", "sessionId"}),
                       .config = fields.object_or("config")};
  if (reply.client_session_key.empty()) fields.refuse("client_session_key", "a text");
  if (reply.conversation_id.empty()) fields.refuse("conversation_id", "a text");
  return reply;
}

std::string write_authorise_reply(const AuthoriseReply& reply) {
  json::object body{{"client_session_key", reply.client_session_key}, {"conversation_id", reply.conversation_id}};
  if (!reply.config.empty()) body["config"] = reply.config;
  return json::serialize(body);
}

}  // namespace antiphon::layercode
