#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/input_lines.hpp"
#include "antiphon/session/program/agent_program.hpp"

namespace antiphon::session {

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr int fine = 0, mistaken = 2, could_not = 3, interrupted = 130;
constexpr auto look_again = 500ms;
constexpr auto same_signal = 100ms;  // timeout(1) and wrappers send one twice

/// A program's own file: whether it is another one than it was at the start, and whole.
class OwnFile {
 public:
  OwnFile() : path_(fs::read_symlink("/proc/self/exe", none_)), seen_(now()) {}

  const fs::path& path() const { return path_; }
  /// Until it has changed, and then stayed the same for a while: a linker writes it in pieces.
  Task<> changed(Clock& clock) {
    for (auto last = seen_;;) {
      co_await clock.sleep_for(look_again);
      const auto is = now();
      if (is != seen_ && is == last && is != fs::file_time_type::min()) co_return;
      last = is;
    }
  }

 private:
  fs::file_time_type now() const {
    std::error_code gone;
    const auto time = fs::last_write_time(path_, gone);
    return gone ? fs::file_time_type::min() : time;
  }

  std::error_code none_;
  fs::path path_;
  fs::file_time_type seen_;
};

/// An agent's process while it runs.
class Process {
 public:
  Process(const AgentProgram& program, AgentCommand command) : program_(program), command_(std::move(command)) {}

  void run() {
    const bool reloads = command_.what == AgentCommand::What::dev;
    const AgentStreams streams{.out = std::cout, .log = std::cerr, .read_line = [this](std::stop_token stop) { return lines_.next(stop); }};
    auto whole = beside(hear_signals(), host_agent(runtime_, program_, command_, streams, stop_.get_token()));
    if (reloads) whole = beside(watch(), std::move(whole));
    std::exception_ptr failure;
    asio::co_spawn(context_, std::move(whole), [&](std::exception_ptr error) {
      failure = error;
      context_.stop();
    });
    context_.run();
    if (failure) std::rethrow_exception(failure);
  }
  /// The file that is to be started in its place; empty: none.
  const fs::path& successor() const { return successor_; }

 private:
  Task<> hear_signals() {
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    co_await signals.async_wait(use_task);
    stop_.request_stop();
    const auto first = clock_.now();
    do co_await signals.async_wait(use_task);
    while (clock_.now() - first < same_signal);
    std::_Exit(interrupted);  // it was told to end at once
  }
  Task<> watch() {
    OwnFile own;
    co_await own.changed(clock_);
    successor_ = own.path();
    AgentLog(std::cerr, command_.log_format, command_.log_level).say(LogLevel::info, "the program has changed: it begins anew");
    stop_.request_stop();
    co_await clock_.sleep_until(Clock::Time::max());
  }

  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  InputLines lines_{STDIN_FILENO};
  const AgentProgram& program_;
  AgentCommand command_;
  std::stop_source stop_;
  fs::path successor_;
};

std::optional<std::string> variable(std::string_view name) {
  const auto* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

bool shows_colours() { return ::isatty(STDERR_FILENO) != 0 && variable("NO_COLOR").value_or("").empty() && variable("TERM") != "dumb"; }

int told(const Error& error) {
  std::cerr << "error: " << error.message() << '\n';
  if (!error.hint().empty()) std::cerr << "  fix: " << error.hint() << '\n';
  return error.kind() == ErrorKind::usage || error.kind() == ErrorKind::configuration ? mistaken : could_not;
}

}  // namespace

int run_agent(const AgentProgram& program, int argc, char** argv) {
  try {
    auto command = parse_agent_command(program, {argv + std::min(argc, 1), argv + argc}, variable);
    if (command.log_format == LogFormat::colored && !command.chose_log_format && !shows_colours()) command.log_format = LogFormat::plain;
    fs::path successor;
    {
      Process process(program, std::move(command));
      process.run();
      successor = process.successor();
    }
    if (successor.empty()) return fine;
    ::execv(successor.c_str(), argv);
    throw Error(ErrorKind::io, "the new " + successor.string() + " could not be started");
  } catch (const Error& error) {
    return told(error);
  } catch (const std::exception& error) {
    return told(Error(ErrorKind::internal, error.what()));
  }
}

}  // namespace antiphon::session
