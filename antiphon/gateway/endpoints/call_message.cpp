#include "antiphon/gateway/endpoints/call_message.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::int64_t longest_turn_ms = 24 * 60 * 60 * 1000;  // more is no play-out position

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name, std::int64_t most) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  const auto number = value->to_number<double>();
  if (!(number >= 0 && number <= static_cast<double>(most))) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string keys_of(const std::string& text) {
  std::string keys;
  std::ranges::copy_if(text, std::back_inserter(keys), [](char key) { return std::string_view("0123456789*#ABCD").find(key) != std::string_view::npos; });
  return keys;
}

json::object object_of(std::string_view text) {
  boost::system::error_code bad;
  auto value = json::parse(text, bad);
  if (bad || !value.is_object()) throw Error(ErrorKind::protocol, "a text message is one JSON object");
  return std::move(value.get_object());
}

}  // namespace

std::optional<std::variant<CallerKeys, CallerText, CallerPlayed, CallerHangup>> read_call_message(std::string_view text) {
  const auto object = object_of(text);
  const auto type = text_of(object, "type");
  if (type == "hangup") return CallerHangup{};
  if (type == "text") {
    auto typed = text_of(object, "text");
    if (typed.size() > longest_typed_turn) throw Error(ErrorKind::too_large, fmt::format("the text of a turn is longer than {} bytes", longest_typed_turn));
    if (trim(typed).empty()) return std::nullopt;
    return CallerText{std::move(typed)};
  }
  if (type == "dtmf") {
    auto keys = keys_of(text_of(object, "digits"));
    if (keys.empty()) return std::nullopt;
    return CallerKeys{std::move(keys)};
  }
  if (type != "played") return std::nullopt;
  const auto turn = number_of(object, "turn", std::numeric_limits<int>::max());
  const auto ms = number_of(object, "ms", longest_turn_ms);
  if (!turn || !ms) return std::nullopt;
  return CallerPlayed{static_cast<int>(*turn), std::chrono::milliseconds(*ms)};
}

}  // namespace antiphon::gateway
