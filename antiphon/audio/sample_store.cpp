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

namespace {

constexpr std::size_t piece_samples = 4096;

}  // namespace

SampleStore::SampleStore(std::size_t most_in_memory, std::string folder) : most_in_memory_(most_in_memory), folder_(std::move(folder)) {
  if (folder_.empty()) folder_ = std::filesystem::temp_directory_path().string();
}

SampleStore::~SampleStore() {
  if (fd_ >= 0) ::close(fd_);
}

SampleStore::SampleStore(SampleStore&& other) noexcept
    : pieces_(std::exchange(other.pieces_, {})),
      in_memory_(std::exchange(other.in_memory_, 0)),
      most_in_memory_(other.most_in_memory_),
      on_disk_(std::exchange(other.on_disk_, 0)),
      folder_(std::move(other.folder_)),
      fd_(std::exchange(other.fd_, -1)) {}

SampleStore& SampleStore::operator=(SampleStore&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  pieces_ = std::exchange(other.pieces_, {});
  in_memory_ = std::exchange(other.in_memory_, 0);
  most_in_memory_ = other.most_in_memory_;
  on_disk_ = std::exchange(other.on_disk_, 0);
  folder_ = std::move(other.folder_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void SampleStore::append(SampleView samples) {
  in_memory_ += samples.size();
  while (!samples.empty()) {
    if (pieces_.empty() || pieces_.back().size() == piece_samples) pieces_.emplace_back().reserve(piece_samples);
    const auto part = samples.first(std::min(samples.size(), piece_samples - pieces_.back().size()));
    pieces_.back().insert(pieces_.back().end(), part.begin(), part.end());
    samples = samples.subspan(part.size());
  }
  if (in_memory_ > most_in_memory_) spill();
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
  for (auto done = from_disk; done < count;) {
    const auto place = at + done - on_disk_;
    const auto rest = SampleView(pieces_[place / piece_samples]).subspan(place % piece_samples);
    const auto part = rest.first(std::min(rest.size(), count - done));
    std::ranges::copy(part, samples.begin() + static_cast<std::ptrdiff_t>(done));
    done += part.size();
  }
  return samples;
}

void SampleStore::spill() {
  if (fd_ < 0) {
    auto name = folder_ + "/antiphon-audio-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) fail("write", errno);
    ::unlink(name.c_str());
  }
  auto at = on_disk_;
  for (const auto& piece : pieces_) {
    const std::string_view bytes(reinterpret_cast<const char*>(piece.data()), piece.size() * sizeof(Sample));
    if (const int code = internal::write_at(fd_, at * sizeof(Sample), bytes)) fail("write", code);
    at += piece.size();
  }
  on_disk_ = at;
  in_memory_ = 0;
  pieces_.clear();
}

void SampleStore::fail(const char* verb, int code) const {
  throw Error(ErrorKind::io, fmt::format("cannot {} audio in {}: {}", verb, folder_, std::strerror(code)))
      .with_party(Party::harness)
      .with_hint("free some space there, or set TMPDIR to another folder");
}

}  // namespace antiphon::audio
