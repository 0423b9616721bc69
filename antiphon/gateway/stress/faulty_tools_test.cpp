#include "antiphon/gateway/stress/faulty_tools.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/tools/function_tool.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

struct FaultyTools : ::testing::Test {
  net::testing::VirtualWorld world;
  std::shared_ptr<ToolFaultCount> count = std::make_shared<ToolFaultCount>();

  static Task<json::value> work(ToolInvocation, Deadline) { co_return json::value("done"); }
  std::shared_ptr<ToolProvider> with(ToolFaultSettings settings) {
    return faulty_tools(function_tool({.tool = {.name = "crm", .description = "x"}}, work), world.runtime, settings, count);
  }
  /// `.` for a call that went well, `x` for one that failed, a digit behind it for the seconds that it took.
  std::string outcomes(ToolProvider& tools, int calls) {
    std::string all;
    for (int i = 0; i < calls; ++i) {
      const auto began = world.clock.now();
      try {
        all += world.run(tools.call({.name = "crm"}, Deadline::never())) == json::value("done") ? "." : "?";
      } catch (const Error& error) {
        all += error.kind() == ErrorKind::unavailable ? "x" : "?";
      }
      const auto took = world.clock.now() - began;
      if (took > 0s) all += took >= 1s && took <= 3s ? "~" : "!";
    }
    return all;
  }
};

TEST_F(FaultyTools, FailAndDelayAsOftenAsTheyAreToldAndTheSameForASeed_GTW61) {
  const auto first = outcomes(*with({.failures = 0.3, .delays = 0.2, .seed = 11}), 200);
  EXPECT_EQ(count->calls, 200U);
  EXPECT_NEAR(static_cast<double>(count->failures), 60, 25);
  EXPECT_NEAR(static_cast<double>(count->delays), 40, 20);
  EXPECT_EQ(first.find_first_of("?!"), std::string::npos) << first;
  EXPECT_EQ(outcomes(*with({.failures = 0.3, .delays = 0.2, .seed = 11}), 200), first);
  EXPECT_NE(outcomes(*with({.failures = 0.3, .delays = 0.2, .seed = 12}), 200), first);
}

TEST_F(FaultyTools, WithoutFaultsAreTheToolsThemselves_GTW61) {
  const auto tools = with({});
  EXPECT_EQ(outcomes(*tools, 20), std::string(20, '.'));
  EXPECT_EQ(tools->tools().at(0).tool.name, "crm");
  EXPECT_EQ(count->failures + count->delays, 0U);
}

}  // namespace
}  // namespace antiphon::gateway
