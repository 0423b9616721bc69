#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/agent/person.hpp"
#include "antiphon/agent/state.hpp"
#include "antiphon/providers/embed/registry.hpp"
#include "antiphon/result/events.hpp"
#include "antiphon/scenario/audit/auditor.hpp"
#include "antiphon/scenario/checks/expectation.hpp"
#include "antiphon/scenario/checks/text_vectors.hpp"
#include "antiphon/scenario/engine/background.hpp"
#include "antiphon/scenario/engine/conversation.hpp"
#include "antiphon/scenario/engine/ending.hpp"
#include "antiphon/scenario/engine/run_memory.hpp"
#include "antiphon/scenario/engine/run_trace.hpp"
#include "antiphon/scenario/engine/turn_order.hpp"
#include "antiphon/scenario/engine/watchdog.hpp"
#include "antiphon/scenario/scenario.hpp"
#include "antiphon/scenario/voice/voice_call.hpp"

namespace antiphon {

class CallParticipant;

/// Where a run takes place.
struct RunPlace {
  Runtime& runtime;
  net::HttpClient& http;
  const ModelRegistry& models;
  EventSink* events = nullptr;
  std::uint64_t seed = 0;
  int concurrency = 0;
  SharedParts& shared;
  const EmbedderRegistry& embedders;
  Person* person = nullptr;  ///< who plays what is played by a person, and steps through
  bool debug = false;        ///< the person is asked before each participant speaks
  bool tracing = true;
  const std::function<void(const ScenarioResult&, const trace::Recorder&)>* on_trace = nullptr;
  std::string cache_folder{};  ///< empty: the user's
  const SpeechRegistry* speech = nullptr;
  std::string recordings{};     ///< folder in which calls are recorded while they go on; empty: nowhere
  std::string result_folder{};  ///< from which results name them; empty: as `recordings`
  bool keep_audio = true;
  audio::Loudspeaker* loudspeaker = nullptr;
  audio::Microphone* microphone = nullptr;
  const CallHooks* hooks = nullptr;  ///< told of calls while they go on
};

/// What a result says of a scenario whatever happens to it.
ScenarioResult identity_of(const Scenario& scenario);

/// One run of one scenario. Used on the thread of its runtime only.
class ScenarioRun final : public RunState {
 public:
  /// Both outlive the run.
  ScenarioRun(const Scenario& scenario, RunPlace place);

  const std::string& id() const { return id_; }
  /// Plays the scenario. Never throws: whatever goes wrong is in the result. The end is not told yet: `tell` does that.
  Task<std::unique_ptr<ScenarioResult>> execute();
  /// The result of a run that nothing can bring to its end any more: an error of ours, with all that was said. `execute` is not resumed after it.
  ScenarioResult give_up();
  /// The result of a run that could not begin.
  ScenarioResult refuse(RunError error);
  /// Hands out what the run recorded of itself, to whoever wants that.
  void give_trace(const ScenarioResult& result);
  /// Stops whatever is under way; `execute` then ends soon, with what there is.
  void interrupt() { watchdog_.interrupt(); }

  const std::string& name() const override { return scenario_.name; }
  const std::string& description() const override { return scenario_.description; }
  const std::string& thread_id() const override { return thread_id_; }
  const History& messages() const override { return conversation_.messages(); }
  int current_turn() const override { return order_.turn(); }
  int max_turns() const override;
  const json::object& metadata() const override { return scenario_.metadata; }
  Clock& clock() const override { return place_.runtime.clock; }
  std::span<const MessageTiming> timings() const override { return conversation_.timings(); }
  std::span<const double> answer_s() const override { return answer_s_; }
  json::object user_report() const override;
  const trace::Recorder* trace() const override { return trace_.recorder().get(); }
  std::vector<VoiceEvent> timeline() const override;
  audio::Samples call_audio() const override;
  void set_effects(const std::vector<VoiceEffect>& effects) override;
  void add_message(Message message) override;
  std::vector<Message> rollback_messages_to(std::ptrdiff_t size) override;

 private:
  struct Seat {
    Role role;
    std::string name;
    std::unique_ptr<Participant> participant;
    bool concluded = false;
  };
  struct Answered {
    Clock::Time asked{}, answered{};
  };

  ParticipantContext context();
  void seat_everybody();
  void keep_recording(ScenarioResult& result);
  Task<> play();
  Task<> play_step(const Step& step);
  Task<> play(const Step::Speak& step);
  Task<> play(const Step::Judge& step);
  Task<> play(const Step::Inject& step);
  Task<> play(const Step::Proceed& step);
  Task<> play(const Step::End& step);
  Task<> play(const Step::Assert& step);
  Task<> play(const Step::Sleep& step);
  Task<> play(const Step::Call& step);
  Task<> play(const Step::Audio& step);
  Task<> play(const Step::Silence& step);
  Task<> play(const Step::Dtmf& step);
  Task<> play(const Step::Interrupt& step);
  Task<> play(const Step::Effects& step);

  std::unique_ptr<Participant> take_call(const ParticipantSpec& spec, const ParticipantContext& context);
  Task<> begin_call();
  Task<> end_call();
  void keep_overheard(std::optional<std::size_t> author);
  Task<> overhear();
  Task<> overhear_cut_off();
  Task<> act(std::string told, std::function<Task<std::size_t>()> act, const SpokenHow& how);
  Task<> say_reply(std::size_t seat, AgentReply reply);
  void take_answer(std::size_t seat, const CallParticipant& agent);
  std::optional<double> response_latency(const voice::Heard& heard) const;
  Task<> interrupt_agent(const Step::Interrupt& step, bool scripted);
  Task<> interrupt_turn(std::size_t seat, const Step::Interrupt& cut);
  std::optional<Step::Interrupt> unscripted_interruption();
  Task<std::string> find_words(std::string heard);
  Task<> say(Message message, std::optional<std::size_t> author, bool scripted, const SpokenHow& how);
  void add_said(Message message, std::size_t utterance, std::optional<std::size_t> author, bool scripted);
  void add_heard(const voice::Heard& heard, std::optional<std::size_t> author);
  std::string recording_file() const;
  void expect(std::size_t utterance, const SpokenHow& how);
  void measure_call();
  void keep_call(ScenarioResult& result);
  Task<> play_due(const Step::Proceed& step);
  Task<> open_by_agent(const Step::Proceed& step);
  bool keeps_silent(std::size_t seat) const;

  Task<> call_seat(std::size_t seat, std::optional<JudgmentRequest> request = {});
  template <class T>
  Task<T> in_time(std::size_t seat, Duration limit, Task<T> work);
  Task<bool> person_steps_in(std::size_t seat);
  Cue cue_for(std::size_t seat) const;
  bool speaks_through_microphone(std::size_t seat) const;
  Task<AgentReply> hear_person(std::size_t seat);
  Task<> take_spoken(std::size_t seat, AgentReply reply);
  void close_silent_turn();
  void start_background(std::size_t seat);
  Task<> join_background();
  AgentInput input_for(std::size_t seat, std::optional<JudgmentRequest> request);
  void take_reply(std::size_t seat, AgentReply reply, Answered when, bool forced);
  void take_verdict(Verdict verdict, bool voluntary);
  void keep_criteria(std::vector<CriterionResult> fresh);
  void add(Message message, Answered when, std::optional<std::size_t> author, bool scripted = false);
  Answered at_once() const { return {clock().now(), clock().now()}; }

  Task<> final_verdict();
  Task<> checkpoint(const std::vector<std::string>& criteria);
  bool wants_closing_verdict() const;
  std::optional<std::size_t> find_seat(Role role) const;
  bool user_concluded() const;
  Duration turn_limit() const { return scenario_.turn_timeout.value_or(default_turn_timeout); }
  bool last_turn() const { return order_.turn() >= max_turns(); }
  bool ended() const { return ending_.kind != Ending::Kind::open; }

  void keep_partial();
  void record_failure(std::exception_ptr failure);
  std::optional<Watchdog::Reason> why_stopped(std::exception_ptr failure) const;
  Task<> close_everybody();
  Task<> close_seat(Seat& seat);
  Task<> hear_objections(ScenarioResult& result);
  Task<> hear_objection(std::string_view who, Task<std::optional<std::string>> asked, ScenarioResult& result);
  Task<> embed_what_is_compared();
  Task<Embedded> embed(std::vector<std::string> texts);
  Task<Embedded> compute(std::vector<std::string> texts);
  Task<> embed_what_is_compared(const Check& check, bool in_script);
  void evaluate_checks();
  void collect_user_reports() { user_report_ = user_report(); }
  void collect_last_reports();
  CheckScope scope(bool last_agent_message_only) const;
  Brief brief_of_user() const;
  ledger::Case case_of(const ScenarioResult& result) const;
  Task<> audit(ScenarioResult& result);
  ScenarioResult give_up_audit();
  Task<audit::Audit> ask_auditor(const ScenarioResult& result, std::shared_ptr<trace::Scope> scope);
  ScenarioResult assemble();
  void close(ScenarioResult& result);
  double since_start(Clock::Time time) const { return std::chrono::duration<double>(time - started_).count(); }
  const std::string& label() const { return scenario_.label.empty() ? id_ : scenario_.label; }
  template <class Event>
  void emit(Event event) {
    if (place_.events) place_.events->add(RunEvent(std::move(event)));
  }

  const Scenario& scenario_;
  RunPlace place_;
  std::string id_, stream_key_, run_id_, thread_id_;
  ModelSettings default_model_;
  ModelMeter meter_;
  std::shared_ptr<const json::object> tools_;
  std::optional<ModelRegistry> replaying_;  // the models, where only a cassette answers
  RunMemory memory_;
  std::vector<Role> roles_;
  std::vector<const ParticipantSpec*> specs_;
  std::vector<Seat> seats_;
  TurnOrder order_;
  Conversation conversation_;
  RunTrace trace_;
  Watchdog watchdog_;
  std::unique_ptr<voice::VoiceCall> call_;  // where the agent is spoken to
  std::optional<std::size_t> spoken_;       // the utterance of the person at the microphone that was heard last
  Clock::Time call_began_{};
  std::shared_ptr<const CallRecord> call_record_;  // as it was measured last
  VoiceMeasures measures_;                         // of that
  std::vector<ExpectedTurn> expected_turns_;
  std::optional<RandomStream> interruptions_;  // of those that nobody scripted
  std::unique_ptr<Background> background_;
  Ending ending_;
  std::optional<std::size_t> speaking_;  // seat whose call is under way, for blame
  Clock::Time asked_{};                  // when that call was asked for
  std::optional<Role> speaking_role_;    // the same while participants are being made
  int line_ = 0;                         // of the step under way
  bool verdict_given_ = false;
  bool agent_called_ = false;
  bool stepping_ = false;         // a person is asked before each participant speaks
  bool ended_by_person_ = false;  // with /succeed or /fail
  Clock::Time started_{}, ended_{};
  std::vector<CriterionResult> criteria_;
  std::vector<CheckResult> checks_;
  std::vector<bool> broken_for_good_;
  std::vector<double> answer_s_;
  double agent_s_ = 0;
  std::vector<std::string> notices_;
  TextVectors vectors_;
  json::object user_report_;
  std::unique_ptr<ScenarioResult> assembled_;  // decided, and perhaps being audited
};

}  // namespace antiphon
