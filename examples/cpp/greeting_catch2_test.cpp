#define CATCH_CONFIG_MAIN  // Catch2 2: main stands here; version 3 brings it with Catch2::Catch2WithMain
#include <antiphon/catch2.hpp>

using namespace antiphon;

namespace {

std::string greeter(std::string_view said) { return "Hello. You said: " + std::string(said) + ". What is your order number?"; }

Scenario greeting() {
  return {.name = "greets and asks", .agent = greeter, .script = {user("where is my parcel"), agent()}, .checks = {contains("order number"), no_pii()}};
}

}  // namespace

TEST_CASE("The desk greets and asks for the order number") { CHECK_SCENARIO(greeting()); }

TEST_CASE("A result says why it failed") {
  auto scenario = greeting();
  scenario.checks = {contains("store credit")};
  const auto result = run(scenario);
  CHECK_FALSE(result);
  const auto shown = Catch::Detail::stringify(result);
  CHECK(shown.find("store credit") != std::string::npos);        // the check
  CHECK(shown.find("where is my parcel") != std::string::npos);  // the conversation
}
