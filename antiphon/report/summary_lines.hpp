#pragma once

#include <string>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// What the end of every batch says; paths that are empty are left out.
struct SummaryPaths {
  std::string report;  ///< of the HTML page
  std::string result;  ///< of result.json, for the command that repeats what did not pass
};
std::string summary_lines(const BatchResult& batch, const SummaryPaths& paths, const Style& style);

}  // namespace antiphon
