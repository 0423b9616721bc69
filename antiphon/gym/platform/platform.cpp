#include "antiphon/gym/platform/platform.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/platform/platform_session.hpp"
#include "antiphon/net/query.hpp"
#include "antiphon/net/tcp.hpp"
#include "antiphon/net/websocket.hpp"
#include "antiphon/protocol/layercode/authorisation.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

namespace antiphon::gym {

namespace {

constexpr std::string_view agents_path = "/v1/agents", authorise_path = "/v1/agents/web/authorize_session", open_authorise_path = "/api/authorize",
                           websocket_path = "/v1/agents/web/websocket", old_websocket_path = "/v1/pipelines/websocket";
constexpr std::string_view unnamed_agent = "local-agent";
constexpr std::size_t longest_id = 200, kept_records = 1000, longest_body = 1024 * 1024;

net::HttpReply json_reply(int status, const json::value& body) { return {status, {{"Content-Type", "application/json"}}, json::serialize(body)}; }
net::HttpReply refusal(int status, std::string_view why) { return json_reply(status, json::object{{"error", why}}); }

std::string bearer_of(const net::ServerRequest& request) {
  const auto header = net::find_header(request.headers, "authorization").value_or("");
  if (header.size() < 7 || lower(header.substr(0, 7)) != "bearer ") return {};
  return std::string(trim(std::string_view(header).substr(7)));
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_id && std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f && c != '/' && c != '\\' && c != '"'; });
}

/// A page of this machine may ask; one that some browser has open elsewhere may not.
net::Headers for_pages(const net::ServerRequest& request) {
  const auto origin = net::find_header(request.headers, "origin");
  if (!origin) return {};
  auto host = std::string_view(*origin);
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  host = host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
  if (!net::is_loopback(host)) return {};
  return {{"Access-Control-Allow-Origin", *origin},
          {"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
          {"Access-Control-Allow-Headers", "Authorization, Content-Type"},
          {"Vary", "Origin"}};
}

std::map<std::string, std::string> headers_of(const json::object& object) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : object) headers[std::string(name)] = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  return headers;
}

/// What newer clients nest in `config.session_webhook`, and what a session may have other than the agent.
void apply_config(SessionGrant& grant, const json::object& config) {
  const json::value whole = config;
  if (const auto* trigger = at_pointer(whole, "/transcription/trigger")) {
    if (*trigger != "automatic" && *trigger != "push_to_talk") throw Error(ErrorKind::protocol, "config.transcription.trigger is automatic or push_to_talk");
    grant.trigger = *trigger == "automatic" ? TurnTrigger::automatic : TurnTrigger::push_to_talk;
  }
  if (const auto* can = at_pointer(whole, "/transcription/can_interrupt"); can && can->is_bool()) grant.can_interrupt = can->get_bool();
  if (const auto* metadata = at_pointer(whole, "/session_webhook/custom_metadata"); metadata && metadata->is_object())
    grant.custom_metadata = metadata->get_object();
  if (const auto* headers = at_pointer(whole, "/session_webhook/custom_headers"); headers && headers->is_object())
    grant.custom_headers = headers_of(headers->get_object());
}

void check(const PlatformSettings& settings) {
  const auto refuse = [](std::string what) { throw Error(ErrorKind::configuration, std::move(what)); };
  if (settings.key_lifetime <= Duration{0}) refuse("the life of a session key is not longer than nothing");
  if (settings.longest_session <= Duration{0}) refuse("the longest session is not longer than nothing");
  if (settings.audio_lead < Duration{0}) refuse("audio cannot be sent after it is heard");
  if (!settings.agent_id.empty() && !is_id(settings.agent_id)) refuse(fmt::format("{} is no id of an agent", quote(settings.agent_id)));
}

}  // namespace

LayercodePlatform::LayercodePlatform(Runtime& runtime, PlatformSettings settings, PlatformSpeech speech, net::HttpClient& http)
    : runtime_(runtime), settings_(std::move(settings)), speech_(std::move(speech)), http_(http), keys_(settings_.key_lifetime) {
  check(settings_);
}

LayercodePlatform::~LayercodePlatform() = default;

Task<> LayercodePlatform::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  const auto path = request.path();
  if (path == websocket_path || path == old_websocket_path) co_return co_await connect(request, reply);
  net::HttpReply answer;
  if (request.method == "OPTIONS")
    answer = {204, {}, ""};
  else if (path == authorise_path || path == open_authorise_path)
    answer = authorise(request, path == authorise_path);
  else if (path == "/health")
    answer = json_reply(200, json::object{{"status", "ok"}, {"active_sessions", sessions_.size()}});
  else if (path == agents_path || path.starts_with(std::string(agents_path) + "/"))
    answer = agents(request);
  else
    answer = refusal(404, fmt::format("there are {}, {}, {}, {} and /health", authorise_path, open_authorise_path, websocket_path, agents_path));
  const auto more = for_pages(request);
  answer.headers.insert(answer.headers.end(), more.begin(), more.end());
  co_await reply.reply(std::move(answer));
}

// --- Sessions ---------------------------------------------------------------------------------------------------------------------------------

std::optional<std::string> LayercodePlatform::refuse_authorisation(const net::ServerRequest& request, bool needs_bearer) const {
  if (request.method != "POST") return "ask for a session by POST";
  if (!needs_bearer) return std::nullopt;
  const auto bearer = bearer_of(request);
  if (bearer.empty()) return "the request has no bearer: send Authorization: Bearer and the API key";
  if (!settings_.api_key.empty() && !layercode::same_secret(bearer, settings_.api_key)) return "the API key is not known here";
  return std::nullopt;
}

net::HttpReply LayercodePlatform::authorise(const net::ServerRequest& request, bool needs_bearer) {
  if (const auto why = refuse_authorisation(request, needs_bearer)) return refusal(request.method == "POST" ? 400 : 405, *why);
  if (request.body.size() > longest_body) return refusal(413, "the request is too long");
  try {
    const auto asked = layercode::read_authorise_request(request.body);
    if (asked.agent_id.empty() || !is_id(asked.agent_id)) return refusal(400, "the request has no agent_id that could be one");
    if (!is_agent(asked.agent_id)) return refusal(400, fmt::format("there is no agent {}", quote(asked.agent_id)));
    if (!asked.conversation_id.empty() && !is_id(asked.conversation_id)) return refusal(400, "the conversation_id is none");
    SessionGrant grant{.agent_id = asked.agent_id,
                       .conversation_id = asked.conversation_id.empty() ? settings_.make_id("lc_conv") : asked.conversation_id,
                       .metadata = asked.metadata,
                       .custom_metadata = asked.custom_metadata,
                       .custom_headers = asked.custom_headers,
                       .trigger = settings_.trigger,
                       .can_interrupt = settings_.can_interrupt};
    apply_config(grant, asked.config);
    for (const auto& [name, value] : grant.custom_headers)
      if (!may_be_custom_header(name, value)) return refusal(400, fmt::format("the header {} cannot be added to webhooks", quote(cut(name, 60))));
    const auto key = settings_.make_id("lc_sesskey");
    const layercode::AuthoriseReply reply{key, grant.conversation_id, client_config(grant)};
    keys_.issue(key, std::move(grant), runtime_.clock.now());
    return {200, {{"Content-Type", "application/json"}}, layercode::write_authorise_reply(reply)};
  } catch (const Error& error) {
    return refusal(400, error.message());
  }
}

/// What the SDK for browsers cannot do without.
json::object LayercodePlatform::client_config(const SessionGrant& grant) const {
  return {{"transcription",
           {{"trigger", to_string(grant.trigger)}, {"can_interrupt", grant.can_interrupt}, {"automatic", grant.trigger == TurnTrigger::automatic}}},
          {"vad",
           {{"enabled", true},
            {"gate_audio", true},
            {"buffer_frames", 10},
            {"model", "v5"},
            {"positive_speech_threshold", 0.15},
            {"negative_speech_threshold", 0.05},
            {"redemption_frames", 4},
            {"min_speech_frames", 2},
            {"pre_speech_pad_frames", 0},
            {"frame_samples", 512}}}};
}

Task<> LayercodePlatform::connect(const net::ServerRequest& request, net::ServerReply& reply) {
  if (!net::is_websocket_upgrade(request)) co_return co_await reply.reply(refusal(426, "this is a WebSocket"));
  if (draining_ || sessions_.size() >= settings_.most_sessions) co_return co_await reply.reply(refusal(503, "the platform takes no more sessions"));
  std::optional<std::string> key;
  try {
    key = net::find_parameter(net::query_of(request.target), "client_session_key");
  } catch (const Error&) {}  // a broken query holds none
  const auto claim = keys_.claim(key.value_or(""), runtime_.clock.now());
  if (!claim.grant) {
    const bool expired = claim.refusal == SessionKeys::Refusal::expired;
    co_return co_await reply.reply(refusal(
        401, expired ? "the client_session_key has expired: authorise again" : "the client_session_key is not known, or a newer one has taken its place"));
  }
  const auto record = std::make_shared<SessionRecord>(settings_.make_id("lc_sess"), *claim.grant, settings_.backend.wall_time(), request.from);
  keep(record);
  const auto socket = co_await reply.accept_websocket({.options = {.message_limit = settings_.longest_frame}});
  PlatformSession session({runtime_, settings_, speech_, http_}, *socket, *record);
  sessions_.insert(&session);
  std::exception_ptr failure;
  try {
    co_await session.run();
  } catch (...) {
    failure = std::current_exception();
  }
  sessions_.erase(&session);
  ended_.beat();
  if (failure) std::rethrow_exception(failure);
}

void LayercodePlatform::keep(std::shared_ptr<SessionRecord> record) {
  records_.push_back(std::move(record));
  if (records_.size() > kept_records) records_.pop_front();
}

Task<> LayercodePlatform::drain(Deadline deadline) {
  draining_ = true;
  for (auto* session : sessions_) session->close();
  const ScopedAlarm alarm(runtime_.clock, deadline.at, [this] { ended_.beat(); });
  while (!sessions_.empty() && runtime_.clock.now() < deadline.at) co_await ended_.wait();
}

// --- What operators' tools ask ----------------------------------------------------------------------------------------------------------------

net::HttpReply LayercodePlatform::agents(const net::ServerRequest& request) {
  const auto bearer = bearer_of(request);
  if (bearer.empty() || (!settings_.api_key.empty() && !layercode::same_secret(bearer, settings_.api_key)))
    return refusal(401, "the API key is missing or not known here");
  const auto path = request.path();
  if (path == agents_path) {
    if (request.method != "GET") return refusal(405, "agents are not made here: the platform has one");
    const auto id = settings_.agent_id.empty() ? std::string(unnamed_agent) : settings_.agent_id;
    return json_reply(200, json::object{{"agents", json::array{agent_record(id, false)}}});
  }
  const auto parts = split(path.substr(agents_path.size() + 1), '/');
  if (!is_id(parts[0]) || !is_agent(parts[0])) return refusal(404, "there is no such agent");
  if (parts.size() == 1) return agent(request, parts[0]);
  if (parts.size() == 3 && parts[1] == "sessions" && request.method == "GET") return session_detail(parts[0], parts[2]);
  return refusal(404, "there is nothing here");
}

net::HttpReply LayercodePlatform::agent(const net::ServerRequest& request, const std::string& id) {
  if (request.method == "GET") return json_reply(200, agent_record(id, true));
  if (request.method == "POST" || request.method == "PATCH") return update_agent(id, request.body);
  return refusal(405, "an agent is read by GET and changed by POST");
}

json::object LayercodePlatform::agent_record(const std::string& id, bool with_secret) const {
  const auto name = agent_names_.find(id);
  json::object options{{"url", settings_.backend.webhook_url}};
  json::object record{{"id", id},
                      {"name", name == agent_names_.end() ? id : name->second},
                      {"type", "voice"},
                      {"agent_template_id", nullptr},
                      {"assigned_phone_numbers", json::array{}},
                      {"config",
                       {{"type", "voice"},
                        {"transcription", {{"trigger", to_string(settings_.trigger)}, {"can_interrupt", settings_.can_interrupt}}},
                        {"plugins", json::array{json::object{{"use", "agent.webhook"}, {"options", std::move(options)}}}}}}};
  if (with_secret) record["webhook_secret"] = settings_.backend.webhook_secret;
  return record;
}

net::HttpReply LayercodePlatform::update_agent(const std::string& id, std::string_view body) {
  const auto change = try_parse_json(body);
  if (!change || !change->is_object()) return refusal(400, "the body is no JSON object");
  if (const auto url = find_string(*change, "webhook_url")) {
    if (!url->starts_with("http://") && !url->starts_with("https://")) return refusal(400, "webhook_url is no address that begins with http");
    settings_.backend.webhook_url = *url;
  }
  if (const auto name = find_string(*change, "name")) agent_names_[id] = *name;
  return json_reply(200, agent_record(id, true));
}

net::HttpReply LayercodePlatform::session_detail(const std::string& agent, const std::string& id) const {
  const auto found = std::ranges::find_if(records_, [&](const auto& record) { return record->session_id() == id && record->grant().agent_id == agent; });
  if (found == records_.end()) return refusal(404, "there is no such session");
  return json_reply(200, (*found)->detail());
}

}  // namespace antiphon::gym
