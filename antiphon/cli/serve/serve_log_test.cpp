#include "antiphon/cli/serve/serve_log.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace antiphon::cli {
namespace {

using ::testing::HasSubstr;

const std::vector<Problem> mistakes{{.message = "there is no key \"lisen\"", .where = {"/etc/gateway/gateway.yaml", 2, 1}, .hint = "write `listen`"},
                                    {.message = "the port is taken", .where = {}, .hint = "choose another"}};

TEST(ServeLog, MistakesOfAReloadHaveTheirPlacesInWords_GTW1) {
  std::ostringstream out;
  ServeLog(out, true).fail("reload", "failed, and nothing has changed", mistakes, "/etc/gateway");
  EXPECT_THAT(out.str(), HasSubstr("reload   failed, and nothing has changed\n"));
  EXPECT_THAT(out.str(), HasSubstr("there is no key \"lisen\""));
  EXPECT_THAT(out.str(), HasSubstr("gateway.yaml:2:1"));
  EXPECT_THAT(out.str(), HasSubstr("write `listen`"));
}

TEST(ServeLog, MistakesOfAReloadHaveTheirPlacesInLinesOfJson_GTW1) {
  std::ostringstream out;
  ServeLog(out, false).fail("reload", "failed, and nothing has changed", mistakes, "");
  std::istringstream lines(out.str());
  std::string first, second, none;
  std::getline(lines, first), std::getline(lines, second);
  EXPECT_FALSE(std::getline(lines, none));
  const auto line = boost::json::parse(first).as_object();
  EXPECT_EQ(line.at("event").as_string(), "reload");
  EXPECT_EQ(line.at("level").as_string(), "error");
  EXPECT_EQ(line.at("text").as_string(), "failed, and nothing has changed: there is no key \"lisen\"");
  EXPECT_EQ(line.at("where").as_string(), "/etc/gateway/gateway.yaml:2:1");
  EXPECT_EQ(line.at("fix").as_string(), "write `listen`");
  EXPECT_FALSE(boost::json::parse(second).as_object().contains("where"));
}

}  // namespace
}  // namespace antiphon::cli
