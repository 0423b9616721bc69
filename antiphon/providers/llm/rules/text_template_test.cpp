#include "antiphon/providers/llm/rules/text_template.hpp"

#include <gtest/gtest.h>

namespace antiphon::rules {
namespace {

std::optional<std::string> known(std::string_view name) { return name == "id" ? std::optional<std::string>("A-1") : std::nullopt; }

TEST(TextTemplate, PutsInWhatIsKnownElseTheDefaultElseNothing_SCN83) {
  EXPECT_EQ(TextTemplate("order {{id}}, {{ id }}{{x|none at all}}{{y}}.").render(known), "order A-1, A-1none at all.");
  EXPECT_EQ(TextTemplate("").render(known), "");
}

TEST(TextTemplate, LeavesBracesThatHoldNoNameAsTheyAre) {
  for (const auto* text : {"{{", "{{}}", "{{a b}}", R"({"a":{"b":{}}})", "{{unclosed", "}}"}) EXPECT_EQ(TextTemplate(text).render(known), text);
  EXPECT_EQ(TextTemplate("{{{id}}}").render(known), "{A-1}");
}

TEST(TextTemplate, RendersEveryStringOfAJsonValue_SCN83) {
  EXPECT_EQ(json::serialize(render_json(json::parse(R"({"a":["{{id}}",1],"b":{"c":"x{{id}}"}})"), known)), R"({"a":["A-1",1],"b":{"c":"xA-1"}})");
}

}  // namespace
}  // namespace antiphon::rules
