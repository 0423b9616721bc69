#pragma once

#include "antiphon/scenario/checks/check.hpp"

namespace antiphon::checks {

// One overload per kind; `kind` and `line` of the answer are filled in by `antiphon::evaluate`.
CheckResult evaluate(const TextCheck& check, const CheckScope& scope);
CheckResult evaluate(const JsonSchemaCheck& check, const CheckScope& scope);
CheckResult evaluate(const ToolCalledCheck& check, const CheckScope& scope);
CheckResult evaluate(const ToolNotCalledCheck& check, const CheckScope& scope);
CheckResult evaluate(const ToolOrderCheck& check, const CheckScope& scope);
CheckResult evaluate(const TurnsCheck& check, const CheckScope& scope);
CheckResult evaluate(const LatencyCheck& check, const CheckScope& scope);
CheckResult evaluate(const SimilarCheck& check, const CheckScope& scope);
CheckResult evaluate(const LanguageCheck& check, const CheckScope& scope);
CheckResult evaluate(const PiiCheck& check, const CheckScope& scope);
CheckResult evaluate(const CompletedCheck& check, const CheckScope& scope);
CheckResult evaluate(const TimeToFirstAudioCheck& check, const CheckScope& scope);
CheckResult evaluate(const InterruptionCheck& check, const CheckScope& scope);
CheckResult evaluate(const SilenceCheck& check, const CheckScope& scope);
CheckResult evaluate(const OverlapCheck& check, const CheckScope& scope);
CheckResult evaluate(const TalkRatioCheck& check, const CheckScope& scope);
CheckResult evaluate(const HeardCheck& check, const CheckScope& scope);

/// What has to be embedded before a `similar` can be evaluated; nothing where nobody said anything.
std::vector<std::string> compared_texts(const SimilarCheck& check, const CheckScope& scope);
/// Indices of the messages that a text check looks at, oldest first; in a script the last one alone.
std::vector<std::size_t> looked_at(const CheckScope& scope, CheckedRole role);
/// The role as suite files write it.
std::string_view to_string(CheckedRole role);
/// Sets message and time.
void place(CheckResult& result, const CheckScope& scope, std::size_t message);
/// The same for a moment of the call.
void place(CheckResult& result, const CheckScope& scope, Duration at, std::optional<std::size_t> message);
/// Somebody else than the agent kept the check from being decided; `why` in words.
void leave_undecided(CheckResult& result, Party party, std::string why);
/// Of a cut-in that says nothing about the agent, with its intended and achieved time.
std::string why_it_does_not_count(const Interruption& cut_in);
/// The figure of that name; nullopt: it was not measured.
std::optional<Figure> figure_of(const CheckScope& scope, const std::string& name);
/// Limits of percentiles and what was measured, each by name in seconds.
struct PercentileLimit {
  const char* name;
  std::optional<Duration> limit;
  double Latency::* measured;
};
/// Fills `expected` and `found`, and says whether all limits hold.
void compare(CheckResult& result, const std::vector<PercentileLimit>& limits, const std::optional<Latency>& latency);

}  // namespace antiphon::checks
