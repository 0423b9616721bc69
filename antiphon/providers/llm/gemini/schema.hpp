#pragma once

#include "antiphon/base/json.hpp"

namespace antiphon::gemini {

/// A JSON Schema as the API's older `parameters` and `responseSchema` take it: the keywords of OpenAPI that they know, `nullable` in place of
/// a list of types, `const` as an `enum` of one. What else it says is left out.
json::value openapi_schema(const json::value& schema);

}  // namespace antiphon::gemini
