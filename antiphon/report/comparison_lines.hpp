#pragma once

#include <string>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/comparison.hpp"

namespace antiphon {

/// A comparison for a terminal: what changed, the gravest first, then the figures of the whole. Scenarios that did not change are counted only.
std::string comparison_lines(const Comparison& comparison, const Style& style);

}  // namespace antiphon
