#include "antiphon/base/json.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json_reader.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::size_t deepest = 64;

// Two integers compare exactly elsewhere: as doubles, neighbours beyond 2^53 would be one.
bool same_number(const json::value& a, const json::value& b) {
  if (!a.is_number() || !b.is_number() || !(a.is_double() || b.is_double())) return false;
  return a.to_number<double>() == b.to_number<double>();
}

void append_text(std::string& out, const json::value& value);

void append_number(std::string& out, double number) {
  if (!std::isfinite(number))
    out += "null";
  else if (number == std::trunc(number) && std::abs(number) < 1e15)
    fmt::format_to(std::back_inserter(out), "{:.1f}", number);
  else
    fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_object(std::string& out, const json::object& object) {
  out += '{';
  for (const auto& member : object) {
    if (&member != &*object.begin()) out += ',';
    append_json_string(out, member.key());
    out += ':';
    append_text(out, member.value());
  }
  out += '}';
}

void append_array(std::string& out, const json::array& array) {
  out += '[';
  for (const auto& value : array) {
    if (&value != array.data()) out += ',';
    append_text(out, value);
  }
  out += ']';
}

void append_text(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object: return append_object(out, value.get_object());
    case json::kind::array: return append_array(out, value.get_array());
    case json::kind::string: return append_json_string(out, value.get_string());
    case json::kind::double_: return append_number(out, value.get_double());
    default: out += json::serialize(value);
  }
}

}  // namespace

json::value parse_json(std::string_view text) {
  boost::system::error_code error;
  std::size_t used = 0;
  auto value = read_json(text, deepest, used, error);
  if (!error && used == text.size()) return value;
  const auto at = std::min(used, text.size());
  const auto reason = error ? error.message() : std::string("extra text after the value");
  throw Error(ErrorKind::protocol, fmt::format("not JSON at byte {}: {}, near {}", at, reason, quote(text.substr(at > 20 ? at - 20 : 0, 60))));
}

std::optional<json::value> try_parse_json(std::string_view text) {
  boost::system::error_code error;
  std::size_t used = 0;
  auto value = read_json(text, deepest, used, error);
  return error || used != text.size() ? std::nullopt : std::optional(std::move(value));
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string repaired;
  if (!is_utf8(text)) text = repaired = repair_utf8(text);
  out.reserve(out.size() + text.size() + 2);
  out += '"';
  std::size_t plain = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += "\\u00", out += hex[c >> 4], out += hex[c & 15];
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

const json::value* find(const json::value& object, std::string_view key) { return object.is_object() ? object.get_object().if_contains(key) : nullptr; }

std::optional<std::string> find_string(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<double> find_number(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool json_includes(const json::value& whole, const json::value& wanted) {
  if (wanted.is_object()) {
    if (!whole.is_object()) return false;
    for (const auto& [key, value] : wanted.get_object()) {
      const auto* there = whole.get_object().if_contains(key);
      if (!there || !json_includes(*there, value)) return false;
    }
    return true;
  }
  if (wanted.is_array()) {
    if (!whole.is_array() || whole.get_array().size() != wanted.get_array().size()) return false;
    for (std::size_t i = 0; i < wanted.get_array().size(); ++i)
      if (!json_includes(whole.get_array()[i], wanted.get_array()[i])) return false;
    return true;
  }
  return whole == wanted || same_number(whole, wanted);
}

const json::value* at_pointer(const json::value& root, std::string_view pointer) {
  boost::system::error_code error;
  return root.find_pointer(pointer, error);
}

std::string json_text(const json::value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

std::string preview(const json::value& value, std::size_t limit) { return cut(value.is_string() ? std::string(value.get_string()) : json_text(value), limit); }

}  // namespace antiphon
