#pragma once

#include <span>

#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/result/verdict.hpp"

namespace antiphon {

/// The mark of a judge: of its instructions, and of what makes its model answer as it does (name, temperature, length, vendor's options; of
/// a rules file what it says). Not of keys
/// and addresses, nor of what it judges: criteria, situation, context.
JudgeMark judge_mark(std::string_view instructions, const ModelSettings& model);

/// Of several that vote by `rule`.
JudgeMark panel_mark(std::span<const JudgeMark> judges, std::string_view rule);

}  // namespace antiphon
