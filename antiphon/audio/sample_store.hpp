#pragma once

#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/audio/sample_pieces.hpp"

namespace antiphon::audio {

/// A long piece of audio that grows: its end in memory, up to a limit, and what came before in a file without a name, so that a call of hours costs no more
/// than one of minutes. Silence takes no memory. The file vanishes with the store, also when the process is killed. One thread at a time; once nobody appends,
/// any number may read.
class SampleStore {
 public:
  /// Holds at most `most_in_memory` samples there once it has been appended to. `folder` takes the file; empty is the system's folder for temporary files.
  explicit SampleStore(std::size_t most_in_memory = std::size_t{2} << 20, std::string folder = {});
  ~SampleStore();
  SampleStore(SampleStore&& other) noexcept;
  SampleStore& operator=(SampleStore&& other) noexcept;

  /// @throws Error io, naming the folder and the reason.
  void append(SampleView samples);
  /// Those from `at` on, at most `count`; fewer at the end. @throws Error io.
  Samples read(std::size_t at, std::size_t count) const;
  std::size_t size() const { return on_disk_ + in_memory_; }
  /// Where the next samples will be put.
  void prefetch_end() const;
  bool spilled() const { return fd_ >= 0; }

 private:
  void add_to_last(std::size_t known, SampleView part);
  void spill_oldest();
  [[noreturn]] void fail(const char* verb, int code) const;

  /// What is not on disk; all but the last are full: one long array would be copied, and half empty, each time it grows.
  std::vector<SamplePiece> pieces_;
  std::size_t in_memory_ = 0, most_in_memory_, on_disk_ = 0;
  std::string folder_;
  int fd_ = -1;
};

}  // namespace antiphon::audio
