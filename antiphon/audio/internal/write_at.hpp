#pragma once

#include <cstddef>
#include <string_view>

namespace antiphon::audio::internal {

/// Writes all of `bytes` at `offset` of an open file, whatever interrupts it. 0, or the error's number.
int write_at(int fd, std::size_t offset, std::string_view bytes);

}  // namespace antiphon::audio::internal
