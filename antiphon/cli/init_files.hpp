#pragma once

#include <span>
#include <string_view>

namespace antiphon::cli {

/// A file that is part of this program.
struct EmbeddedFile {
  std::string_view name;  ///< relative path
  std::string_view content;
};

/// What `antiphon init` writes: the files of examples/init, embedded at build time.
std::span<const EmbeddedFile> init_files();

}  // namespace antiphon::cli
