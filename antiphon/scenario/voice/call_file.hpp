#pragma once

#include <string>

#include "antiphon/audio/wav_writer.hpp"

namespace antiphon::voice {

/// The recording of a call while it goes on: user left, agent right. What was written before the process is killed can be played (VOX-62).
class CallFile {
 public:
  /// Replaces what was there. @throws Error io.
  explicit CallFile(std::string path) : writer_(std::move(path), 2) {}
  /// The two sides may run ahead of each other; what both have is written, in pieces. @throws Error io (disk full).
  void add_user(audio::SampleView samples) { user_.insert(user_.end(), samples.begin(), samples.end()); }
  void add_agent(audio::SampleView samples);
  /// The rest; the shorter side is followed by silence.
  void finish();

 private:
  void write(std::size_t frames);

  audio::WavWriter writer_;
  audio::Samples user_, agent_;
};

}  // namespace antiphon::voice
