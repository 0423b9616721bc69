#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/task.hpp"
#include "antiphon/session/items.hpp"

namespace antiphon::session {

/// What an agent may know of the rehearsal that it is in.
struct SimulatedScenario {
  std::string label{};
  std::string instructions{};        ///< who the simulated user is and what it wants
  std::string agent_expectations{};  ///< what the judge looks for
  std::map<std::string, std::string> tags{};
  json::object userdata{};  ///< anything: the state that the world should end in, for one
};

enum class SimulationMode { text, audio };

struct SimulationDispatch {
  std::string run_id{}, job_id{};
  SimulatedScenario scenario{};
  SimulationMode mode = SimulationMode::text;
};

/// The environment variable and the header that carry a dispatch (contracts.md §13).
inline constexpr std::string_view dispatch_variable = "LK_SIMULATOR_DISPATCH";
inline constexpr std::string_view dispatch_header = "x-lk-simulator-dispatch";

/// From its JSON (protojson; unknown fields are ignored). @throws Error configuration: no such JSON, or without `simulationRunId`.
SimulationDispatch parse_dispatch(std::string_view text);
std::string dispatch_text(const SimulationDispatch& dispatch);
/// For the header: the same in base64url, without padding. @throws Error configuration.
SimulationDispatch parse_dispatch_header(std::string_view value);
std::string dispatch_header_value(const SimulationDispatch& dispatch);

/// A simulated call as the agent's own code sees it. Belongs to the session's executor.
class SimulationContext {
 public:
  explicit SimulationContext(SimulationDispatch dispatch) : dispatch_(std::move(dispatch)) {}

  const SimulatedScenario& scenario() const { return dispatch_.scenario; }
  SimulationMode mode() const { return dispatch_.mode; }
  const std::string& run_id() const { return dispatch_.run_id; }
  const std::string& job_id() const { return dispatch_.job_id; }
  const json::object& userdata() const { return dispatch_.scenario.userdata; }

  /// What the simulator makes of the call. @throws Error usage before the call is over.
  const SimulationVerdict& simulator_verdict() const;
  /// The conversation, once the call is over.
  const SessionItems& chat() const { return chat_; }

  /// The world is not as it should be: the scenario has failed, whatever the simulator says. The last one counts. Nothing can rescue a failed one.
  void fail(std::string reason = {}) { veto_ = SimulationVerdict{false, std::move(reason)}; }
  /// nullopt: no objection so far.
  const std::optional<SimulationVerdict>& user_verdict() const { return veto_; }

  /// Called by the host when the call is over.
  void end(SimulationVerdict provisional, SessionItems chat);

 private:
  SimulationDispatch dispatch_;
  std::optional<SimulationVerdict> provisional_;
  std::optional<SimulationVerdict> veto_;
  SessionItems chat_;
};

/// Compares the world with what the scenario wants, and objects by `fail`. What it throws is an error of the finalisation, no verdict.
using SimulationHook = std::function<Task<>(SimulationContext&)>;

/// Success only where both say so.
inline bool effective(bool simulator, const std::optional<SimulationVerdict>& agent) { return simulator && (!agent || agent->success); }

}  // namespace antiphon::session
