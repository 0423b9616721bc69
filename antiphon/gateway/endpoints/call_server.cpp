#include "antiphon/gateway/endpoints/call_server.hpp"

#include <utility>

#include <fmt/format.h>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/gateway/endpoints/call_address.hpp"
#include "antiphon/gateway/endpoints/counted_reply.hpp"
#include "antiphon/gateway/endpoints/talk_page.hpp"
#include "antiphon/gateway/endpoints/ws_caller.hpp"
#include "antiphon/gateway/sessions/kept_caller.hpp"
#include "antiphon/gateway/sessions/lasting_store.hpp"
#include "antiphon/gateway/sessions/memory_store.hpp"

namespace antiphon::gateway {

namespace {

using WallTime = std::chrono::system_clock::time_point;

constexpr std::string_view call_path = "/ws/call", address_path = "/ws/call/address", sessions_path = "/sessions";

net::HttpReply json_reply(int status, const json::value& body) { return {status, {{"Content-Type", "application/json"}}, json::serialize(body)}; }

net::Headers retry_after(Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return {{"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))}};
}

bool reads(const net::ServerRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

net::HttpReply told(const net::ServerRequest& request, net::HttpReply reply) {
  if (reads(request)) return reply;
  return refusal(405, fmt::format("{} is read with GET", request.path()), {{"Allow", "GET, HEAD"}});
}

json::object started(const CallRequest& request, const std::string& id, const std::string& token) {
  json::array notices;
  for (const auto& notice : request.notices) notices.push_back(json::object{{"code", notice.code}, {"message", notice.message}});
  return {{"type", "call.started"},   {"call_id", id},   {"protocol", "antiphon.call/1"}, {"in", to_string(request.in)}, {"out", to_string(request.out)},
          {"locale", request.locale}, {"resume", token}, {"notices", std::move(notices)}};
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
      access_(settings_.access = able_to_sign(std::move(settings_.access))),
      per_caller_(settings_.per_caller),
      per_address_(settings_.per_address),
      wrong_tokens_(settings_.per_caller),
      make_parts_(std::move(make_parts)),
      began_(runtime.clock.now()) {
  if (settings_.sessions)
    settings_.sessions = std::make_shared<LastingStore>(runtime_, settings_.sessions, settings_.keep, [this](const std::string& name) { end_lost(name); });
  else
    settings_.sessions = std::make_shared<MemoryStore>(runtime.clock);
  CallHost& host = *this;
  if (settings_.twilio) twilio_.emplace(runtime_, host, *settings_.twilio, settings_.wall_time);
}

void CallServer::configure(const CallServerSettings& settings) {
  auto access = able_to_sign(settings.access);
  access_ = Access(access);
  settings_.access = std::move(access);
  settings_.most_calls = settings.most_calls;
  settings_.locales = settings.locales;
  settings_.masker = settings.masker;
  settings_.keep = settings.keep;
  per_caller_ = CallRateLimit(settings.per_caller);
  per_address_ = CallRateLimit(settings.per_address);
  wrong_tokens_ = CallRateLimit(settings.per_caller);
  if (settings_.observability) settings_.observability->metrics().limit(settings.most_calls);
}

Task<> CallServer::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  const auto path = request.path();
  const bool by_telephone = twilio_ && TwilioEndpoint::is_path(path);
  if (path == call_path || by_telephone) {
    std::optional<CountedReply> counted;
    if (settings_.observability) counted.emplace(reply, settings_.observability->metrics());
    auto& to = counted ? static_cast<net::ServerReply&>(*counted) : reply;
    co_return co_await (by_telephone ? twilio_->handle(request, to) : take_call(request, to));
  }
  if (path == address_path) co_return co_await reply.reply(address(request));
  if (auto page = talk_page(request)) co_return co_await reply.reply(std::move(*page));
  if (path == "/health") co_return co_await reply.reply(told(request, json_reply(200, json::object{{"status", "ok"}})));
  if (path == "/metrics" && settings_.observability) co_return co_await reply.reply(told(request, metrics()));
  if (path == "/ready") co_return co_await reply.reply(told(request, ready()));
  // Without a token nobody could be told from anybody: then there is no list.
  if (path.starts_with(sessions_path) && !settings_.access.tokens.empty()) co_return co_await reply.reply(sessions(request));
  if (path.starts_with(sessions_path))
    co_return co_await reply.reply(
        refusal(404, "calls are shown and ended only for those with a token, and this gateway has none: set `access: {tokens: [...]}`"));
  co_await reply.reply(refusal(404, "there are / (a page to talk on), /ws/call, /health, /ready and /metrics"));
}

net::HttpReply CallServer::ready() const {
  const bool full = taken() >= settings_.most_calls;
  const auto* status = draining_ ? "draining" : full ? "overloaded" : "ready";
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(runtime_.clock.now() - began_).count();
  return json_reply(draining_ || full ? 503 : 200, json::object{{"status", status}, {"active_sessions", taken()}, {"uptime_seconds", uptime}});
}

net::HttpReply CallServer::metrics() const {
  return {200, {{"Content-Type", std::string(GatewayMetrics::content_type)}}, settings_.observability->metrics().text()};
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
  return busy(*asked, request.from);
}

std::optional<net::HttpReply> CallServer::refuse_for_now(const CallRequest& asked, std::optional<std::string_view> address) {
  auto refused = busy(asked, address);
  if (refused && settings_.observability) settings_.observability->metrics().refused(refused->status);  // its reply is one that telephony knows
  return refused;
}

std::optional<net::HttpReply> CallServer::refuse_address(std::string_view address) {
  const auto wait = per_address_.refuse(address, runtime_.clock.now());
  return wait ? std::optional(refusal(429, "too many calls from this address", retry_after(*wait))) : std::nullopt;
}

std::optional<net::HttpReply> CallServer::busy(const CallRequest& asked, std::optional<std::string_view> address) {
  using namespace std::chrono_literals;
  if (draining_) return refusal(503, "the gateway is draining", retry_after(5s));
  if (taken() >= settings_.most_calls) return refusal(503, "all lines are busy", retry_after(5s));
  if (address)
    if (auto refused = refuse_address(*address)) return refused;
  auto& limit = asked.resume.empty() ? per_caller_ : wrong_tokens_;
  if (const auto wait = limit.refuse(asked.caller_id, runtime_.clock.now())) return refusal(429, "too many calls of this caller", retry_after(*wait));
  return std::nullopt;
}

Task<> CallServer::take_call(const net::ServerRequest& request, net::ServerReply& reply) {
  std::optional<CallRequest> asked;
  if (auto refused = refuse_call(request, asked)) co_return co_await reply.reply(std::move(*refused));
  const Line line(*this);
  std::optional<KeptCall> kept;
  if (auto refused = co_await resume(*asked, kept)) co_return co_await reply.reply(std::move(*refused));
  auto call = kept ? *kept : begin(*asked);
  call.state.locale = asked->locale;
  const auto token = make_resume_token();
  std::optional<CallParts> parts;
  std::unique_ptr<WsCaller> caller;
  std::optional<std::string> why_not;
  std::exception_ptr failure;
  try {
    parts = parts_for(*asked, kept);
    caller = co_await accept(reply, *asked, call.state.id, token);
  } catch (const Error& error) {
    why_not = error.message();
    failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
  // Also where this is cancelled: who comes again has no other token.
  if (failure && kept) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await give_back(*kept, asked->resume);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  }
  if (!parts && why_not) co_return co_await reply.reply(refusal(503, *why_not, retry_after(std::chrono::seconds(5))));
  if (failure) std::rethrow_exception(failure);
  if (kept) end_taken(asked->resume);
  co_await hold_call(*caller, std::move(*parts), std::move(call), token, asked->resume, "websocket");
}

/// Until the caller has the token that the call goes on by.
Task<std::unique_ptr<WsCaller>> CallServer::accept(net::ServerReply& reply, const CallRequest& asked, const std::string& id, const std::string& token) {
  auto socket = co_await reply.accept_websocket({.options = {.message_limit = longest_call_message}});
  auto caller = std::make_unique<WsCaller>(runtime_.clock, std::move(socket), asked);
  co_await caller->event(started(asked, id, token), Deadline::after(runtime_.clock, settings_.handshake));
  co_return caller;
}

KeptCall CallServer::begin(const CallRequest& asked) const {
  return {.state = {.id = make_id("call"), .caller_id = asked.caller_id, .locale = asked.locale}, .began_ms = wall_ms()};
}

std::int64_t CallServer::wall_ms() const { return std::chrono::duration_cast<std::chrono::milliseconds>(settings_.wall_time().time_since_epoch()).count(); }

CallParts CallServer::parts_for(const CallRequest& asked, const std::optional<KeptCall>& kept) {
  auto parts = make_parts_(asked);
  if (kept) go_on(parts, *kept);
  return parts;
}

/// A call that goes on is no younger for it, greets nobody, and says again what nobody knows to have been heard.
void CallServer::go_on(CallParts& parts, const KeptCall& kept) const {
  const Duration age = std::chrono::milliseconds(std::max<std::int64_t>(wall_ms() - kept.began_ms, 0));
  parts.settings.longest = std::max<Duration>(parts.settings.longest - age, std::chrono::seconds(1));
  parts.settings.resumes = Resumption{.open = kept.open};
  parts.dialogue->recall(kept.memory, kept.state);
}

Task<CallEnd> CallServer::hold(CallRequest asked, LineConnection& caller, std::string resumes, std::string token, std::string transport) {
  if (draining_) throw Error(ErrorKind::unavailable, "the gateway is draining");
  if (taken() >= settings_.most_calls) throw Error(ErrorKind::unavailable, "all lines are busy");
  const Line line(*this);
  std::optional<KeptCall> kept;
  try {
    if (!resumes.empty()) kept = co_await claim(resumes);
  } catch (const Error&) {}  // no store, no old call: this one is new
  if (kept) {
    asked.caller_id = kept->state.caller_id;
    asked.locale = spoken_locale(kept->state.locale, settings_.locales, asked.notices);
  }
  std::optional<CallParts> parts;
  std::exception_ptr failure;
  try {
    parts = parts_for(asked, kept);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure && kept) co_await give_back(*kept, resumes);
  if (failure) std::rethrow_exception(failure);
  if (kept) end_taken(resumes);
  parts->settings.puts_through = settings_.twilio && !settings_.twilio->transfer_to.empty();
  if (!kept) resumes.clear();
  auto call = kept ? std::move(*kept) : begin(asked);
  call.state.locale = asked.locale;
  co_return co_await hold_call(caller, std::move(*parts), std::move(call), std::move(token), std::move(resumes), std::move(transport));
}

Task<CallEnd> CallServer::hold_call(LineConnection& caller, CallParts parts, KeptCall call, std::string token, std::string resumes, std::string transport) {
  const auto id = call.state.id;
  const auto& dialogue = *parts.dialogue;
  CallSession* session = nullptr;
  const auto snapshot = [&] {
    return write_kept_call({.state = session->state(), .open = session->open_turn(), .memory = dialogue.memory(), .began_ms = call.began_ms});
  };
  CallKeeper keeper(runtime_.clock, *settings_.sessions, settings_.keep, token, snapshot, [&] { session->end(CallEnd::caller_hangup); });
  KeptCaller kept(caller, keeper);
  parts.settings.on_whole_answer = [&keeper, then = std::move(parts.settings.on_whole_answer)] {
    keeper.note();
    if (then) then();
  };
  if (settings_.observability && !parts.settings.observer) parts.settings.observer = settings_.observability->observe(id, transport);
  CallSession its_session(runtime_, kept, *parts.recogniser, *parts.dialogue, std::move(call.state), std::move(parts.settings));
  session = &its_session;
  calls_.insert_or_assign(id, Call{session, &keeper, utc_text(WallTime(std::chrono::milliseconds(call.began_ms))), std::move(transport), std::move(token),
                                   resumes.empty() ? std::string() : SessionSeal(resumes).name()});
  if (closing_) session->wind_down(CallEnd::drain);
  std::exception_ptr failure;
  auto end = CallEnd::caller_hangup;
  try {
    end = co_await beside(caller.pump(), beside(keeper.pump(), session->run()));
  } catch (const Error&) {  // the connection broke, which the session has seen, too
  } catch (...) {
    failure = std::current_exception();
  }
  if (const auto found = calls_.find(id); found != calls_.end() && found->second.session == session) calls_.erase(found);
  if (failure) std::rethrow_exception(failure);
  co_return end;
}

// --- Calls that go on -------------------------------------------------------------------------------------------------------------------------

Task<std::optional<net::HttpReply>> CallServer::resume(CallRequest& asked, std::optional<KeptCall>& kept) {
  if (asked.resume.empty()) co_return std::nullopt;
  bool asked_store = false;
  try {
    kept = co_await claim(asked.resume);
    asked_store = true;
  } catch (const Error&) {}
  const bool is_theirs = kept && kept->state.caller_id == asked.caller_id;
  if (is_theirs || !asked_store) wrong_tokens_.forgive(asked.caller_id);
  if (!asked_store) co_return refusal(503, "what calls are kept in cannot be asked now", retry_after(std::chrono::seconds(1)));
  if (kept && !is_theirs) co_await give_back(*kept, asked.resume);
  if (!is_theirs) co_return refusal(404, "there is no call to resume by this token");
  asked.notices.clear();  // of a locale that is not asked for here
  asked.locale = spoken_locale(kept->state.locale, settings_.locales, asked.notices);
  co_return std::nullopt;
}

Task<std::optional<KeptCall>> CallServer::claim(std::string token) {
  const SessionSeal seal(token);
  const auto sealed = co_await store().claim(seal.name(), Deadline::after(runtime_.clock, settings_.keep.answer));
  const auto text = sealed ? seal.open(*sealed) : std::nullopt;
  if (!text) co_return std::nullopt;
  try {
    co_return read_kept_call(*text);
  } catch (const Error&) {  // by another version of the gateway
    co_return std::nullopt;
  }
}

/// Its connection may be dead without anybody having noticed. Not before another one goes on with it: what ends leaves nothing in the store.
void CallServer::end_taken(std::string_view token) {
  for (const auto& [id, call] : calls_)
    if (call.token == token) return call.session->end(CallEnd::caller_hangup);
}

/// It was claimed while the store was away, and another instance, which asked the store before it heard of that, goes on with it.
void CallServer::end_lost(std::string_view name) {
  for (const auto& [id, call] : calls_)
    if (call.kept_as == name) {
      call.keeper->leave_nothing();
      return call.session->end(CallEnd::caller_hangup);
    }
}

Task<bool> CallServer::is_kept(std::string token) {
  try {
    co_return co_await store().has(SessionSeal(token).name(), Deadline::after(runtime_.clock, settings_.keep.answer));
  } catch (const Error&) {
    co_return false;
  }
}

Task<> CallServer::give_back(const KeptCall& kept, const std::string& token) {
  const SessionSeal seal(token);
  try {
    co_await store().give_back(seal.name(), seal.seal(write_kept_call(kept)), settings_.keep.resume_within,
                               Deadline::after(runtime_.clock, settings_.keep.answer));
  } catch (const Error&) {}  // then it is lost, as it is where nobody comes for it
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
  if (reads(request) && rest.empty()) return json_reply(200, list());
  if (request.method == "DELETE" && rest.starts_with('/')) return end_session(rest.substr(1));
  return refusal(405, "GET /sessions lists the calls, DELETE /sessions/ID ends one", {{"Allow", rest.empty() ? "GET, HEAD" : "DELETE"}});
}

json::array CallServer::list() const {
  json::array all;
  const auto add = [&](const ListedCall& call) {
    const auto& state = *call.state;
    all.push_back(json::object{{"call_id", state.id},
                               {"caller_id", settings_.masker.mask(state.caller_id)},
                               {"locale", state.locale},
                               {"state", state.escalated ? "escalated" : "active"},
                               {"turns", state.turns.size()},
                               {"started_at", call.started_at},
                               {"transport", call.transport}});
  };
  for (const auto& [id, call] : calls_) add({&call.session->state(), call.started_at, call.transport});
  if (settings_.elsewhere)
    for (const auto& call : settings_.elsewhere->list()) add(call);
  return all;
}

net::HttpReply CallServer::end_session(std::string_view id) {
  const auto found = calls_.find(id);
  const bool is_here = found != calls_.end();
  if (is_here) found->second.session->part(Parting::call_ended);
  if (!is_here && !(settings_.elsewhere && settings_.elsewhere->end(id))) return refusal(404, "there is no such call");
  return {204, {}, ""};
}

}  // namespace antiphon::gateway
