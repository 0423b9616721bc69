#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/party.hpp"
#include "antiphon/chat/history.hpp"
#include "antiphon/result/fault.hpp"
#include "antiphon/result/model_usage.hpp"
#include "antiphon/result/verdict.hpp"

namespace antiphon {

class VoiceRecording;
struct CallRecord;

/// A check that was evaluated (SCN-61).
struct CheckResult {
  std::string kind{};
  bool passed = false;
  json::value expected{};
  json::value found{};
  std::optional<int> message{};         ///< index it was decided on
  std::optional<double> time_s{};       ///< since the start of the run
  std::optional<Party> inconclusive{};  ///< could not be decided, because of this party: not passed, not failed
  int line = 0;                         ///< in the suite file; 0: none
  /// One sentence for people: what was expected, what was found.
  std::string sentence() const;
};

/// Why a run could not be done.
struct RunError {
  Party party = Party::harness;
  std::string message{};
};

/// When a message was made; stands beside it.
struct MessageTiming {
  int turn = 1;
  double start_s = 0;     ///< the participant was asked
  double end_s = 0;       ///< the message was there
  bool scripted = false;  ///< words of the script, of nobody who takes part
};

/// Seconds. Percentiles by nearest rank (VOX-4).
struct Latency {
  std::size_t n = 0;
  double p50 = 0, p95 = 0, p99 = 0, max = 0, average = 0;
};
/// nullopt without values.
std::optional<Latency> summarize_latency(std::vector<double> seconds);

/// Marks of who took part, equal where they are; empty where nobody made them (C++).
struct Fingerprints {
  std::string caller{};  ///< of user, script, model and turns
  std::string agent{};   ///< of the agent's settings
  bool draws = false;    ///< what the caller says depends on the seed
  JudgeMark judge{};     ///< who decided on the criteria
};

/// What one run of one scenario leaves behind (SCN-30).
struct ScenarioResult {
  std::string id{};
  std::string name{};
  std::string description{};
  std::string run_id{};
  std::string thread_id{};
  std::string set = "default";
  json::object metadata{};
  std::vector<std::string> tags{};
  std::string suite{};  ///< name of the suite it came from
  std::string file{};   ///< absolute; empty in C++
  int line = 0;
  std::map<std::string, std::string> matrix{};
  std::optional<int> row{};  ///< of the dataset, from 1
  int repeat = 1;            ///< of `--repeat`, from 1
  int attempt = 1;           ///< of this run, from 1
  bool replaced = false;     ///< an attempt that was spoiled and for that reason made again (`--rerun-spoiled`): it counts for nothing
  bool not_run = false;      ///< selected, never begun

  RunOutcome outcome = RunOutcome::inconclusive;
  std::string reasoning{};
  std::vector<CriterionResult> criteria{};
  std::vector<CheckResult> checks{};
  std::optional<RunError> error{};
  std::optional<Fault> fault{};  ///< of a run that did not pass
  std::vector<Message> messages{};
  std::vector<MessageTiming> timings{};  ///< one per message
  std::vector<Message> rolled_back{};
  int turns = 0;
  double duration_s = 0;
  double agent_s = 0;
  std::optional<Latency> latency{};  ///< of the agent's answers
  std::vector<double> answer_s{};    ///< each answer's latency, in order
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t model_calls = 0;
  std::vector<ModelUsage> usage{};   ///< the same by role and model, with what the counts are made of
  std::optional<double> cost_usd{};  ///< of all calls to models; nullopt where a price is unknown
  std::string clock = "wall";
  std::optional<int> failed_line{};    ///< line of the check or step that ended it
  json::object user_report{};          ///< what the simulated user could not do
  std::vector<std::string> notices{};  ///< what happened beside the conversation and changes no outcome: a hook that failed, a person who stepped in
  Fingerprints fingerprints{};
  std::shared_ptr<const CallRecord> call{};     ///< of a spoken conversation: who spoke when, and what came of it
  std::shared_ptr<VoiceRecording> recording{};  ///< its audio; with the run alone, never in JSON
  std::string recording_file{};                 ///< where the call was recorded while it went on; empty: nowhere
  std::vector<ScenarioResult> earlier{};        ///< attempts at the same run before this one, in order; this one counts

  bool success() const { return outcome == RunOutcome::passed; }
  /// It did not pass (failed, error or inconclusive), and not because of the agent.
  bool spoiled() const { return !not_run && !success() && fault && fault->party != Party::agent; }
  explicit operator bool() const { return success(); }
  /// Passed, and an earlier attempt that nobody spoiled and replaced had not.
  bool flaky() const;
  /// The first such attempt; nullptr: there is none.
  const ScenarioResult* first_miss() const;
  /// The sentences of the criteria that ended so.
  std::vector<std::string> criteria_with(CriterionStatus status) const;
};

/// Reasoning, checks that do not hold, and the tail of the conversation: what a test prints.
std::ostream& operator<<(std::ostream& out, const ScenarioResult& result);

/// The id that all repeats of one scenario share: without the `#2` of the second.
std::string without_repeat(const std::string& id, int repeat);

struct ResultSummary {
  std::size_t total = 0, passed = 0, failed = 0, error = 0, inconclusive = 0, not_run = 0, spoiled = 0;
  std::size_t flaky = 0;  ///< among those that passed
  struct Rate {
    double value = 0, low = 0, high = 0;  ///< 0..1, Wilson score interval, 95 %
    std::size_t n = 0;                    ///< runs that were decided
  };
  std::optional<Rate> pass_rate{};
  std::size_t spoiled_decided = 0;                  ///< spoiled runs among those decided
  std::optional<Rate> pass_rate_without_spoiled{};  ///< of the decided runs that were not spoiled
  std::map<Party, std::size_t> faults{};            ///< runs that did not pass, by who is at fault
  /// Runs that were spoiled and made again in place (`--rerun-spoiled`).
  struct Replaced {
    std::size_t runs = 0;               ///< of which at least one attempt was replaced
    std::size_t attempts = 0;           ///< that count for nothing
    std::map<Party, std::size_t> by{};  ///< of these, by who spoiled them
    std::size_t still_spoiled = 0;      ///< runs whose last attempt was spoiled, too
  };
  Replaced replaced{};
};
/// Wilson score interval, 95 %; n must not be 0.
ResultSummary::Rate wilson_rate(std::size_t passed, std::size_t n);
/// Counts outcomes; the rate is over passed and failed alone, so that what stayed undecided shrinks n (SCN-31).
ResultSummary summarize(const std::vector<ScenarioResult>& scenarios);

/// One command's results.
struct BatchResult {
  std::string batch_id{};
  std::string started_at{};  ///< ISO 8601, UTC
  std::uint64_t seed = 0;
  std::string suite{};
  std::optional<int> jobs{};  ///< at once
  json::object flags{};       ///< what `--failed` needs to run the same again
  double duration_s = 0;
  bool interrupted = false;
  bool exclude_spoiled = false;  ///< spoiled runs do not decide the exit code
  std::vector<ScenarioResult> scenarios{};
};

json::object to_json(const ResultSummary& summary);
/// `summary` of a result: counts, rates, repeats, user models.
json::object summary_json(const BatchResult& batch);
json::object to_json(const ScenarioResult& result);
/// `antiphon.result/1` (schemas/result.schema.json).
json::object to_json(const BatchResult& batch);
/// The JSON text of one scenario or of the whole, one scenario per line. Texts of messages are appended as they were serialised before,
/// so this costs what it writes. Always valid UTF-8.
std::string serialize(const ScenarioResult& result);
std::string serialize(const BatchResult& batch);
/// The same, of scenarios that are JSON texts already: those of `batch` are used for the summary alone.
std::string serialize(const BatchResult& batch, const std::vector<std::string>& scenarios);
/// Reads what the above wrote; members it does not know are ignored.
/// @throws Error configuration for other schemas, protocol for anything else, naming the place.
BatchResult batch_from_json(const json::value& value);
BatchResult parse_batch(std::string_view text);
/// 130, 3, 1 or 0 (contracts.md §1). With `exclude_spoiled` only runs that were not spoiled count, unless none is left.
int exit_code(const BatchResult& batch);

}  // namespace antiphon
