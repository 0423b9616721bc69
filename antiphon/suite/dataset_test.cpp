#include "antiphon/suite/dataset.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace antiphon::suite {
namespace {

std::string problem(const std::function<void()>& read) {
  try {
    read();
  } catch (const Problems& problems) {
    return problems.what();
  }
  return {};
}

TEST(Csv, ColumnsAreNamedByTheHeader_PRD10) {
  EXPECT_EQ(parse_csv("id,city\r\nA-1,Ulm\r\nA-2,Bonn\r\n", "d.csv"), (std::vector<Row>{{{"id", "A-1"}, {"city", "Ulm"}}, {{"id", "A-2"}, {"city", "Bonn"}}}));
}

TEST(Csv, QuotedFieldMayHoldCommasQuotesAndLineBreaks_PRD10) {
  const auto rows = parse_csv("id,text\n1,\"a, \"\"b\"\"\nc\"\n2,\n", "d.csv");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0][1].second, "a, \"b\"\nc");
  EXPECT_EQ(rows[1][1].second, "");
}

TEST(Csv, ByteOrderMarkBlankLinesAndAMissingLastLineBreakDoNotMatter_PRD10) {
  EXPECT_EQ(parse_csv("\xEF\xBB\xBFid\n\n1\n\n2", "d.csv"), (std::vector<Row>{{{"id", "1"}}, {{"id", "2"}}}));
}

TEST(Csv, MistakesSayLineAndColumn_PRD10) {
  EXPECT_EQ(problem([] { parse_csv("a,b\n\"x\ny\",1\n1\n", "d.csv"); }), "d.csv:4:1: this row has 1 fields, the header has 2");
  EXPECT_EQ(problem([] { parse_csv("a\nx\"y\n", "d.csv"); }), "d.csv:2:2: a quote inside an unquoted field");
  EXPECT_EQ(problem([] { parse_csv("a\n\"x\" y\n", "d.csv"); }), "d.csv:2:4: text after a closing quote");
  EXPECT_EQ(problem([] { parse_csv("a\n\"x\n", "d.csv"); }), "d.csv:2:1: a quoted field has no end");
  EXPECT_EQ(problem([] { parse_csv("a,a\n1,2\n", "d.csv"); }), "d.csv:1:1: two columns are called \"a\"");
  EXPECT_EQ(problem([] { parse_csv("a,\n1,2\n", "d.csv"); }), "d.csv:1:1: a column has no name");
}

TEST(Jsonl, TextsStayAndOtherValuesBecomeJson_PRD10) {
  EXPECT_EQ(parse_jsonl("{\"id\": \"A-1\", \"n\": 3}\n\n{\"id\": \"A-2\", \"n\": [1, true]}\n", "d.jsonl"),
            (std::vector<Row>{{{"id", "A-1"}, {"n", "3"}}, {{"id", "A-2"}, {"n", "[1,true]"}}}));
}

TEST(Jsonl, LineThatIsNoObjectIsAMistake_PRD10) {
  EXPECT_EQ(problem([] { parse_jsonl("{}\n[1]\n", "d.jsonl"); }), "d.jsonl:2:1: this line is no JSON object");
}

TEST(Dataset, OtherEndingsAreRefused_PRD10) {
  EXPECT_EQ(problem([] { read_dataset("d.xlsx"); }), "d.xlsx: a dataset ends in .csv or .jsonl");
}

}  // namespace
}  // namespace antiphon::suite
