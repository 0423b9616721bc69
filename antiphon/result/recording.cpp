#include "antiphon/result/recording.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/wav_writer.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/call_json.hpp"

namespace antiphon {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = static_cast<std::size_t>(audio::canonical_rate_hz) * 10;

std::string absolute(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

/// What both sides say in a piece of the call: mixed, or user left and agent right.
audio::Samples both(const audio::Samples& user, const audio::Samples& agent, bool stereo) {
  if (stereo) return audio::interleave(user, agent);
  const std::array<audio::Placed, 2> parts{audio::Placed{user}, audio::Placed{agent}};
  return audio::mix(parts);
}

std::string file_of(std::size_t index, const VoiceRecording::Segment& segment) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(segment.start).count();
  return fmt::format("segments/{:02}-{}-{:04}ms.wav", index, audio::to_string(segment.speaker), ms);
}

json::object manifest_entry(std::size_t index, const VoiceRecording::Segment& segment) {
  json::object entry{{"idx", index},
                     {"file", file_of(index, segment)},
                     {"role", audio::to_string(segment.speaker)},
                     {"start_time", to_seconds(segment.start)},
                     {"end_time", to_seconds(segment.end)},
                     {"duration", to_seconds(segment.end - segment.start)}};
  entry["transcript"] = segment.transcript ? json::value(*segment.transcript) : json::value(nullptr);
  entry["transcript_truncated"] = segment.transcript_truncated;
  return entry;
}

void append_user(const CallRecord& call, std::vector<VoiceRecording::Segment>& segments) {
  for (const auto& utterance : call.utterances) {
    if (!utterance.sent || utterance.voiced.empty()) continue;
    VoiceRecording::Segment segment{.speaker = audio::Speaker::user, .start = utterance.start, .end = utterance.end};
    if (!utterance.text.empty()) segment.transcript = utterance.text;
    segments.push_back(std::move(segment));
  }
}

void append_agent(const CallRecord& call, std::vector<VoiceRecording::Segment>& segments) {
  for (const auto& turn : call.turns) {
    if (turn.voiced.empty()) continue;
    VoiceRecording::Segment segment{.speaker = audio::Speaker::agent, .start = turn.start, .end = turn.end, .transcript_truncated = turn.transcript_truncated};
    if (!turn.transcript.empty()) segment.transcript = turn.transcript;
    segments.push_back(std::move(segment));
  }
}

}  // namespace

VoiceRecording::VoiceRecording(std::shared_ptr<const CallTracks> tracks, const CallRecord& call)
    : tracks_(std::move(tracks)), timeline_(call.events), duration_(audio::duration_of(std::max(tracks_->user.size(), tracks_->agent.size()))) {
  append_user(call, segments_);
  append_agent(call, segments_);
  std::ranges::sort(segments_, {}, [](const Segment& segment) { return std::pair(segment.start, segment.speaker); });
}

audio::Samples VoiceRecording::track(audio::Speaker speaker, Duration from, Duration length) const {
  const auto& store = speaker == audio::Speaker::user ? tracks_->user : tracks_->agent;
  return store.read(audio::samples_in(from), audio::samples_in(length));
}

audio::AudioSegment VoiceRecording::segment(std::size_t index) const {
  const auto& segment = segments_.at(index);
  return {.speaker = segment.speaker,
          .start = segment.start,
          .end = segment.end,
          .samples = track(segment.speaker, segment.start, segment.end - segment.start),
          .transcript = segment.transcript,
          .transcript_truncated = segment.transcript_truncated};
}

// WAV grows block by block, so that an hour costs no more memory than a minute; the other formats are coded whole.
void VoiceRecording::save(const std::string& path, bool stereo) const {
  const auto target = absolute(path);
  const auto kind = audio::file_kind_of(target);
  const int channels = stereo ? 2 : 1;
  const auto frames = std::max(tracks_->user.size(), tracks_->agent.size());
  const auto piece = [&](std::size_t at) {
    auto user = tracks_->user.read(at, block);
    auto agent = tracks_->agent.read(at, block);
    user.resize(std::min(block, frames - at)), agent.resize(user.size());
    return both(user, agent, stereo);
  };
  if (kind == audio::FileKind::wav) {
    audio::WavWriter writer(target, channels);
    for (std::size_t at = 0; at < frames; at += block) writer.append(piece(at));
    return;
  }
  audio::Samples whole;
  for (std::size_t at = 0; at < frames; at += block) {
    const auto samples = piece(at);
    whole.insert(whole.end(), samples.begin(), samples.end());
  }
  audio::write_audio_file(target, whole, channels);
}

void VoiceRecording::save_segments(const std::string& folder, bool manifest) const {
  const fs::path target(absolute(folder));
  std::error_code failure;
  fs::create_directories(target / "segments", failure);
  if (failure) throw Error(ErrorKind::io, fmt::format("{}: cannot be made: {}", (target / "segments").string(), failure.message()));
  json::array segments, events;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    audio::write_audio_file((target / file_of(i, segments_[i])).string(), segment(i).samples);
    segments.push_back(manifest_entry(i, segments_[i]));
  }
  save((target / "full.wav").string());
  if (!manifest) return;
  for (const auto& event : timeline_) events.push_back(to_json(event));
  const json::object all{{"generated_at", utc_now()},
                         {"duration", to_seconds(duration_)},
                         {"segment_count", segments_.size()},
                         {"segments", std::move(segments)},
                         {"events", std::move(events)}};
  write_file_atomically((target / "manifest.json").string(), json::serialize(all) + "\n");
}

}  // namespace antiphon
