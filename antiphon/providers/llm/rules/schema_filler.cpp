#include "antiphon/providers/llm/rules/schema_filler.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "antiphon/base/text.hpp"

namespace antiphon::rules {

namespace {

constexpr int max_depth = 24;  // schemas may refer to themselves
constexpr double max_items = 64;

class Filler {
 public:
  Filler(const json::value& root, std::string_view text) : root_(root), text_(text.empty() ? "none" : text) {}

  json::value fill(const json::value& schema, int depth) const {
    if (depth > max_depth || !schema.is_object()) return nullptr;
    if (const auto* target = referred(schema)) return fill(*target, depth + 1);
    for (const auto* key : {"const", "default"})
      if (const auto* value = find(schema, key)) return *value;
    if (const auto* values = list(schema, "enum")) return values->front();
    for (const auto* key : {"anyOf", "oneOf"})
      if (const auto* choices = list(schema, key)) return fill(first_useful(*choices), depth + 1);
    if (const auto* parts = list(schema, "allOf")) return fill_all(schema, *parts, depth);
    return fill_type(schema, type_of(schema), depth);
  }

 private:
  static const json::array* list(const json::value& schema, std::string_view key) {
    const auto* value = find(schema, key);
    return value && value->is_array() && !value->get_array().empty() ? &value->get_array() : nullptr;
  }

  const json::value* referred(const json::value& schema) const {
    const auto reference = find_string(schema, "$ref");
    return reference && reference->starts_with('#') ? at_pointer(root_, std::string_view(*reference).substr(1)) : nullptr;
  }

  // `null` says the least of all that is allowed, so anything else is taken first.
  static const json::value& first_useful(const json::array& choices) {
    const auto it = std::find_if(choices.begin(), choices.end(), [](const json::value& choice) { return type_of(choice) != "null"; });
    return it == choices.end() ? choices.front() : *it;
  }

  static std::string type_of(const json::value& schema) {
    if (auto type = find_string(schema, "type")) return *type;
    if (const auto* types = list(schema, "type"))
      for (const auto& type : *types)
        if (type.is_string() && type.get_string() != "null") return std::string(type.get_string());
    if (find(schema, "properties") || find(schema, "required")) return "object";
    return find(schema, "items") ? "array" : list(schema, "type") ? "null" : "string";
  }

  json::value fill_type(const json::value& schema, const std::string& type, int depth) const {
    if (type == "object") return fill_object(schema, depth);
    if (type == "array") return fill_array(schema, depth);
    if (type == "string") return json::value(json::string(fill_text(schema)));
    if (type == "integer" || type == "number") return fill_number(schema, type == "integer");
    return type == "boolean" ? json::value(false) : json::value(nullptr);
  }

  json::value fill_object(const json::value& schema, int depth) const {
    json::object object;
    const auto* required = list(schema, "required");
    const auto* properties = find(schema, "properties");
    if (!required) return object;
    for (const auto& name : *required) {
      if (!name.is_string()) continue;
      const auto* property = properties ? find(*properties, name.get_string()) : nullptr;
      object.emplace(name.get_string(), property ? fill(*property, depth + 1) : json::value(json::string(text_)));
    }
    return object;
  }

  json::value fill_all(const json::value& schema, const json::array& parts, int depth) const {
    json::object merged;
    bool objects = false;
    json::value last;
    const auto add = [&](json::value value) {
      if (value.is_object()) {
        objects = true;
        for (auto& [key, member] : value.get_object()) merged.insert_or_assign(key, std::move(member));
      }
      last = std::move(value);
    };
    for (const auto& part : parts) add(fill(part, depth + 1));
    if (find(schema, "properties")) add(fill_object(schema, depth));
    return objects ? json::value(std::move(merged)) : last;
  }

  json::value fill_array(const json::value& schema, int depth) const {
    json::array array;
    const auto* items = find(schema, "items");
    const auto least = std::clamp(find_number(schema, "minItems").value_or(0), 0.0, max_items);
    for (int i = 0; i < static_cast<int>(least); ++i) array.push_back(items ? fill(*items, depth + 1) : json::value(json::string(text_)));
    return array;
  }

  std::string fill_text(const json::value& schema) const {
    static constexpr std::pair<std::string_view, std::string_view> formats[] = {
        {"date", "2026-01-01"},         {"date-time", "2026-01-01T00:00:00Z"}, {"time", "00:00:00Z"},
        {"email", "someone@mail.test"}, {"uri", "https://mail.test/"},         {"uuid", "00000000-0000-4000-8000-000000000000"},
    };
    const auto format = find_string(schema, "format").value_or("");
    for (const auto& [name, example] : formats)
      if (format == name) return std::string(example);
    std::string text(text_);
    const auto least = std::clamp(find_number(schema, "minLength").value_or(0), 0.0, 65536.0);
    if (text.size() < static_cast<std::size_t>(least)) text.resize(static_cast<std::size_t>(least), '.');
    const auto most = find_number(schema, "maxLength");
    if (most && *most >= 0 && text.size() > static_cast<std::size_t>(*most)) text = cut_to(text, static_cast<std::size_t>(*most));
    return text;
  }

  static std::string cut_to(std::string_view text, std::size_t limit) {
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    return std::string(text.substr(0, limit));
  }

  static json::value fill_number(const json::value& schema, bool whole) {
    const double step = find_number(schema, "multipleOf").value_or(whole ? 1.0 : 0.0);
    double value = 0;
    if (const auto least = find_number(schema, "minimum")) value = std::max(value, *least);
    if (const auto over = find_number(schema, "exclusiveMinimum"); over && value <= *over) value = *over + (step > 0 ? step : 1.0);
    if (const auto most = find_number(schema, "maximum")) value = std::min(value, *most);
    if (const auto under = find_number(schema, "exclusiveMaximum"); under && value >= *under) value = *under - (step > 0 ? step : 1.0);
    if (step > 0) value = std::ceil(value / step) * step;
    if (whole && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
    return value;
  }

  const json::value& root_;
  std::string_view text_;
};

}  // namespace

json::value fill_schema(const json::value& schema, std::string_view text) { return Filler(schema, text).fill(schema, 0); }

}  // namespace antiphon::rules
