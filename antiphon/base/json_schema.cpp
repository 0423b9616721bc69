#include "antiphon/base/json_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <set>

#include <fmt/format.h>
#define VALIJSON_USE_EXCEPTIONS 1  // it aborts on a wrong schema otherwise
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

// type, enum, const and pattern move under this keyword, which `ValueRule` answers: valijson's own messages do not say what was expected,
// and it hands patterns to std::regex, which overflows the stack on long text.
constexpr const char* value_keyword = "antiphon:value";
constexpr std::array moved_keywords{"type", "enum", "const", "pattern"};

constexpr std::array schema_keywords{"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"};
constexpr std::array list_keywords{"allOf", "anyOf", "items", "oneOf"};
constexpr std::array map_keywords{"$defs", "definitions", "dependencies", "patternProperties", "properties"};
// These look at the same value, not at a part of it.
constexpr std::array in_place_keywords{"allOf", "anyOf", "else", "if", "not", "oneOf", "then"};
constexpr std::array type_names{"array", "boolean", "integer", "null", "number", "object", "string"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<const char*, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string escape_token(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string place(std::string_view pointer) { return pointer.empty() ? "the whole" : std::string(pointer); }

[[noreturn]] void refuse(std::string_view pointer, const std::string& why, const char* hint) {
  throw Error(ErrorKind::configuration, fmt::format("not a JSON Schema: {}: {}", place(pointer), why)).with_hint(hint);
}

// Calls `visit(child, pointer of the child, keyword)` for every schema that stands directly in `schema`.
template <class Value, class Visit>
void for_each_child(Value& schema, const std::string& pointer, Visit visit) {
  if (!schema.is_object()) return;
  for (auto& member : schema.get_object()) {
    const std::string_view key = member.key();
    auto& value = member.value();
    const auto below = fmt::format("{}/{}", pointer, escape_token(key));
    if (is_one_of(key, map_keywords) && value.is_object()) {
      for (auto& entry : value.get_object())
        if (!(key == "dependencies" && entry.value().is_array())) visit(entry.value(), fmt::format("{}/{}", below, escape_token(entry.key())), key);
    } else if (is_one_of(key, list_keywords) && value.is_array()) {
      for (std::size_t i = 0; i < value.get_array().size(); ++i) visit(value.get_array()[i], fmt::format("{}/{}", below, i), key);
    } else if (is_one_of(key, schema_keywords)) {
      visit(value, below, key);
    }
  }
}

/// Refuses what would make valijson fetch, loop or crash, before it sees the schema.
class SchemaReview {
 public:
  explicit SchemaReview(const json::value& root) : root_(root) {}

  void run() {
    collect(root_, "");
    for (const auto& pointer : pointers_) follow(pointer);
  }

 private:
  void collect(const json::value& schema, const std::string& pointer) {
    if (!schema.is_object() && !schema.is_bool())
      refuse(pointer, "expected an object or a boolean, found " + preview(schema, 60), "a schema is an object such as {\"type\": \"object\"}");
    pointers_.insert(pointer);
    if (const auto* pattern = find(schema, "pattern")) require_pattern(*pattern, pointer + "/pattern");
    require_types(schema, pointer);
    for_each_child(schema, pointer, [this](const json::value& child, const std::string& below, std::string_view) { collect(child, below); });
  }

  static void require_pattern(const json::value& pattern, const std::string& pointer) {
    if (!pattern.is_string()) refuse(pointer, "expected a string, found " + preview(pattern, 60), "patterns are PCRE2");
    try {
      const Regex compiled(pattern.get_string());
    } catch (const Error& error) {
      refuse(pointer, error.message(), "patterns are PCRE2");
    }
  }

  static void require_types(const json::value& schema, const std::string& pointer) {
    if (const auto* choices = find(schema, "enum"); choices && !choices->is_array())
      refuse(pointer + "/enum", "expected a list, found " + preview(*choices, 60), "list the allowed values");
    const auto* type = find(schema, "type");
    if (!type) return;
    const json::array names = type->is_array() ? type->get_array() : json::array{*type};
    for (const auto& name : names)
      if (!name.is_string() || !is_one_of(name.get_string(), type_names))
        refuse(pointer + "/type", "unknown type " + preview(name, 60), "types are array, boolean, integer, null, number, object, string");
  }

  // Depth-first through everything that is decided on one and the same value; coming back means that it would never be decided.
  void follow(const std::string& pointer) {
    if (settled_.contains(pointer)) return;
    if (!under_way_.insert(pointer).second) refuse(pointer, "the references lead back to where they began", "break the circle");
    const auto& schema = *at_pointer(root_, pointer);
    if (const auto* reference = find(schema, "$ref"); reference && reference->is_string())
      follow(target_of(std::string(reference->get_string()), pointer));
    else
      for_each_child(schema, pointer, [this](const json::value&, const std::string& below, std::string_view keyword) {
        if (is_one_of(keyword, in_place_keywords)) follow(below);
      });
    under_way_.erase(pointer);
    settled_.insert(pointer);
  }

  std::string target_of(std::string_view reference, const std::string& from) const {
    const auto here = from + "/$ref";
    if (reference != "#" && !reference.starts_with("#/"))
      refuse(here, quote(reference) + " points outside of the schema", "copy what it needs under definitions and point at #/definitions/NAME");
    auto pointer = std::string(reference.substr(1));
    if (!pointers_.contains(pointer)) refuse(here, "no schema stands at " + quote(reference), "point at #/definitions/NAME");
    return pointer;
  }

  const json::value& root_;
  std::set<std::string> pointers_, under_way_, settled_;
};

void move_value_keywords(json::value& schema) {
  for_each_child(schema, "", [](json::value& child, const std::string&, std::string_view) { move_value_keywords(child); });
  if (!schema.is_object()) return;
  auto& object = schema.get_object();
  json::object moved;
  for (const auto* keyword : moved_keywords)
    if (auto* value = object.if_contains(keyword)) moved.emplace(keyword, std::move(*value)), object.erase(keyword);
  if (!moved.empty()) object.emplace(value_keyword, std::move(moved));
}

json::value to_json(const valijson::adapters::Adapter& from) {
  if (from.isObject()) {
    json::object object;
    from.applyToObject([&](const std::string& key, const valijson::adapters::Adapter& value) { return object.emplace(key, to_json(value)), true; });
    return object;
  }
  if (from.isArray()) {
    json::array array;
    from.applyToArray([&](const valijson::adapters::Adapter& value) { return array.push_back(to_json(value)), true; });
    return array;
  }
  if (from.isString()) return json::string(from.getString());
  if (from.isBool()) return from.getBool();
  if (from.isInteger()) return from.getInteger();
  if (from.isDouble()) return from.getDouble();
  return nullptr;
}

bool equal(const json::value& a, const json::value& b) { return json_includes(a, b) && json_includes(b, a); }

bool has_type(const json::value& value, std::string_view type) {
  if (type == "array") return value.is_array();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "object") return value.is_object();
  if (type == "string") return value.is_string();
  return value.is_int64() || value.is_uint64() || (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

/// type, enum, const and pattern of one schema.
class ValueRule {
 public:
  explicit ValueRule(const json::value& keywords) {
    if (const auto* type = find(keywords, "type"))
      for (const auto& name : type->is_array() ? type->get_array() : json::array{*type}) types_.emplace_back(name.get_string());
    if (const auto* choices = find(keywords, "enum")) choices_ = choices->get_array();
    if (const auto* only = find(keywords, "const")) choices_ = json::array{*only};
    if (const auto* pattern = find(keywords, "pattern")) pattern_.emplace(pattern->get_string());
  }

  /// What was expected instead of `value`; empty when it holds.
  std::vector<std::string> expectations(const json::value& value) const {
    std::vector<std::string> all;
    if (!types_.empty() && std::none_of(types_.begin(), types_.end(), [&](const auto& type) { return has_type(value, type); }))
      all.push_back(join(types_, " or "));
    if (choices_ && std::none_of(choices_->begin(), choices_->end(), [&](const auto& choice) { return equal(value, choice); }))
      all.push_back(choices_->size() == 1 ? preview_json(choices_->front()) : "one of " + preview_json(*choices_));
    if (pattern_ && value.is_string() && !pattern_->matches(value.get_string())) all.push_back("text that matches " + quote(pattern_->pattern()));
    return all;
  }

  static std::string preview_json(const json::value& value) { return cut(json_text(value), 120); }

 private:
  std::vector<std::string> types_;
  std::optional<json::array> choices_;
  std::optional<Regex> pattern_;
};

class ValueConstraint final : public valijson::constraints::PolyConstraint {
 public:
  explicit ValueConstraint(std::shared_ptr<const ValueRule> rule) : rule_(std::move(rule)) {}

  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context, valijson::ValidationResults* results) const override {
    const auto value = to_json(target);
    const auto expectations = rule_->expectations(value);
    for (const auto& expected : expectations)
      if (results) results->pushError(context, fmt::format("expected {}, found {}", expected, ValueRule::preview_json(value)));
    return expectations.empty();
  }

 private:
  Constraint* cloneInto(void* memory) const override { return new (memory) ValueConstraint(*this); }
  std::size_t sizeOf() const override { return sizeof(ValueConstraint); }

  std::shared_ptr<const ValueRule> rule_;
};

class ValueConstraintBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& keywords) const override {
    return new ValueConstraint(std::make_shared<const ValueRule>(to_json(keywords)));
  }
};

// valijson's path is `<root>`, `["key"]`, `[0]`.
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string_view token = context[i];
    if (token.starts_with('[') && token.ends_with(']')) token = token.substr(1, token.size() - 2);
    if (token.size() >= 2 && token.starts_with('"') && token.ends_with('"')) token = token.substr(1, token.size() - 2);
    pointer += '/' + escape_token(token);
  }
  return pointer.empty() ? "/" : pointer;
}

// It repeats each mistake once per level above it.
bool is_echo(std::string_view description) {
  constexpr std::array<std::string_view, 6> echoes{"Failed to validate item #",
                                                   "Failed to validate against child schema #",
                                                   "Failed to validate against schema associated with",
                                                   "Failed to validate against additional properties schema",
                                                   "Failed to validate against dependent schema",
                                                   "Failed to validate against a conditional schema"};
  return std::any_of(echoes.begin(), echoes.end(), [&](auto echo) { return description.starts_with(echo); });
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

struct JsonSchema::Compiled {
  json::value source;
  valijson::Schema schema;

  explicit Compiled(const json::value& from) : source(from) {
    SchemaReview(from).run();
    move_value_keywords(source);
    try {
      valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
      parser.addConstraintBuilder(value_keyword, new ValueConstraintBuilder);  // the parser owns it
      parser.populateSchema(valijson::adapters::BoostJsonAdapter(source), schema);
    } catch (const std::exception& error) {
      refuse("", sentence(error.what()), "schemas are JSON Schema draft 7");
    }
  }
};

JsonSchema::JsonSchema(const json::value& schema) : compiled_(std::make_shared<const Compiled>(schema)) {}

std::vector<std::string> JsonSchema::violations(const json::value& value) const {
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(compiled_->schema, valijson::adapters::BoostJsonAdapter(value), &results)) return {};
  std::vector<std::string> lines, echoes;
  for (const auto& error : results) {
    auto line = fmt::format("{}: {}", pointer_of(error.context), sentence(error.description));
    auto& list = is_echo(error.description) ? echoes : lines;
    if (std::find(list.begin(), list.end(), line) == list.end()) list.push_back(std::move(line));
  }
  if (lines.empty()) lines = std::move(echoes);
  // propertyNames fails without a word.
  if (lines.empty()) lines.push_back("/: the names of its members do not satisfy the schema");
  return lines;
}

}  // namespace antiphon
