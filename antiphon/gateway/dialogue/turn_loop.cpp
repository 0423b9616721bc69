#include "antiphon/gateway/dialogue/turn_loop.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

namespace {

std::int64_t in_ms(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

Tool own_tool(std::string_view name, std::string_view description) { return {.name = std::string(name), .description = std::string(description)}; }

bool is_own(const ToolCall& call) { return call.name == end_call_tool || call.name == escalate_tool; }

bool asks_for(const std::vector<ToolCall>& calls, std::string_view name) {
  return std::ranges::any_of(calls, [&](const ToolCall& call) { return call.name == name; });
}

bool is_cancelled(const std::exception_ptr& failure) {
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::cancelled;
  } catch (...) {
    return false;
  }
}

/// Why an answer is not whole; empty: it is.
std::string cut_short(const ChatResponse& response) {
  const auto& reason = response.finish_reason;
  return reason == "length" || reason == "content_filter" ? reason : std::string();
}

/// Results for calls whose end nobody has seen: the model must not think that nothing happened.
std::vector<ToolResult> unknown_results(const std::vector<ToolCall>& calls) {
  std::vector<ToolResult> results;
  for (const auto& call : calls) results.push_back({.tool = call.name, .error = "the caller interrupted it; it may have had its effect"});
  return results;
}

}  // namespace

/// What one run of the loop works on.
struct TurnLoop::Turn {
  SessionState& session;
  std::string request;  ///< stands behind the messages that the turn began with, before the calls of its tools
  std::size_t began_with = session.messages.size();
  AnswerSink sink;
  Clock::Time began;
  bool filled = false;  ///< the filler was said
  bool spoke = false;   ///< the model said something in this turn
  bool tools_failed = false;
  bool used_tools = false;                ///< the model was shown what tools returned
  std::optional<std::string> fallback{};  ///< of the last tool that failed

  TurnState& state() const { return session.turns.back(); }
  History messages() const {
    auto all = session.messages;
    if (request.empty()) return all;
    all.truncate(began_with);
    all.append(Message::user(request));
    for (auto i = began_with; i < session.messages.size(); ++i) all.append(session.messages[i]);
    return all;
  }
  void say(std::string sentence) {
    auto& text = state().agent_text;
    if (!text.empty()) text += ' ';
    text += sentence;
    spoke = true;
    sink.say(std::move(sentence));
  }
};

TurnLoop::TurnLoop(Clock& clock, std::vector<std::shared_ptr<LanguageModel>> models, ToolRouter* tools, const Masker& masker,
                   std::shared_ptr<const LocaleRules> rules, TurnLoopSettings settings)
    : clock_(clock),
      chain_(clock, std::move(models), settings.chain),
      tools_(tools),
      masker_(masker),
      rules_(std::move(rules)),
      settings_(std::move(settings)) {}

Task<AfterAnswer> TurnLoop::run(SessionState& session, std::string request, AnswerSink sink) {
  Turn turn{.session = session, .request = std::move(request), .sink = std::move(sink), .began = clock_.now()};
  for (int round = 0;; ++round) {
    std::optional<ChatResponse> response;
    std::optional<Error> failed;
    try {
      response = co_await ask(turn, round < settings_.tool_rounds);
    } catch (const Error& error) {
      failed = error;
    }
    if (failed) {
      // The model cannot say any more what became of a tool that failed: its own sentence can.
      if (!turn.fallback || turn.spoke) throw std::move(*failed);
      ++session.consecutive_failures;
      turn.say(*turn.fallback);
      co_return AfterAnswer::go_on;
    }
    turn.state().cut_short = cut_short(*response);
    auto calls = response->message.tool_calls();
    const auto over = follow(calls);
    if (!calls.empty() && round < settings_.tool_rounds) co_await call_tools(turn, std::move(calls));
    if (over == AfterAnswer::escalate) session.escalated = EscalationReason::human_requested;  // not before: the caller may have cut in
    if (over) co_return *over;
    if (!response->message.tool_calls().empty() && round < settings_.tool_rounds) continue;
    if (!turn.spoke) throw Error(ErrorKind::protocol, "the model had nothing to say");
    if (!turn.tools_failed) session.consecutive_failures = 0;
    co_return AfterAnswer::go_on;
  }
}

ChatRequest TurnLoop::request_for(const SessionState& session, const History& messages, bool may_call) const {
  ChatRequest asked{.preamble = make_prompt(settings_.prompt, session), .messages = messages};
  std::vector<Tool> tools;
  if (tools_) tools = tools_->declarations().empty() ? tools : tools_->declarations().tools();
  tools.push_back(own_tool(end_call_tool, "Ends the call. Only when the caller has said goodbye or wants nothing more."));
  tools.push_back(own_tool(escalate_tool, "Hands the caller over to a person."));
  asked.tools = ToolSet(std::move(tools));
  if (!may_call) asked.tool_choice = {.mode = ToolChoice::Mode::none, .name = {}};
  asked.temperature = settings_.temperature;
  asked.max_tokens = settings_.max_tokens;
  asked.tags = {.thread_id = session.id, .role = "agent", .turn = static_cast<int>(session.turns.size())};
  return asked;
}

Task<ChatResponse> TurnLoop::ask(Turn& turn, bool may_call) {
  auto& latency = turn.state().latency;
  const AnswerProgress progress{.say = [&turn](std::string sentence) { turn.say(std::move(sentence)); },
                                .on_word = [this, &turn, &latency] { latency.first_token = latency.first_token.value_or(clock_.now() - turn.began); }};
  ModelAnswered note{.turn = turn.state().id, .began = clock_.now(), .after_tools = turn.used_tools};
  const auto counting =
      AnswerProgress{.say = progress.say,
                     .on_word =
                         [this, &note, &progress] {
                           note.first_token = note.first_token.value_or(clock_.now() - note.began);
                           progress.on_word();
                         },
                     .on_stand_in = [&turn](const std::string& model,
                                            const Error& error) { tell(turn.sink.observer, StoodIn{turn.state().id, "dialogue", model, error.message()}); }};
  std::optional<ChatResponse> response;
  std::exception_ptr failure;
  try {
    response = co_await answer_of(turn, may_call, counting);
  } catch (...) {
    failure = std::current_exception();
  }
  observe(turn, std::move(note), response, failure);
  if (failure) std::rethrow_exception(failure);
  latency.llm = clock_.now() - turn.began;
  co_return std::move(*response);
}

/// By what was thought of before, or anew.
Task<ChatResponse> TurnLoop::answer_of(Turn& turn, bool may_call, AnswerProgress progress) {
  const auto thought = std::exchange(thought_, nullptr);
  if (thought && turn.request.empty() && !turn.used_tools && thought->answers(turn.session))
    if (auto response = co_await thought->take(progress)) co_return *std::move(response);
  co_return co_await chain_.answer(request_for(turn.session, turn.messages(), may_call), rules_, std::move(progress));
}

Task<> TurnLoop::think_ahead(SessionState session) {
  const auto thought = std::make_shared<Thought>(session);
  thought_ = thought;
  std::optional<ChatResponse> response;
  std::exception_ptr failure;
  try {
    response = co_await chain_.answer(request_for(session, session.messages, true), rules_, thought->progress(thought));
  } catch (...) {
    failure = std::current_exception();
  }
  thought->finish(std::move(response), failure);
  if (!is_cancelled(failure)) co_return;
  if (thought_ == thought) thought_.reset();
  std::rethrow_exception(failure);
}

void TurnLoop::observe(const Turn& turn, ModelAnswered note, const std::optional<ChatResponse>& response, const std::exception_ptr& failure) const {
  if (!turn.sink.observer) return;
  note.took = clock_.now() - note.began;
  note.interrupted = is_cancelled(failure);
  if (failure && !note.interrupted) note.error = describe(failure);
  if (response) {
    note.text = response->message.text();
    if (const auto& usage = response->usage; usage.input_tokens + usage.output_tokens > 0) {  // else nobody counted
      note.input_tokens = usage.input_tokens;
      note.output_tokens = usage.output_tokens;
    }
  }
  turn.sink.observer->note(note);
}

std::optional<AfterAnswer> TurnLoop::follow(std::vector<ToolCall>& calls) {
  std::optional<AfterAnswer> after;
  if (asks_for(calls, end_call_tool)) after = AfterAnswer::end_call;
  if (asks_for(calls, escalate_tool)) after = AfterAnswer::escalate;
  std::erase_if(calls, is_own);
  return after;
}

// --- Tools ------------------------------------------------------------------------------------------------------------------------------------

Task<> TurnLoop::call_tools(Turn& turn, std::vector<ToolCall> calls) {
  tell_calls(turn, calls);
  std::optional<std::vector<ToolResult>> results;
  std::exception_ptr cancelled;
  try {
    results = co_await results_of(turn, calls);
  } catch (...) {
    cancelled = std::current_exception();
  }
  if (!results) results = unknown_results(calls);
  remember(turn, calls, *results);
  tell_results(turn, calls, *results);
  observe(turn, calls, *results);
  if (cancelled) std::rethrow_exception(cancelled);
  count_failures(turn.session, *results);
}

Task<std::vector<ToolResult>> TurnLoop::results_of(Turn& turn, std::vector<ToolCall> calls) {
  if (!tools_) {
    std::vector<ToolResult> results;
    for (const auto& call : calls) results.push_back({.tool = call.name, .error = "there is no such tool"});
    co_return results;
  }
  const ScopedAlarm alarm(clock_, clock_.now() + settings_.filler_after, [this, &turn] {
    if (!std::exchange(turn.filled, true)) turn.sink.say(rules_->reply(Reply::filler));
  });
  co_return co_await tools_->call_all(std::move(calls), session_fields(turn.session), Deadline::after(clock_, settings_.tool_limit));
}

void TurnLoop::remember(Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const {
  auto& messages = turn.session.messages;
  messages.append(Message::assistant_calls("", calls));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto fallback = tools_ ? tools_->fallback(calls[i].name) : std::string();
    messages.append(answer_to(calls[i], results[i], fallback));
    if (!results[i].ok) turn.tools_failed = true;
    if (!results[i].ok && !fallback.empty()) turn.fallback = fallback;
    turn.state().tools.push_back(results[i]);
  }
}

void TurnLoop::observe(Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const {
  turn.used_tools = true;
  if (!turn.sink.observer) return;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string name(tools_ ? tools_->label(calls[i].name) : "unknown");
    turn.sink.observer->note(ToolAnswered{turn.state().id, name, calls[i].arguments, results[i].ok, results[i].error, results[i].latency});
  }
}

void TurnLoop::tell_calls(const Turn& turn, const std::vector<ToolCall>& calls) const {
  if (!turn.sink.event) return;
  for (const auto& call : calls) {
    boost::system::error_code bad;
    auto arguments = json::parse(call.arguments, bad);
    if (bad) arguments = masker_.mask(call.arguments);
    turn.sink.event({{"type", "tool.call"}, {"id", call.id}, {"name", call.name}, {"arguments", masker_.mask_json(arguments)}});
  }
}

void TurnLoop::tell_results(const Turn& turn, const std::vector<ToolCall>& calls, const std::vector<ToolResult>& results) const {
  if (!turn.sink.event) return;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    json::object event{{"type", "tool.result"}, {"id", calls[i].id}, {"ok", results[i].ok}, {"latency_ms", in_ms(results[i].latency)}};
    if (!results[i].ok) event["error"] = masker_.mask(results[i].error);
    turn.sink.event(std::move(event));
  }
}

}  // namespace antiphon::gateway
