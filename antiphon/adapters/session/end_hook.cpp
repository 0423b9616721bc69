#include "antiphon/adapters/session/end_hook.hpp"

#include <utility>

#include "antiphon/adapters/session/session_items.hpp"
#include "antiphon/session/end_hook.hpp"

namespace antiphon {

namespace {

Task<std::optional<std::string>> post(std::string url, EndOfRun end) {
  session::EndQuestion question{.run_id = end.run_id,
                                .scenario = told_of(end.simulated),
                                .provisional = {end.success, std::move(end.reasoning)},
                                .chat = items_of(end.messages),
                                .headers = {{"x-antiphon-thread-id", end.thread_id}}};
  const auto deadline = Deadline::after(end.runtime.clock, session::end_hook_limit);
  co_return co_await session::ask_end_hook(end.http, std::move(url), std::move(question), deadline);
}

}  // namespace

EndHook http_end_hook(std::string url) {
  return {.ask = [url](EndOfRun end) { return post(url, std::move(end)); }, .address = url};
}

session::SimulatedScenario told_of(const SimulatedCase& simulated) {
  return {.label = simulated.label,
          .instructions = simulated.instructions,
          .agent_expectations = simulated.agent_expectations,
          .tags = simulated.tags,
          .userdata = simulated.userdata};
}

}  // namespace antiphon
