#pragma once

#include <string>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// How one finished run stands on a console. Every text ends with a line break.

/// For people at a terminal: name, reason and place on three lines, on two from 120 columns on.
/// @param base_dir paths below it are shown relative to it; empty: as they are.
std::string outcome_block(const ScenarioResult& result, const Style& style, int width, const std::string& base_dir);
/// For logs: everything on one line.
std::string outcome_line(const ScenarioResult& result, const Style& style, const std::string& base_dir);

/// What else happened, a line for each, indented under its run. @param width lines wrap at so many columns; 0: they do not.
std::string notice_lines(const ScenarioResult& result, const Style& style, int width);
/// For an attempt that is followed by another one.
std::string again_line(const ScenarioResult& result, const Style& style);

/// `suites/booking.yaml:41`; empty for scenarios written in C++.
std::string place_of(const ScenarioResult& result, const std::string& base_dir);
/// One sentence: what the run says, else its error, else its first check that does not hold.
std::string reason_of(const ScenarioResult& result);
/// When it went wrong, in seconds of the run: the first check or criterion that did not hold.
std::optional<double> failed_at(const ScenarioResult& result);
/// "45.0 s", "310 ms", "1 min 38 s".
std::string run_time(double seconds);

}  // namespace antiphon
