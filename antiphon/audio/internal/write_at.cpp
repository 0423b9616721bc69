#include "antiphon/audio/internal/write_at.hpp"

#include <cerrno>

#include <unistd.h>

namespace antiphon::audio::internal {

int write_at(int fd, std::size_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    offset += static_cast<std::size_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace antiphon::audio::internal
