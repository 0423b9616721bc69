#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace antiphon {

namespace json = boost::json;

/// Parses one JSON text. Depth is limited to 64, so that no input can exhaust the stack.
/// @throws Error protocol, naming the byte and quoting what stands there.
json::value parse_json(std::string_view text);

/// nullopt where `text` is no JSON.
std::optional<json::value> try_parse_json(std::string_view text);

/// Appends `text` as a JSON string, quotes included. Text that is not UTF-8 is repaired with U+FFFD first.
void append_json_string(std::string& out, std::string_view text);

/// Member `key` of an object, or nullptr.
const json::value* find(const json::value& object, std::string_view key);
std::optional<std::string> find_string(const json::value& object, std::string_view key);
std::optional<double> find_number(const json::value& object, std::string_view key);

/// True when everything in `wanted` stands in `whole`: objects may hold more members, lists must match element by element, numbers
/// compare by value (1 equals 1.0).
bool json_includes(const json::value& whole, const json::value& wanted);

/// RFC 6901; nullptr where nothing stands there.
const json::value* at_pointer(const json::value& root, std::string_view pointer);

/// Compact JSON with numbers as people write them (`1.5`, where Boost writes `1.5E0`); what is not finite becomes null.
std::string json_text(const json::value& value);

/// A short form of a value for people: at most `limit` bytes, cut at a character.
std::string preview(const json::value& value, std::size_t limit = 200);

}  // namespace antiphon
