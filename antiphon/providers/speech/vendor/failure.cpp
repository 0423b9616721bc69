#include "antiphon/providers/speech/vendor/failure.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/net/websocket.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"

namespace antiphon::speech {

namespace {

constexpr std::size_t longest = 200;

// Somebody may write a password into an address.
std::string without_user(std::string url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = url.find('@', begin);
  return at < url.find_first_of("/?#", begin) ? url.erase(begin, at + 1 - begin) : url;
}

}  // namespace

std::string short_message(std::string_view body) {
  if (const auto parsed = try_parse_json(body)) {
    const auto told = wire::told_message(*parsed);
    return told ? cut(trim(*told), longest) : std::string();
  }
  const auto text = trim(body);
  const bool is_sentence = text.size() <= longest && is_utf8(text) && text.find_first_of("<\n\0") == std::string_view::npos;
  return is_sentence ? std::string(text) : std::string();
}

Error failure(const net::HttpReply& reply, const std::string& name, const wire::Endpoint& endpoint) {
  const auto said = json::serialize(json::object{{"message", short_message(reply.body)}});
  const net::HttpReply told{.status = reply.status, .headers = reply.headers, .body = said};
  return wire::failure(told, {.model = name, .url = without_user(endpoint.base_url), .key = endpoint.key, .key_variable = endpoint.key_variable},
                       std::chrono::system_clock::now());
}

Error declined(const Error& error, const std::string& name, const wire::Endpoint& endpoint) {
  const auto& message = error.message();
  const auto mark = message.find(net::declined_websocket);
  if (!error.status() || mark == std::string::npos) return named(error, name, endpoint);
  const auto body = message.substr(std::min(message.size(), mark + net::declined_websocket.size() + 2));  // `: ` is between them
  return failure({.status = *error.status(), .headers = {}, .body = body}, name, endpoint);
}

Error named(const Error& error, const std::string& name, const wire::Endpoint& endpoint) {
  if (error.status()) return error;
  return wire::named(error, name, endpoint.key);
}

}  // namespace antiphon::speech
