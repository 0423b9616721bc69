#pragma once

#include <string>
#include <string_view>

#include "antiphon/base/error.hpp"

namespace antiphon {

/// @throws Error not_found or io, naming the path and the system's reason.
std::string read_file(const std::string& path, std::size_t limit = std::size_t{1} << 30);

/// Writes beside the path and renames, so that a reader never sees half a file and a full disk leaves the old one as it was.
/// @throws Error io, naming the path and the system's reason.
void write_file_atomically(const std::string& path, std::string_view content);

/// That a file of ours cannot be written: kind io, party harness, and what to do about the system's error `code`.
Error write_failure(const std::string& path, int code);

/// `path` as people below `folder` write it: relative where it lies below, else as it is. An empty `folder` changes nothing. Looks at names alone.
std::string below(const std::string& path, const std::string& folder);

}  // namespace antiphon
