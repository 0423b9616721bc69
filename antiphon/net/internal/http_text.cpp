#include "antiphon/net/internal/http_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::net {

namespace {

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool is_token(std::string_view name) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    const char l = lower_char(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

namespace {

bool is_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

// The value is not shown: it may be a key.
void check_field(std::string_view name, std::string_view value) {
  if (!is_token(name)) throw Error(ErrorKind::configuration, fmt::format("{} cannot be the name of a header field", quote(name)));
  if (!is_value(value))
    throw Error(ErrorKind::configuration, fmt::format("the value of the header field {} holds a control character", quote(name)))
        .with_hint("look for a line break at the end of it");
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

void add_fields(std::string& head, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    check_field(name, value);
    // How long a body is and how long a connection lives is ours to say.
    if (!equal_names(name, "content-length") && !equal_names(name, "transfer-encoding") && !equal_names(name, "connection")) add_field(head, name, value);
  }
}

bool has(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& field) { return equal_names(field.first, name); });
}

bool wants_length(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower_char(x) == lower_char(y); });
}

void check_fields(const Headers& headers) {
  for (const auto& [name, value] : headers) check_field(name, value);
}

std::string request_head(const HttpRequest& request, const Url& url, bool absolute, std::string_view proxy_authorization) {
  if (!is_token(request.method)) throw Error(ErrorKind::configuration, fmt::format("{} is no HTTP method", quote(request.method)));
  std::string head;
  head.reserve(512);
  head += request.method;
  head += ' ';
  if (absolute) head += "http://" + url.authority();
  head += url.target;
  head += " HTTP/1.1\r\n";
  if (!has(request.headers, "host")) add_field(head, "Host", url.authority());
  if (!has(request.headers, "user-agent")) head += "User-Agent: antiphon\r\n";
  if (!url.user_info.empty() && !has(request.headers, "authorization")) add_field(head, "Authorization", "Basic " + encode_base64(url.user_info));
  if (!proxy_authorization.empty()) add_field(head, "Proxy-Authorization", proxy_authorization);
  add_fields(head, request.headers);
  if (wants_length(request)) add_field(head, "Content-Length", fmt::format_int(request.body.size()).c_str());
  head += "\r\n";
  return head;
}

std::string reply_head(int status, const Headers& headers, Framing framing, std::size_t length, bool keep_alive, bool http_1_0) {
  std::string head;
  head.reserve(256);
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", status, std::string_view(reason.data(), reason.size()));
  add_fields(head, headers);
  if (framing == Framing::length) add_field(head, "Content-Length", fmt::format_int(length).c_str());
  if (framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  if (!keep_alive)
    head += "Connection: close\r\n";
  else if (http_1_0)
    head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

HttpReply error_reply(int status, std::string_view message) {
  const boost::json::value body = {{"error", {{"message", repair_utf8(message)}}}};
  return {status, {{"Content-Type", "application/json"}}, boost::json::serialize(body)};
}

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (equal_names(key, name)) return value;
  return std::nullopt;
}

}  // namespace antiphon::net
