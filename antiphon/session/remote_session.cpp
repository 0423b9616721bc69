#include "antiphon/session/remote_session.hpp"

#include <map>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/session/framing.hpp"
#include "antiphon/session/internal/fair_share.hpp"
#include "antiphon/session/internal/outbox.hpp"
#include "antiphon/session/internal/wire.hpp"

namespace antiphon::session {

namespace {

using namespace std::chrono_literals;
using wire::AgentSessionMessage;
using wire::SessionRequest;
using wire::SessionResponse;

constexpr auto farewell = 2s;

// What LiveKit's hosts answer for a turn in which the agent had nothing to say.
constexpr std::string_view silence_elsewhere = "agent produced no response items";

/// A request that was sent and not answered yet.
struct Pending {
  Latch done;
  std::optional<SessionResponse> answer{};
  std::optional<Error> failure{};
};

/// Another try would fail as this one did.
bool is_final(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::usage:
    case ErrorKind::configuration:
    case ErrorKind::not_found:
    case ErrorKind::invalid_input:
    case ErrorKind::unauthorized:
    case ErrorKind::unsupported: return true;
    default: return false;
  }
}

std::string_view name_of(const SessionRequest& request) {
  const auto* field = SessionRequest::descriptor()->FindFieldByNumber(request.request_case());
  return field ? std::string_view(field->name()) : "request";
}

}  // namespace

struct RemoteSession::State : std::enable_shared_from_this<State> {
  State(Runtime& its_runtime, std::unique_ptr<SessionTransport> its_transport, RemoteSessionOptions its_options)
      : runtime(its_runtime), transport(std::move(its_transport)), options(std::move(its_options)), outbox(its_runtime.clock, options.stall_timeout) {}

  Task<SessionResponse> ask(SessionRequest request, std::optional<Duration> timeout);
  Task<SessionResponse> ask_or_throw(SessionRequest request, std::optional<Duration> timeout);
  Error told_of_garbage(Error error) const;
  void send(const AgentSessionMessage& message);
  void end(const Error& why);
  void take(const AgentSessionMessage& message);
  void take_answer(const SessionResponse& response);
  void take_event(const wire::AgentSessionEvent& event);
  void take_flush();

  static Task<> live(std::shared_ptr<State> state);
  static Task<> listen(std::shared_ptr<State> state);

  Runtime& runtime;
  std::unique_ptr<SessionTransport> transport;
  RemoteSessionOptions options;
  Outbox outbox;
  std::map<std::string, std::shared_ptr<Pending>> pending;
  std::uint64_t next_id = 1;
  bool starting = false, started = false, closing = false, over = false;
  Pulse changed;  ///< one of these
  std::optional<Error> ended;
  int malformed = 0;
  int troubles = 0;
  std::string last_trouble;
  Stoppable life;
};

// --- Asking ------------------------------------------------------------------------------------------------------------------------------

void RemoteSession::State::send(const AgentSessionMessage& message) {
  if (ended) throw *ended;
  if (!started) throw Error(ErrorKind::usage, "the session was not started").with_hint("await start() or wait_for_ready() first");
  auto bytes = encode(message);
  static_cast<void>(frame_header(bytes.size()));  // too large is known before anything is sent
  outbox.push(std::move(bytes));
}

Task<SessionResponse> RemoteSession::State::ask(SessionRequest request, std::optional<Duration> timeout) {
  const auto keep = shared_from_this();
  const auto limit = timeout.value_or(options.request_timeout);
  const auto id = fmt::format("req_{}", next_id++);
  request.set_request_id(id);
  AgentSessionMessage message;
  Error late(ErrorKind::timeout, fmt::format("the agent's session did not answer {} within {}", name_of(request), format_duration(limit)));
  *message.mutable_request() = std::move(request);
  send(message);

  const auto mine = std::make_shared<Pending>();
  pending[id] = mine;
  struct Forget {
    State& state;
    const std::string& id;
    ~Forget() { state.pending.erase(id); }
  } const forget{*this, id};
  try {
    co_await at_most(runtime.clock, Deadline::after(runtime.clock, limit), mine->done.wait(), std::move(late));
  } catch (const Error& error) {
    throw told_of_garbage(error);
  }
  if (mine->failure) throw *mine->failure;
  co_return std::move(*mine->answer);
}

/// Whoever waits in vain may have been answered.
Error RemoteSession::State::told_of_garbage(Error error) const {
  if (malformed == 0) return error;
  return {error.kind(),
          fmt::format("{}; {} of what it sent could not be read", error.message(), malformed == 1 ? "one message" : fmt::format("{} messages", malformed))};
}

Task<SessionResponse> RemoteSession::State::ask_or_throw(SessionRequest request, std::optional<Duration> timeout) {
  const std::string name(name_of(request));
  const int wanted = request.request_case() + 1;  // an answer's number is its request's and one
  auto response = co_await ask(std::move(request), timeout);
  if (response.has_error() && !response.error().empty()) throw SessionError::from_wire(response.error());
  if (response.response_case() != wanted) throw Error(ErrorKind::protocol, fmt::format("the agent's session answered {} with something else", name));
  co_return response;
}

// --- Listening ---------------------------------------------------------------------------------------------------------------------------

void RemoteSession::State::end(const Error& why) {
  if (!ended) ended = why;
  transport->cut();
  for (auto& [id, waiting] : std::exchange(pending, {})) {
    waiting->failure = *ended;
    waiting->done.open();
  }
}

void RemoteSession::State::take(const AgentSessionMessage& message) {
  switch (message.message_case()) {
    case AgentSessionMessage::kResponse: return take_answer(message.response());
    case AgentSessionMessage::kEvent: return take_event(message.event());
    case AgentSessionMessage::kAudioOutput:
      if (options.on_audio) options.on_audio(from_wire(message.audio_output()));
      return;
    case AgentSessionMessage::kAudioPlaybackFlush: return take_flush();
    case AgentSessionMessage::kAudioPlaybackClear:
      if (options.on_clear) options.on_clear();
      return;
    default: return;  // what only controllers send, and what later versions add
  }
}

void RemoteSession::State::take_answer(const SessionResponse& response) {
  const auto waiting = pending.find(response.request_id());
  if (waiting == pending.end() || waiting->second->answer) {  // too late, twice, or about something of ours that could not be read
    if (response.request_id().empty() && response.has_error())
      take_event([&] {
        wire::AgentSessionEvent event;
        event.mutable_error()->set_message(response.error());
        return event;
      }());
    return;
  }
  waiting->second->answer = response;
  waiting->second->done.open();
}

void RemoteSession::State::take_event(const wire::AgentSessionEvent& event) {
  if (event.has_error()) ++troubles, last_trouble = event.error().message();
  if (options.on_event) options.on_event(from_wire(event));
}

// A host waits for what it said to be played. Who has no loudspeaker has played it already.
void RemoteSession::State::take_flush() {
  if (options.on_audio && options.on_flush) return options.on_flush();
  AgentSessionMessage finished;
  finished.mutable_audio_playback_finished();
  send(finished);
}

Task<> RemoteSession::State::listen(std::shared_ptr<State> state) {
  FairShare share;
  for (;;) {
    std::optional<std::string> message;
    try {
      message = co_await state->transport->receive();
      if (!message) throw Error(ErrorKind::closed, "the agent's session ended");
      state->take(decode(*message));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::protocol) throw;
      ++state->malformed;  // the rest can be read all the same
    }
    if (share.used_up(message ? message->size() : 0)) co_await FairShare::let_others();
  }
}

// Reads and writes until one of them fails, or somebody closes.
Task<> RemoteSession::State::live(std::shared_ptr<State> state) {
  Error why(ErrorKind::closed, "the session was closed");
  try {
    co_await state->life.run(beside(state->outbox.run(*state->transport,
                                                      [weak = std::weak_ptr(state)](const Error& error) {
                                                        if (const auto there = weak.lock()) there->end(error);
                                                      }),
                                    listen(state)));
  } catch (const Error& error) {
    why = error;
  } catch (const boost::system::system_error&) {
    // asked to stop
  }
  state->end(why);
  state->over = true;
  state->changed.beat();
}

// --- The public side ---------------------------------------------------------------------------------------------------------------------

std::string RunReply::text() const {
  std::vector<std::string> lines;
  for (const auto& item : items)
    if (const auto* message = std::get_if<ChatMessage>(&item); message && message->role == MessageRole::assistant && !message->text.empty())
      lines.push_back(message->text);
  return join(lines, "\n");
}

bool RunReply::interrupted() const {
  for (const auto& item : items)
    if (const auto* message = std::get_if<ChatMessage>(&item); message && message->interrupted) return true;
  return false;
}

std::optional<std::string> RunReply::finish_reason() const {
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const auto* message = std::get_if<ChatMessage>(&*item);
    if (!message) continue;
    const auto reason = message->extra.find("finish_reason");
    if (reason == message->extra.end()) return std::nullopt;
    return reason->second;
  }
  return std::nullopt;
}

RemoteSession::RemoteSession(Runtime& runtime, std::unique_ptr<SessionTransport> transport, RemoteSessionOptions options)
    : state_(std::make_shared<State>(runtime, std::move(transport), std::move(options))) {}

RemoteSession::~RemoteSession() {
  state_->options.on_event = {}, state_->options.on_audio = {}, state_->options.on_flush = {}, state_->options.on_clear = {};
  state_->end(Error(ErrorKind::closed, "the session was closed"));  // whoever listens is woken by it
}

Task<> RemoteSession::start() {
  const auto state = state_;
  while (state->starting) co_await state->changed.wait();
  if (state->ended) throw *state->ended;
  if (state->started) co_return;
  state->starting = true;
  std::exception_ptr failure;
  try {
    co_await state->transport->start(Deadline::after(state->runtime.clock, state->options.request_timeout));
  } catch (...) {
    failure = std::current_exception();
  }
  state->starting = false;
  state->changed.beat();
  if (failure) std::rethrow_exception(failure);
  if (state->ended) throw *state->ended;
  state->started = true;
  // Detached from the executor's point of view only: `close` waits for its end, and it keeps alive all that it needs.
  asio::co_spawn(state->runtime.executor, State::live(state), asio::detached);
}

namespace {

// One try; what went wrong is told.
Task<std::optional<Error>> try_ready(RemoteSession& session, Duration limit) {
  try {
    co_await session.start();
    co_await session.ping(limit);
  } catch (const Error& error) {
    co_return error;
  }
  co_return std::nullopt;
}

}  // namespace

Task<> RemoteSession::wait_for_ready(Duration timeout, Duration interval) {
  auto& clock = state_->runtime.clock;
  const auto deadline = Deadline::after(clock, timeout);
  std::optional<Error> last;
  Error late(ErrorKind::timeout, fmt::format("the agent's session was not ready within {}", format_duration(timeout)));
  for (;;) {
    const auto next = clock.now() + interval;
    std::optional<Error> failure;
    bool over = false;
    try {
      failure = co_await at_most(clock, deadline, try_ready(*this, std::min(interval, deadline.left(clock))), late);
    } catch (const Error&) {
      over = true;
    }
    if (!over && !failure) co_return;
    if (failure && failure->kind() != ErrorKind::timeout) last = failure;
    if (state_->ended) throw *state_->ended;
    if (last && is_final(*last)) throw *last;
    if (over || next >= deadline.at) throw last ? *last : state_->told_of_garbage(std::move(late));
    if (failure && state_->options.on_retry) state_->options.on_retry(*failure);
    co_await clock.sleep_until(next);
  }
}

Task<RunReply> RemoteSession::run(std::string text, std::optional<Duration> timeout) {
  if (text.empty()) throw SessionError(Stage::session, "empty_input", std::nullopt, "empty run_input text");
  SessionRequest request;
  request.mutable_run_input()->set_text(wire_text(text));
  const auto state = state_;
  const auto troubles = state->troubles;
  auto response = co_await state->ask(std::move(request), timeout);
  RunReply reply{.items = items_from_wire(response.run_input().items())};
  if (!response.has_error() || response.error().empty()) {
    if (!response.has_run_input()) throw Error(ErrorKind::protocol, "the agent's session answered run_input with something else");
    co_return reply;
  }
  if (response.error() != silence_elsewhere) throw SessionError::from_wire(response.error()).with_items(std::move(reply.items));
  if (state->troubles == troubles) co_return reply;
  throw SessionError(Stage::session, "unknown", std::nullopt, state->last_trouble).with_items(std::move(reply.items));
}

Task<> RemoteSession::ping(std::optional<Duration> timeout) {
  SessionRequest request;
  request.mutable_ping();
  co_await state_->ask_or_throw(std::move(request), timeout);
}

Task<SessionItems> RemoteSession::get_chat_history() {
  SessionRequest request;
  request.mutable_get_chat_history();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  co_return items_from_wire(response.get_chat_history().items());
}

Task<AgentInfo> RemoteSession::get_agent_info() {
  SessionRequest request;
  request.mutable_get_agent_info();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  const auto& info = response.get_agent_info();
  co_return AgentInfo{.id = info.id(),
                      .instructions = info.has_instructions() ? std::optional(info.instructions()) : std::nullopt,
                      .tools = {info.tools().begin(), info.tools().end()},
                      .chat = items_from_wire(info.chat_ctx())};
}

Task<SessionState> RemoteSession::get_session_state() {
  SessionRequest request;
  request.mutable_get_session_state();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  const auto& from = response.get_session_state();
  co_return SessionState{.agent = from_wire(from.agent_state()),
                         .user = from_wire(from.user_state()),
                         .agent_id = from.agent_id(),
                         .options = {from.options().begin(), from.options().end()},
                         .created_at = from.has_created_at() ? std::optional(from_wire(from.created_at())) : std::nullopt};
}

Task<FrameworkInfo> RemoteSession::get_framework_info() {
  SessionRequest request;
  request.mutable_get_framework_info();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  co_return FrameworkInfo{response.get_framework_info().sdk(), response.get_framework_info().sdk_version()};
}

Task<std::vector<ModelUsage>> RemoteSession::get_session_usage() {
  SessionRequest request;
  request.mutable_get_session_usage();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  co_return from_wire(response.get_session_usage().usage());
}

Task<std::pair<std::vector<json::object>, std::vector<json::object>>> RemoteSession::get_rtc_stats() {
  SessionRequest request;
  request.mutable_get_rtc_stats();
  const auto response = co_await state_->ask_or_throw(std::move(request), {});
  std::pair<std::vector<json::object>, std::vector<json::object>> stats;
  for (const auto& one : response.get_rtc_stats().publisher_stats()) stats.first.push_back(json_of(one));
  for (const auto& one : response.get_rtc_stats().subscriber_stats()) stats.second.push_back(json_of(one));
  co_return stats;
}

Task<> RemoteSession::update_io(IoChange change, std::optional<Duration> timeout) {
  SessionRequest request;
  to_wire(change, *request.mutable_update_io());
  co_await state_->ask_or_throw(std::move(request), timeout);
}

Task<std::optional<SimulationVerdict>> RemoteSession::finalize_simulation(SimulationVerdict provisional, std::optional<Duration> timeout) {
  SessionRequest request;
  request.mutable_finalize_simulation()->set_provisional_success(provisional.success);
  request.mutable_finalize_simulation()->set_provisional_reason(wire_text(provisional.reason));
  const auto response = co_await state_->ask_or_throw(std::move(request), timeout);
  const auto& answer = response.finalize_simulation();
  if (!answer.has_user_verdict()) co_return std::nullopt;
  co_return SimulationVerdict{answer.user_verdict().success(), answer.user_verdict().reason()};
}

Task<> RemoteSession::send_audio(SessionAudio audio) {
  const auto state = state_;
  co_await state->outbox.room();
  AgentSessionMessage message;
  to_wire(audio, *message.mutable_audio_input());
  state->send(message);
}

void RemoteSession::playback_finished() {
  if (state_->ended) return;
  AgentSessionMessage finished;
  finished.mutable_audio_playback_finished();
  state_->send(finished);
}

std::optional<Error> RemoteSession::ended() const { return state_->ended; }
int RemoteSession::malformed() const { return state_->malformed; }

Task<> RemoteSession::close() {
  const auto state = state_;
  if (state->closing && !state->started) co_return;
  if (!std::exchange(state->closing, true)) {
    Error why(ErrorKind::closed, "the session was closed");
    if (!state->ended) {
      state->ended = why;  // nothing more is taken
      for (auto& [id, waiting] : std::exchange(state->pending, {})) waiting->failure = why, waiting->done.open();
      co_await state->transport->close(Deadline::after(state->runtime.clock, farewell));
    }
    state->life.stop();
  }
  while (state->started && !state->over) co_await state->changed.wait();
}

}  // namespace antiphon::session
