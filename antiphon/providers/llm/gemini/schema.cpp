#include "antiphon/providers/llm/gemini/schema.hpp"

#include <algorithm>
#include <string_view>

namespace antiphon::gemini {

namespace {

constexpr std::string_view kept[] = {"type",          "format",   "title",   "description", "nullable",  "enum",      "maxItems",
                                     "minItems",      "required", "minimum", "maximum",     "minLength", "maxLength", "minProperties",
                                     "maxProperties", "pattern",  "default", "example",     "items",     "anyOf",     "properties"};

bool is_kept(std::string_view keyword) { return std::find(std::begin(kept), std::end(kept), keyword) != std::end(kept); }

json::value each(const json::value& list) {
  json::array written;
  if (list.is_array())
    for (const auto& item : list.get_array()) written.push_back(openapi_schema(item));
  return written;
}

json::value members(const json::value& named) {
  json::object written;
  if (named.is_object())
    for (const auto& [name, schema] : named.get_object()) written.emplace(name, openapi_schema(schema));
  return written;
}

// `["string", "null"]` is a string that may be null.
void take_types(json::object& written, const json::array& types) {
  for (const auto& type : types) {
    if (type.is_string() && type.get_string() == "null")
      written.insert_or_assign("nullable", true);
    else
      written.insert_or_assign("type", type);
  }
}

}  // namespace

json::value openapi_schema(const json::value& schema) {
  if (!schema.is_object()) return schema;
  json::object written;
  for (const auto& [keyword, value] : schema.get_object()) {
    if (keyword == "type" && value.is_array())
      take_types(written, value.get_array());
    else if (keyword == "properties")
      written.insert_or_assign(keyword, members(value));
    else if (keyword == "items")
      written.insert_or_assign(keyword, openapi_schema(value));
    else if (keyword == "anyOf" || keyword == "oneOf")
      written.insert_or_assign("anyOf", each(value));
    else if (keyword == "const")
      written.insert_or_assign("enum", json::array{value});
    else if (is_kept(keyword))
      written.insert_or_assign(keyword, value);
  }
  return written;
}

}  // namespace antiphon::gemini
