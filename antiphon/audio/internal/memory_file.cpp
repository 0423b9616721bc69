#include "antiphon/audio/internal/memory_file.hpp"

#include <algorithm>
#include <cstring>

namespace antiphon::audio::internal {

namespace {

MemoryFile& of(void* user) { return *static_cast<MemoryFile*>(user); }
sf_count_t size_of(const MemoryFile& file) { return static_cast<sf_count_t>(file.bytes.size()); }

sf_count_t length(void* user) { return size_of(of(user)); }

sf_count_t tell(void* user) { return of(user).at; }

sf_count_t seek(sf_count_t offset, int whence, void* user) {
  auto& file = of(user);
  const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : size_of(file);
  // Offsets come out of damaged headers: anything may be asked for.
  if (offset < -from || offset > (sf_count_t{1} << 40)) return -1;
  file.at = from + offset;
  return file.at;
}

sf_count_t read(void* to, sf_count_t count, void* user) {
  auto& file = of(user);
  const auto available = std::clamp<sf_count_t>(size_of(file) - file.at, 0, std::max<sf_count_t>(count, 0));
  if (available > 0) std::memcpy(to, file.bytes.data() + file.at, static_cast<std::size_t>(available));
  file.at += available;
  return available;
}

sf_count_t write(const void* from, sf_count_t count, void* user) {
  auto& file = of(user);
  const auto end = static_cast<std::size_t>(file.at + count);
  if (file.bytes.size() < end) file.bytes.resize(end);
  if (count > 0) std::memcpy(file.bytes.data() + file.at, from, static_cast<std::size_t>(count));
  file.at += count;
  return count;
}

}  // namespace

SF_VIRTUAL_IO& memory_io() {
  static SF_VIRTUAL_IO io{length, seek, read, write, tell};
  return io;
}

}  // namespace antiphon::audio::internal
