#include "antiphon/gateway/speaking/output.hpp"

#include <algorithm>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/rough_time.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::size_t frame_samples = agent_rate_hz / 50;
constexpr Duration player_buffer = std::chrono::milliseconds(60);  // so late a frame may come

Duration length_of(std::size_t samples) { return std::chrono::nanoseconds(static_cast<std::int64_t>(samples) * 1'000'000'000 / agent_rate_hz); }

/// Whole frames, so that what follows is cut as what came before.
std::size_t samples_of(Duration length) { return static_cast<std::size_t>(std::max<std::int64_t>(0, length / frame_length)) * frame_samples; }

Duration expected_length(const SpokenSentence& sentence) { return std::max(length_of(sentence.samples().size()), sentence.expected_length()); }

/// The words of a text that were heard when so much of its audio was played.
std::string words_within(const std::string& text, double share) {
  const auto end = std::min(text.size(), static_cast<std::size_t>(static_cast<double>(text.size()) * share));
  if (end == text.size()) return text;
  const auto space = text.rfind(' ', end);
  return space == std::string::npos ? "" : text.substr(0, space);
}

/// Rings no more at the end of a scope.
struct Forgotten {
  std::optional<ScopedAlarm>& alarm;
  ~Forgotten() { alarm.reset(); }
};

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
  more_.beat(), changed_.beat();
}

bool Output::has_frame() {
  while (!sentences_.empty() && sentences_.front().sentence->whole() && sentences_.front().sent >= sentences_.front().sentence->samples().size())
    sentences_.pop_front();
  if (sentences_.empty()) return false;
  const auto& [sentence, sent] = sentences_.front();
  return sentence->whole() || sentence->samples().size() - sent >= frame_samples;
}

Task<> Output::pump() {
  const Forgotten forgotten{alarm_};
  for (;;) {
    if (!has_frame()) {
      do {
        changed_.beat();  // whoever waits for silence counts on the clock from here
        co_await more_.wait();
      } while (!has_frame());
      if (clock_.now() > heard_all_at()) begin_stretch();
    }
    // A frame leaves a little after its time, the next one at its own: else the delays would add up.
    if (is_late()) begin_stretch();
    if (next_due() > clock_.now()) {
      wake_at(next_due());
      co_await due_.wait();
      continue;  // it may have been held back meanwhile
    }
    co_await send_frame();
  }
}

bool Output::is_late() const { return clock_.now() > heard_all_at() + player_buffer; }

void Output::begin_stretch() { stretch_ = clock_.now(), sent_ = {}; }

void Output::wake_at(Clock::Time due) {
  alarm_.emplace(clock_, due, [this] { go_on(); });
}

/// The frames of a sentence follow each other without the task: in a thousand calls it would be woken fifty thousand times a second.
void Output::go_on() {
  alarm_.reset();
  while (has_frame() && sentences_.front().sent > 0 && !is_late()) {
    const auto count = frames_at_once();
    const auto due = next_due() + static_cast<std::int64_t>(count - 1) * frame_length;
    if (due > clock_.now()) return wake_at(roughly(clock_, due));
    if (!send_frames_now(count)) break;
  }
  due_.beat();
}

audio::SampleView Output::next_frame(audio::Samples& padded) const {
  const auto& [sentence, sent] = sentences_.front();
  const auto rest = audio::SampleView(sentence->samples()).subspan(sent);
  if (rest.size() >= frame_samples) return rest.first(frame_samples);
  padded.assign(rest.begin(), rest.end());
  padded.resize(frame_samples);
  return padded;
}

void Output::count_frame() {
  auto& [sentence, sent] = sentences_.front();
  if (sent == 0) {
    sent_sentences_.push_back({sentence, heard_all_at(), {}});
    if (!first_heard_at_) first_heard_at_ = heard_all_at();
  }
  const auto size = std::min(frame_samples, sentence->samples().size() - sent);
  if (on_frame_) on_frame_(audio::SampleView(sentence->samples()).subspan(sent, size), heard_all_at());
  sent += size;
  sent_ += frame_length, turn_sent_ += frame_length;
  sent_sentences_.back().length += length_of(size);
}

std::size_t Output::frames_at_once() const {
  const auto& [sentence, sent] = sentences_.front();
  return std::clamp<std::size_t>((sentence->samples().size() - sent) / frame_samples, 1, caller_.frames_together());
}

bool Output::send_frames_now(std::size_t count) {
  audio::Samples padded;
  const auto& [sentence, sent] = sentences_.front();
  const auto frames = count == 1 ? next_frame(padded) : audio::SampleView(sentence->samples()).subspan(sent, count * frame_samples);
  if (!caller_.send_audio_now(frames)) return false;
  for (std::size_t i = 0; i < count; ++i) count_frame();
  return true;
}

Task<> Output::send_frame() {
  const auto spoken = sentences_.front().sentence;  // which may be dropped while this waits
  audio::Samples padded;
  const auto view = next_frame(padded);
  const audio::Samples frame(view.begin(), view.end());  // more may be added meanwhile, which moves the rest
  const bool first = sentences_.front().sent == 0;
  const auto offset = turn_sent_;
  count_frame();
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
  settle();  // seconds of audio, which an idle call would hold
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
  for (const auto& sent : sent_sentences_)
    held_.push_back({sent.sentence, samples_of(std::clamp<Duration>(played_until() - sent.begins, Duration{0}, sent.length))});
  for (const auto& queued : sentences_)
    if (held_.empty() || held_.back().sentence != queued.sentence) held_.push_back({queued.sentence});
  sentences_.clear();
  holding_ = true;
  begin_stretch();
  changed_.beat();
  co_await caller_.clear(deadline);
}

void Output::resume() {
  for (auto& held : held_) held.sent = 0;
  resume_where_heard();
}

void Output::resume_where_heard() {
  sent_sentences_.clear();
  sentences_ = std::exchange(held_, {});
  stretch_ = clock_.now(), sent_ = {};
  // What was heard of the first counts as if it had just been played.
  if (!sentences_.empty() && sentences_.front().sent > 0) {
    const auto heard = length_of(sentences_.front().sent);
    sent_sentences_.push_back({sentences_.front().sentence, clock_.now() - player_lag_ - heard, heard});
  }
  holding_ = false;
  more_.beat(), changed_.beat();
}

std::string_view Output::sentence_under_way() const {
  if (!held_.empty()) return held_.front().sentence->text();
  std::string_view heard;  // what left may be ahead of what is heard
  for (const auto& sent : sent_sentences_)
    if (heard.empty() || sent.begins <= played_until()) heard = sent.sentence->text();
  return heard;
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
