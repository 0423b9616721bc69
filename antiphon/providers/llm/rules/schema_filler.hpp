#pragma once

#include <string_view>

#include "antiphon/base/json.hpp"

namespace antiphon::rules {

/// A value that holds under a JSON Schema, as small as it goes: required members only, the first of each enumeration, `text` where any
/// string will do.
///
/// Knows type, enum, const, default, properties, required, items, minItems, minimum, maximum, multipleOf, minLength, maxLength, format,
/// $ref inside the schema, allOf, anyOf, oneOf. A `pattern` is not solved.
json::value fill_schema(const json::value& schema, std::string_view text);

}  // namespace antiphon::rules
