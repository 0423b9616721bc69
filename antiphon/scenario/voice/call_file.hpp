#pragma once

#include <optional>
#include <string>

#include "antiphon/audio/wav_writer.hpp"
#include "antiphon/base/clock.hpp"

namespace antiphon::voice {

/// The recording of a call while it goes on: user left, agent right. What was written before the process is killed can be played (VOX-62): all but the
/// last `piece` and the 40 ms by which the agent's side lags behind.
class CallFile {
 public:
  /// Both sides are written in pieces of this length, so that a thousand calls at once stay cheap.
  static constexpr Duration piece = std::chrono::milliseconds(200);

  /// Takes away what was there. There is a file once there is something to hear in it.
  explicit CallFile(std::string path);
  /// The two sides may run ahead of each other; what both have is written. @throws Error io, party harness: what was written before stays, and no more is
  /// written from then on.
  void add_user(audio::SampleView samples) { user_.insert(user_.end(), samples.begin(), samples.end()); }
  void add_agent(audio::SampleView samples);
  /// The rest; the shorter side is followed by silence. @throws Error io.
  void finish();
  /// There is something to play.
  bool exists() const { return writer_.has_value(); }

 private:
  void write(std::size_t frames);
  void append(std::size_t frames);

  std::string path_;
  std::optional<audio::WavWriter> writer_;
  bool broken_ = false;
  audio::Samples user_, agent_;
};

}  // namespace antiphon::voice
