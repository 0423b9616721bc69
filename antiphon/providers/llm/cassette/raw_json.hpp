#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace antiphon::raw_json {

/// Pieces of JSON text, found without reading what is inside them: brackets and strings are matched, nothing else is looked at. For text whose
/// bytes must stay as they are.
struct Member {
  std::string_view name;   ///< without quotes, as it is written
  std::string_view value;  ///< as it is written, quotes included
};

/// The members of an object, or nullopt for what is none or is cut off.
std::optional<std::vector<Member>> members(std::string_view object);
/// The elements of a list, or nullopt for what is none or is cut off.
std::optional<std::vector<std::string_view>> elements(std::string_view array);

/// What stands between the quotes of a string, or nullopt for what is none.
std::optional<std::string_view> string_body(std::string_view value);
/// The lines of such a body, each with the `\n` that ends it.
std::vector<std::string_view> lines(std::string_view body);

}  // namespace antiphon::raw_json
