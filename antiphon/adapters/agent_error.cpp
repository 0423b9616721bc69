#include "antiphon/adapters/agent_error.hpp"

#include <fmt/format.h>

#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

std::string said(const std::string& body) {
  if (const auto value = try_parse_json(body)) {
    if (const auto* error = find(*value, "error")) {
      if (auto message = find_string(*error, "message")) return *message;
      if (error->is_string()) return std::string(error->get_string());
    }
  }
  return body;
}

std::string target_of(const net::HttpReply& reply) {
  const auto location = net::find_header(reply.headers, "location");
  return location ? " to " + shown_url(*location) : std::string();
}

}  // namespace

Party party_of(const Error& error) {
  if (error.kind() == ErrorKind::refused || error.party() == Party::transport) return Party::transport;
  return error.kind() == ErrorKind::configuration ? Party::harness : Party::agent;
}

Error agent_error(const Error& error) {
  auto copy = error;  // a codec shared with model providers may have named the provider
  return std::move(copy).with_party(party_of(error));
}

std::string shown_url(const std::string& url) {
  auto shown = url.substr(0, url.find('?'));
  const auto scheme = shown.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto path = shown.find('/', begin);
  const auto at = shown.rfind('@', path);
  if (at != std::string::npos && at >= begin) shown.erase(begin, at + 1 - begin);
  return shown;
}

void require_success(const net::HttpReply& reply, const std::string& url) {
  if (reply.status < 300) return;
  if (reply.status < 400)
    throw Error(ErrorKind::invalid_input, fmt::format("the agent at {} answered HTTP {}, a redirect{}", shown_url(url), reply.status, target_of(reply)))
        .with_party(Party::agent)
        .with_status(reply.status)
        .with_hint("redirects are not followed: give the final address");
  const auto text = cut(trim(said(reply.body)), 300);
  throw Error(reply.status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid_input,
              fmt::format("the agent at {} answered HTTP {}{}{}", shown_url(url), reply.status, text.empty() ? "" : ": ", text))
      .with_party(Party::agent)
      .with_status(reply.status);
}

}  // namespace antiphon
