#include "antiphon/providers/llm/wire/failure.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/http_status.hpp"

namespace antiphon::wire {

namespace {

std::string hint_for(ErrorKind kind, const FailureContext& context) {
  if (kind == ErrorKind::unauthorized)
    return context.key_variable.empty() ? "check `key:` of this model" : fmt::format("check {} or `key:` of this model", context.key_variable);
  if (kind == ErrorKind::not_found) return fmt::format("check the model's name and the address {}", context.url);
  return {};
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::optional<std::chrono::nanoseconds> wanted_wait(const net::Headers& headers, std::chrono::system_clock::time_point now) {
  const auto milliseconds = parse_retry_after(net::find_header(headers, "retry-after-ms").value_or(""), now);  // OpenAI's and Anthropic's own, finer
  if (milliseconds) return *milliseconds / 1000;
  const auto value = net::find_header(headers, "retry-after");
  return value ? parse_retry_after(*value, now) : std::nullopt;
}

}  // namespace

std::string masked(std::string text, std::string_view key) {
  if (key.empty()) return text;
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 3)) text.replace(at, key.size(), "***");
  return text;
}

std::optional<std::chrono::nanoseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
  const auto text = trim(value);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
    return std::chrono::nanoseconds(std::llround(std::min(seconds, 1e6) * 1e9));
  }
  const auto date = parse_http_date(std::string(text));
  if (!date) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(*date - now, std::chrono::nanoseconds(0));
}

std::optional<std::string> told_message(const json::value& body) {
  const auto* whole = &body;
  if (whole->is_array() && !whole->get_array().empty()) whole = &whole->get_array()[0];  // as streams begin that would have been a list
  const auto* error = find(*whole, "error");
  if (error && error->is_string()) return std::string(error->get_string());
  for (const auto* place : {error, find(*whole, "detail"), whole})
    for (const auto* member : {"message", "detail", "err_msg", "title"})
      if (place)
        if (auto text = find_string(*place, member)) return text;
  return std::nullopt;
}

std::string error_message(std::string_view body) {
  constexpr std::size_t limit = 500;
  const auto parsed = try_parse_json(body);
  if (!parsed) return cut(repair_utf8(trim(body)), limit);
  if (const auto told = told_message(*parsed)) return cut(*told, limit);
  const auto* error = find(*parsed, "error");
  return preview(error ? *error : *parsed, limit);
}

Error failure(const net::HttpReply& reply, const FailureContext& context, std::chrono::system_clock::time_point now, std::optional<ErrorKind> known,
              std::optional<std::chrono::nanoseconds> wait) {
  const auto kind = known.value_or(error_kind_of(reply.status));
  const auto said = masked(error_message(reply.body), context.key);
  const auto in_header = wanted_wait(reply.headers, now);
  const auto message = fmt::format("{}: HTTP {}{}{}", context.model, reply.status, said.empty() ? "" : ": ", said);
  return Error(kind, message)
      .with_status(reply.status)
      .with_party(Party::provider)
      .with_hint(hint_for(kind, context))
      .with_retry_after(in_header ? in_header : wait);
}

}  // namespace antiphon::wire
