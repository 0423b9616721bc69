#pragma once

#include <string>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/agreement.hpp"

namespace antiphon {

/// How well the judge agrees with people, beside the verdicts it backs (SCN-103). Every text ends with a line break or is empty.

/// Under a run that did not pass: a line for each criterion that is not met or undecided and that people labelled. @param width as `notice_lines`.
std::string agreement_lines(const ScenarioResult& result, const Style& style, int width);
/// For the summary of a batch: its criteria, least agreement first, five at most.
std::string judge_lines(const BatchResult& batch, const Style& style);
/// Everything that `antiphon label agreement` says.
std::string agreement_report(const LabelAgreement& agreement, const Style& style);

}  // namespace antiphon
