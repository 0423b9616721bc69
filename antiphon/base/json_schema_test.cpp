#include "antiphon/base/json_schema.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> violations(std::string_view schema, std::string_view value) { return JsonSchema(parse_json(schema)).violations(parse_json(value)); }

std::string refusal(std::string_view schema) {
  try {
    const JsonSchema compiled(parse_json(schema));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
  return "accepted";
}

TEST(JsonSchema, HoldsForAValueThatSatisfiesIt) {
  EXPECT_THAT(violations(R"({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}})", R"({"id": "A-1", "more": 1})"), IsEmpty());
}

TEST(JsonSchema, NamesThePlaceWhatWasExpectedAndWhatStandsThere) {
  EXPECT_THAT(violations(R"({"type": "object", "properties": {"items": {"type": "array", "items": {"type": "string"}}}})", R"({"items": ["a", 2]})"),
              ElementsAre("/items/1: expected string, found 2"));
  EXPECT_THAT(violations(R"({"type": ["string", "null"]})", "[1]"), ElementsAre("/: expected string or null, found [1]"));
}

TEST(JsonSchema, EscapesThePlace) {
  EXPECT_THAT(violations(R"({"properties": {"a/b": {"properties": {"~": {"type": "null"}}}}})", R"({"a/b": {"~": 1}})"),
              ElementsAre("/a~1b/~0: expected null, found 1"));
}

TEST(JsonSchema, ReportsEveryMistake) {
  const auto all = violations(R"({"required": ["a", "b"], "properties": {"c": {"enum": ["x", "y"]}, "d": {"const": 3}}})", R"({"c": "z", "d": 4})");
  EXPECT_THAT(all, testing::UnorderedElementsAre(HasSubstr("missing required property 'a'"), HasSubstr("missing required property 'b'"),
                                                 R"(/c: expected one of ["x","y"], found "z")", "/d: expected 3, found 4"));
}

TEST(JsonSchema, RefusesMembersThatAreNotAllowed) {
  EXPECT_THAT(violations(R"({"properties": {"a": true}, "additionalProperties": false})", R"({"a": 1, "extra": 2})"), ElementsAre(HasSubstr("'extra'")));
}

TEST(JsonSchema, SaysSoWhenNamesOfMembersAreWrong) {
  EXPECT_THAT(violations(R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"A1": 1})"), ElementsAre(HasSubstr("names of its members")));
  EXPECT_THAT(violations(R"({"propertyNames": {"pattern": "^[a-z]+$"}})", R"({"ab": 1})"), IsEmpty());
}

TEST(JsonSchema, TakesAWholeNumberForAnInteger) {
  EXPECT_THAT(violations(R"({"type": "integer"})", "2.0"), IsEmpty());
  EXPECT_THAT(violations(R"({"type": "integer"})", "2.5"), ElementsAre("/: expected integer, found 2.5"));
  EXPECT_THAT(violations(R"({"enum": [1]})", "1.0"), IsEmpty());
}

TEST(JsonSchema, ReadsPatternsAsPcre2) {
  EXPECT_THAT(violations(R"({"pattern": "(?i)^order (?<id>[A-Z]-\\d{4})$"})", R"("Order A-1007")"), IsEmpty());
  EXPECT_THAT(violations(R"({"pattern": "^\\d+$"})", R"("12a")"), ElementsAre(R"(/: expected text that matches "^\\d+$", found "12a")"));
}

TEST(JsonSchema, MatchesLongTextWithoutDeepRecursion) {
  const JsonSchema schema(parse_json(R"({"pattern": "^[ab]*$"})"));
  EXPECT_THAT(schema.violations(json::string(500'000, 'a')), IsEmpty());
}

TEST(JsonSchema, CombinesSchemas) {
  constexpr auto any = R"({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]})";
  EXPECT_THAT(violations(any, R"("x")"), IsEmpty());
  EXPECT_THAT(violations(any, "3"), testing::Contains(HasSubstr("greater than or equal to 5")));
  EXPECT_THAT(violations(R"({"not": {"type": "string"}})", R"("x")"), testing::SizeIs(1));
  EXPECT_THAT(violations(R"({"if": {"type": "string"}, "then": {"minLength": 2}})", R"("x")"), testing::Contains(HasSubstr("no fewer than 2")));
}

TEST(JsonSchema, FollowsReferencesInsideItself) {
  constexpr auto tree = R"({"type": "object", "properties": {"next": {"$ref": "#"}, "id": {"$ref": "#/definitions/id"}},
                            "definitions": {"id": {"type": "string"}}})";
  EXPECT_THAT(violations(tree, R"({"id": "a", "next": {"id": "b", "next": {}}})"), IsEmpty());
  EXPECT_THAT(violations(tree, R"({"next": {"next": {"id": 1}}})"), ElementsAre("/next/next/id: expected string, found 1"));
}

TEST(JsonSchema, RefusesReferencesToElsewhere) {
  EXPECT_THAT(refusal(R"({"properties": {"a": {"$ref": "https://example.com/schema.json"}}})"), HasSubstr("/properties/a/$ref"));
  EXPECT_THAT(refusal(R"({"$ref": "other.json#/a"})"), HasSubstr("points outside"));
  EXPECT_THAT(refusal(R"({"$ref": "#/definitions/none"})"), HasSubstr("no schema stands at"));
}

TEST(JsonSchema, RefusesReferencesThatNeverEnd) {
  EXPECT_THAT(refusal(R"({"$ref": "#"})"), HasSubstr("lead back"));
  EXPECT_THAT(refusal(R"({"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"anyOf": [{"$ref": "#/definitions/a"}]}}})"), HasSubstr("lead back"));
}

TEST(JsonSchema, RefusesWhatIsNoSchema) {
  EXPECT_THAT(refusal("3"), HasSubstr("expected an object or a boolean"));
  EXPECT_THAT(refusal(R"({"properties": {"a": {"type": "text"}}})"), HasSubstr(R"(/properties/a/type: unknown type text)"));
  EXPECT_THAT(refusal(R"({"properties": {"a": 1}})"), HasSubstr("/properties/a"));
  EXPECT_THAT(refusal(R"({"pattern": "("})"), HasSubstr("/pattern"));
  EXPECT_THAT(refusal(R"({"minLength": "two"})"), HasSubstr("not a JSON Schema"));
}

TEST(JsonSchema, AllowsAPropertyThatIsNamedLikeAKeyword) {
  EXPECT_THAT(violations(R"({"properties": {"type": {"type": "string"}, "$ref": {"type": "integer"}}})", R"({"type": 1, "$ref": "x"})"), testing::SizeIs(2));
}

}  // namespace
}  // namespace antiphon
