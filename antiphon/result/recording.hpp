#pragma once

#include <memory>
#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/audio/sample_store.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {

/// All that was said and heard in a call that is over: `user` as it left, `agent` as it was heard, both from the beginning of the call.
struct CallTracks {
  audio::SampleStore user, agent;
};

/// What was said and heard in a call (VOX-60): a track for each side, as long as the call, and where in it somebody spoke.
///
/// Long calls lie on disk (`SampleStore`). Used by one thread at a time; others may read the same tracks meanwhile.
class VoiceRecording {
 public:
  VoiceRecording() = default;
  VoiceRecording(std::shared_ptr<const CallTracks> tracks, const CallRecord& call);

  /// In order of start, without their audio.
  struct Segment {
    audio::Speaker speaker = audio::Speaker::user;
    Duration start{0}, end{0};
    std::optional<std::string> transcript{};
    bool transcript_truncated = false;
  };
  const std::vector<Segment>& segments() const { return segments_; }
  std::vector<Segment>& segments() { return segments_; }
  /// With its audio. @throws Error io.
  audio::AudioSegment segment(std::size_t index) const;
  const std::vector<VoiceEvent>& timeline() const { return timeline_; }
  Duration duration() const { return duration_; }
  /// So long that it lies on disk.
  bool spilled() const { return tracks_->user.spilled() || tracks_->agent.spilled(); }
  /// One side from a place on. @throws Error io.
  audio::Samples track(audio::Speaker speaker, Duration from, Duration length) const;

  /// Both sides at their real times, in the format of the suffix; the path is resolved first. Stereo: user left, agent right.
  /// @throws Error configuration for a suffix other than wav, mp3, ogg, flac; io.
  void save(const std::string& path, bool stereo = false) const;
  /// `segments/NN-role-MMMMms.wav`, `full.wav` and, unless it is not wanted, `manifest.json`. What else lies in the folder stays.
  /// @throws Error io.
  void save_segments(const std::string& folder, bool manifest = true) const;

 private:
  std::shared_ptr<const CallTracks> tracks_ = std::make_shared<const CallTracks>();
  std::vector<Segment> segments_;
  std::vector<VoiceEvent> timeline_;
  Duration duration_{0};
};

}  // namespace antiphon
