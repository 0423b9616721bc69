#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "antiphon/agent/brief.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/base/task.hpp"
#include "antiphon/chat/history.hpp"
#include "antiphon/result/verdict.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

struct CallMemory;
class ModelMeter;
class ModelRegistry;
class Person;
class RunState;
class SpeechRegistry;
struct ModelSettings;
struct VoiceAgentSpec;
namespace net {
class HttpClient;
}

/// Who speaks when: inside a turn user, agent, judge, in this order (SCN-1).
enum class Role { user, agent, judge };
std::string_view to_string(Role role);

/// A request for a verdict. With criteria: a checkpoint on these alone; without: the final verdict on the judge's own (SCN-12).
struct JudgmentRequest {
  std::optional<std::vector<std::string>> criteria{};
};

/// What a participant is handed when it is its turn (SCN-2). Cheap to copy.
struct AgentInput {
  std::string thread_id{};
  History messages;                     ///< all so far
  std::vector<Message> new_messages{};  ///< since this participant last spoke, without its own
  std::optional<JudgmentRequest> judgment_request{};
  int turn = 1;               ///< counts from 1
  bool last_turn = false;     ///< max_turns allows no further one
  RunState* state = nullptr;  ///< valid during the call, on the run's own thread only
  Deadline deadline = Deadline::never();

  /// @throws Error internal, saying that the agent was probably called twice in a row, when there is none.
  const Message& last_new_user_message() const;
  /// @throws Error when it is not plain text.
  std::string last_new_user_text() const;
};

/// What a participant answers (SCN-3): text, one message, several, or a verdict. Nothing at all is "nothing to add".
struct AgentReply {
  AgentReply() = default;
  AgentReply(const char* text) : text_(text) {}                                  // NOLINT: participants answer in any of these forms
  AgentReply(std::string text) : text_(std::move(text)) {}                       // NOLINT
  AgentReply(std::string_view text) : text_(std::string(text)) {}                // NOLINT
  AgentReply(Message message) : messages_{std::move(message)} {}                 // NOLINT
  AgentReply(std::vector<Message> messages) : messages_(std::move(messages)) {}  // NOLINT
  AgentReply(Verdict verdict) : verdict_(std::move(verdict)) {}                  // NOLINT

  /// Marks a user's last words: the agent still answers them, then `proceed` ends (contracts.md §2).
  AgentReply&& concluding() && {
    concludes_ = true;
    return std::move(*this);
  }
  /// The agent's turn ended in a way that the run must hear of, beside the messages.
  bool concludes() const { return concludes_; }

  /// The messages, text as a message of `role`.
  std::vector<Message> messages(MessageRole role) &&;
  const std::optional<Verdict>& verdict() const { return verdict_; }

 private:
  std::optional<std::string> text_{};
  std::vector<Message> messages_{};
  std::optional<Verdict> verdict_{};
  bool concludes_ = false;
};

/// Anything that takes part in a scenario. Called by one run at a time, one call at a time.
class Participant {
 public:
  virtual ~Participant() = default;
  /// @throws Error (with a party where it is not the participant's own) when it cannot answer.
  virtual Task<AgentReply> call(AgentInput input) = 0;
  /// What the call that has just failed had brought forth before it did, in order. Asked once, right after the failure.
  virtual std::vector<Message> take_partial();
  /// Called once at the end of the run, however it ends; bounded to six seconds by the caller.
  virtual Task<> close();
  /// Tells that history was cut back to `size` messages (SCN-20).
  virtual void rolled_back(std::size_t size);
  /// Whom it waits for right now, where that is not the participant itself: a timeout is blamed on that party.
  virtual std::optional<Party> awaited() const;
  /// What a user could not do: slots unmet, lines unsaid. Empty for the rest. Asked at the end of the run with the history as it ended:
  /// max_turns may end it on an answer that the participant was never called about.
  virtual json::object report(const History& messages) const;
  /// What a user was told. Asked at the end of the run.
  virtual Brief brief() const;
};

/// A user that finds words to cut into the agent's speech with (VOX-34). The engine asks a participant for this beside `Participant`.
class CutsIn {
 public:
  virtual ~CutsIn() = default;
  /// A few words. @param input the conversation without the agent's turn that is being heard; nothing in it counts as new.
  /// @param heard of that turn, so far; may be empty. @throws Error as `Participant::call`.
  virtual Task<std::string> cut_in(AgentInput input, std::string heard) = 0;
};

/// What the participants of several runs share, such as one process of an agent for a whole suite. Lives as long as the executor does; used
/// on its thread only.
class SharedParts {
 public:
  /// The part that belongs to `key`, made at the first call. `close` is run once, after the last run.
  template <class Part, class Make>
  std::shared_ptr<Part> get(const void* key, Make make) {
    for (auto& entry : entries_)
      if (entry.key == key) return std::static_pointer_cast<Part>(entry.part);
    std::shared_ptr<Part> part = make();
    entries_.push_back({key, part, [part] { return part->close(); }});
    return part;
  }
  /// Closes everything; what cannot be closed is dropped all the same.
  Task<> close();

 private:
  struct Entry {
    const void* key;
    std::shared_ptr<void> part{};
    std::function<Task<>()> close{};
  };
  std::vector<Entry> entries_{};
};

/// Where a participant is made: one per run.
struct ParticipantContext {
  Runtime& runtime;
  net::HttpClient& http;
  const ModelRegistry& models;
  const ModelSettings& default_model;  ///< of the scenario, merged
  std::uint64_t seed;
  const std::string& scenario_id;  ///< with the attempt, from the second on; with the seed it keys random streams
  const std::string& description;
  const std::string& thread_id;
  std::shared_ptr<const json::object> tools{};  ///< canned tool results by name (contracts.md §5); never null
  int max_turns = 10;
  int min_turns = 0;
  int concurrency = 0;
  SharedParts& shared;
  const CallMemory& memory;                ///< the run's cassette and cache
  std::string stream{};                    ///< added to the keys of its random streams, where several sit in one seat
  std::shared_ptr<trace::Scope> spans{};   ///< where it records what it does; nullptr: nothing is recorded
  ModelMeter& meter;                       ///< asked before every call to a model, told after it
  Person* person = nullptr;                ///< who is there to play a part; nullptr: nobody
  const SpeechRegistry* speech = nullptr;  ///< voices and recognisers; nullptr: none are there
  bool spoken = false;                     ///< what is said is spoken and heard
  std::string run_id{};                    ///< of this run; empty where there is none
};

/// How to make a participant; a value that many runs share.
class ParticipantSpec {
 public:
  using Factory = std::function<std::unique_ptr<Participant>(const ParticipantContext&)>;

  ParticipantSpec() = default;
  explicit ParticipantSpec(std::string name, Factory make, bool waits_on_clock_alone)
      : name_(std::move(name)), make_(std::move(make)), virtual_(waits_on_clock_alone) {}

  /// From a callable. A coroutine `Task<AgentReply>(AgentInput)` runs on the run's executor and must wait on its clock alone; a plain
  /// `AgentReply(AgentInput)` or `std::string(std::string_view)` may block: it runs on a thread of its own, in real time.
  template <class F>
    requires(std::is_invocable_v<F&, AgentInput> || std::is_invocable_v<F&, std::string_view>) && (!std::is_same_v<std::decay_t<F>, ParticipantSpec>)
  ParticipantSpec(F callable);  // NOLINT

  explicit operator bool() const { return static_cast<bool>(make_); }
  std::unique_ptr<Participant> make(const ParticipantContext& context) const { return make_(context); }
  /// Shown to people: the kind, or the given name.
  const std::string& name() const { return name_; }
  /// True where everything that it does waits on our clock alone, so that the run may be in virtual time.
  bool waits_on_clock_alone(const ModelRegistry& models, const ModelSettings& default_model) const;

  /// The same under another name.
  ParticipantSpec named(std::string name) const;
  /// For participants whose clock depends on the model they end up with.
  ParticipantSpec with_clock_rule(std::function<bool(const ModelRegistry&, const ModelSettings&)> rule) const;
  /// What can be known to be wrong before the first step (`--dry-run`): throws Error configuration.
  ParticipantSpec with_check(std::function<void(const ModelRegistry&, const ModelSettings&)> check) const;
  void check(const ModelRegistry& models, const ModelSettings& default_model) const;
  /// For participants that call models: whether what they cost is known, so that a budget in money can hold.
  ParticipantSpec with_price_rule(std::function<bool(const ModelRegistry&, const ModelSettings&)> rule) const;
  bool price_is_known(const ModelRegistry& models, const ModelSettings& default_model) const;
  /// The criteria that a judge decides on. A custom judge has none to tell of (nullopt) and is asked all the same.
  ParticipantSpec with_criteria(std::vector<std::string> criteria) const;
  const std::optional<std::vector<std::string>>& criteria() const { return criteria_; }
  /// For judges: which one it is once the scenario's model is known. What tells nothing of itself has an empty mark.
  ParticipantSpec with_mark(std::function<JudgeMark(const ModelSettings&)> rule) const;
  JudgeMark mark(const ModelSettings& default_model) const;
  /// The same with something around each participant that it makes.
  ParticipantSpec around(std::function<std::unique_ptr<Participant>(std::unique_ptr<Participant>)> wrap) const;
  /// A user that says what it has to say and then concludes: max_turns bounds it only where somebody gave one (contracts.md §2).
  ParticipantSpec playing_to_its_end() const;
  bool plays_to_its_end() const { return plays_to_its_end_; }
  /// Played by a person: their time counts towards no latency and no timeout, and one such conversation is held at a time.
  ParticipantSpec played_by_a_person() const;
  bool is_a_person() const { return person_; }
  /// Where a participant that is reached over a network lives; empty for all others.
  ParticipantSpec at_address(std::string url) const;
  const std::string& address() const { return address_; }
  /// A user whose participant is a `CutsIn`.
  ParticipantSpec cutting_in() const;
  bool cuts_in() const { return cuts_in_; }
  /// A user that cuts into so many turns of the agent under `proceed`, where that is spoken to: 0 to 1.
  ParticipantSpec interrupting(double probability) const;
  const std::optional<double>& interrupt_probability() const { return interrupt_probability_; }
  /// An agent that is spoken to: a scenario with it is a call.
  ParticipantSpec by_voice(VoiceAgentSpec voice) const;
  /// nullptr: it is written to.
  const std::shared_ptr<const VoiceAgentSpec>& voice() const { return voice_; }

 private:
  static ParticipantSpec from_coroutine(std::function<Task<AgentReply>(AgentInput)> call);
  static ParticipantSpec from_blocking(std::function<AgentReply(AgentInput)> call);

  std::string name_;
  Factory make_;
  bool virtual_ = false;
  std::function<bool(const ModelRegistry&, const ModelSettings&)> clock_rule_;
  std::function<void(const ModelRegistry&, const ModelSettings&)> check_;
  std::function<bool(const ModelRegistry&, const ModelSettings&)> price_rule_;
  std::optional<std::vector<std::string>> criteria_;
  std::function<JudgeMark(const ModelSettings&)> mark_;
  bool plays_to_its_end_ = false;
  bool person_ = false;
  std::string address_;
  bool cuts_in_ = false;
  std::optional<double> interrupt_probability_;
  std::shared_ptr<const VoiceAgentSpec> voice_;
};

template <class F>
  requires(std::is_invocable_v<F&, AgentInput> || std::is_invocable_v<F&, std::string_view>) && (!std::is_same_v<std::decay_t<F>, ParticipantSpec>)
ParticipantSpec::ParticipantSpec(F callable) {
  if constexpr (std::is_invocable_v<F&, AgentInput>) {
    using Answer = std::invoke_result_t<F&, AgentInput>;
    if constexpr (std::is_same_v<Answer, Task<AgentReply>>)
      *this = from_coroutine(std::move(callable));
    else
      *this = from_blocking([callable](AgentInput input) mutable { return AgentReply(callable(std::move(input))); });
  } else {
    *this = from_blocking([callable](AgentInput input) mutable { return AgentReply(callable(std::string_view(input.last_new_user_text()))); });
  }
}

}  // namespace antiphon
