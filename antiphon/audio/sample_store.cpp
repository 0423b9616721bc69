#include "antiphon/audio/sample_store.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <span>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/audio/internal/write_at.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/prefetch.hpp"

namespace antiphon::audio {

namespace {

// 64 kB at once: among a thousand calls nobody waits for megabytes of one of them.
constexpr std::size_t most_spilled_at_once = 8;

bool is_silence(SampleView samples) {
  return std::accumulate(samples.begin(), samples.end(), 0, [](int all, Sample sample) { return all | sample; }) == 0;
}

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
  while (!samples.empty()) {
    const auto known = in_memory_ % piece_samples;
    if (known == 0) pieces_.emplace_back();
    const auto part = samples.first(std::min(samples.size(), piece_samples - known));
    add_to_last(known, part);
    in_memory_ += part.size();
    samples = samples.subspan(part.size());
  }
  while (in_memory_ > most_in_memory_) spill_oldest();
}

void SampleStore::prefetch_end() const {
  if (pieces_.empty() || !pieces_.back()) return;
  constexpr std::size_t frame = static_cast<std::size_t>(canonical_rate_hz) / 50;
  const auto known = in_memory_ % piece_samples;
  prefetch(pieces_.back().get() + known, std::min(frame, piece_samples - known) * sizeof(Sample));
}

void SampleStore::add_to_last(std::size_t known, SampleView part) {
  auto& piece = pieces_.back();
  if (!piece && is_silence(part)) return;
  if (!piece) piece = take_piece(), std::fill_n(piece.get(), known, Sample{0});
  std::ranges::copy(part, piece.get() + known);
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
    const auto place = at + done - on_disk_, from = place % piece_samples, part = std::min(piece_samples - from, count - done);
    const auto& piece = pieces_[place / piece_samples];
    if (piece) std::copy_n(piece.get() + from, part, samples.begin() + static_cast<std::ptrdiff_t>(done));
    done += part;
  }
  return samples;
}

void SampleStore::spill_oldest() {
  if (fd_ < 0) {
    auto name = folder_ + "/antiphon-audio-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) fail("write", errno);
    ::unlink(name.c_str());
  }
  static constexpr std::array<Sample, piece_samples> silence{};
  const auto oldest = std::span(pieces_).first(std::min(pieces_.size(), most_spilled_at_once));
  std::ptrdiff_t written = 0;
  int code = 0;
  for (const auto& piece : oldest) {
    const auto size = std::min(piece_samples, in_memory_);
    const std::string_view bytes(reinterpret_cast<const char*>(piece ? piece.get() : silence.data()), size * sizeof(Sample));
    code = internal::write_at(fd_, on_disk_ * sizeof(Sample), bytes);
    if (code != 0) break;
    on_disk_ += size;
    in_memory_ -= size;
    ++written;
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + written);
  if (code != 0) fail("write", code);
}

void SampleStore::fail(const char* verb, int code) const {
  throw Error(ErrorKind::io, fmt::format("cannot {} audio in {}: {}", verb, folder_, std::strerror(code)))
      .with_party(Party::harness)
      .with_hint("free some space there, or set TMPDIR to another folder");
}

}  // namespace antiphon::audio
