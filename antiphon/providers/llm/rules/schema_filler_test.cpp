#include "antiphon/providers/llm/rules/schema_filler.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/json_schema.hpp"

namespace antiphon::rules {
namespace {

json::value filled(const char* schema, std::string_view text = "hello") { return fill_schema(json::parse(schema), text); }

TEST(FillSchema, MakesValuesThatHoldUnderTheirSchema_SCN83) {
  for (
      const auto* schema : {
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer","minimum":3},"c":{"type":"boolean"},"d":{"type":"number","exclusiveMinimum":0}},"required":["a","b","c","d"]})",
          R"({"type":"array","items":{"enum":["x","y"]},"minItems":2})",
          R"({"anyOf":[{"type":"null"},{"type":"object","properties":{"k":{"const":7}},"required":["k"]}]})",
          R"({"type":["null","string"],"minLength":12})",
          R"({"type":"string","maxLength":2})",
          R"({"$ref":"#/definitions/node","definitions":{"node":{"type":"object","properties":{"next":{"$ref":"#/definitions/node"},"v":{"type":"integer","multipleOf":5,"minimum":6}},"required":["v"]}}})",
          R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"null"}},"required":["b"]}]})",
      }) {
    const auto value = filled(schema);
    EXPECT_TRUE(JsonSchema(json::parse(schema)).violations(value).empty()) << schema << "\n" << json::serialize(value);
  }
}

TEST(FillSchema, SaysTheTextWhereAnyStringWillDo_SCN83) {
  EXPECT_EQ(json::serialize(filled(R"({"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]})")), R"({"answer":"hello"})");
}

TEST(FillSchema, EndsForSchemasThatNeverDo) {
  EXPECT_NO_THROW(filled(R"({"$ref":"#"})"));
  EXPECT_NO_THROW(filled(R"({"type":"object","properties":{"x":{"$ref":"#"}},"required":["x"]})"));
  EXPECT_NO_THROW(filled(R"({"type":"string","minLength":1e12})"));
  EXPECT_NO_THROW(filled("7"));
}

}  // namespace
}  // namespace antiphon::rules
