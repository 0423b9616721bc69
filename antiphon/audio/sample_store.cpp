#include "antiphon/audio/sample_store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/audio/internal/write_at.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {

SampleStore::SampleStore(std::size_t most_in_memory, std::string folder) : most_in_memory_(most_in_memory), folder_(std::move(folder)) {
  if (folder_.empty()) folder_ = std::filesystem::temp_directory_path().string();
}

SampleStore::~SampleStore() {
  if (fd_ >= 0) ::close(fd_);
}

SampleStore::SampleStore(SampleStore&& other) noexcept
    : in_memory_(std::move(other.in_memory_)),
      most_in_memory_(other.most_in_memory_),
      on_disk_(std::exchange(other.on_disk_, 0)),
      folder_(std::move(other.folder_)),
      fd_(std::exchange(other.fd_, -1)) {}

SampleStore& SampleStore::operator=(SampleStore&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  in_memory_ = std::move(other.in_memory_);
  most_in_memory_ = other.most_in_memory_;
  on_disk_ = std::exchange(other.on_disk_, 0);
  folder_ = std::move(other.folder_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void SampleStore::append(SampleView samples) {
  in_memory_.insert(in_memory_.end(), samples.begin(), samples.end());
  if (in_memory_.size() > most_in_memory_) spill();
}

Samples SampleStore::read(std::size_t at, std::size_t count) const {
  at = std::min(at, size());
  count = std::min(count, size() - at);
  Samples samples(count);
  const auto from_disk = at < on_disk_ ? std::min(count, on_disk_ - at) : 0;
  auto* to = reinterpret_cast<char*>(samples.data());
  for (std::size_t done = 0; done < from_disk * sizeof(Sample);) {
    const auto n = ::pread(fd_, to + done, from_disk * sizeof(Sample) - done, static_cast<off_t>(at * sizeof(Sample) + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("read", n < 0 ? errno : EIO);
    done += static_cast<std::size_t>(n);
  }
  if (from_disk < count)
    std::copy_n(in_memory_.begin() + static_cast<std::ptrdiff_t>(at + from_disk - on_disk_), count - from_disk,
                samples.begin() + static_cast<std::ptrdiff_t>(from_disk));
  return samples;
}

void SampleStore::spill() {
  if (fd_ < 0) {
    auto name = folder_ + "/antiphon-audio-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) fail("write", errno);
    ::unlink(name.c_str());
  }
  const std::string_view bytes(reinterpret_cast<const char*>(in_memory_.data()), in_memory_.size() * sizeof(Sample));
  if (const int code = internal::write_at(fd_, on_disk_ * sizeof(Sample), bytes)) fail("write", code);
  on_disk_ += in_memory_.size();
  in_memory_.clear();
}

void SampleStore::fail(const char* verb, int code) const {
  throw Error(ErrorKind::io, fmt::format("cannot {} audio in {}: {}", verb, folder_, std::strerror(code)))
      .with_party(Party::harness)
      .with_hint("free some space there, or set TMPDIR to another folder");
}

}  // namespace antiphon::audio
