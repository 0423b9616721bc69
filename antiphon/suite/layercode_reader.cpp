#include "antiphon/suite/layercode_reader.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/layercode/layercode_agent.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/suite/agent_reader.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

class LayercodeReader {
 public:
  LayercodeReader(ReadContext& context, const Node& node)
      : context_(context), fields_(context.reader, node, "a layercode agent", "layercode: {server_url: \"http://localhost:8001\", agent_id: ag-1}") {}

  LayercodeAgentOptions read() {
    auto& access = options_.access;
    if (const auto* url = fields_.require("server_url", "server_url: \"http://localhost:8001\""))
      access.server_url = context_.reader.url(*url, "server_url").value_or("");
    if (const auto* id = fields_.require("agent_id", "agent_id: ag-1")) access.agent_id = context_.reader.text(*id, "agent_id").value_or("");
    access.authorize_path = fields_.text("authorize_path").value_or(access.authorize_path);
    if (const auto* url = fields_.get("websocket_url")) access.websocket_url = read_socket_address(context_, *url, "websocket_url").value_or("");
    access.custom_metadata = fields_.object("custom_metadata").value_or(json::object{});
    for (auto& [name, value] : read_headers(context_, fields_, "custom_headers")) access.custom_headers[name] = value;
    access.auth_headers = read_headers(context_, fields_, "auth_headers");
    access.tls = read_tls(context_, fields_);
    access.request_timeout = fields_.duration("request_timeout").value_or(access.request_timeout);
    options_.send_as_text = fields_.boolean("send_as_text").value_or(false);
    if (const auto* greeting = fields_.get("greeting")) options_.greeting = read_greeting(context_, *greeting);
    options_.response_timeout = fields_.duration("response_timeout");
    pace();
    said_elsewhere();
    fields_.finish();
    return std::move(options_);
  }

 private:
  void pace() {
    const auto chunk = fields_.integer("chunk_ms", 0, 10'000);
    const auto* interval = fields_.get("chunk_interval");
    const auto* pace = fields_.get("pace");
    const auto word = pace ? context_.reader.choice(*pace, "pace", {"realtime", "burst"}) : std::nullopt;
    if (interval && word == "realtime")
      return context_.reader.report(*interval, "chunk_interval is the time between messages of a burst, and the pace is realtime", "leave one of them out");
    if (chunk) options_.pace.chunk = std::chrono::milliseconds(*chunk);
    if (interval)
      options_.pace.interval = read_interval(*interval);
    else if (word == "burst")
      options_.pace.interval = Duration{0};
  }

  Duration read_interval(const Node& node) {
    if (const auto seconds = node.as_number(); seconds && *seconds >= 0 && *seconds <= 3600)
      return std::chrono::round<Duration>(std::chrono::duration<double>(*seconds));
    return context_.reader.duration(node, "chunk_interval", true).value_or(Duration{0});
  }

  // Names of the gym's settings that mean something else in a suite.
  void said_elsewhere() {
    for (const auto* key : {"tts_model", "tts_voice", "tts_instructions"})
      if (const auto* node = fields_.get(key))
        context_.reader.report(*node, fmt::format("{} is no matter of the agent", key),
                               "the user's voice is `voice: {user: openai/coral}`, or {voice: …, style: …}");
    for (const auto* key : {"output_root", "store_audio"})
      if (const auto* node = fields_.get(key))
        context_.reader.report(*node, fmt::format("{} is no matter of the agent", key), "a suite leaves everything where --out says");
  }

  ReadContext& context_;
  Fields fields_;
  LayercodeAgentOptions options_;
};

}  // namespace

ParticipantSpec read_layercode(ReadContext& context, const Node& node) {
  const auto before = context.reader.problems().size();
  auto options = LayercodeReader(context, node).read();
  return made(context, node, before, [&] { return layercode_agent(std::move(options)); });
}

}  // namespace antiphon::suite
