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

/// What has to be embedded before a `similar` can be evaluated; nothing where nobody said anything.
std::vector<std::string> compared_texts(const SimilarCheck& check, const CheckScope& scope);
/// Indices of the messages that a text check looks at, oldest first; in a script the last one alone.
std::vector<std::size_t> looked_at(const CheckScope& scope, CheckedRole role);
/// The role as suite files write it.
std::string_view to_string(CheckedRole role);
/// Sets message and time.
void place(CheckResult& result, const CheckScope& scope, std::size_t message);

}  // namespace antiphon::checks
