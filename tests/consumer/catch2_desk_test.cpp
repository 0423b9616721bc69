#define CATCH_CONFIG_MAIN  // for version 2
#include <antiphon/catch2.hpp>

using namespace antiphon;

TEST_CASE("The desk asks for the order number") {
  const Scenario asks{.name = "asks first",
                      .agent = [](std::string_view) { return std::string("What is your order number?"); },
                      .script = {user("where is my parcel"), agent()},
                      .checks = {contains("order number"), language("en")}};
  REQUIRE_SCENARIO(asks);
}
