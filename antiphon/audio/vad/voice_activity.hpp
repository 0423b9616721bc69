#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::audio {

namespace internal {
class EdgeFinder;
}

enum class VoiceEngine { energy, webrtc, silero };

std::string_view to_string(VoiceEngine engine);
/// @throws Error configuration, naming what there is.
VoiceEngine voice_engine_from(std::string_view name);

/// Says of one frame after another whether somebody speaks in it.
class FrameJudge {
 public:
  virtual ~FrameJudge() = default;
  /// Canonical samples per frame.
  virtual std::size_t frame() const = 0;
  virtual bool voiced(SampleView frame) = 0;
};

struct VoiceTiming {
  std::chrono::milliseconds onset{60};      ///< speech begins once every frame of so long a time was voiced: 10 to 1,000 ms
  std::chrono::milliseconds hangover{300};  ///< and ends once none of so long a time was: 10 to 5,000 ms
  friend bool operator==(const VoiceTiming&, const VoiceTiming&) = default;
};

struct VoiceSettings {
  VoiceEngine engine = VoiceEngine::energy;
  VoiceTiming timing;
  double energy_rms = 500;       ///< lowest RMS of a voiced frame: 1 to 32,767
  double energy_over_noise = 3;  ///< times the tracked noise floor; 0 takes `energy_rms` alone: 0 to 100
  int webrtc_mode = 2;           ///< 0 (takes much for speech) to 3 (takes little)
  double silero_on = 0.5;        ///< probability from which on a window is voiced
  double silero_off = 0.35;      ///< and below which it no longer is; at most `silero_on`
  bool fine_edges = true;        ///< edges stand where the level leaves the noise, in steps of 4 ms; false: where the engine's own frames lie
  friend bool operator==(const VoiceSettings&, const VoiceSettings&) = default;
};

struct VoiceEdge {
  bool starts = false;
  std::size_t at = 0;  ///< canonical samples since the beginning: the first sample of what is voiced, or the one after the last
  friend bool operator==(const VoiceEdge&, const VoiceEdge&) = default;
};

/// Where speech starts and stops in one stream. One thread at a time.
class VoiceActivity {
 public:
  /// @throws Error configuration for a setting out of range, not_found where Silero's model is not installed.
  explicit VoiceActivity(const VoiceSettings& settings = {});
  /// With a judge of one's own, under that name; edges stand where its frames lie.
  VoiceActivity(std::unique_ptr<FrameJudge> judge, VoiceTiming timing, std::string name);
  ~VoiceActivity();
  VoiceActivity(VoiceActivity&&) noexcept;
  VoiceActivity& operator=(VoiceActivity&&) noexcept;

  /// Any count of samples; how a stream is cut changes nothing. A start is told `onset` after it, a stop `hangover` after it.
  std::vector<VoiceEdge> feed(SampleView samples);
  /// The stop of speech that was going on at the end.
  std::vector<VoiceEdge> finish();
  bool speaking() const { return speaking_; }
  /// Nobody speaks, and what sounds now may turn out to be speech: not for longer than 0.4 s.
  bool may_be_starting() const;
  /// What the next frame is judged by.
  void prefetch_all() const;
  /// Sample after the last voiced one so far.
  std::size_t last_voiced_end() const { return last_voiced_end_; }
  /// Detector, version and rule, as results name it: "webrtc/0.3 mode 2, onset 60 ms, hangover 300 ms, frames of 20 ms, edges/1
  /// in steps of 4 ms".
  const std::string& name() const { return name_; }

 private:
  void judge_frame(SampleView frame, std::vector<VoiceEdge>& edges);
  std::optional<VoiceEdge> start();
  VoiceEdge stop();

  std::unique_ptr<FrameJudge> judge_;
  std::unique_ptr<internal::EdgeFinder> fine_;  ///< null: edges stand where frames lie
  bool by_noise_ = false;                       ///< what does not exceed the noise beneath it is not voiced, whatever the engine says
  bool speaking_ = false;
  std::size_t frame_, frames_to_start_, frames_to_stop_;
  Samples waiting_;
  std::size_t at_ = 0;               ///< first sample of the next frame
  std::size_t run_ = 0;              ///< voiced frames before speech, unvoiced ones within it, without a break
  std::size_t last_frame_end_ = 0;   ///< after the last voiced frame
  std::size_t last_voiced_end_ = 0;  ///< after the last sound in it
  std::size_t edge_ = 0;             ///< the last one that was told
  std::string name_;
};

}  // namespace antiphon::audio
