#include "antiphon/adapters/layercode/layercode_access.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t longest_answer = 1024 * 1024;

net::HttpRequest authorise_request(const LayercodeAccess& access, const std::string& conversation_id) {
  layercode::AuthoriseRequest asked{.agent_id = access.agent_id, .conversation_id = conversation_id};
  asked.custom_metadata = access.custom_metadata;
  asked.custom_headers = access.custom_headers;
  net::HttpRequest request{.url = authorize_url(access), .headers = access.auth_headers, .reply_limit = longest_answer, .tls = access.tls};
  if (!net::find_header(request.headers, "content-type")) request.headers.emplace_back("content-type", "application/json");
  request.body = layercode::write_authorise_request(asked);
  return request;
}

net::WsRequest session_request(const LayercodeAccess& access, std::string_view key) {
  const char joint = access.websocket_url.find('?') == std::string::npos ? '?' : '&';
  return {.url = fmt::format("{}{}client_session_key={}", access.websocket_url, joint, percent_encode(key)), .tls = access.tls};
}

std::string what_to_do(int status) {
  switch (status) {
    case 400: return "check `agent_id`, and that the backend knows the platform's API key";
    case 401:
    case 403: return "the backend wants to know who asks: give `auth_headers` (--auth-header NAME=VALUE)";
    case 402: return "the platform's account has no balance left";
    case 404: return "check `server_url` and `authorize_path`";
    default: return status >= 500 ? "look into the backend's log" : "";
  }
}

ErrorKind kind_of(int status) {
  if (status == 401 || status == 403) return ErrorKind::unauthorized;
  if (status == 404) return ErrorKind::not_found;
  if (status == 429) return ErrorKind::rate_limited;
  return status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid_input;
}

void require_grant(const net::HttpReply& reply, const std::string& url) {
  if (reply.status >= 200 && reply.status < 300) return;
  if (reply.status >= 300 && reply.status < 400) require_success(reply, url);  // tells where it points
  std::string said = reply.body;
  if (const auto value = try_parse_json(reply.body))
    if (auto error = find_string(*value, "error")) said = std::move(*error);
  const auto text = cut(repair_utf8(trim(said)), 300);
  throw Error(kind_of(reply.status), fmt::format("the backend at {} answered HTTP {}{}{}", shown_url(url), reply.status, text.empty() ? "" : ": ", text))
      .with_party(Party::agent)
      .with_status(reply.status)
      .with_hint(what_to_do(reply.status));
}

/// Two addresses take part: which one it was is said.
Error from_backend(const Error& error, const std::string& shown) {
  return Error(error.kind(), fmt::format("the backend at {}: {}", shown, error.message())).with_hint(error.hint());
}

Task<net::HttpReply> send(Runtime& runtime, net::HttpClient& http, const LayercodeAccess& access, net::HttpRequest request, Deadline deadline) {
  const auto late =
      Error(ErrorKind::timeout, fmt::format("the backend at {} gave no key within {}", shown_url(request.url), format_duration(access.request_timeout)));
  const auto shown = shown_url(request.url);
  if (access.post) co_return co_await at_most(runtime.clock, deadline, access.post(runtime, std::move(request)), late);
  std::optional<Error> failure;
  try {
    co_return co_await http.send(std::move(request), deadline);
  } catch (const Error& error) {
    failure = error.kind() == ErrorKind::timeout ? late : from_backend(error, shown);
  }
  throw std::move(*failure);
}

}  // namespace

std::string authorize_url(const LayercodeAccess& access) {
  auto url = access.server_url;
  while (url.ends_with('/')) url.pop_back();
  return url + (access.authorize_path.starts_with('/') ? "" : "/") + access.authorize_path;
}

void check(const LayercodeAccess& access) {
  const auto scheme = lower(access.server_url.substr(0, access.server_url.find("://")));
  if (access.server_url.find("://") == std::string::npos || (scheme != "http" && scheme != "https"))
    throw Error(ErrorKind::configuration, fmt::format("server_url is no http address: {}", quote(shown_url(access.server_url))))
        .with_hint("write it as \"http://localhost:8001\"");
  net::check_request(session_request(access, "key"));
}

Task<layercode::AuthoriseReply> authorise(Runtime& runtime, net::HttpClient& http, LayercodeAccess access, std::string conversation_id) {
  const auto url = authorize_url(access);
  const auto deadline = Deadline::after(runtime.clock, access.request_timeout);
  const auto reply = co_await as_agent(send(runtime, http, access, authorise_request(access, conversation_id), deadline));
  require_grant(reply, url);
  try {
    auto grant = layercode::read_authorise_reply(reply.body);
    if (!conversation_id.empty()) grant.conversation_id = std::move(conversation_id);  // the caller's wins
    co_return grant;
  } catch (const Error& error) {
    throw Error(ErrorKind::protocol, fmt::format("the backend at {} answered without a session: {}", shown_url(url), error.message()))
        .with_party(Party::agent)
        .with_hint("it must pass on what the platform answers: client_session_key and conversation_id");
  }
}

Task<std::unique_ptr<net::WebSocket>> open_session(Runtime& runtime, LayercodeAccess access, std::string key) {
  auto request = session_request(access, key);
  const auto deadline = Deadline::after(runtime.clock, access.request_timeout);
  std::optional<Error> failure;
  try {
    if (access.stream) co_return co_await net::connect_websocket(runtime, std::move(request), access.stream(runtime), deadline);
    co_return co_await net::connect_websocket(runtime, std::move(request), deadline);
  } catch (const Error& error) {
    failure = error;
  }
  auto told = Error(failure->kind(), fmt::format("the platform at {}: {}", shown_url(access.websocket_url), failure->message()))
                  .with_party(party_of(*failure))
                  .with_hint(failure->kind() == ErrorKind::unauthorized ? "the key has expired, or is another's: authorise again, once for each conversation"
                                                                        : failure->hint());
  if (failure->status()) throw std::move(told).with_status(*failure->status());
  throw std::move(told);
}

}  // namespace antiphon
