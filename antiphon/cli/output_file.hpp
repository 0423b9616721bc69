#pragma once

#include <string>

namespace antiphon::cli {

/// Before work whose report is to be written there: makes the folders that it needs. @throws Error io where no file could be written; what cannot be known
/// before, such as a disk that fills, is told when it is written.
void check_output_file(const std::string& path);

}  // namespace antiphon::cli
