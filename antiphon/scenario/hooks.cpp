#include "antiphon/scenario/hooks.hpp"

#include <memory>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto grace = 5s;  // contracts.md §1

std::string name_of(const HookCommand& command) {
  return fmt::format("the hook {}{}", quote(join(command.argv, " ")), command.place.empty() ? "" : fmt::format(" ({})", command.place));
}

std::string failure_of(const HookCommand& command, int status, const std::string& output) {
  const auto line = last_line(output);
  return fmt::format("{} ended with exit code {}{}", name_of(command), status, line.empty() ? "" : ": " + line);
}

Task<std::string> run_hook(Runtime& runtime, HookCommand command) {
  std::unique_ptr<net::Process> process;
  try {
    process = net::start_process(runtime, {.argv = command.argv, .directory = command.directory, .env = command.env, .pipe_stdio = false});
  } catch (const Error& error) {
    co_return fmt::format("{} could not be started: {}", name_of(command), error.message());
  }
  std::exception_ptr cut_off;
  std::string failure;
  try {
    const int status = co_await process->wait(Deadline::after(runtime.clock, command.timeout));
    if (status != 0) failure = failure_of(command, status, process->error_output());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::timeout) cut_off = std::current_exception();
    failure = fmt::format("{} did not end within {}", name_of(command), format_duration(command.timeout));
  } catch (...) {
    cut_off = std::current_exception();
  }
  if (!cut_off) try {
      co_await process->stop(grace);  // what it left behind
      co_return failure;
    } catch (...) {
      cut_off = std::current_exception();
    }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());  // else the next co_await throws again
  co_await process->stop(grace);
  std::rethrow_exception(cut_off);
}

}  // namespace

Task<std::vector<std::string>> run_hooks(Runtime& runtime, std::vector<HookCommand> commands, HookEnvironment told, HookFailure failure) {
  std::vector<std::string> failures;
  for (auto& command : commands) {
    // A constant of the suite in place of what is so would send every run's command to the same place.
    for (const auto& [name, value] : told) command.env.insert_or_assign(name, value);
    auto interrupted = fmt::format("{} was interrupted", name_of(command));
    std::string text;
    try {
      text = co_await run_hook(runtime, std::move(command));
    } catch (const boost::system::system_error&) {
      if (failure == HookFailure::stop_at_first) throw;
      failures.push_back(std::move(interrupted));
      break;
    }
    if (text.empty()) continue;
    failures.push_back(std::move(text));
    if (failure == HookFailure::stop_at_first) break;
  }
  co_return failures;
}

std::vector<std::string> run_hooks_here(BlockingPool& blocking, const std::vector<HookCommand>& commands, const HookEnvironment& told, HookFailure failure,
                                        StopSource stop) {
  if (commands.empty()) return {};
  asio::io_context context(1);
  WallClock clock(context);
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto stoppable = std::make_shared<Stoppable>();
  const bool too_late = failure == HookFailure::go_on && stop.requested();
  const auto watch = too_late ? nullptr : stop.on_request([&] { asio::post(context, [stoppable] { stoppable->stop(); }); });
  std::vector<std::string> failures;
  std::exception_ptr thrown;
  asio::co_spawn(context, stoppable->run(run_hooks(runtime, commands, told, failure)), [&](std::exception_ptr error, std::vector<std::string> list) {
    thrown = error;
    failures = std::move(list);
  });
  context.run();
  if (thrown && stop.requested()) throw Error(ErrorKind::cancelled, "interrupted").with_party(Party::harness);
  if (thrown) std::rethrow_exception(thrown);
  return failures;
}

}  // namespace antiphon
