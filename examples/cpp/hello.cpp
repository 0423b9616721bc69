// A scenario in ten lines: the agent is a lambda, so nothing else has to run.
#include <antiphon/antiphon.hpp>
#include <iostream>
using namespace antiphon;

int main() {
  auto result = run({
      .name = "hello",
      .agent = [](std::string_view said) { return "You said: " + std::string(said); },
      .script = {user("good morning"), agent(), check(contains("good morning"))},
  });
  std::cout << result << '\n';
  return result ? 0 : 1;
}
