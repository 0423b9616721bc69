#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "antiphon/base/json.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/chat/history.hpp"

namespace antiphon {

namespace net {
class HttpClient;
}

/// What a run simulates, as an agent may be told of it: one entry of a scenario group (contracts.md §13).
struct SimulatedCase {
  std::string label{};
  std::string instructions{};        ///< who the simulated user is and what it wants
  std::string agent_expectations{};  ///< what the judge decides on
  std::map<std::string, std::string> tags{};
  json::object userdata{};  ///< anything: the state that the world should end in, for one
};

/// An agent whose own code has a say in how a run went (SES-9). The engine asks a participant for this beside `Participant`: once, when all else is decided and
/// before it is closed.
class ObjectsAtEnd {
 public:
  virtual ~ObjectsAtEnd() = default;
  /// Why the run has failed all the same; nullopt: no objection. @param success what all others made of it.
  /// @throws Error where no verdict could be had: that is the harness's fault, unless the run had failed already.
  virtual Task<std::optional<std::string>> objection(bool success, std::string reasoning) = 0;
};

/// A run that is over but for its verdict. What it refers to outlives the question.
struct EndOfRun {
  Runtime& runtime;
  net::HttpClient& http;
  const std::string &run_id, &thread_id;
  const SimulatedCase& simulated;
  const History& messages;
  bool success = false;  ///< what all others made of it
  std::string reasoning{};
};

/// Compares the world with what a run should have made of it, whoever the agent was; as `ObjectsAtEnd`. It can veto and never rescue.
struct EndHook {
  using Ask = std::function<Task<std::optional<std::string>>(EndOfRun)>;

  Ask ask{};
  std::string address{};  ///< of a hook that is elsewhere; empty: it waits on the run's clock alone

  explicit operator bool() const { return static_cast<bool>(ask); }
};

}  // namespace antiphon
