#include "antiphon/protocol/layercode/javascript_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "antiphon/base/text.hpp"

namespace antiphon::layercode {

namespace {

void append(std::string& out, const json::value& value);

// ECMA-262, Number::toString.
void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (number == 0) {
    out += '0';
    return;
  }
  if (number < 0) out += '-';
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number), std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = shortest.find('e');
  std::string digits(1, shortest[0]);
  if (e > 2) digits.append(shortest.substr(2, e - 2));
  int exponent = 0;
  const auto* from = shortest.data() + e + (shortest[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, end, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // where the decimal point stands among the digits
  if (point >= count && point <= 21) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else if (point > 0 && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(".").append(digits, static_cast<std::size_t>(point), std::string::npos);
  } else if (point > -6 && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1, std::string::npos);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
}

void append_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string repaired;
  if (!is_utf8(text)) text = repaired = repair_utf8(text);
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20)
          out += c;
        else
          out.append("\\u00") += hex[static_cast<unsigned char>(c) >> 4], out += hex[c & 15];
    }
  }
  out += '"';
}

/// Of a key such as "7": JavaScript orders those by number, before all others.
std::optional<std::uint32_t> array_index(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  std::uint32_t index = 0;
  const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || stop != key.data() + key.size() || index == UINT32_MAX) return std::nullopt;
  return index;
}

std::vector<const json::key_value_pair*> in_order(const json::object& object) {
  std::vector<const json::key_value_pair*> indices, others;
  for (const auto& member : object) (array_index(member.key()) ? indices : others).push_back(&member);
  std::ranges::sort(indices, {}, [](const auto* member) { return *array_index(member->key()); });
  indices.insert(indices.end(), others.begin(), others.end());
  return indices;
}

void append_object(std::string& out, const json::object& object) {
  out += '{';
  bool first = true;
  for (const auto* member : in_order(object)) {
    if (!std::exchange(first, false)) out += ',';
    append_string(out, member->key());
    out += ':';
    append(out, member->value());
  }
  out += '}';
}

void append_array(std::string& out, const json::array& array) {
  out += '[';
  for (const auto& value : array) {
    if (&value != array.data()) out += ',';
    append(out, value);
  }
  out += ']';
}

void append(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: out += "null"; return;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case json::kind::object: return append_object(out, value.get_object());
    case json::kind::array: return append_array(out, value.get_array());
    case json::kind::string: return append_string(out, value.get_string());
    default: return append_number(out, value.to_number<double>());
  }
}

}  // namespace

std::string javascript_json(const json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace antiphon::layercode
