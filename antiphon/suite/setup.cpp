#include "antiphon/suite/setup.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

using namespace std::chrono_literals;

constexpr Duration poll_period = 50ms;
constexpr Duration poll_limit = 2s;  // of one question; a server that accepts and stays silent is asked again
constexpr Duration grace = 5s;

Error harness(ErrorKind kind, const SetupCommand& command, std::string message) {
  return Error(kind, fmt::format("setup {} ({}): {}", quote(join(command.argv, " ")), to_string(command.where), message)).with_party(Party::harness);
}

std::string describe_end(int status, const std::string& errors) {
  const auto line = last_line(errors);
  return fmt::format("it ended with exit code {} before it was ready{}", status, line.empty() ? "" : ": " + line);
}

}  // namespace

Task<> Setup::start(std::vector<SetupCommand> commands) {
  for (auto& command : commands) co_await launch(std::move(command));
}

Task<> Setup::launch(SetupCommand command) {
  if (!command.ready.empty() && co_await answers(command.ready))
    throw harness(ErrorKind::configuration, command, fmt::format("something already answers at {}", command.ready))
        .with_hint("stop what is running there, or use another port");
  net::ProcessOptions options{.argv = command.argv, .directory = command.directory, .env = command.env, .pipe_stdio = false};
  try {
    running_.push_back(start_(runtime_, std::move(options)));
  } catch (const Error& error) {
    throw harness(error.kind(), command, error.message()).with_hint(error.hint());
  }
  auto& process = *running_.back();
  if (!command.ready.empty()) co_await wait_until_ready(command, process);
}

Task<> Setup::wait_until_ready(const SetupCommand& command, net::Process& process) {
  const auto deadline = Deadline::after(runtime_.clock, command.timeout);
  while (true) {
    if (const auto status = process.exit_status()) throw harness(ErrorKind::closed, command, describe_end(*status, process.error_output()));
    if (co_await is_ready(command.ready)) co_return;
    if (deadline.left(runtime_.clock) <= Duration::zero()) {
      const auto line = last_line(process.error_output());
      throw harness(
          ErrorKind::timeout, command,
          fmt::format("{} did not answer within {}{}", command.ready, format_duration(command.timeout), line.empty() ? "" : "; it last said: " + line))
          .with_hint("give it more `timeout`, or check that `ready` is the right address");
    }
    co_await runtime_.clock.sleep_for(std::min<Duration>(poll_period, deadline.left(runtime_.clock)));
  }
}

Task<bool> Setup::is_ready(const std::string& url) {
  try {
    net::HttpRequest request{.method = "GET", .url = url};
    const auto reply = co_await http_.send(std::move(request), Deadline::after(runtime_.clock, poll_limit));
    co_return reply.status >= 200 && reply.status < 300;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    co_return false;
  }
}

// Anything that speaks there would be taken for our command: whatever it says, the address is not free.
Task<bool> Setup::answers(const std::string& url) {
  try {
    net::HttpRequest request{.method = "GET", .url = url};
    co_await http_.send(std::move(request), Deadline::after(runtime_.clock, poll_limit));
    co_return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    co_return error.kind() != ErrorKind::refused&& error.kind() != ErrorKind::timeout;
  }
}

Task<> Setup::stop() {
  while (!running_.empty()) {
    auto process = std::move(running_.back());
    running_.pop_back();
    try {
      co_await process->stop(grace);
    } catch (const std::exception&) {  // NOLINT: its destructor kills what is left, and there is nobody to tell
    }
  }
}

}  // namespace antiphon::suite
