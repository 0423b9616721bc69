#pragma once

#include <string>

#include "antiphon/base/json.hpp"

namespace antiphon::layercode {

/// What `JSON.stringify(JSON.parse(text))` gives for a text that holds `value`: no white space, numbers as JavaScript writes them (`1e+21`, 45 for 45.0, no
/// -0, integers beyond 2^53 rounded), keys that are array indices first and in order, `"`, `\` and control characters alone escaped.
std::string javascript_json(const json::value& value);

}  // namespace antiphon::layercode
