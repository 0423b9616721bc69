#include "antiphon/scenario/engine/scenario_run.hpp"

#include <limits>

#include <fmt/format.h>

#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/clock_choice.hpp"
#include "antiphon/scenario/engine/blame.hpp"
#include "antiphon/scenario/engine/call_participant.hpp"
#include "antiphon/scenario/engine/objections.hpp"
#include "antiphon/scenario/ledger/ledger.hpp"
#include "antiphon/scenario/voice/call_errors.hpp"

namespace antiphon {

using namespace std::chrono_literals;

namespace {

constexpr auto close_limit = 6s;  // a process has 5 s to end by itself (contracts.md §1)
constexpr auto no_limit = Duration::max();

std::vector<const ParticipantSpec*> specs_of(const Scenario& scenario, std::vector<Role>& roles) {
  std::vector<const ParticipantSpec*> specs;
  const auto add = [&](Role role, const ParticipantSpec& spec) {
    if (!spec) return;
    roles.push_back(role);
    specs.push_back(&spec);
  };
  add(Role::user, scenario.user);
  add(Role::agent, scenario.agent);
  add(Role::judge, scenario.judge);
  for (const auto& extra : scenario.participants) add(extra.role, extra.spec);
  return specs;
}

ModelUsage usage_of(const ModelMeter::Part& part) {
  const auto& usage = part.usage;
  return {.role = part.role,
          .model = part.model,
          .calls = usage.calls,
          .input_tokens = usage.input_tokens,
          .output_tokens = usage.output_tokens,
          .cached_input_tokens = usage.cached_input_tokens,
          .cache_write_tokens = usage.cache_write_tokens,
          .reasoning_tokens = usage.reasoning_tokens,
          .audio_input_tokens = usage.audio_input_tokens,
          .audio_output_tokens = usage.audio_output_tokens,
          .cost_usd = part.cost_usd};
}

// What random streams are keyed by: a first attempt by the id alone.
std::string stream_key(const std::string& id, int attempt) { return attempt == 1 ? id : fmt::format("{} attempt {}", id, attempt); }

}  // namespace

ScenarioResult identity_of(const Scenario& scenario) {
  ScenarioResult result;
  result.id = scenario.id.empty() ? scenario.name : scenario.id, result.name = scenario.name, result.description = scenario.description;
  result.set = scenario.set, result.metadata = scenario.metadata, result.tags = scenario.tags, result.suite = scenario.suite;
  result.file = scenario.file, result.line = scenario.line, result.matrix = scenario.matrix, result.row = scenario.row;
  result.repeat = scenario.repeat, result.attempt = scenario.attempt, result.fingerprints = scenario.fingerprints;
  return result;
}

ScenarioRun::ScenarioRun(const Scenario& scenario, RunPlace place)
    : scenario_(scenario),
      place_(place),
      id_(scenario.id.empty() ? scenario.name : scenario.id),
      stream_key_(stream_key(id_, scenario.attempt)),
      run_id_(make_id("run")),
      thread_id_(make_id("thread")),
      default_model_(scenario.model),
      meter_(scenario.budget),
      tools_(std::make_shared<const json::object>(scenario.tools)),
      memory_(scenario, id_, place.seed, place.cache_folder),
      specs_(specs_of(scenario, roles_)),
      order_(roles_),
      conversation_(roles_.size()),
      trace_(place.tracing, place.runtime.clock, memory_.seed(), stream_key_),
      watchdog_(place.runtime.clock, place.runtime.executor, scenario.timeout.value_or(default_timeout)),
      stepping_(place.debug && place.person) {}

int ScenarioRun::max_turns() const {
  if (scenario_.max_turns) return *scenario_.max_turns;
  return scenario_.user.plays_to_its_end() ? std::numeric_limits<int>::max() : default_max_turns;
}

ParticipantContext ScenarioRun::context() {
  return {
      .runtime = place_.runtime,
      .http = place_.http,
      .models = replaying_ ? *replaying_ : place_.models,
      .default_model = default_model_,
      .seed = memory_.seed(),
      .scenario_id = stream_key_,
      .description = scenario_.description,
      .thread_id = thread_id_,
      .tools = tools_,
      .max_turns = max_turns(),
      .min_turns = scenario_.min_turns,
      .concurrency = place_.concurrency,
      .shared = place_.shared,
      .memory = memory_.calls(),
      .meter = meter_,
      .person = place_.person,
      .speech = place_.speech,
      .spoken = scenario_.agent.voice() != nullptr,
      .run_id = run_id_,
  };
}

void ScenarioRun::seat_everybody() {
  if (is_replayed(scenario_)) replaying_ = place_.models.replaying();
  auto context = this->context();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    speaking_role_ = roles_[i];
    context.spans = trace_.seat(roles_[i], specs_[i]->name());
    const bool spoken_to = roles_[i] == Role::agent && specs_[i]->voice();
    seats_.push_back({.role = roles_[i], .name = specs_[i]->name(), .participant = spoken_to ? take_call(*specs_[i], context) : specs_[i]->make(context)});
  }
  speaking_role_.reset();
}

// A result is large and passes through every frame up to its batch: by pointer, so that thousands at once do not hold it several times.
Task<std::unique_ptr<ScenarioResult>> ScenarioRun::execute() {
  started_ = clock().now();
  trace_.begin(identity_of(scenario_), run_id_, thread_id_);
  emit(RunStarted{id_, label()});
  std::exception_ptr failure;
  try {
    seat_everybody();
    co_await begin_call();
    co_await play();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) record_failure(failure);
  ended_ = clock().now();  // hanging up is no part of the conversation
  co_await close_everybody();
  co_await embed_what_is_compared();
  evaluate_checks();
  assembled_ = std::make_unique<ScenarioResult>(assemble());
  co_await hear_objections(*assembled_);
  if (!watchdog_.was_interrupted()) co_await audit(*assembled_);
  // A run that was cut short would leave a cassette that ends in the middle of it.
  if (!watchdog_.was_interrupted()) keep_recording(*assembled_);
  close(*assembled_);
  co_return std::move(assembled_);
}

// Last, so that what the auditor was answered is on the cassette, too.
void ScenarioRun::keep_recording(ScenarioResult& result) {
  try {
    memory_.keep();
  } catch (const Error&) {
    if (result.error) return;
    result.error = blame(std::current_exception(), std::nullopt);
    result.outcome = RunOutcome::error;
    result.reasoning = result.error->message;
    result.fault = ledger::attribute(case_of(result));
  }
}

ScenarioResult ScenarioRun::give_up() {
  if (assembled_) return give_up_audit();
  ended_ = clock().now();
  const auto who = speaking_ ? to_string(seats_[*speaking_].role) : std::string_view("script");
  keep_partial();
  ending_ = {.kind = Ending::Kind::error, .line = line_};
  ending_.error = RunError{Party::harness, fmt::format("the {} waits for something that is on no clock and cannot be stopped; use `clock: wall`", who)};
  collect_last_reports();
  evaluate_checks();
  auto result = assemble();
  close(result);
  return result;
}

ScenarioResult ScenarioRun::refuse(RunError error) {
  started_ = ended_ = clock().now();
  emit(RunStarted{id_, label()});
  ending_ = {.kind = Ending::Kind::error, .error = std::move(error), .line = std::nullopt};
  auto result = assemble();
  close(result);
  return result;
}

void ScenarioRun::give_trace(const ScenarioResult& result) {
  if (place_.on_trace && *place_.on_trace && trace_.recorder()) (*place_.on_trace)(result, *trace_.recorder());
}

Task<> ScenarioRun::play() {
  static const std::vector<Step> automatic{antiphon::proceed()};
  for (const auto& step : scenario_.script.empty() ? automatic : scenario_.script) {
    line_ = step.line;
    co_await play_step(step);
    if (ended()) break;
  }
  line_ = 0;
  if (!ending_.final_word()) co_await join_background();
  if (wants_closing_verdict()) co_await final_verdict();
}

Task<> ScenarioRun::play_step(const Step& step) {
  return std::visit([this](const auto& what) { return play(what); }, step.what);
}

Task<> ScenarioRun::play(const Step::Speak& step) {
  const bool joins = step.role == Role::agent && background_ && !step.text && !step.message;
  if (joins && !step.wait)
    throw Error(ErrorKind::configuration, "the agent's turn is in the background already, and a second one cannot begin beside it")
        .with_party(Party::harness)
        .with_hint("let an `agent` step wait for the first one");
  co_await join_background();
  if (joins || ended()) co_return;  // `agent` after `agent(wait=false)` waits for the turn that is running already
  const auto seat = order_.claim(step.role);
  if (step.text || step.message) {
    const auto role = step.role == Role::user ? MessageRole::user : MessageRole::assistant;
    if (call_ && step.role == Role::user) {
      co_await say(step.message ? *step.message : Message(role, *step.text), seat, true, step.how);
      co_return;
    }
    add(step.message ? *step.message : Message(role, *step.text), at_once(), seat, true);
    co_return;
  }
  if (!seat)
    throw Error(ErrorKind::configuration, fmt::format("the script needs a {}, and nobody plays that role", to_string(step.role))).with_party(Party::harness);
  if (!step.wait) {
    agent_called_ |= step.role == Role::agent;
    if (!co_await person_steps_in(*seat)) start_background(*seat);
    co_return;
  }
  const auto said_before = messages().size();
  co_await call_seat(*seat);
  const bool nobody_listens = call_ && call_->line().closed();
  if (!ended() && seats_[*seat].concluded && messages().size() == said_before && !nobody_listens)
    throw Error(ErrorKind::configuration, "the script lets the user speak, and the user has nothing more to say")
        .with_party(Party::harness)
        .with_hint("give the user more lines, or end the script before this step");
}

Task<> ScenarioRun::play(const Step::Judge& step) {
  co_await join_background();
  if (ended()) co_return;
  order_.judged();
  if (!step.criteria)
    co_await final_verdict();
  else
    co_await checkpoint(*step.criteria);
}

Task<> ScenarioRun::play(const Step::Inject& step) {
  add(step.message, at_once(), std::nullopt, true);
  co_return;
}

Task<> ScenarioRun::play(const Step::Proceed& step) {
  co_await join_background();
  if (ended()) co_return;
  int played = 0;
  if (scenario_.first == Role::agent && messages().empty()) {
    co_await open_by_agent(step);
    played = 1;
  }
  co_await play_due(step);
  if (played == 1 && step.on_turn) step.on_turn(*this);
  for (; !ended() && !user_concluded() && order_.turn() < max_turns() && (!step.turns || played < *step.turns); ++played) {
    order_.begin_turn();
    co_await play_due(step);
    if (step.on_turn) step.on_turn(*this);
  }
}

Task<> ScenarioRun::play_due(const Step::Proceed& step) {
  while (!ended()) {
    const auto seat = order_.next_due();
    if (!seat) co_return;
    if (keeps_silent(*seat)) continue;
    const auto said_before = messages().size();
    const auto cut = seats_[*seat].role == Role::agent ? unscripted_interruption() : std::nullopt;
    if (cut)
      co_await interrupt_turn(*seat, *cut);
    else
      co_await call_seat(*seat);
    if (step.on_step) step.on_step(*this);
    if (seats_[*seat].role == Role::user && seats_[*seat].concluded && messages().size() == said_before) close_silent_turn();
  }
}

// The agent's opening belongs to the first turn and comes before the user's words.
Task<> ScenarioRun::open_by_agent(const Step::Proceed& step) {
  const auto seat = find_seat(Role::agent);
  if (!seat) co_return;
  order_.begin_turn();
  co_await call_seat(*seat);
  if (step.on_step) step.on_step(*this);
}

bool ScenarioRun::keeps_silent(std::size_t seat) const {
  if (seats_[seat].role == Role::user) return seats_[seat].concluded;
  if (seats_[seat].role != Role::judge) return false;
  // After the user's last words the judge is asked once, for its verdict.
  return user_concluded() || (order_.turn() < scenario_.min_turns && !last_turn());
}

Task<> ScenarioRun::play(const Step::End& step) {
  ending_ = {.kind = step.success ? Ending::Kind::succeeded : Ending::Kind::failed, .reason = step.reason, .line = line_};
  co_return;
}

Task<> ScenarioRun::play(const Step::Assert& step) {
  collect_user_reports();
  co_await embed_what_is_compared(step.check, true);
  if (is_about_a_call(step.check) || std::holds_alternative<CustomCheck>(step.check.what)) measure_call();
  auto result = evaluate(step.check, scope(true));
  result.line = step.check.line;
  if (!result.passed && !result.inconclusive) ending_ = {.kind = Ending::Kind::failed, .reason = result.sentence(), .line = line_};
  emit(CheckEvaluated{id_, label(), result, since_start(clock().now())});
  checks_.push_back(std::move(result));
  broken_for_good_.push_back(true);
  co_return;
}

Task<> ScenarioRun::play(const Step::Sleep& step) { co_await watchdog_.guard(no_limit, call_ ? call_->wait(step.duration) : clock().sleep_for(step.duration)); }

Task<> ScenarioRun::play(const Step::Call& step) {
  auto verdict = co_await watchdog_.guard(turn_limit(), step.function(*this));
  if (verdict) take_verdict(std::move(*verdict), false);
}

template <class T>
Task<T> ScenarioRun::in_time(std::size_t seat, Duration limit, Task<T> work) {
  return specs_[seat]->is_a_person() ? watchdog_.unhurried(std::move(work)) : watchdog_.guard(limit, std::move(work));
}

Task<> ScenarioRun::call_seat(std::size_t seat, std::optional<JudgmentRequest> request) {
  agent_called_ |= seats_[seat].role == Role::agent;
  if (co_await person_steps_in(seat)) co_return;
  const auto asked = clock().now();
  const bool forced = request.has_value() || last_turn();
  speaking_ = seat;
  asked_ = asked;
  auto input = input_for(seat, std::move(request));
  const bool speaks = speaks_through_microphone(seat);
  auto work = speaks ? hear_person(seat) : seats_[seat].participant->call(std::move(input));
  auto reply = co_await in_time(seat, turn_limit(), trace_.call(seat, order_.turn(), std::move(work)));
  speaking_.reset();
  if (speaks) co_return co_await take_spoken(seat, std::move(reply));
  if (call_ && seats_[seat].role == Role::user) co_return co_await say_reply(seat, std::move(reply));
  take_reply(seat, std::move(reply), {asked, clock().now()}, forced);
}

void ScenarioRun::start_background(std::size_t seat) {
  background_ = std::make_unique<Background>(place_.runtime.executor, clock(), seat,
                                             trace_.call(seat, order_.turn(), seats_[seat].participant->call(input_for(seat, {}))));
}

Task<> ScenarioRun::join_background() {
  if (!background_) co_return;
  const auto seat = background_->seat();
  speaking_ = seat;
  asked_ = background_->asked();
  // Its time runs since it was asked, not since somebody waits for it.
  const auto left = background_->is_over() ? turn_limit() : std::max(background_->asked() + turn_limit() - clock().now(), Duration::zero());
  auto reply = co_await in_time(seat, left, background_->join());
  speaking_.reset();
  const Answered when{background_->asked(), background_->answered()};
  background_.reset();
  take_reply(seat, std::move(reply), when, false);
}

AgentInput ScenarioRun::input_for(std::size_t seat, std::optional<JudgmentRequest> request) {
  return {.thread_id = thread_id_,
          .messages = messages(),
          .new_messages = conversation_.take_unseen(seat),
          .judgment_request = std::move(request),
          .turn = order_.turn(),
          .last_turn = last_turn(),
          .state = this,
          .deadline = watchdog_.deadline_for(turn_limit())};
}

void ScenarioRun::take_reply(std::size_t seat, AgentReply reply, Answered when, bool forced) {
  const auto role = seats_[seat].role;
  if (const auto* agent = dynamic_cast<const CallParticipant*>(seats_[seat].participant.get())) return take_answer(seat, *agent);
  if (role == Role::agent && !specs_[seat]->is_a_person()) {
    answer_s_.push_back(to_seconds(when.answered - when.asked));
    agent_s_ += answer_s_.back();
  }
  seats_[seat].concluded |= reply.concludes();
  auto verdict = reply.verdict();
  const auto before = messages().size();
  for (auto& message : std::move(reply).messages(role == Role::user ? MessageRole::user : MessageRole::assistant)) add(std::move(message), when, seat);
  trace_.produced(seat, before, messages().size());
  if (verdict) take_verdict(std::move(*verdict), role == Role::judge && !forced);
}

void ScenarioRun::take_verdict(Verdict verdict, bool voluntary) {
  const auto outcome = verdict.decide();
  if (voluntary && outcome == RunOutcome::inconclusive && !verdict.terminal) return;  // SCN-31: the conversation goes on
  emit(VerdictGiven{id_, label(), verdict, since_start(clock().now())});
  verdict_given_ = true;
  ending_ = {.kind = Ending::Kind::verdict, .reason = verdict.reasoning, .line = line_};
  if (verdict.criteria.empty() || verdict.outcome) ending_.verdict = outcome;
  keep_criteria(std::move(verdict.criteria));
}

void ScenarioRun::keep_criteria(std::vector<CriterionResult> fresh) {
  // Among themselves two of the same words stay two.
  std::erase_if(criteria_, [&](const CriterionResult& old) {
    return std::any_of(fresh.begin(), fresh.end(), [&](const CriterionResult& criterion) { return old.criterion == criterion.criterion; });
  });
  std::move(fresh.begin(), fresh.end(), std::back_inserter(criteria_));
}

Task<> ScenarioRun::final_verdict() {
  const auto seat = find_seat(Role::judge);
  if (!seat) throw Error(ErrorKind::configuration, "the script asks for a verdict, and nobody plays the judge").with_party(Party::harness);
  const auto before = ending_;
  verdict_given_ = false;
  co_await call_seat(*seat, JudgmentRequest{});
  if (verdict_given_ || ended_by_person_) co_return;
  ending_ = before;
  ending_.verdict = RunOutcome::inconclusive;
  ending_.reason = "the judge was asked for a verdict and gave none";
  if (ending_.kind == Ending::Kind::open) ending_.kind = Ending::Kind::verdict;
}

Task<> ScenarioRun::checkpoint(const std::vector<std::string>& criteria) {
  const auto seat = find_seat(Role::judge);
  if (!seat) throw Error(ErrorKind::configuration, "the script asks for a checkpoint, and nobody plays the judge").with_party(Party::harness);
  verdict_given_ = false;
  co_await call_seat(*seat, JudgmentRequest{criteria});
  if (ended_by_person_) co_return;
  if (!verdict_given_) throw Error(ErrorKind::protocol, "the judge was asked to decide a checkpoint and gave no verdict").with_party(Party::judge);
  const bool all_met = std::all_of(criteria_.begin(), criteria_.end(), [](const auto& c) { return c.status == CriterionStatus::passed; });
  const bool custom_pass = !ending_.verdict || *ending_.verdict == RunOutcome::passed;
  if (all_met && custom_pass) ending_ = {};
}

bool ScenarioRun::wants_closing_verdict() const {
  if (ending_.final_word() || !find_seat(Role::judge)) return false;
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (roles_[i] != Role::judge) continue;
    const auto& criteria = specs_[i]->criteria();
    // A judge without criteria of its own serves checkpoints; a custom judge says for itself what it decides on.
    if (criteria ? !criteria->empty() : ending_.kind == Ending::Kind::open) return true;
  }
  return false;
}

std::optional<std::size_t> ScenarioRun::find_seat(Role role) const {
  for (std::size_t i = 0; i < roles_.size(); ++i)
    if (roles_[i] == role) return i;
  return std::nullopt;
}

bool ScenarioRun::user_concluded() const {
  return std::any_of(seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.role == Role::user && seat.concluded; });
}

void ScenarioRun::add(Message message, Answered when, std::optional<std::size_t> author, bool scripted) {
  const MessageTiming timing{.turn = std::max(order_.turn(), 1), .start_s = since_start(when.asked), .end_s = since_start(when.answered), .scripted = scripted};
  conversation_.add(message, timing, author);
  emit(MessageAdded{id_, label(), std::move(message), timing});
}

void ScenarioRun::add_message(Message message) { add(std::move(message), at_once(), std::nullopt, true); }

std::vector<Message> ScenarioRun::rollback_messages_to(std::ptrdiff_t size) {
  if (size < 0) throw Error(ErrorKind::usage, fmt::format("rollback_messages_to({}): the number of messages to keep cannot be negative", size));
  auto gone = conversation_.rollback(static_cast<std::size_t>(size));
  if (gone.empty()) return gone;
  trace_.rolled_back(messages().size());
  for (auto& seat : seats_) seat.participant->rolled_back(messages().size());
  return gone;
}

void ScenarioRun::keep_partial() {
  if (!speaking_) return;
  auto& seat = seats_[*speaking_];
  const Answered when{asked_, clock().now()};
  for (auto& message : seat.participant->take_partial()) add(std::move(message), when, speaking_);
}

void ScenarioRun::record_failure(std::exception_ptr failure) {
  keep_partial();
  if (const auto text = assertion_text(failure)) {
    ending_ = {.kind = Ending::Kind::failed, .reason = *text, .line = line_};
    return;
  }
  const auto awaited = speaking_ ? std::optional(seats_[*speaking_].role) : speaking_role_;
  const auto waits_for = speaking_ ? seats_[*speaking_].participant->awaited() : std::nullopt;
  ending_ = {.kind = Ending::Kind::error, .line = line_};
  const auto stopped = why_stopped(failure);
  ending_.error = stopped ? blame_stop(*stopped, awaited, waits_for, scenario_) : blame(failure, awaited);
  if (stopped && call_ && ending_.error->party == Party::agent) ending_.error->message += voice::still_speaking_since(call_->line());
}

// A participant that minds its deadline may notice it before the watchdog does: the limit, and its name, are the same.
std::optional<Watchdog::Reason> ScenarioRun::why_stopped(std::exception_ptr failure) const {
  if (watchdog_.fired() || !speaking_) return watchdog_.fired();
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::timeout) return watchdog_.reached(asked_, turn_limit());
  } catch (...) {}
  return std::nullopt;
}

Task<> ScenarioRun::close_everybody() {
  if (background_) co_await background_->abandon();
  co_await end_call();
  for (auto& seat : seats_)
    if (!objects_at_end(*seat.participant)) co_await close_seat(seat);
  collect_last_reports();
}

Task<> ScenarioRun::close_seat(Seat& seat) {
  watchdog_.forgive();  // each anew: an interruption stops one that hangs up, and must not keep the others from it
  try {
    co_await watchdog_.guard(close_limit, seat.participant->close());
  } catch (...) {
    // A peer that cannot even hang up changes nothing about what was said; the run's own outcome stands.
  }
}

// A participant of somebody else's may throw here; what was said is worth more than its report.
void ScenarioRun::collect_last_reports() {
  try {
    collect_user_reports();
  } catch (...) {
    if (!ending_.error) ending_ = {.kind = Ending::Kind::error, .error = blame(std::current_exception(), Role::user), .line = std::nullopt};
  }
}

json::object ScenarioRun::user_report() const {
  json::object all;
  for (const auto& seat : seats_)
    if (seat.role == Role::user)
      for (const auto& [key, value] : seat.participant->report(messages())) all[key] = value;
  return all;
}

CheckScope ScenarioRun::scope(bool last_agent_message_only) const {
  return {.messages = messages(),
          .timings = conversation_.timings(),
          .answer_s = answer_s_,
          .turns = order_.turn(),
          .user_report = user_report_,
          .last_agent_message_only = last_agent_message_only,
          .vectors = &vectors_,
          .call = call_record_.get(),
          .measures = call_record_ ? &measures_ : nullptr,
          .call_began_s = call_ ? since_start(call_began_) : 0};
}

void ScenarioRun::evaluate_checks() {
  measure_call();
  for (const auto& expected : expected_turns_) {
    checks_.push_back(evaluate(expected, scope(false)));
    broken_for_good_.push_back(!checks_.back().passed && !checks_.back().inconclusive);
  }
  for (const auto& check : scenario_.checks) {
    try {
      auto result = evaluate(check, scope(false));
      result.line = check.line;
      broken_for_good_.push_back(broken_for_good(check, result));
      checks_.push_back(std::move(result));
    } catch (...) {
      if (!ending_.error)
        ending_ = {.kind = Ending::Kind::error,
                   .error = RunError{Party::harness, fmt::format("the check {} could not be evaluated: {}", check.kind(), describe(std::current_exception()))},
                   .line = check.line};
    }
  }
}

// With several users it is unknown whose words are whose.
Brief ScenarioRun::brief_of_user() const {
  const Seat* user = nullptr;
  for (const auto& seat : seats_) {
    if (seat.role != Role::user) continue;
    if (user) return {};
    user = &seat;
  }
  try {
    return user ? user->participant->brief() : Brief{};
  } catch (...) {
    return {};  // somebody else's participant; the run has its outcome without it
  }
}

ScenarioResult ScenarioRun::assemble() {
  Evidence evidence{.ending = ending_, .criteria = criteria_, .checks = checks_, .broken_for_good = broken_for_good_, .unsaid = {}};
  if (const auto* unsaid = user_report_.if_contains("unsaid"); unsaid && unsaid->is_array() && order_.turn() >= max_turns())
    for (const auto& line : unsaid->get_array()) evidence.unsaid.push_back(line.is_string() ? std::string(line.get_string()) : json::serialize(line));
  auto decision = decide(evidence);
  auto result = identity_of(scenario_);
  result.run_id = run_id_, result.thread_id = thread_id_;
  result.outcome = decision.outcome, result.reasoning = std::move(decision.reasoning);
  result.criteria = std::move(criteria_), result.checks = std::move(checks_), result.error = ending_.error;
  result.messages.assign(messages().begin(), messages().end());
  result.timings = conversation_.timings(), result.rolled_back = conversation_.removed();
  result.turns = order_.turn(), result.duration_s = since_start(ended_), result.agent_s = agent_s_;
  result.answer_s = std::move(answer_s_), result.latency = summarize_latency(result.answer_s);
  result.model_calls = meter_.usage().calls;
  result.clock = clock().is_virtual() ? "virtual" : "wall";
  result.user_report = std::move(user_report_);
  result.notices = std::move(notices_);
  if (ending_.line && *ending_.line > 0) result.failed_line = ending_.line;
  if (call_) keep_call(result);
  result.fault = ledger::attribute(case_of(result));
  return result;
}

ledger::Case ScenarioRun::case_of(const ScenarioResult& result) const {
  return {.result = result,
          .user = brief_of_user(),
          .broken_for_good = broken_for_good_,
          .out_of_turns = order_.turn() >= max_turns(),
          .user_concluded = user_concluded(),
          .over_network = !scenario_.agent.address().empty(),
          .agent_called = agent_called_,
          .verdict_asked = ending_.verdict.has_value() || !result.criteria.empty()};
}

// What an auditor used is part of what the run did.
void ScenarioRun::close(ScenarioResult& result) {
  const auto& usage = meter_.usage();
  result.input_tokens = usage.input_tokens, result.output_tokens = usage.output_tokens, result.model_calls = usage.calls;
  result.cost_usd = meter_.cost_usd();
  for (const auto& part : meter_.parts()) result.usage.push_back(usage_of(part));
  if (auto notice = memory_.notice()) result.notices.push_back(*std::move(notice));
  if (auto notice = price_notice(result.usage)) result.notices.push_back(*std::move(notice));
  trace_.end(result.outcome, result.reasoning);
}

}  // namespace antiphon
