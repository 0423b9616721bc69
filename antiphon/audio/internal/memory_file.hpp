#pragma once

#include <string>

#include <sndfile.h>

namespace antiphon::audio::internal {

/// A file in memory as libsndfile reads and writes it. Neither copied nor moved while one is open.
struct MemoryFile {
  std::string bytes;
  sf_count_t at = 0;
};

SF_VIRTUAL_IO& memory_io();

}  // namespace antiphon::audio::internal
