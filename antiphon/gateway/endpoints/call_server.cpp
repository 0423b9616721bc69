#include "antiphon/gateway/endpoints/call_server.hpp"

#include <utility>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/gateway/endpoints/ws_caller.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view call_path = "/ws/call", sessions_path = "/sessions";

net::HttpReply json_reply(int status, const json::value& body) { return {status, {{"Content-Type", "application/json"}}, json::serialize(body)}; }

net::Headers retry_after(Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return {{"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))}};
}

json::object started(const CallRequest& request, const std::string& id) {
  json::array notices;
  for (const auto& notice : request.notices) notices.push_back(json::object{{"code", notice.code}, {"message", notice.message}});
  return {{"type", "call.started"},        {"call_id", id},
          {"protocol", "antiphon.call/1"}, {"in", to_string(request.in)},
          {"out", to_string(request.out)}, {"locale", request.locale},
          {"notices", std::move(notices)}};
}

}  // namespace

/// One of the calls that may go on at once, while it lives.
class CallServer::Line {
 public:
  explicit Line(CallServer& server) : server_(server) { ++server_.lines_; }
  ~Line() {
    --server_.lines_;
    server_.changed_.beat();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

 private:
  CallServer& server_;
};

CallServer::CallServer(Runtime& runtime, CallServerSettings settings, MakeParts make_parts)
    : runtime_(runtime),
      settings_(std::move(settings)),
      access_(settings_.access),
      per_caller_(settings_.per_caller),
      per_address_(settings_.per_address),
      make_parts_(std::move(make_parts)),
      began_(runtime.clock.now()) {}

Task<> CallServer::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  const auto path = request.path();
  if (path == call_path) co_return co_await take_call(request, reply);
  if (path == "/health") co_return co_await reply.reply(json_reply(200, json::object{{"status", "ok"}}));
  if (path == "/ready") co_return co_await reply.reply(ready());
  // Without a token nobody could be told from anybody: then there is no list.
  if (path.starts_with(sessions_path) && !settings_.access.tokens.empty()) co_return co_await reply.reply(sessions(request));
  co_await reply.reply(refusal(404, "there are /ws/call, /health and /ready"));
}

net::HttpReply CallServer::ready() const {
  const bool full = lines_ >= settings_.most_calls;
  const auto* status = draining_ ? "draining" : full ? "overloaded" : "ready";
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(runtime_.clock.now() - began_).count();
  return json_reply(draining_ || full ? 503 : 200, json::object{{"status", status}, {"active_sessions", lines_}, {"uptime_seconds", uptime}});
}

// --- Calls ------------------------------------------------------------------------------------------------------------------------------------

std::optional<net::HttpReply> CallServer::refuse_call(const net::ServerRequest& request, std::optional<CallRequest>& asked) {
  if (!net::is_websocket_upgrade(request)) return refusal(426, "/ws/call is a WebSocket", {{"Upgrade", "websocket"}});
  if (auto refused = access_.refuse(request, settings_.wall_time())) return refused;
  try {
    asked = read_call_request(request.target, settings_.locales);
  } catch (const Error& error) {
    return refusal(400, error.message());
  }
  if (!asked->resume.empty()) return refusal(404, "there is no call to resume by this token");
  return refuse_for_now(request, *asked);
}

std::optional<net::HttpReply> CallServer::refuse_for_now(const net::ServerRequest& request, const CallRequest& asked) {
  using namespace std::chrono_literals;
  if (draining_) return refusal(503, "the gateway is draining", retry_after(5s));
  if (lines_ >= settings_.most_calls) return refusal(503, "all lines are busy", retry_after(5s));
  const auto now = runtime_.clock.now();
  if (const auto wait = per_address_.refuse(request.from, now)) return refusal(429, "too many calls from this address", retry_after(*wait));
  if (const auto wait = per_caller_.refuse(asked.caller_id, now)) return refusal(429, "too many calls of this caller", retry_after(*wait));
  return std::nullopt;
}

Task<> CallServer::take_call(const net::ServerRequest& request, net::ServerReply& reply) {
  std::optional<CallRequest> asked;
  if (auto refused = refuse_call(request, asked)) co_return co_await reply.reply(std::move(*refused));
  const Line line(*this);
  std::optional<CallParts> parts;
  std::string why_not;
  try {
    parts = make_parts_(*asked);
  } catch (const Error& error) {
    why_not = error.message();
  }
  if (!parts) co_return co_await reply.reply(refusal(503, why_not, retry_after(std::chrono::seconds(5))));
  auto socket = co_await reply.accept_websocket({.options = {.message_limit = longest_call_message}});
  co_await hold_call(*asked, std::move(*parts), make_id("call"), std::move(socket));
}

Task<> CallServer::hold_call(const CallRequest& asked, CallParts parts, std::string id, std::unique_ptr<net::WebSocket> socket) {
  WsCaller caller(runtime_.clock, std::move(socket), asked);
  co_await caller.event(started(asked, id), Deadline::after(runtime_.clock, settings_.handshake));
  CallSession session(runtime_, caller, *parts.recogniser, *parts.dialogue, {.id = id, .caller_id = asked.caller_id, .locale = asked.locale},
                      std::move(parts.settings));
  calls_.emplace(id, Call{&session, utc_now()});
  if (closing_) session.wind_down(CallEnd::drain);
  std::exception_ptr failure;
  try {
    co_await beside(caller.pump(), session.run());
  } catch (const Error&) {  // the connection broke, which the session has seen, too
  } catch (...) {
    failure = std::current_exception();
  }
  calls_.erase(id);
  if (failure) std::rethrow_exception(failure);
}

Task<> CallServer::drain(Deadline deadline) {
  draining_ = true;
  const ScopedAlarm alarm(runtime_.clock, deadline.at, [this] {
    closing_ = true;
    for (const auto& [id, call] : calls_) call.session->wind_down(CallEnd::drain);
  });
  while (lines_ > 0) co_await changed_.wait();
}

// --- What goes on -----------------------------------------------------------------------------------------------------------------------------

net::HttpReply CallServer::sessions(const net::ServerRequest& request) {
  if (auto refused = access_.refuse(request, settings_.wall_time())) return std::move(*refused);
  auto rest = request.path().substr(sessions_path.size());
  if (request.method == "GET" && rest.empty()) return json_reply(200, list());
  if (request.method == "DELETE" && rest.starts_with('/')) return end_session(rest.substr(1));
  return refusal(405, "GET /sessions lists the calls, DELETE /sessions/ID ends one", {{"Allow", "GET, DELETE"}});
}

json::array CallServer::list() const {
  json::array all;
  for (const auto& [id, call] : calls_) {
    const auto& state = call.session->state();
    all.push_back(json::object{{"call_id", id},
                               {"caller_id", masker_.mask(state.caller_id)},
                               {"locale", state.locale},
                               {"state", state.escalated ? "escalated" : "active"},
                               {"turns", state.turns.size()},
                               {"started_at", call.started_at},
                               {"transport", "websocket"}});
  }
  return all;
}

net::HttpReply CallServer::end_session(std::string_view id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return refusal(404, "there is no such call");
  found->second.session->end(CallEnd::completed);
  return {204, {}, ""};
}

}  // namespace antiphon::gateway
