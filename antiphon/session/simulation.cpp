#include "antiphon/session/simulation.hpp"

#include <algorithm>

#include <agent_simulation.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/session/internal/wire.hpp"

namespace antiphon::session {

namespace {

constexpr std::size_t largest_dispatch = 1024 * 1024;

[[noreturn]] void refuse(std::string why) {
  throw Error(ErrorKind::configuration, "the simulation's dispatch " + std::move(why))
      .with_hint("it is JSON such as {\"simulationRunId\": \"run-1\", \"scenario\": {\"label\": \"…\"}}");
}

}  // namespace

SimulationDispatch parse_dispatch(std::string_view text) {
  if (text.size() > largest_dispatch) refuse(fmt::format("has {} bytes, which is over {}", text.size(), largest_dispatch));
  const google::protobuf::LogSilencer quiet;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  wire::SimulationDispatch in;
  // Read by our own parser first: its depth is bounded.
  if (!try_parse_json(text)) refuse("is no JSON: " + quote(cut(text, 80)));
  const auto status = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &in, options);
  if (!status.ok()) refuse("is not as it should be: " + cut(last_line(status.ToString()), 200));
  if (in.simulation_run_id().empty()) refuse("has no simulationRunId");
  SimulationDispatch dispatch{.run_id = in.simulation_run_id(), .job_id = in.job_id()};
  dispatch.mode = in.mode() == wire::SIMULATION_MODE_AUDIO ? SimulationMode::audio : SimulationMode::text;
  auto& scenario = dispatch.scenario;
  scenario = {.label = in.scenario().label(), .instructions = in.scenario().instructions(), .agent_expectations = in.scenario().agent_expectations()};
  scenario.tags.insert(in.scenario().tags().begin(), in.scenario().tags().end());
  if (in.scenario().userdata().empty()) return dispatch;
  const auto userdata = try_parse_json(in.scenario().userdata());
  if (!userdata || !userdata->is_object()) refuse("has userdata that is no JSON object: " + quote(cut(in.scenario().userdata(), 80)));
  scenario.userdata = userdata->get_object();
  return dispatch;
}

std::string dispatch_text(const SimulationDispatch& dispatch) {
  wire::SimulationDispatch out;
  out.set_simulation_run_id(wire_text(dispatch.run_id));
  out.set_job_id(wire_text(dispatch.job_id));
  out.set_mode(dispatch.mode == SimulationMode::audio ? wire::SIMULATION_MODE_AUDIO : wire::SIMULATION_MODE_TEXT);
  auto& scenario = *out.mutable_scenario();
  scenario.set_label(wire_text(dispatch.scenario.label));
  scenario.set_instructions(wire_text(dispatch.scenario.instructions));
  scenario.set_agent_expectations(wire_text(dispatch.scenario.agent_expectations));
  for (const auto& [key, value] : dispatch.scenario.tags) (*scenario.mutable_tags())[wire_text(key)] = wire_text(value);
  if (!dispatch.scenario.userdata.empty()) scenario.set_userdata(wire_text(json_text(dispatch.scenario.userdata)));
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(out, &text).ok()) throw Error(ErrorKind::internal, "a simulation's dispatch could not be written");
  return text;
}

SimulationDispatch parse_dispatch_header(std::string_view value) {
  std::string plain(value);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  const auto text = decode_base64(plain);
  if (!text) refuse(fmt::format("in {} is no base64url", dispatch_header));
  return parse_dispatch(*text);
}

std::string dispatch_header_value(const SimulationDispatch& dispatch) {
  auto value = encode_base64(dispatch_text(dispatch));
  std::replace(value.begin(), value.end(), '+', '-');
  std::replace(value.begin(), value.end(), '/', '_');
  value.erase(value.find_last_not_of('=') + 1);
  return value;
}

const SimulationVerdict& SimulationContext::simulator_verdict() const {
  if (!provisional_) throw Error(ErrorKind::usage, "the simulator's verdict is not there before the call is over").with_hint("read it in on_simulation_end");
  return *provisional_;
}

void SimulationContext::end(SimulationVerdict provisional, SessionItems chat) {
  provisional_ = std::move(provisional);
  chat_ = std::move(chat);
}

}  // namespace antiphon::session
