#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/result/sample_test.hpp"
#include "tests/source_file.hpp"

namespace antiphon {
namespace {

using testing::IsEmpty;

const JsonSchema& schema() {
  static const JsonSchema schema(parse_json(read_file(source_file("schemas/result.schema.json"))));
  return schema;
}

TEST(ResultSchema, SatisfiesItsPublishedSchema_PRD63) {
  ScenarioResult fault{.id = "b", .name = "b", .run_id = "r", .outcome = RunOutcome::error, .reasoning = "503", .error = RunError{Party::agent, "503"}};
  const auto text = serialize(batch_of({full(), fault, {.id = "c", .name = "c", .not_run = true}, {.id = "d", .outcome = RunOutcome::passed}}));
  EXPECT_THAT(schema().violations(parse_json(text)), IsEmpty()) << text;
}

TEST(ResultSchema, IsRefusedByTheSchemaWhenAMemberIsMissing_PRD63) {
  for (const auto* member : {"fault", "latency", "rolled_back", "recording", "outcome"}) {
    auto value = parse_json(serialize(batch_of({full()})));
    value.as_object()["scenarios"].as_array()[0].as_object().erase(member);
    EXPECT_FALSE(schema().violations(value).empty()) << member;
  }
}

TEST(ResultSchema, HoldsForTheSample_PRD63) {
  EXPECT_THAT(schema().violations(parse_json(read_file(source_file("tests/data/result.sample.json")))), IsEmpty());
}

}  // namespace
}  // namespace antiphon
