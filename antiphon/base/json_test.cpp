#include "antiphon/base/json.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  try {
    (void)parse_json(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    return error.message();
  }
  return "accepted";
}

std::string nested(int depth) { return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']'); }

TEST(Json, ParsesOneText) {
  EXPECT_EQ(parse_json(" {\"a\": [1, 2.5, null, true]} \n"), (json::value{{"a", {1, 2.5, nullptr, true}}}));
  EXPECT_EQ(parse_json("7"), json::value(7));
}

TEST(Json, NumbersComeBackAsTheyWereWritten) {
  RandomStream random(3);
  for (int i = 0; i < 20000; ++i) {
    const auto number = random.uniform() * std::pow(10.0, static_cast<double>(random.below(20)) - 8);
    const auto text = json_text(json::array{number, 0.1, -number});
    EXPECT_EQ(parse_json(text), (json::value{number, 0.1, -number})) << text;
    EXPECT_EQ(try_parse_json(text), (json::value{number, 0.1, -number})) << text;
  }
  for (int mantissa = 1; mantissa < 1000; mantissa += 7)
    for (int exponent = -300; exponent <= 300; ++exponent) {
      const auto text = std::to_string(mantissa) + "e" + std::to_string(exponent);
      EXPECT_EQ(parse_json(text).as_double(), std::strtod(text.c_str(), nullptr)) << text;
    }
  EXPECT_EQ(parse_json("14.645336209203193").as_double(), 14.645336209203193);
  EXPECT_EQ(parse_json("[1.7976931348623157E+308, 4.9e-324, 123456789012345678901234567890]"),
            (json::value{1.7976931348623157e308, 4.9e-324, 123456789012345678901234567890.0}));
  EXPECT_EQ(parse_json("[18446744073709551615,-9223372036854775808]"), (json::value{UINT64_MAX, INT64_MIN}));
}

TEST(Json, NamesTheByteThatIsWrong) {
  EXPECT_THAT(refusal(R"({"a": 1, b})"), testing::AllOf(HasSubstr("byte 9"), HasSubstr("near")));
  EXPECT_THAT(refusal("{} {}"), HasSubstr("byte 3"));
  EXPECT_THAT(refusal("{\"a\":"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("not JSON"));
}

TEST(Json, RefusesWhatIsNestedTooDeeply) {
  EXPECT_NO_THROW((void)parse_json(nested(64)));
  EXPECT_THAT(refusal(nested(65)), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("not JSON"));
  EXPECT_FALSE(try_parse_json(nested(65)));
  EXPECT_TRUE(try_parse_json(nested(64)));
}

TEST(Json, RefusesInvalidUtf8) {
  EXPECT_THAT(refusal("\"a\xFFz\""), HasSubstr("not JSON"));
  EXPECT_FALSE(try_parse_json("\"\xC3\""));
  EXPECT_FALSE(try_parse_json("\"\xED\xA0\x80\""));
}

TEST(Json, AppendsStringsThatParseBackToThemselves) {
  RandomStream random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto n = random.below(12); n > 0; --n) text += static_cast<char>(random.below(128));
    text += "é✓";
    std::string out;
    append_json_string(out, text);
    EXPECT_EQ(parse_json(out).get_string(), text);
  }
}

TEST(Json, RepairsTextThatIsNotUtf8) {
  std::string out = "x";
  append_json_string(out, "a\xFF");
  EXPECT_EQ(out, "x\"a\xEF\xBF\xBD\"");
}

TEST(Json, FindsMembersOfObjectsOnly) {
  const auto value = parse_json(R"({"s": "x", "n": 2, "o": {}})");
  EXPECT_EQ(find_string(value, "s"), "x");
  EXPECT_EQ(find_string(value, "n"), std::nullopt);
  EXPECT_EQ(find_number(value, "n"), 2.0);
  EXPECT_EQ(find_number(value, "s"), std::nullopt);
  EXPECT_EQ(find(parse_json("[1]"), "s"), nullptr);
}

TEST(Json, IncludesASubset_SCN60) {
  const auto whole = parse_json(R"({"order": "A-1007", "amount": 20, "lines": [{"sku": 1, "n": 2}]})");
  const auto includes = [&](std::string_view wanted) { return json_includes(whole, parse_json(wanted)); };
  EXPECT_TRUE(includes("{}"));
  EXPECT_TRUE(includes(R"({"order": "A-1007"})"));
  EXPECT_TRUE(includes(R"({"lines": [{"sku": 1}]})"));
  EXPECT_FALSE(includes(R"({"lines": []})"));
  EXPECT_FALSE(includes(R"({"order": "A-1008"})"));
  EXPECT_FALSE(includes(R"({"other": null})"));
  EXPECT_FALSE(includes("[]"));
}

TEST(Json, ComparesNumbersByValue) {
  EXPECT_TRUE(json_includes(parse_json("1"), parse_json("1.0")));
  EXPECT_TRUE(json_includes(parse_json("1.0"), parse_json("1")));
  EXPECT_TRUE(json_includes(json::value(std::uint64_t{5}), json::value(std::int64_t{5})));
  EXPECT_FALSE(json_includes(parse_json("1"), parse_json("1.5")));
  EXPECT_FALSE(json_includes(parse_json("9007199254740993"), parse_json("9007199254740992")));
  EXPECT_FALSE(json_includes(parse_json("\"1\""), parse_json("1")));
}

TEST(Json, FollowsPointers) {
  const auto value = parse_json(R"({"a": [{"b/c": 3}]})");
  ASSERT_TRUE(at_pointer(value, "/a/0/b~1c"));
  EXPECT_EQ(*at_pointer(value, "/a/0/b~1c"), json::value(3));
  EXPECT_EQ(at_pointer(value, ""), &value);
  EXPECT_EQ(at_pointer(value, "/a/1"), nullptr);
  EXPECT_EQ(at_pointer(value, "a"), nullptr);
}

TEST(Json, WritesNumbersAsPeopleDo) {
  EXPECT_EQ(json_text(parse_json(R"({"a": 1.84, "b": [1, 2.0, 1e300], "c": "x\"y", "d": null})")), R"({"a":1.84,"b":[1,2.0,1e+300],"c":"x\"y","d":null})");
  EXPECT_EQ(json_text(json::value(std::numeric_limits<double>::infinity())), "null");
}

TEST(Json, PreviewsWithinTheLimit) {
  EXPECT_EQ(preview(json::value("plain")), "plain");
  EXPECT_EQ(preview(parse_json(R"({"a": 1})")), R"({"a":1})");
  for (std::size_t limit = 3; limit < 40; ++limit) {
    const auto text = preview(json::value("ä€😀 and so on, ä€😀 and so on"), limit);
    EXPECT_LE(text.size(), limit);
    EXPECT_TRUE(is_utf8(text));
  }
}

}  // namespace
}  // namespace antiphon
