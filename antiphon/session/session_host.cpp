#include "antiphon/session/session_host.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/session/internal/fair_share.hpp"
#include "antiphon/session/internal/host_state.hpp"

namespace antiphon::session {

namespace {

using namespace std::chrono_literals;
using wire::AgentSessionMessage;

constexpr auto farewell = 2s;

SessionError malformed(const Error& error) { return {Stage::session, "malformed", std::nullopt, error.message()}; }

}  // namespace

Task<> HostedAgent::greet(AgentTurn&) { co_return; }
Task<> HostedAgent::fall_silent() { co_return; }

SessionHost::State::State(Runtime& its_runtime, std::unique_ptr<SessionTransport> its_transport, HostedAgent& its_agent, SessionHostOptions its_options)
    : runtime(its_runtime),
      transport(std::move(its_transport)),
      agent(its_agent),
      options(std::move(its_options)),
      outbox(its_runtime.clock, options.stall_timeout),
      born(std::chrono::system_clock::now()),
      born_at(its_runtime.clock.now()),
      io(options.simulation && options.simulation->mode == SimulationMode::text ? SessionIo{} : options.io) {
  if (options.simulation) simulation.emplace(*options.simulation);
}

Task<> SessionHost::State::start() {
  while (starting) co_await start_ended.wait();
  if (started) co_return;
  starting = true;
  std::exception_ptr failure;
  try {
    co_await transport->start(Deadline::after(runtime.clock, options.connect_timeout));
    started = true;
  } catch (...) {
    failure = std::current_exception();
  }
  starting = false;
  start_ended.beat();
  if (failure) std::rethrow_exception(failure);
}

Task<std::optional<Error>> SessionHost::State::serve() {
  if (std::exchange(serving, true)) throw Error(ErrorKind::usage, "this session is served already");
  co_await start();
  set_agent_state(AgentState::listening);  // the first that a controller hears: we are there
  auto give_up = [weak = weak_from_this()](const Error& error) {
    const auto there = weak.lock();
    if (!there) return;
    if (!there->ended) there->ended = error;
    there->transport->cut();
  };
  std::exception_ptr failure;
  try {
    co_await beside(outbox.run(*transport, give_up), beside(work(), read()));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (failure || ended)
    transport->cut();
  else
    co_await transport->close(Deadline::after(runtime.clock, farewell));
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (failure) std::rethrow_exception(failure);
  co_return ended;
}

// Posted: a cancellation that is asked for from outside the executor would come after the end of what it is to cancel.
void SessionHost::State::stop() {
  if (std::exchange(stopping, true)) return;
  asio::post(runtime.executor, [state = shared_from_this()] { state->reading.stop(); });
}

Task<> SessionHost::State::read() {
  try {
    co_await reading.run(take_frames());
  } catch (const Error& error) {
    if (!ended) ended = error;
    if (error.kind() != ErrorKind::too_large) co_return;
  } catch (const boost::system::system_error&) {
    if (!stopping) throw;
  }
  if (stopping || ended) co_await drain();
}

Task<> SessionHost::State::take_frames() {
  FairShare share;
  for (std::size_t size = 0;; size = 0) {
    co_await outbox.room();  // who asks faster than it takes answers has to wait
    std::optional<Error> bad;
    try {
      const auto message = co_await transport->receive();
      if (!message) co_return;
      size = message->size();
      take(decode(*message));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::protocol && error.kind() != ErrorKind::too_large) throw;
      bad = error;
    }
    if (share.used_up(size)) co_await FairShare::let_others();
    if (!bad) continue;
    wire::SessionResponse response;  // about nothing that has an id
    response.set_error(malformed(*bad).to_wire());
    respond(std::move(response));
    if (bad->kind() == ErrorKind::too_large) throw std::move(*bad);
  }
}

namespace {

Task<> until_idle(const bool& working, Pulse& changed) {
  while (working) co_await changed.wait();
}

}  // namespace

// What was begun may end; what was not is refused. All that is to be told is sent.
Task<> SessionHost::State::drain() {
  for (const auto& job : std::exchange(jobs, {})) respond_error(job, session_closed());
  const auto deadline = Deadline::after(runtime.clock, options.drain);
  const Error late(ErrorKind::timeout, "drain");
  co_await fall_silent(options.drain);
  bool idle = false;
  try {
    co_await at_most(runtime.clock, deadline, until_idle(working, jobs_changed), late);
    idle = true;
  } catch (const Error&) {
    // told below
  }
  if (!idle && active) {
    active->stop();
    co_await until_idle(working, jobs_changed);
  }
  try {
    co_await at_most(runtime.clock, Deadline::after(runtime.clock, farewell), outbox.drained(), late);
  } catch (const Error&) {
    // it takes nothing: so be it
  }
}

void SessionHost::State::take(const AgentSessionMessage& message) {
  switch (message.message_case()) {
    case AgentSessionMessage::kRequest: return take_request(message.request());
    case AgentSessionMessage::kAudioInput: {
      const auto audio = from_wire(message.audio_input());
      if (io.input_audio) agent.hear(audio);
      return;
    }
    case AgentSessionMessage::kAudioPlaybackFinished:
      ++playbacks_finished;
      flushes_heard = std::min(flushes_heard + 1, flushes);
      if (flushes_heard >= last_sound) sounding = false;
      playback.beat();
      return;
    default: return;  // what only hosts send, what later versions add, and empty ones
  }
}

SessionHost::SessionHost(Runtime& runtime, std::unique_ptr<SessionTransport> transport, HostedAgent& agent, SessionHostOptions options)
    : state_(std::make_shared<State>(runtime, std::move(transport), agent, std::move(options))) {}

SessionHost::~SessionHost() { state_->transport->cut(); }

namespace {

template <class State, class T>
Task<T> kept([[maybe_unused]] std::shared_ptr<State> state, Task<T> work) {
  co_return co_await std::move(work);
}

}  // namespace

Task<> SessionHost::start() { return kept(state_, state_->start()); }
Task<std::optional<Error>> SessionHost::serve() { return kept(state_, state_->serve()); }
void SessionHost::stop() { state_->stop(); }
void SessionHost::emit(SessionEvent event) { state_->emit(std::move(event)); }
void SessionHost::add(SessionItem item) { state_->add(std::move(item)); }
void SessionHost::play(SessionAudio audio) { state_->play(audio); }
void SessionHost::flush_playback() { state_->flush_playback(); }
void SessionHost::clear_playback() { state_->clear_playback(); }
void SessionHost::set_agent_state(AgentState state) { state_->set_agent_state(state); }
void SessionHost::set_user_state(UserState state) { state_->set_user_state(state); }
const SessionHistory& SessionHost::history() const { return state_->history; }
const SessionIo& SessionHost::io() const { return state_->io; }
SimulationContext* SessionHost::simulation() { return state_->simulation ? &*state_->simulation : nullptr; }
int SessionHost::dropped_events() const { return state_->dropped_events; }

}  // namespace antiphon::session
