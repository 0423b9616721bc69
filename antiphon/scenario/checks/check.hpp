#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/chat/history.hpp"
#include "antiphon/result/measures/voice_measures.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/scenario/checks/call_checks.hpp"

namespace antiphon {

/// Whose messages a text check looks at.
enum class CheckedRole { assistant, user, any };

/// contains, not_contains, regex, equals (contracts.md §4).
struct TextCheck {
  enum class Kind { contains, not_contains, regex, equals } kind = Kind::contains;
  std::string text{};
  CheckedRole role = CheckedRole::assistant;
  bool exact_case = false;
};
/// A message is JSON (code fences allowed) and satisfies the schema.
struct JsonSchemaCheck {
  json::value schema{};
  CheckedRole role = CheckedRole::assistant;
};
/// A tool was called; `arguments` is a JSON subset; `times` asks for exactly so many matching calls.
struct ToolCalledCheck {
  std::string name{};
  std::optional<json::value> arguments{};
  std::optional<int> times{};
};
struct ToolNotCalledCheck {
  std::string name{};
};
/// These tools were called in this order; others may stand between.
struct ToolOrderCheck {
  std::vector<std::string> names{};
};
struct TurnsCheck {
  std::optional<int> at_most, at_least{};
};
/// Of the agent's answers; a limit that is unset is not checked.
struct LatencyCheck {
  std::optional<Duration> p50, p95, p99, max{};
};
/// A message means about the same as `to`, as the scenario's embedder sees it: their similarity (-1 to 1) is not below `at_least`.
struct SimilarCheck {
  std::string to{};
  double at_least = 0.8;
  CheckedRole role = CheckedRole::assistant;
};
/// Every message whose language can be told is in this one (`en`, or a tag such as `en-US`); inconclusive where none can be told.
struct LanguageCheck {
  std::string code{};
  CheckedRole role = CheckedRole::assistant;
};
/// No message holds personal data of these kinds (base/pii/find.hpp).
struct PiiCheck {
  std::vector<std::string> absent{};  ///< kinds; empty: all
  std::vector<std::string> allow{};   ///< values that may be said, such as the shop's own address
  CheckedRole role = CheckedRole::assistant;
};
/// Slots that an agenda user got answered.
struct CompletedCheck {
  std::vector<std::string> slots{};
};

class TextVectors;

/// What a check may look at.
struct CheckScope {
  const History& messages;
  std::span<const MessageTiming> timings;  ///< one per message
  std::span<const double> answer_s;        ///< latency of each of the agent's answers
  int turns = 0;
  const json::object& user_report;          ///< see `AgendaUser`
  bool last_agent_message_only = false;     ///< inside a script
  const TextVectors* vectors = nullptr;     ///< of the texts that `similar` compares
  const CallRecord* call = nullptr;         ///< of a spoken conversation
  const VoiceMeasures* measures = nullptr;  ///< of that call
  double call_began_s = 0;                  ///< since the start of the run
};

/// Any expression over the result.
struct CustomCheck {
  std::string kind{};
  std::function<CheckResult(const CheckScope&)> evaluate{};
};

/// A deterministic assertion.
struct Check {
  std::variant<TextCheck, JsonSchemaCheck, ToolCalledCheck, ToolNotCalledCheck, ToolOrderCheck, TurnsCheck, LatencyCheck, SimilarCheck, LanguageCheck, PiiCheck,
               CompletedCheck, TimeToFirstAudioCheck, InterruptionCheck, SilenceCheck, OverlapCheck, TalkRatioCheck, HeardCheck, CustomCheck>
      what;
  int line = 0;  ///< in the suite file

  /// True where one of the run's final values may still mend it; a check of a script is always decided at once.
  std::string_view kind() const;
};

/// Evaluates one check. A pattern over its match limit is Error (party harness), never a verdict.
CheckResult evaluate(const Check& check, const CheckScope& scope);

/// Says what is wrong with a check before any run: a pattern or schema that does not compile, a range that cannot hold.
/// @throws Error configuration.
void validate(const Check& check);

Check contains(std::string text);
Check not_contains(std::string text);
Check matches(std::string pattern);
Check tool_called(std::string name, std::optional<json::value> arguments = {});
Check tool_not_called(std::string name);
Check tool_order(std::vector<std::string> names);
Check turns_at_most(int turns);
Check similar(std::string to, double at_least = 0.8);
Check language(std::string code);
/// Of all kinds where none is named.
Check no_pii(std::vector<std::string> kinds = {}, std::vector<std::string> allow = {});
Check completed(std::vector<std::string> slots);

/// Whether it is about a call, and can be decided in no other conversation.
bool is_about_a_call(const Check& check);
Check time_to_first_audio(TimeToFirstAudioCheck limits);
Check stops_within(Duration limit);
Check interruption(InterruptionCheck limits);
Check silence_at_most(Duration limit);
Check overlap_at_most(Duration limit);
Check talk_ratio(TalkRatioCheck limits);
Check heard(HeardCheck limits);

}  // namespace antiphon
