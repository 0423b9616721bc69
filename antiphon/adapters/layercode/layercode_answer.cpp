#include "antiphon/adapters/layercode/layercode_answer.hpp"

#include <algorithm>
#include <variant>

namespace antiphon {

bool LayercodeAnswer::has_turn(const std::string& id) const { return std::ranges::find(turn_ids, id) != turn_ids.end(); }

void LayercodeEar::take(layercode::ServerMessage message, Clock::Time now) {
  std::visit([&](auto& what) { on(std::move(what), now); }, message);
}

void LayercodeEar::begin_answer(bool by_text) {
  by_text_ = by_text;
  answers_.emplace_back();
  final_.clear(), interim_.clear(), pieces_.clear();
  await_another();
}

void LayercodeEar::await_another() {
  begun_ = sounded_ = worded_ = false;
  new_turn_ = !answers_.back().text.empty();
  deltas_.clear();
  ended_at_.reset();
}

// A turn that is not known belongs to now: some platforms name none, and ids are theirs to choose.
LayercodeAnswer& LayercodeEar::answer_of(const std::string& turn_id) {
  if (!turn_id.empty())
    for (std::size_t i = answers_.size() - 1; i-- > 0;)
      if (answers_[i].has_turn(turn_id)) return answers_[i];
  auto& current = answers_.back();
  if (!turn_id.empty() && !current.has_turn(turn_id)) {
    current.turn_ids.push_back(turn_id);
    new_turn_ = !current.text.empty();
  }
  return current;
}

/// Whether it belongs to the answer that is awaited.
bool LayercodeEar::touch(LayercodeAnswer& answer, Clock::Time now) {
  if (!answer.first_event) answer.first_event = now;
  if (&answer != &answers_.back()) return false;
  begun_ = true;
  last_event_ = now;
  return true;
}

void LayercodeEar::on(layercode::TurnStart start, Clock::Time now) {
  if (start.role == layercode::Role::user) {
    if (!by_text_) stop_playing(now);
    return;
  }
  if (&answer_of(start.turn_id) != &answers_.back()) return;
  new_turn_ = !answers_.back().text.empty();
  begun_ = true;
  sounded_ = worded_ = false;
  deltas_.clear();
  ended_at_.reset();
  last_event_ = now;
}

void LayercodeEar::on(const layercode::TurnEnd& end, Clock::Time now) {
  if (end.role == layercode::Role::assistant && begun_) last_event_ = now;
}

void LayercodeEar::on(layercode::ResponseAudio audio, Clock::Time now) {
  auto samples = audio::samples_from_bytes(audio.bytes);
  if (samples.empty()) return;
  auto& answer = answer_of(audio.turn_id);
  const auto begins = std::max(now, heard_until_);
  if (!answer.first_sound) answer.first_sound = now, answer.heard_from = begins;
  heard_until_ = begins + audio::duration_of(samples.size(), layercode::response_rate_hz);
  answer.sounds.push_back({std::make_shared<const audio::Samples>(std::move(samples)), begins});
  if (touch(answer, now)) last_sound_ = now, sounded_ = true;
}

void LayercodeEar::on(layercode::ResponseText text, Clock::Time now) {
  if (text.content.empty()) return;
  if (!text.delta && text.content == deltas_) return;  // the whole once more, after its pieces
  auto& answer = answer_of(text.turn_id);
  if (text.delta) deltas_ += text.content;
  if (new_turn_ && &answer == &answers_.back() && !answer.text.empty()) answer.text += ' ';
  new_turn_ = false;
  answer.text += text.content;
  if (touch(answer, now)) last_text_ = now, worded_ = true;
}

void LayercodeEar::on(layercode::ResponseData data, Clock::Time now) {
  auto& answer = answer_of(data.turn_id);
  answer.data.push_back(std::move(data.content));
  touch(answer, now);
}

void LayercodeEar::on(const layercode::ResponseEnd& end, Clock::Time now) {
  tells_end_ = true;
  if (&answer_of(end.turn_id) != &answers_.back()) return;
  begun_ = true;
  last_event_ = now;
  ended_at_ = now;
}

void LayercodeEar::on(const layercode::UserTranscript& heard, Clock::Time) {
  using Kind = layercode::UserTranscript::Kind;
  if (heard.kind == Kind::interim) {
    interim_ = heard.content;
    return;
  }
  interim_.clear();
  if (heard.kind == Kind::delta) return pieces_.push_back(heard.content);
  if (!final_.empty() && !heard.content.empty()) final_ += ' ';
  final_ += heard.content;
  pieces_.clear();
}

void LayercodeEar::on(const layercode::UnknownMessage&, Clock::Time) { ++unknown_; }

std::optional<Clock::Time> LayercodeEar::over_at() const {
  if (!begun_) return std::nullopt;
  if (!ended_at_) {
    const auto quiet = !tells_end_ ? timing_.unknown_idle : *tells_end_ ? timing_.longest_gap : timing_.idle;
    return silent_since() + quiet;
  }
  if (by_text_ || (!sounded_ && !worded_)) return ended_at_;
  if (!sounded_) return std::max(*ended_at_, last_text_) + timing_.sound_after;
  return std::max({*ended_at_, heard_until_, last_sound_ + timing_.tail});
}

void LayercodeEar::end_by_silence() {
  if (!tells_end_) tells_end_ = false;
}

void LayercodeEar::forget_earlier() { answers_.erase(answers_.begin(), answers_.end() - 1); }

void LayercodeEar::stop_playing(Clock::Time now) {
  if (heard_until_ <= now) return;
  heard_until_ = now;
  for (auto& answer : answers_) {
    for (auto& sound : answer.sounds) {
      const auto heard = audio::samples_in(std::max<Duration>(now - sound.heard_at, Duration{0}), layercode::response_rate_hz);
      if (heard >= sound.samples->size()) continue;
      sound.samples = std::make_shared<const audio::Samples>(sound.samples->begin(), sound.samples->begin() + static_cast<std::ptrdiff_t>(heard));
    }
    std::erase_if(answer.sounds, [](const LayercodeSound& sound) { return sound.samples->empty(); });
  }
}

std::string LayercodeEar::understood() const {
  if (!final_.empty()) return final_;
  std::string all;
  for (const auto& piece : pieces_) all += (all.empty() ? "" : " ") + piece;
  return all.empty() ? interim_ : all;
}

}  // namespace antiphon
