#include "antiphon/audio/vad/voice_activity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "antiphon/audio/vad/internal/edges.hpp"
#include "antiphon/audio/vad/internal/judges.hpp"
#include "antiphon/audio/vad/silero.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/prefetch.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::audio {

namespace {

constexpr std::array engines{VoiceEngine::energy, VoiceEngine::webrtc, VoiceEngine::silero};

void require(double value, double low, double high, const char* what) {
  if (!(value >= low && value <= high)) throw Error(ErrorKind::configuration, fmt::format("voice detector: {} is {} to {}, not {}", what, low, high, value));
}

std::unique_ptr<FrameJudge> make_judge(const VoiceSettings& settings) {
  switch (settings.engine) {
    case VoiceEngine::energy:
      require(settings.energy_rms, 1, 32767, "the RMS");
      require(settings.energy_over_noise, 0, 100, "the factor over noise");
      return internal::make_energy_judge(settings.energy_rms, settings.energy_over_noise);
    case VoiceEngine::webrtc: require(settings.webrtc_mode, 0, 3, "the mode"); return internal::make_webrtc_judge(settings.webrtc_mode);
    case VoiceEngine::silero:
      require(settings.silero_on, 0, 1, "the probability of a start");
      require(settings.silero_off, 0, settings.silero_on, "the probability of a stop");
      return make_silero_judge(installed_silero(), settings.silero_on, settings.silero_off);
  }
  throw Error(ErrorKind::internal, "no such voice detector");
}

std::string name_of(const VoiceSettings& settings) {
  switch (settings.engine) {
    case VoiceEngine::energy: return fmt::format("energy/2 rms {} over noise {}", settings.energy_rms, settings.energy_over_noise);
    case VoiceEngine::webrtc: return fmt::format("webrtc/0.3 mode {}", settings.webrtc_mode);
    case VoiceEngine::silero: return fmt::format("silero/6.2.3 on {} off {}", settings.silero_on, settings.silero_off);
  }
  return "";
}

std::size_t frames_in(std::chrono::milliseconds time, std::size_t frame) { return std::max<std::size_t>(1, (samples_in(time) + frame - 1) / frame); }

}  // namespace

std::string_view to_string(VoiceEngine engine) {
  switch (engine) {
    case VoiceEngine::energy: return "energy";
    case VoiceEngine::webrtc: return "webrtc";
    case VoiceEngine::silero: return "silero";
  }
  return "";
}

VoiceEngine voice_engine_from(std::string_view name) {
  for (const auto engine : engines)
    if (to_string(engine) == name) return engine;
  throw Error(ErrorKind::configuration, fmt::format("{} is no voice detector: there are energy, webrtc and silero", quote(name)));
}

VoiceActivity::VoiceActivity(const VoiceSettings& settings) : VoiceActivity(make_judge(settings), settings.timing, name_of(settings)) {
  if (!settings.fine_edges) return;
  by_noise_ = settings.engine != VoiceEngine::energy;
  fine_ = std::make_unique<internal::EdgeFinder>(samples_in(std::max(settings.timing.onset, settings.timing.hangover)) + 2 * frame_);
  name_ += fmt::format(", edges/1 in steps of {} ms", internal::EdgeFinder::block * 1000 / canonical_rate_hz);
}

VoiceActivity::VoiceActivity(std::unique_ptr<FrameJudge> judge, VoiceTiming timing, std::string name) : judge_(std::move(judge)), frame_(judge_->frame()) {
  require(static_cast<double>(timing.onset.count()), 10, 1000, "the onset in ms");
  require(static_cast<double>(timing.hangover.count()), 10, 5000, "the hangover in ms");
  frames_to_start_ = frames_in(timing.onset, frame_);
  frames_to_stop_ = frames_in(timing.hangover, frame_);
  name_ =
      fmt::format("{}, onset {} ms, hangover {} ms, frames of {} ms", name, timing.onset.count(), timing.hangover.count(), frame_ * 1000 / canonical_rate_hz);
}

VoiceActivity::~VoiceActivity() = default;
VoiceActivity::VoiceActivity(VoiceActivity&&) noexcept = default;
VoiceActivity& VoiceActivity::operator=(VoiceActivity&&) noexcept = default;

std::vector<VoiceEdge> VoiceActivity::feed(SampleView samples) {
  std::vector<VoiceEdge> edges;
  while (!samples.empty()) {
    // A frame that comes whole is judged where it lies.
    const bool whole = waiting_.empty() && samples.size() >= frame_;
    const auto part = samples.first(whole ? frame_ : std::min(samples.size(), frame_ - waiting_.size()));
    samples = samples.subspan(part.size());
    if (whole) {
      judge_frame(part, edges);
      continue;
    }
    waiting_.insert(waiting_.end(), part.begin(), part.end());
    if (waiting_.size() == frame_) judge_frame(waiting_, edges), waiting_.clear();
  }
  return edges;
}

void VoiceActivity::judge_frame(SampleView frame, std::vector<VoiceEdge>& edges) {
  bool voiced = judge_->voiced(frame);
  if (fine_) fine_->feed(frame);
  const auto from = std::exchange(at_, at_ + frame_);
  const auto end = fine_ && speaking_ ? fine_->voiced_until(from) : at_;
  if (end == from && by_noise_) voiced = false;
  if (voiced) last_frame_end_ = at_, last_voiced_end_ = std::max(last_voiced_end_, end);
  run_ = voiced == speaking_ ? 0 : run_ + 1;
  if (run_ < (speaking_ ? frames_to_stop_ : frames_to_start_)) return;
  if (const auto edge = speaking_ ? stop() : start()) {
    edges.push_back(*edge);
    run_ = 0;
  }
}

std::optional<VoiceEdge> VoiceActivity::start() {
  const auto decided = at_ - run_ * frame_;
  const auto found = fine_ ? fine_->start(decided, edge_) : decided;
  if (!found && by_noise_) return std::nullopt;
  edge_ = found.value_or(decided);
  speaking_ = true;
  return VoiceEdge{true, edge_};
}

VoiceEdge VoiceActivity::stop() {
  edge_ = fine_ ? fine_->end(last_frame_end_, edge_) : last_frame_end_;
  last_voiced_end_ = edge_;
  speaking_ = false;
  return {false, edge_};
}

void VoiceActivity::prefetch_all() const {
  prefetch(judge_.get(), 96);
  if (fine_) fine_->prefetch_next();
}

bool VoiceActivity::may_be_starting() const { return !speaking_ && ((run_ > 0 && run_ <= frames_to_start_) || (fine_ && fine_->sounding())); }

std::vector<VoiceEdge> VoiceActivity::finish() {
  waiting_.clear();
  if (!speaking_) return {};
  return {stop()};
}

}  // namespace antiphon::audio
