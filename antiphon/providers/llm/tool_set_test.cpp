#include <gtest/gtest.h>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {
namespace {

TEST(ToolSet, IsWrittenAsTheToolsMemberOfARequest) {
  const ToolSet tools({{.name = "lookup", .description = "Finds \"it\""}, {.name = "stop"}});
  const auto value = parse_json(tools.serialized());
  EXPECT_EQ(value.at_pointer("/0/type").as_string(), "function");
  EXPECT_EQ(value.at_pointer("/0/function/name").as_string(), "lookup");
  EXPECT_EQ(value.at_pointer("/0/function/description").as_string(), "Finds \"it\"");
  EXPECT_EQ(value.at_pointer("/0/function/parameters/type").as_string(), "object");
  EXPECT_FALSE(value.at_pointer("/1/function").as_object().contains("description"));
}

TEST(ToolSet, FindsByNameAndSharesItsTextWithCopies) {
  const ToolSet tools({{.name = "lookup"}});
  const ToolSet copy = tools;
  EXPECT_NE(tools.find("lookup"), nullptr);
  EXPECT_EQ(tools.find("other"), nullptr);
  EXPECT_EQ(&copy.serialized(), &tools.serialized());
}

TEST(ToolSet, WithoutToolsIsEmpty) {
  EXPECT_TRUE(ToolSet().empty());
  EXPECT_TRUE(ToolSet(std::vector<Tool>{}).empty());
  EXPECT_EQ(ToolSet().serialized(), "[]");
}

}  // namespace
}  // namespace antiphon
