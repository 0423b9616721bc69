#include "antiphon/suite/agent_reader.hpp"

#include <functional>

#include <fmt/format.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/scenario/users/users.hpp"
#include "antiphon/suite/kinds.hpp"
#include "antiphon/suite/layercode_reader.hpp"
#include "antiphon/suite/line_reader.hpp"
#include "antiphon/suite/model_reader.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

const Kinds agent_kinds{"agent",
                        {"chat", "http", "process", "model", "websocket", "antiphon", "twilio", "session", "layercode", "composed", "human"},
                        {"pipecat", "openai_realtime", "elevenlabs", "gemini_live", "livekit", "vapi", "webrtc", "sip"}};

}  // namespace

net::TlsOptions read_tls(ReadContext& context, Fields& owner) {
  net::TlsOptions tls;
  const auto* node = owner.get("tls");
  if (!node) return tls;
  Fields fields(context.reader, *node, "tls", "tls: {ca: ca.pem}");
  const auto* ca = fields.get("ca");
  if (auto path = ca ? context.reader.text(*ca, "ca") : std::nullopt) tls.ca_file = resolve_path(*ca, *path);
  tls.verify = fields.boolean("verify").value_or(true);
  try {
    if (!tls.ca_file.empty()) net::check_files(tls);
  } catch (const Error& error) {
    context.reader.report(*ca, error.message(), error.hint());
  }
  fields.finish();
  return tls;
}

net::Headers read_headers(ReadContext& context, Fields& fields, std::string_view key) {
  const auto* node = fields.get(key);
  if (!node) return {};
  auto headers = context.reader.named_texts(*node, key).value_or(net::Headers{});
  for (const auto& [name, value] : headers)
    if (name.find_first_of("\r\n: ") != std::string::npos || value.find_first_of("\r\n") != std::string::npos)
      context.reader.report(*node, fmt::format("{} is no header field", quote(name)),
                            "remove blanks, colons and line breaks from its name, line breaks from its value");
  return headers;
}

std::optional<std::string> read_socket_address(ReadContext& context, const Node& node, std::string_view key) {
  const auto text = context.reader.text(node, key);
  if (!text || lower(*text).starts_with("ws://") || lower(*text).starts_with("wss://")) return text;
  context.reader.report(node, fmt::format("{} must be an address that begins with ws:// or wss://", key),
                        fmt::format("write it as `{}: \"ws://127.0.0.1:8080/call\"`", key));
  return std::nullopt;
}

namespace {

ParticipantSpec read_chat(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "a chat agent", "chat: {url: \"http://127.0.0.1:8080/v1\"}");
  ChatAgentOptions options;
  if (const auto* url = fields.require("url", "url: \"http://127.0.0.1:8080/v1\"")) options.url = context.reader.url(*url, "url").value_or("");
  options.model = fields.text("model").value_or(options.model);
  options.key = fields.text("key").value_or("");
  options.headers = read_headers(context, fields);
  options.stream = fields.boolean("stream").value_or(false);
  options.extra = fields.object("extra").value_or(json::object{});
  options.tls = read_tls(context, fields);
  fields.finish();
  return chat_agent(std::move(options));
}

void check_pointer(ReadContext& context, const Node& node, const std::string& pointer) {
  if (pointer.empty() || pointer.front() == '/') return;
  context.reader.report(node, fmt::format("{} is no JSON pointer", quote(pointer)), fmt::format("begin it with a slash: `reply: /{}`", pointer));
}

ParticipantSpec read_http(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "an http agent", "http: {url: \"http://127.0.0.1:8080/reply\", body: {text: \"${input.text}\"}, reply: /answer}");
  HttpAgentOptions options;
  if (const auto* url = fields.require("url", "url: \"http://127.0.0.1:8080/reply\"")) options.url = context.reader.url(*url, "url").value_or("");
  if (const auto* method = fields.get("method"))
    options.method = context.reader.choice(*method, "method", {"POST", "PUT", "PATCH", "GET", "DELETE"}).value_or(options.method);
  options.headers = read_headers(context, fields);
  if (const auto* body = fields.require("body", "body: {text: \"${input.text}\"}")) options.body = body->to_json();
  if (const auto* reply = fields.get("reply")) {
    options.reply = context.reader.text(*reply, "reply").value_or("");
    check_pointer(context, *reply, options.reply);
  }
  options.tls = read_tls(context, fields);
  fields.finish();
  return http_agent(std::move(options));
}

}  // namespace

// What only the agent's own maker can tell is wrong.
ParticipantSpec made(ReadContext& context, const Node& node, std::size_t problems_before, const std::function<ParticipantSpec()>& make) {
  if (context.reader.problems().size() != problems_before) return {};
  try {
    return make();
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint());
    return {};
  }
}

namespace {

ParticipantSpec read_websocket(ReadContext& context, const Node& node) {
  const auto before = context.reader.problems().size();
  Fields fields(context.reader, node, "a websocket agent", "websocket: {url: \"ws://127.0.0.1:8080/call\", send: pcm16/16000, receive: pcm16/24000}");
  WebSocketAgentOptions options;
  if (const auto* url = fields.require("url", "url: \"ws://127.0.0.1:8080/call\"")) options.url = read_socket_address(context, *url).value_or("");
  options.headers = read_headers(context, fields);
  options.subprotocols = fields.texts("subprotocols").value_or(std::vector<std::string>{});
  options.tls = read_tls(context, fields);
  options.line = read_line(context, fields);
  if (const auto* json = fields.get("json"); json && json->as_bool() != false) options.json = read_voice_messages(context, *json);
  fields.finish();
  return made(context, node, before, [&] { return websocket_agent(std::move(options)); });
}

net::LocalServerSpec read_local_gateway(ReadContext& context, const Node& node) {
  const auto file = context.reader.text(node, "config");
  if (!file) return {};
  if (!context.open_gateway) {
    context.reader.report(node, "there is no gateway in this program", "`antiphon run` has one; in C++ set `LoadOptions::open_gateway`");
    return {};
  }
  LocalAgent agent;
  try {
    agent = context.open_gateway(resolve_path(node, *file));
  } catch (const Problems& problems) {
    for (const auto& problem : problems.list()) context.reader.problems().push_back(problem);
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint());
  }
  if (agent.runs_commands && !context.commands_allowed) report_commands(context, node, "a tool of this gateway runs");
  return std::move(agent.server);
}

ParticipantSpec read_gateway(ReadContext& context, const Node& node) {
  const auto before = context.reader.problems().size();
  Fields fields(context.reader, node, "an antiphon agent", "antiphon: {url: \"ws://127.0.0.1:8080\"}");
  GatewayAgentOptions options;
  const auto* config = fields.get("config");
  if (config && node.find("url")) context.reader.report(*config, "`url` and `config` name two gateways", "write one of them");
  if (config) options.local = read_local_gateway(context, *config);
  const auto* url = config ? fields.get("url") : fields.require("url", "url: \"ws://127.0.0.1:8080\"");
  if (url) options.url = read_socket_address(context, *url).value_or("");
  options.caller_id = fields.text("caller_id").value_or(options.caller_id);
  options.locale = fields.text("locale").value_or("");
  options.token = fields.text("token").value_or("");
  options.headers = read_headers(context, fields);
  options.tls = read_tls(context, fields);
  options.resume = fields.boolean("resume").value_or(false);
  options.send = read_line_format(context, fields, "send").value_or(options.send);
  options.receive = read_line_format(context, fields, "receive").value_or(options.receive);
  if (const auto* greeting = fields.get("greeting")) options.greeting = read_greeting(context, *greeting);
  options.tail_silence = fields.duration("tail_silence");
  options.response_timeout = fields.duration("response_timeout");
  fields.finish();
  return made(context, node, before, [&] { return gateway_agent(std::move(options)); });
}

ParticipantSpec read_twilio(ReadContext& context, const Node& node) {
  const auto before = context.reader.problems().size();
  Fields fields(context.reader, node, "a twilio agent", "twilio: {url: \"http://127.0.0.1:8080/twilio/voice\", auth_token: \"${TWILIO_AUTH_TOKEN}\"}");
  TwilioAgentOptions options;
  if (const auto* url = fields.require("url", "url: \"http://127.0.0.1:8080/twilio/voice\"")) options.url = context.reader.url(*url, "url").value_or("");
  options.auth_token = fields.text("auth_token").value_or("");
  if (const auto* url = fields.get("signed_url")) options.signed_url = context.reader.url(*url, "signed_url").value_or("");
  if (const auto* url = fields.get("stream_url")) options.stream_url = read_socket_address(context, *url, "stream_url").value_or("");
  options.from = fields.text("from").value_or(options.from);
  options.to = fields.text("to").value_or(options.to);
  options.account_sid = fields.text("account_sid").value_or("");
  options.headers = read_headers(context, fields);
  options.tls = read_tls(context, fields);
  if (const auto* greeting = fields.get("greeting")) options.greeting = read_greeting(context, *greeting);
  options.tail_silence = fields.duration("tail_silence");
  options.response_timeout = fields.duration("response_timeout");
  fields.finish();
  return made(context, node, before, [&] { return twilio_agent(std::move(options)); });
}

ParticipantSpec read_session(ReadContext& context, const Node& node, const Node& owner) {
  const auto before = context.reader.problems().size();
  Fields fields(context.reader, node, "a session", "session: {connect: \"127.0.0.1:8775\"}");
  SessionAgentOptions options{.connect = fields.text("connect").value_or(""), .listen = fields.text("listen").value_or("")};
  if (fields.get("run")) {
    if (!context.commands_allowed) report_commands(context, owner, "an agent with `run` starts");
    auto command = read_command(context, fields);
    options.run = std::move(command.argv), options.directory = std::move(command.directory), options.env = std::move(command.env);
  }
  options.token = fields.text("token").value_or("");
  options.tls = read_tls(context, fields);
  options.simulated = context.simulated;
  if (const auto limit = fields.duration("connect_timeout")) options.connect_timeout = options.refused_timeout = *limit;
  fields.finish();
  return made(context, node, before, [&] { return session_agent(std::move(options)); });
}

ProcessVoiceOptions read_process_voice(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "the voice of a process", "voice: {send: pcm16/16000, receive: pcm16/24000}");
  ProcessVoiceOptions voice;
  voice.line = read_line(context, fields);
  if (const auto* json = fields.get("json")) voice.json = read_voice_messages(context, *json);
  fields.finish();
  return voice;
}

ParticipantSpec read_process(ReadContext& context, const Node& node, const Node& owner) {
  const auto before = context.reader.problems().size();
  Fields fields(context.reader, node, "a process agent", "process: {run: [python3, agent.py]}");
  if (!context.commands_allowed) report_commands(context, owner, "a process agent runs");
  auto command = read_command(context, fields);
  ProcessAgentOptions options{.argv = std::move(command.argv), .directory = std::move(command.directory), .env = std::move(command.env)};
  if (const auto* per = fields.get("per")) options.per_suite = context.reader.choice(*per, "per", {"scenario", "suite"}) == "suite";
  if (const auto* voice = fields.get("voice")) options.voice = read_process_voice(context, *voice);
  fields.finish();
  return made(context, node, before, [&] { return process_agent(std::move(options)); });
}

// Settings may stand beside `model: NAME`, or in its mapping.
ParticipantSpec read_model_agent(ReadContext& context, const Node& owner, const Node& value) {
  const Node& settings = value.is_mapping() ? value : owner;
  Fields fields(context.reader, settings, "a model agent", "model: rules/desk.rules.yaml");
  ModelAgentOptions options{.model = read_model_keys(context, fields), .system = fields.text("system").value_or("")};
  if (!settings.find("model")) context.reader.report(settings, "a model agent needs \"model\"", "add `model: provider/name`");
  fields.finish();
  return model_agent(std::move(options));
}

void report_neighbours(ReadContext& context, const Node& node, const Node::Member& kind) {
  for (const auto& member : node.members)
    if (member.key != kind.key) context.reader.report_unknown("key", member.key, member.where, {kind.key}, "an agent");
}

}  // namespace

void report_commands(ReadContext& context, const Node& at, std::string_view what) {
  context.reader.report(at, fmt::format("{} commands, and commands are not allowed", what),
                        "add --allow-commands, or `allow_commands: true` to antiphon.yaml in the working directory");
}

Command read_command(ReadContext& context, Fields& fields) {
  Command command{.argv = {}, .directory = directory_of(fields.node().where), .env = {}};
  if (const auto* run = fields.require("run", "run: [python3, agent.py]")) {
    command.argv = context.reader.texts(*run, "run").value_or(std::vector<std::string>{});
    if (!command.argv.empty() && command.argv.front().empty())
      context.reader.report(*run, "run names no program", "put the program first: `run: [python3, agent.py]`");
  }
  if (const auto* cwd = fields.get("cwd"))
    if (auto path = context.reader.text(*cwd, "cwd")) command.directory = resolve_path(*cwd, *path);
  if (const auto* env = fields.get("env"))
    for (auto& [name, value] : context.reader.named_texts(*env, "env").value_or(std::vector<std::pair<std::string, std::string>>{})) command.env[name] = value;
  return command;
}

ParticipantSpec read_agent(ReadContext& context, const Node& node) {
  if (node.is_scalar() && node.text == "human") return human_agent();
  if (node.is_scalar()) {
    report_kind(context.reader, agent_kinds, node.text, node.where);
    return {};
  }
  if (!node.is_mapping()) {
    context.reader.report(node, "an agent must be a mapping whose key names its kind", "write it as `agent: {chat: {url: \"http://127.0.0.1:8080/v1\"}}`");
    return {};
  }
  std::vector<std::string> beside{"system"};
  if (node.find("model")) beside.insert(beside.end(), model_keys().begin(), model_keys().end());
  const auto* kind = kind_among(context.reader, agent_kinds, node, beside);
  if (!kind) return {};
  if (kind->key == "model") {
    if (kind->value.is_mapping()) report_neighbours(context, node, *kind);
    return read_model_agent(context, node, kind->value);
  }
  report_neighbours(context, node, *kind);
  if (kind->key == "human") return human_agent();
  if (kind->key == "chat") return read_chat(context, kind->value);
  if (kind->key == "composed") return read_composed(context, kind->value);
  if (kind->key == "http") return read_http(context, kind->value);
  if (kind->key == "antiphon") return read_gateway(context, kind->value);
  if (kind->key == "session") return read_session(context, kind->value, node);
  if (kind->key == "twilio") return read_twilio(context, kind->value);
  if (kind->key == "layercode") return read_layercode(context, kind->value);
  if (kind->key == "websocket") return read_websocket(context, kind->value);
  return read_process(context, kind->value, node);
}

}  // namespace antiphon::suite
