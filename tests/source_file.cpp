#include "tests/source_file.hpp"

namespace antiphon {

std::string source_file(std::string_view path) { return std::string(ANTIPHON_SOURCE_DIR "/").append(path); }

}  // namespace antiphon
