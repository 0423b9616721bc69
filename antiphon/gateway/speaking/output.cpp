#include "antiphon/gateway/speaking/output.hpp"

#include <algorithm>

#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t frame_samples = agent_rate_hz / 50;

Duration length_of(std::size_t samples) { return std::chrono::nanoseconds(static_cast<std::int64_t>(samples) * 1'000'000'000 / agent_rate_hz); }

/// How long a sentence that is not synthesised whole will be, at the pace at which people speak.
Duration expected_length(const SpokenSentence& sentence) {
  constexpr auto per_character = std::chrono::milliseconds(65);
  return std::max<Duration>(length_of(sentence.samples().size()), sentence.text().size() * per_character);
}

/// The words of a text that were heard when so much of its audio was played.
std::string words_within(const std::string& text, double share) {
  const auto end = std::min(text.size(), static_cast<std::size_t>(static_cast<double>(text.size()) * share));
  if (end == text.size()) return text;
  const auto space = text.rfind(' ', end);
  return space == std::string::npos ? "" : text.substr(0, space);
}

void append_words(std::string& text, const std::string& more) {
  if (more.empty()) return;
  if (!text.empty()) text += ' ';
  text += more;
}

}  // namespace

bool Output::Sent::all_heard(Clock::Time now) const { return sentence->whole() && length >= length_of(sentence->samples().size()) && now >= begins + length; }

void Output::begin_turn(int turn) {
  drop();
  settle();
  turn_ = turn;
  told_ = {};
  sent_sentences_.clear();
  turn_sent_ = {};
  first_heard_at_.reset();
}

void Output::queue(std::shared_ptr<SpokenSentence> sentence) {
  (holding_ ? held_ : sentences_).push_back({std::move(sentence)});
  changed_.beat();
}

bool Output::has_frame() {
  while (!sentences_.empty() && sentences_.front().sentence->whole() && sentences_.front().sent >= sentences_.front().sentence->samples().size())
    sentences_.pop_front();
  if (sentences_.empty()) return false;
  const auto& [sentence, sent] = sentences_.front();
  return sentence->whole() || sentence->samples().size() - sent >= frame_samples;
}

Task<> Output::pump() {
  for (;;) {
    while (!has_frame()) {
      changed_.beat();  // whoever waits for silence counts on the clock from here
      co_await changed_.wait();
    }
    if (const auto now = clock_.now(); now > heard_all_at()) stretch_ = now, sent_ = {};
    if (const auto due = heard_all_at() + frame_length - caller_.ahead(); due > clock_.now()) {
      co_await clock_.sleep_until(due);
      continue;  // it may have been held back meanwhile
    }
    co_await send_frame();
  }
}

Task<> Output::send_frame() {
  auto& [sentence, sent] = sentences_.front();
  const auto spoken = sentence;
  if (sent == 0) {
    sent_sentences_.push_back({spoken, heard_all_at(), {}});
    if (!first_heard_at_) first_heard_at_ = heard_all_at();
  }
  const auto size = std::min(frame_samples, spoken->samples().size() - sent);
  audio::Samples frame(spoken->samples().begin() + static_cast<std::ptrdiff_t>(sent), spoken->samples().begin() + static_cast<std::ptrdiff_t>(sent + size));
  frame.resize(frame_samples);
  const bool first = sent == 0;
  const auto offset = turn_sent_;
  sent += size;
  sent_ += frame_length, turn_sent_ += frame_length;
  sent_sentences_.back().length += length_of(size);
  const auto deadline = Deadline::after(clock_, std::chrono::seconds(5));
  const auto stops = stops_;
  if (first)
    co_await caller_.event({{"type", "agent.text"},
                            {"turn", spoken->turn()},
                            {"text", spoken->text()},
                            {"offset_ms", std::chrono::duration_cast<std::chrono::milliseconds>(offset).count()}},
                           deadline);
  if (stops != stops_) co_return;  // while the words were on their way the audio was stopped
  co_await caller_.send_audio(frame, deadline);
}

Task<> Output::wait_until_idle() {
  while (busy() || holding_) {
    if (sentences_.empty() && !holding_)
      co_await clock_.sleep_until(silent_at());
    else
      co_await changed_.wait();
  }
}

void Output::settle() {
  while (!sent_sentences_.empty() && sent_sentences_.front().all_heard(played_until())) {
    append_words(told_.text, sent_sentences_.front().sentence->text());
    told_.length += sent_sentences_.front().length;
    sent_sentences_.pop_front();
  }
}

Heard Output::heard() const {
  auto heard = told_;
  for (const auto& sent : sent_sentences_) {
    const auto length = std::clamp<Duration>(played_until() - sent.begins, Duration{0}, sent.length);
    heard.length += length;
    append_words(heard.text, sent.all_heard(played_until())
                                 ? sent.sentence->text()
                                 : words_within(sent.sentence->text(),
                                                std::chrono::duration<double>(length) / std::chrono::duration<double>(expected_length(*sent.sentence))));
  }
  return heard;
}

Task<> Output::hold(Deadline deadline) {
  settle();
  ++stops_;
  held_.clear();
  for (const auto& sent : sent_sentences_) held_.push_back({sent.sentence});
  for (const auto& queued : sentences_)
    if (held_.empty() || held_.back().sentence != queued.sentence) held_.push_back({queued.sentence});
  sentences_.clear();
  holding_ = true;
  stretch_ = clock_.now(), sent_ = {};
  changed_.beat();
  co_await caller_.clear(deadline);
}

void Output::resume() {
  sent_sentences_.clear();
  sentences_ = std::exchange(held_, {});
  holding_ = false;
  changed_.beat();
}

void Output::keep_current() {
  held_.clear();
  holding_ = false;
  const bool begun = !sentences_.empty() && sentences_.front().sent > 0;
  if (sentences_.size() > (begun ? 1U : 0U)) sentences_.erase(sentences_.begin() + (begun ? 1 : 0), sentences_.end());
  changed_.beat();
}

void Output::drop() {
  ++stops_;
  sentences_.clear();
  held_.clear();
  holding_ = false;
  changed_.beat();
}

void Output::played(int turn, Duration length) {
  if (turn != turn_ || !first_heard_at_) return;
  // What we would say was heard, were the player as quick as we think.
  player_lag_ = {};
  player_lag_ = std::max<Duration>(heard().length - length, Duration{0});
}

}  // namespace antiphon::gateway
