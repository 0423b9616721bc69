#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/suite/suite_file.hpp"

namespace antiphon::suite {

/// The commands that run while scenarios do. Belongs to one executor; what still runs when it is destroyed is killed.
class Setup {
 public:
  using Start = std::function<std::unique_ptr<net::Process>(Runtime&, net::ProcessOptions)>;

  /// `start` makes the processes.
  Setup(Runtime& runtime, net::HttpClient& http, Start start = net::start_process) : runtime_(runtime), http_(http), start_(std::move(start)) {}

  /// Starts one after the other, each once the one before is ready; asks its address every 50 ms.
  /// @throws Error with party harness, naming the command and its place: the address answered before the start, the process ended first
  /// (exit code, last line of stderr), nothing in time, or it could not be started. Every scenario is then an error of the harness.
  Task<> start(std::vector<SetupCommand> commands);

  /// SIGTERM to each group, after five seconds SIGKILL; the last started goes first. Never throws.
  Task<> stop();

 private:
  Task<> launch(SetupCommand command);
  Task<> wait_until_ready(const SetupCommand& command, net::Process& process);
  Task<bool> is_ready(const std::string& url);
  Task<bool> answers(const std::string& url);

  Runtime& runtime_;
  net::HttpClient& http_;
  Start start_;
  std::vector<std::unique_ptr<net::Process>> running_;
};

}  // namespace antiphon::suite
