#include "antiphon/scenario/instrument/known_agent.hpp"

#include <algorithm>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::instrument {

namespace {

constexpr std::size_t frame = 480;
constexpr std::size_t fade = 120;  // 5 ms: no click where it is cut off
constexpr double loud_dbfs = -30;

std::vector<VoicedSpan> moved(std::vector<VoicedSpan> spans, std::size_t by) {
  for (auto& span : spans) span.start += audio::duration_of(by), span.end += audio::duration_of(by);
  return spans;
}

}  // namespace

KnownAgent::KnownAgent(Clock& clock, std::shared_ptr<const KnownScript> script, const Case& line, std::shared_ptr<KnownTruth> truth)
    : clock_(clock), script_(std::move(script)), line_(line), truth_(std::move(truth)) {}

Task<AgentSignal> KnownAgent::receive(Deadline deadline) { co_return co_await signals_.pop(clock_, deadline, Error(ErrorKind::timeout, "nothing was said")); }

// Our frames leave every 20 ms from the beginning on: they are this agent's clock.
Task<> KnownAgent::send_audio(audio::AudioChunk chunk, Deadline) {
  listen(chunk.samples);
  speak();
  now_ += frame;
  co_return;
}

void KnownAgent::listen(audio::SampleView samples) {
  if (now_ < line_end_ || lines_ == script_->user.size() || std::ranges::all_of(samples, [](auto sample) { return sample == 0; })) return;
  const auto line = lines_++;
  line_end_ = now_ + script_->user[line].samples.size();
  truth_->user.push_back(moved(script_->user[line].voiced, now_));
  if (line == script_->cut) stop_at(audio::samples_in(truth_->user[line].front().start + truth_->stops_after));
  begin_answer(line);
}

void KnownAgent::begin_answer(std::size_t line) {
  const auto& answer = script_->agent[line];
  const auto at = audio::samples_in(truth_->user[line].back().end + truth_->latency[line] - answer.voiced.front().start);
  truth_->agent.push_back(moved(answer.voiced, at));
  answers_.push_back({.line = line, .at = at, .next = at / frame * frame, .end = at + answer.samples.size()});
}

// In the middle of a sound, so that there is no doubt where it ended.
std::size_t KnownAgent::loud_place(const Answer& answer, std::size_t place) const {
  const auto& speech = script_->agent[answer.line].samples;
  for (auto at = place; at + frame < answer.end; at += fade) {
    const auto from = at - answer.at;
    if (from >= frame && audio::rms_dbfs(audio::SampleView(speech).subspan(from - frame, frame)) > loud_dbfs) return at;
  }
  return place;
}

void KnownAgent::stop_at(std::size_t place) {
  if (answers_.empty()) return;
  auto& answer = answers_.back();
  place = loud_place(answer, place);
  // What was sent ahead is cleared, which happens between two frames.
  if (line_.frames_at_once > 1)
    place = (place + frame - 1) / frame * frame;
  else
    answer.end = std::min(answer.end, place);
  answer.stop = place;
  auto& spans = truth_->agent[answer.line];
  const auto end = audio::duration_of(answer.at + voiced_end(script_->agent[answer.line].samples, place - answer.at, audible_over(line_.noise_dbfs)));
  std::erase_if(spans, [&](const VoicedSpan& span) { return span.start >= end; });
  if (!spans.empty()) spans.back().end = std::min(spans.back().end, end);
  truth_->stops_after = end - truth_->user.back().front().start;
}

// What never arrives nobody can hear.
void KnownAgent::lose(const Answer& answer) {
  const auto from = audio::duration_of(answer.next), to = audio::duration_of(answer.next + frame);
  auto& spans = truth_->agent[answer.line];
  for (auto& span : spans) {
    if (from <= span.start && span.start < to) span.start = to;
    if (from < span.end && span.end <= to) span.end = from;
  }
  truth_->latency[answer.line] = spans.front().start - truth_->user[answer.line].back().end;
}

void KnownAgent::speak() {
  const bool ahead = line_.frames_at_once > 1;
  bool sent = false;
  if (!answers_.empty() && now_ >= answers_.front().at / frame * frame) {
    auto& answer = answers_.front();
    for (std::size_t i = 0; i < line_.frames_at_once && answer.next < answer.end; ++i, answer.next += frame) send(answer), sent = true;
    const auto over = answer.stop.value_or(answer.end);
    if (now_ >= over) {
      if (ahead && answer.stop) signals_.push(AgentClear{});
      answers_.pop_front();
    }
  }
  if (!sent && !script_->noise.empty()) signals_.push(AgentAudio{noise_at(now_)});
}

void KnownAgent::send(const Answer& answer) {
  if (line_.lost > 0 && loss_.uniform() < line_.lost) return lose(answer);
  signals_.push(AgentAudio{frame_of(answer)});
}

audio::Samples KnownAgent::noise_at(std::size_t place) const {
  audio::Samples samples(frame);
  if (!script_->noise.empty())
    for (std::size_t i = 0; i < frame; ++i) samples[i] = script_->noise[(place + i) % script_->noise.size()];
  return samples;
}

audio::Samples KnownAgent::frame_of(const Answer& answer) const {
  auto samples = noise_at(answer.next);
  const auto& speech = script_->sent[answer.line];
  const bool fades = answer.stop && line_.frames_at_once == 1;
  for (std::size_t i = 0; i < frame; ++i) {
    const auto place = answer.next + i;
    if (place < answer.at || place >= answer.end) continue;
    const double gain = fades ? std::min(1.0, static_cast<double>(answer.end - place) / fade) : 1;
    samples[i] = audio::to_sample(samples[i] + gain * speech[place - answer.at]);
  }
  return samples;
}

}  // namespace antiphon::instrument
