#pragma once

#include <vector>

#include "antiphon/scenario/scenario.hpp"

namespace antiphon {
struct Label;
}

namespace antiphon::cli {

/// Gives every scenario these labels beside those of its own file.
void add_labels(std::vector<Scenario>& scenarios, const std::vector<Label>& stored);

/// Writes beside each criterion of a batch how well its judge agrees with people by these labels; what the judge decided stays.
void show_agreement(BatchResult& batch, const LabelBook& labels);

}  // namespace antiphon::cli
