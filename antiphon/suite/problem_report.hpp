#pragma once

#include <span>
#include <string>

#include "antiphon/base/document.hpp"

namespace antiphon::suite {

struct ReportStyle {
  bool colour = false;
  std::string base_dir{};  ///< paths below it are shown relative to it
};

/// Mistakes as a person reads them: what, where with the source line and carets, what to do; after several, how many in how many files.
///
/// Source lines are read from the files; a file that cannot be read only loses its excerpt. Control characters of a source line are shown
/// as blanks, so that a file cannot steer the terminal.
std::string format_problems(std::span<const Problem> problems, ReportStyle style = {});

}  // namespace antiphon::suite
