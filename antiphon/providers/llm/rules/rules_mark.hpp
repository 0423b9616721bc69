#pragma once

#include <string>

#include "antiphon/providers/llm/registry.hpp"

namespace antiphon::rules {

/// Sixteen hex digits of what the rules file of a model `rules/FILE` says: equal for equal content, wherever it lies. "none" where it cannot be
/// read, which is told elsewhere; empty for every other model. A file is read once until it changes. Thread safe.
std::string content_mark(const ModelSettings& settings);

}  // namespace antiphon::rules
