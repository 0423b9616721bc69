#include "antiphon/base/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon {
namespace {

std::vector<Problem> problems_of(std::string_view text) {
  try {
    parse_document(text, "a.yaml");
  } catch (const Problems& problems) {
    return problems.list();
  }
  return {};
}

json::value json_of(std::string_view text) { return parse_document(text, "a.yaml").to_json(); }

std::string place_of(const Node& node) { return to_string(node.where); }

struct Scalar {
  const char* text;
  json::value wanted;
};
class CoreSchema : public testing::TestWithParam<Scalar> {};

TEST_P(CoreSchema, DecidesWhatAPlainScalarIs_PRD10) { EXPECT_EQ(json_of(GetParam().text), GetParam().wanted) << GetParam().text; }

INSTANTIATE_TEST_SUITE_P(Scalars, CoreSchema,
                         testing::Values(Scalar{"yes", "yes"}, Scalar{"no", "no"}, Scalar{"on", "on"}, Scalar{"y", "y"}, Scalar{"1:30", "1:30"},
                                         Scalar{"true", true}, Scalar{"False", false}, Scalar{"tRUE", "tRUE"}, Scalar{"null", nullptr}, Scalar{"~", nullptr},
                                         Scalar{"Null", nullptr}, Scalar{"NULL", nullptr}, Scalar{"12", 12}, Scalar{"+12", 12}, Scalar{"-7", -7},
                                         Scalar{"007", 7}, Scalar{"0x1F", 31}, Scalar{"0o17", 15}, Scalar{"0b11", "0b11"}, Scalar{"1_000", "1_000"},
                                         Scalar{"1.5", 1.5}, Scalar{".5", 0.5}, Scalar{"1.", 1.0}, Scalar{"1e3", 1000.0}, Scalar{"-1.5E-1", -0.15},
                                         Scalar{"1.2.3", "1.2.3"}, Scalar{"+-1", "+-1"}, Scalar{"++1", "++1"}, Scalar{"0x", "0x"}, Scalar{"-0x1", "-0x1"},
                                         Scalar{"0x-1", "0x-1"}, Scalar{"1e", "1e"}, Scalar{"infinity", "infinity"}, Scalar{"nan", "nan"},
                                         Scalar{"2024-01-02", "2024-01-02"}, Scalar{"'12'", "12"}, Scalar{"\"true\"", "true"}, Scalar{"'null'", "null"},
                                         Scalar{"\"~\"", "~"}, Scalar{"''", ""}, Scalar{"|\n  12\n", "12\n"}, Scalar{"!!str 12", "12"}));

TEST(Document, ScalarKeepsItsTextAsWritten_PRD10) {
  const auto node = parse_document("a: 1.50\nb: 007\nc: +3\nd: True\n", "a.yaml");
  EXPECT_EQ(node.find("a")->text, "1.50");
  EXPECT_EQ(node.find("b")->text, "007");
  EXPECT_EQ(node.find("c")->text, "+3");
  EXPECT_EQ(node.find("d")->text, "True");
}

TEST(Document, QuotedNumberIsNoNumber_PRD10) {
  const auto node = parse_document("a: \"12\"\nb: 12\n", "a.yaml");
  EXPECT_FALSE(node.find("a")->as_integer());
  EXPECT_EQ(node.find("b")->as_integer(), 12);
}

TEST(Document, EachValueKnowsItsLineAndColumn_PRD10) {
  const auto node = parse_document("name: desk\nlist:\n  - one\n  - {key: \"two\"}\nempty:\n", "a.yaml");
  EXPECT_EQ(place_of(*node.find("name")), "a.yaml:1:7");
  EXPECT_EQ(place_of(node.find("list")->items[0]), "a.yaml:3:5");
  EXPECT_EQ(place_of(node.find("list")->items[1]), "a.yaml:4:5");
  EXPECT_EQ(place_of(*node.find("list")->items[1].find("key")), "a.yaml:4:11");
  EXPECT_EQ(to_string(node.members[1].where), "a.yaml:2:1");
  EXPECT_EQ(node.find("empty")->where.line, 5);
}

TEST(Document, ColumnsCountCharacters_PRD10) {
  const auto node = parse_document("{\"größe\": \"x\", b: c}\n", "a.yaml");
  EXPECT_EQ(place_of(*node.find("b")), "a.yaml:1:19");
}

TEST(Document, DuplicateKeyIsAMistakeAtTheSecond_PRD10) {
  const auto problems = problems_of("a: 1\nb: 2\na: 3\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, "\"a\" is given twice in one mapping");
  EXPECT_EQ(to_string(problems[0].where), "a.yaml:3:1");
}

TEST(Document, AllDuplicatesAreReportedTogether_PRD10) { EXPECT_EQ(problems_of("a: 1\na: 2\nb: {c: 1, c: 2}\n").size(), 2u); }

TEST(Document, MergeKeyAddsWhatTheMappingLacks_PRD10) {
  EXPECT_EQ(json_of("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n").at("own"), (json::value{{"y", 3}, {"x", 1}}));
}

TEST(Document, OfSeveralMergedMappingsTheFirstWins_PRD10) {
  EXPECT_EQ(json_of("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n").at("c"), (json::value{{"x", 1}, {"z", 3}}));
}

TEST(Document, QuotedMergeSignIsAPlainKey_PRD10) { EXPECT_EQ(json_of("{\"<<\": {x: 1}}").at("<<"), (json::value{{"x", 1}})); }

TEST(Document, MergingAScalarIsAMistake_PRD10) {
  const auto problems = problems_of("a: {<<: text}\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, "<< merges mappings only");
}

TEST(Document, AnchorsStandForTheirValue_PRD10) { EXPECT_EQ(json_of("a: &x [1, two]\nb: *x\n").at("b"), (json::value{1, "two"})); }

TEST(Document, UnknownAnchorIsAMistakeWithItsPlace_PRD10) {
  const auto problems = problems_of("a: 1\nb: *nowhere\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].where.line, 2);
}

TEST(Document, AnchorInsideItselfIsAMistake) { EXPECT_FALSE(problems_of("a: &x [1, *x]\n").empty()); }

TEST(Document, AliasesOfAliasesAreRefusedBeforeTheyFillMemory_PRD51) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  const auto problems = problems_of(text);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].message, testing::HasSubstr("too many values"));
}

TEST(Document, ChainOfAliasesIsRefusedBeforeItFillsTheStack_PRD51) {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 20'000; ++i) text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  const auto problems = problems_of(text);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].message, testing::HasSubstr("nests too deep"));
}

TEST(Document, DeepNestingIsAMistakeAndNoCrash_PRD51) {
  EXPECT_FALSE(problems_of(std::string(100'000, '[')).empty());
  EXPECT_FALSE(problems_of(std::string(100'000, '{')).empty());
  std::string steps;
  for (int i = 0; i < 3000; ++i) steps += "- ";
  EXPECT_FALSE(problems_of(steps + "x").empty());
}

TEST(Document, ManyKeysAreReadInReasonableTime_PRD51) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(parse_document(text, "a.yaml").members.size(), 60'000u);
}

TEST(Document, TabAsIndentationIsAMistakeWithItsPlace_PRD10) {
  const auto problems = problems_of("a:\n\tb: 1\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].where.line, 2);
}

TEST(Document, InvalidUtf8IsAMistakeThatNamesTheLine_PRD10) {
  const auto problems = problems_of("a: 1\nb: \xFF\xFE\nc: 2\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, "the file is not UTF-8");
  EXPECT_EQ(problems[0].where.line, 2);
}

TEST(Document, ControlCharacterIsAMistakeWithItsPlace_PRD10_PRD51) {
  const auto problems = problems_of(std::string_view("a: 1\n# \0\0\n ,: {\n", 14));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].message, "a control character (0x00)");
  EXPECT_EQ(to_string(problems[0].where), "a.yaml:2:3");
  EXPECT_EQ(problems_of("a: \x04\n")[0].message, "a control character (0x04)");
}

TEST(Document, ByteOrderMarkIsNoPartOfTheFirstKey_PRD10) {
  EXPECT_EQ(json_of("\xEF\xBB\xBF"
                    "a: 1\n"),
            (json::value{{"a", 1}}));
}

TEST(Document, UnclosedBracketIsAMistakeWithItsLine_PRD10) {
  const auto problems = problems_of("a: 1\nb: [1, 2\nc: 3\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_GE(problems[0].where.line, 2);
  EXPECT_EQ(to_string(problems_of("{\"äöü\": *x}\n").at(0).where), "a.yaml:1:9");
}

TEST(Document, UnclosedQuoteIsAMistakeAlsoAtTheEndOfTheFile_PRD10) {
  for (const auto* text : {"a: \"one\nb: two\n", "a: 'one\n", "a: \"one", "a: [\"one]\n\n"}) EXPECT_EQ(problems_of(text).size(), 1u) << text;
  EXPECT_EQ(json_of("a: it's\nb: |\n  say \"hi\n").at("b"), "say \"hi\n") << "these are no quotes";
}

TEST(Document, SecondDocumentIsAMistake_PRD10) {
  const auto problems = problems_of("a: 1\n---\nb: 2\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(to_string(problems[0].where), "a.yaml:2:1");
}

TEST(Document, StrayPunctuationIsAMistakeAndNoEndlessReading_PRD51) {
  for (const char* text : {", ", "]", "}", "#e \n, ", "a: 1\n]\n", "a: 1\n, b\n"}) EXPECT_EQ(problems_of(text).size(), 1u) << text;
}

TEST(Document, MappingAsKeyIsAMistake_PRD10) { EXPECT_EQ(problems_of("? {a: 1}\n: 2\n").size(), 1u); }

TEST(Document, EmptyTextIsNull_PRD10) {
  EXPECT_TRUE(parse_document("", "a.yaml").is_null());
  EXPECT_TRUE(parse_document("# only a remark\n", "a.yaml").is_null());
}

TEST(Document, JsonIsReadAsItStands_PRD10) {
  EXPECT_EQ(json_of(R"({"a": [1, 2.5, true, null, "\u00e9\n"], "b": {"c": ""}})"), json::parse(R"({"a": [1, 2.5, true, null, "é\n"], "b": {"c": ""}})"));
}

TEST(Document, FileThatIsMissingIsNamed_PRD10) {
  try {
    read_document("nowhere/at/all.yaml");
    FAIL();
  } catch (const Problems& problems) {
    EXPECT_EQ(problems.list()[0].where.file, "nowhere/at/all.yaml");
  }
}

std::optional<std::string> lookup(std::string_view name) {
  if (name == "NAME") return "world";
  if (name == "EMPTY") return "";
  if (name == "TRICK") return "${NAME}";
  return std::nullopt;
}

std::string expand(std::string_view text) {
  std::vector<std::string> unset;
  return expand_text(text, lookup, unset);
}

TEST(Expansion, FillsNamesDefaultsAndDollars_PRD10) {
  EXPECT_EQ(expand("hello ${NAME}!"), "hello world!");
  EXPECT_EQ(expand("${NOBODY:-you}"), "you");
  EXPECT_EQ(expand("${NOBODY:-}"), "");
  EXPECT_EQ(expand("$$${NAME} $$ $5 $"), "$world $ $5 $");
  EXPECT_EQ(expand("$${NAME}"), "${NAME}");
  EXPECT_EQ(expand("${EMPTY}|"), "|");
}

TEST(Expansion, ValueIsNotExpandedAgain_PRD50) { EXPECT_EQ(expand("${TRICK}"), "${NAME}"); }

TEST(Expansion, WhatIsNoNameStaysAsItIs_PRD10) {
  EXPECT_EQ(expand("${} ${1A} ${NAME"), "${} ${1A} ${NAME");
  EXPECT_EQ(expand("cost ${ NAME }"), "cost ${ NAME }");
}

TEST(Expansion, UnsetNameIsAMistakeAtItsValue_PRD10) {
  auto node = parse_document("a:\n  - ok\n  - \"${NOBODY} and ${NONE}\"\n", "a.yaml");
  std::vector<Problem> problems;
  expand_variables(node, lookup, problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].message, "${NOBODY} is not set");
  EXPECT_EQ(to_string(problems[0].where), "a.yaml:3:5");
}

TEST(Expansion, AlwaysYieldsTextYetANumberIsReadWhereOneIsWanted_PRD10) {
  auto node = parse_document("plain: ${N}\nquoted: \"${N}\"\n", "a.yaml");
  std::vector<Problem> problems;
  expand_variables(node, [](std::string_view) { return std::optional<std::string>("12"); }, problems);
  EXPECT_EQ(node.to_json(), (json::value{{"plain", "12"}, {"quoted", "12"}}));
  EXPECT_EQ(node.find("plain")->as_integer(), 12);
  EXPECT_EQ(node.find("quoted")->as_integer(), 12);
}

}  // namespace
}  // namespace antiphon
