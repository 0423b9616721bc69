#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/ids.hpp"
#include "antiphon/session/internal/host_state.hpp"

namespace antiphon::session {

namespace {

using namespace std::chrono_literals;
using wire::SessionRequest;
using wire::SessionResponse;

constexpr auto playback_grace = 1s;  // beyond the sound's own length (contracts.md §13)
constexpr auto silence_limit = 2s;

struct Completion {
  WallTime time;

  template <class Item>
  void operator()(Item& item) const {
    if (item.id.empty()) item.id = make_id("item");
    if (!item.created_at) item.created_at = time;
  }
};

bool is_abort(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

SessionError failure_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const SessionError& error) {
    return error;
  } catch (const Error& error) {
    return {Stage::session, std::string(to_string(error.kind())), error.status(), error.message()};
  } catch (...) {
    return {Stage::session, "internal", std::nullopt, "internal error"};
  }
}

/// One answer, or the greeting.
class SessionHost::State::Turn final : public AgentTurn {
 public:
  explicit Turn(State& state) : state_(state) { state_.open_calls.clear(); }
  ~Turn() override { sound_->over = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Task<> say(std::string text, std::optional<std::string> finish_reason) override {
    ChatMessage message{.text = std::move(text)};
    if (finish_reason) message.extra["finish_reason"] = std::move(*finish_reason);
    co_await add(std::move(message));
  }

  Task<> add(SessionItem item) override {
    state_.complete(item);
    state_.history.push_back(item);
    if (std::holds_alternative<ChatMessage>(item)) state_.set_agent_state(AgentState::speaking);
    state_.tell_item(item);
    if (!std::holds_alternative<AgentConfigUpdate>(item)) items_.push_back(std::move(item));
    if (!state_.may_interrupt && state_.interrupt_wanted) state_.may_interrupt = true, state_.interrupt();
    co_await state_.outbox.room();
  }

  // Whoever speaks may do so beside the answer, and be let in when that is over: nothing of this turn is there any more then.
  Task<> play(SessionAudio audio) override {
    if (!state_.io.output_audio || audio.samples.empty()) co_return;
    auto& state = state_;
    const auto sound = sound_;
    co_await state.outbox.room();
    if (sound->over || state.silenced) co_return;
    state.play(audio);
    sound->played += audio.duration();
    state.set_agent_state(AgentState::speaking);
  }

  const SessionIo& io() const override { return state_.io; }
  SimulationContext* simulation() override { return state_.simulation ? &*state_.simulation : nullptr; }

  /// Until what was played has been heard. A controller that never says so is waited for no longer than the sound lasts, and a second.
  Task<> heard() {
    const auto played = std::exchange(sound_->played, Duration::zero());
    if (played == Duration::zero() || state_.silenced) co_return;
    sound_->flushed = played;
    state_.flush_playback();
    try {
      co_await at_most(state_.runtime.clock, Deadline::after(state_.runtime.clock, played + playback_grace), finished(state_, state_.playbacks_finished),
                       Error(ErrorKind::timeout, "playback"));
    } catch (const Error&) {
      // it was spoken, whatever became of it
    }
    sound_->flushed = {};
  }

  /// It was cut off: what is being played ends, and the last that was said carries the mark.
  void cut_off(bool answer) {
    sound_->over = true;
    if (sound_->played + sound_->flushed != Duration::zero()) state_.clear_playback();
    if (mark(items_)) {
      mark(state_.history);
    } else if (answer) {
      ChatMessage nothing{.interrupted = true};
      SessionItem item(std::move(nothing));
      state_.complete(item);
      state_.history.push_back(item);
      items_.push_back(std::move(item));
    }
  }

  SessionItems take() { return std::move(items_); }

 private:
  static Task<> finished(State& state, std::uint64_t before) {
    while (state.playbacks_finished == before && state.io.output_audio && !state.silenced) co_await state.playback.wait();
  }

  static bool mark(auto& items) {
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      auto* message = std::get_if<ChatMessage>(&*item);
      if (!message || message->role != MessageRole::assistant) continue;
      message->interrupted = true;
      return true;
    }
    return false;
  }

  struct Sound {
    Duration played{0};   ///< since the last flush
    Duration flushed{0};  ///< and not heard to its end yet
    bool over = false;    ///< nothing more is played
  };

  State& state_;
  SessionItems items_;
  std::shared_ptr<Sound> sound_ = std::make_shared<Sound>();
};

Task<> SessionHost::State::work() {
  working = true;
  co_await greet();
  for (;;) {
    working = false;
    jobs_changed.beat();
    while (jobs.empty()) co_await jobs_changed.wait();
    working = true;
    auto job = std::move(jobs.front());
    jobs.pop_front();
    if (job.has_run_input())
      co_await run_text(std::move(job));
    else
      co_await finalize(std::move(job));
  }
}

void SessionHost::State::interrupt() {
  interrupt_wanted = true;
  if (active && may_interrupt) active->stop();
}

// What the turn failed with; an interruption is none. What nobody asked it to do, such as the end of the host, is thrown on.
Task<std::optional<SessionError>> SessionHost::State::play(Stoppable& stoppable, Task<> turn) {
  std::exception_ptr thrown;
  try {
    co_await stoppable.run(std::move(turn));
  } catch (...) {
    thrown = std::current_exception();
  }
  active.reset();
  if (stoppable.stopped() || !thrown) co_return std::nullopt;
  if (is_abort(thrown)) std::rethrow_exception(thrown);
  co_return failure_of(thrown);
}

Task<> SessionHost::State::greet() {
  Turn turn(*this);
  const auto mine = active = std::make_shared<Stoppable>();
  may_interrupt = false;  // its words are to be in the history before the first answer; how they sound is another matter
  interrupt_wanted = false;
  const auto work = [](State& state, Turn& its_turn) -> Task<> {
    co_await state.agent.greet(its_turn);
    state.may_interrupt = true;
    if (state.interrupt_wanted) co_return;
    co_await its_turn.heard();
  };
  const auto failure = co_await play(*mine, work(*this, turn));
  may_interrupt = true;
  if (mine->stopped()) turn.cut_off(false);
  if (failure) note_failure(*failure), emit({.what = SessionTrouble{failure->to_wire()}});
  set_agent_state(AgentState::listening);
}

void SessionHost::State::note_failure(const SessionError& failure) const {
  if (options.on_failure) options.on_failure(failure);
}

void SessionHost::State::complete(SessionItem& item) const { std::visit(Completion{now()}, item); }

void SessionHost::State::add(SessionItem item) {
  complete(item);
  history.push_back(item);
  tell_item(item);
}

void SessionHost::State::tell_item(const SessionItem& item) {
  if (std::holds_alternative<ChatMessage>(item) || std::holds_alternative<AgentHandoff>(item)) emit({.what = ItemAdded{item}});
  if (const auto* call = std::get_if<FunctionCall>(&item)) open_calls.push_back(*call);
  const auto* output = std::get_if<FunctionCallOutput>(&item);
  if (!output) return;
  ToolsExecuted executed{.calls = {}, .outputs = {*output}};
  std::erase_if(open_calls, [&](const FunctionCall& call) { return call.call_id == output->call_id && (executed.calls.push_back(call), true); });
  emit({.what = std::move(executed)});
}

Task<> SessionHost::State::answer_text(std::string text, Turn& turn) {
  if (options.text_input) text = co_await options.text_input(std::move(text));
  add(ChatMessage{.role = MessageRole::user, .text = text});
  if (!jobs.empty()) co_return active->stop();  // another came before this one began
  set_agent_state(AgentState::thinking);
  co_await agent.answer(std::move(text), turn);
  co_await turn.heard();
}

Task<> SessionHost::State::run_text(SessionRequest request) {
  Turn turn(*this);
  const auto mine = active = std::make_shared<Stoppable>();
  interrupt_wanted = false;
  auto failure = co_await play(*mine, answer_text(request.run_input().text(), turn));
  const bool closed = stopping && mine->stopped();
  if (mine->stopped()) turn.cut_off(true);
  set_agent_state(AgentState::listening);
  if (closed) failure = session_closed();
  if (failure) note_failure(*failure);
  if (failure) co_return respond_error(request, std::move(*failure).with_items(turn.take()));
  auto response = answer_to(request);
  to_wire(turn.take(), *response.mutable_run_input()->mutable_items());
  respond(std::move(response));
}

// An agent that fails at it, or takes longer than anybody waits, speaks on to nobody.
Task<> SessionHost::State::fall_silent(Duration limit) {
  silence();
  std::exception_ptr thrown;
  try {
    co_await at_most(runtime.clock, Deadline::after(runtime.clock, std::min<Duration>(limit, silence_limit)), agent.fall_silent(),
                     Error(ErrorKind::timeout, "silence"));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown && is_abort(thrown)) std::rethrow_exception(thrown);
}

Task<> SessionHost::State::finalize(SessionRequest request) {
  co_await fall_silent(silence_limit);
  if (!finalized) finalized = co_await ask_hook(request);
  silenced = stopping || ended;
  auto response = *finalized;
  response.set_request_id(request.request_id());
  respond(std::move(response));
}

Task<SessionResponse> SessionHost::State::ask_hook(SessionRequest request) {
  SessionResponse response;
  response.mutable_finalize_simulation();
  if (!simulation) co_return response;
  const auto& provisional = request.finalize_simulation();
  simulation->end({provisional.provisional_success(), provisional.provisional_reason()}, {history.begin(), history.end()});
  if (!options.on_simulation_end) co_return response;
  const auto mine = active = std::make_shared<Stoppable>();
  may_interrupt = false;  // a text waits for the verdict; the end of the host does not
  std::exception_ptr thrown;
  try {
    co_await mine->run(at_most(runtime.clock, Deadline::after(runtime.clock, options.hook_timeout), options.on_simulation_end(*simulation),
                               Error(ErrorKind::timeout, fmt::format("on_simulation_end gave no verdict within {} s", options.hook_timeout / 1s))));
  } catch (...) {
    thrown = std::current_exception();
  }
  active.reset();
  may_interrupt = true;
  if (thrown && !mine->stopped() && is_abort(thrown)) std::rethrow_exception(thrown);
  if (thrown) {
    const auto failure = mine->stopped() ? session_closed() : failure_of(thrown);
    note_failure(failure);
    response.set_error(wire_text(failure.to_wire()));
  } else if (const auto& veto = simulation->user_verdict()) {
    response.mutable_finalize_simulation()->mutable_user_verdict()->set_success(veto->success);
    response.mutable_finalize_simulation()->mutable_user_verdict()->set_reason(wire_text(veto->reason));
  }
  co_return response;
}

}  // namespace antiphon::session
