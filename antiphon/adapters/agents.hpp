#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/adapters/antiphon/gateway_agent.hpp"
#include "antiphon/adapters/layercode/layercode_agent.hpp"
#include "antiphon/adapters/session/session_agent.hpp"
#include "antiphon/adapters/twilio/twilio_agent.hpp"
#include "antiphon/adapters/websocket/websocket_agent.hpp"
#include "antiphon/agent/participant.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// An agent behind the OpenAI chat-completions API (contracts.md §5).
struct ChatAgentOptions {
  std::string url{};  ///< base, such as http://127.0.0.1:8080/v1; `/chat/completions` is added
  std::string model = "agent";
  std::string key{};  ///< sent as bearer token when not empty; never printed
  net::Headers headers{};
  bool stream = false;
  json::object extra{};  ///< further members of the request
  net::TlsOptions tls{};
};
ParticipantSpec chat_agent(ChatAgentOptions options);

/// An agent behind any JSON over HTTP: a template for the request, a path for the answer.
struct HttpAgentOptions {
  std::string url{};
  std::string method = "POST";
  net::Headers headers{};
  json::value body{};      ///< strings may hold ${input.text}, ${input.messages}, ${thread_id}; one that is only ${input.messages} becomes the list
  std::string reply = "";  ///< JSON pointer to the answer; empty: the whole reply (text, where it is no JSON)
  net::TlsOptions tls{};
};
ParticipantSpec http_agent(HttpAgentOptions options);

/// How a program is spoken to: a line of JSON for each message, both ways.
struct ProcessVoiceOptions {
  VoiceLineOptions line{};
  VoiceMessages json{};
};

/// An agent that is a program: one JSON line in, one out (contracts.md §5); or, with `voice`, one that is spoken to.
struct ProcessAgentOptions {
  std::vector<std::string> argv{};
  std::string directory{};
  std::map<std::string, std::string> env{};
  bool per_suite = false;  ///< one process for all runs, one turn at a time; else one per scenario
  std::optional<ProcessVoiceOptions> voice{};
};
ParticipantSpec process_agent(ProcessAgentOptions options);

/// A language model in this process plays the agent; it is offered the scenario's tools.
struct ModelAgentOptions {
  ModelSettings model{};
  std::string system{};
};
ParticipantSpec model_agent(ModelAgentOptions options);

}  // namespace antiphon
