#pragma once

#include <string>

#include "antiphon/cli/environment.hpp"
#include "antiphon/cli/label/label_keeper.hpp"

namespace antiphon::cli {

struct WalkOptions {
  std::string author{};
  std::string run{};   ///< only this one; empty: all
  bool again = false;  ///< also what the author has labelled before
};

/// Goes through the criteria of a batch with a person: shows each conversation, asks for a verdict and a reason, keeps the label at once, and
/// only then tells what the judge had said, so that nobody leans on it. Prompts go to standard error, where the input is a terminal.
/// @return the exit code; 130 when it was interrupted.
/// @throws Error usage for an answer that is none, where no terminal is there to ask again.
int walk(const BatchResult& batch, LabelKeeper& keeper, const WalkOptions& options, Environment& environment);

/// "the judge said failed, too", or how it differs from a person's label, with its reason.
std::string comparison_with_judge(const Label& label, const ScenarioResult& run);

}  // namespace antiphon::cli
