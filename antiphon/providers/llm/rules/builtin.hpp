#pragma once

#include <memory>
#include <string_view>

#include "antiphon/providers/llm/rules/rules_file.hpp"

namespace antiphon::rules {

/// The rules that `mock-llm` serves when it is given none: they answer anything, and fill any forced tool by its schema.
std::string_view builtin_text();
std::shared_ptr<const RulesFile> builtin();

}  // namespace antiphon::rules
