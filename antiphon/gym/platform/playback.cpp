#include "antiphon/gym/platform/playback.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"

namespace antiphon::gym {

namespace {

// What people speak takes about so long, while its audio is not all there.
constexpr Duration per_byte = std::chrono::milliseconds(65);

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t end_of_words(std::string_view text, std::int64_t count) {
  std::size_t end = 0, at = 0;
  for (; count > 0 && at < text.size(); --count) {
    while (at < text.size() && is_space(text[at])) ++at;
    while (at < text.size() && !is_space(text[at])) ++at;
    end = at;
  }
  return end;
}

}  // namespace

std::string first_words(std::string_view text, std::int64_t count) { return std::string(trim(text.substr(0, end_of_words(text, count)))); }

std::string words_behind(std::string_view text, std::int64_t count) {
  const auto rest = text.substr(end_of_words(text, count));
  return {std::ranges::find_if_not(rest, is_space), rest.end()};
}

void Playback::add_sentence(std::string text, bool spoken) { sentences_.push_back({std::move(text), spoken, !spoken}); }

void Playback::sent(Duration length, Clock::Time now) {
  while (current_ < sentences_.size() && sentences_[current_].whole) ++current_;
  const auto begins = std::max(until_, now);
  until_ = begins + length;
  if (current_ == sentences_.size()) return;
  auto& pieces = sentences_[current_].pieces;
  if (!pieces.empty() && pieces.back().begins + pieces.back().length == begins)
    pieces.back().length += length;
  else
    pieces.push_back({begins, length});
}

void Playback::finish_sentence() {
  while (current_ < sentences_.size() && sentences_[current_].whole) ++current_;
  if (current_ < sentences_.size()) sentences_[current_].whole = true;
}

double Playback::share_heard(const Sentence& sentence, Clock::Time now) {
  if (!sentence.spoken) return 1;
  Duration heard{0}, length{0};
  for (const auto& piece : sentence.pieces) {
    heard += std::clamp(now - piece.begins, Duration{0}, piece.length);
    length += piece.length;
  }
  if (!sentence.whole) length = std::max<Duration>(length, static_cast<std::int64_t>(sentence.text.size()) * per_byte);
  return length > Duration{0} ? static_cast<double>(heard.count()) / static_cast<double>(length.count()) : 0;
}

HeardWords Playback::heard(Clock::Time now) const {
  std::string text;
  std::int64_t words = 0;
  for (const auto& sentence : sentences_) {
    const auto count = static_cast<std::int64_t>(count_words(sentence.text));
    const auto heard = static_cast<std::int64_t>(share_heard(sentence, now) * static_cast<double>(count));
    words += heard;
    text += sentence.text;
    if (heard < count) break;  // what comes later has not begun
  }
  return {words, first_words(text, words)};
}

}  // namespace antiphon::gym
