#include "antiphon/scenario/voice/turn_text.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::voice {

namespace {

// Pieces of a streamed text bring their own spaces; sentences do not.
void append(std::string& text, const std::string& piece) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n'; };
  const bool sentence = !text.empty() && (text.back() == '.' || text.back() == '?' || text.back() == '!') && !piece.empty() && !is_space(piece.front());
  if (sentence) text += ' ';
  text += piece;
}

}  // namespace

void TurnText::add(const AgentTranscript& piece) {
  if (piece.whole) {
    now_ = settled_;
    append(now_, piece.text);
  } else {
    append(now_, piece.text);
  }
  if (piece.final || !piece.whole) settled_ = now_;
}

void TurnText::end_of_turn() {
  if (std::exchange(end_may_follow_, false) && now_.empty()) return;
  ended_.push_back(std::exchange(now_, {}));
  settled_.clear();
}

void TurnText::dropped(std::size_t turns) {
  if (!now_.empty()) {
    end_of_turn();
    end_may_follow_ = true;
  }
  while (!ended_.empty() && taken_ + ended_.size() > turns) ended_.pop_back();
}

void TurnText::begin_turn(std::size_t turns) {
  dropped(turns);
  while (taken_ + ended_.size() < turns) ended_.emplace_back();
}

std::string_view TurnText::of(std::size_t later) const {
  if (later < ended_.size()) return ended_[later];
  return later == ended_.size() ? std::string_view(now_) : std::string_view();
}

std::string TurnText::take() {
  ++taken_;
  last_had_ended_ = !ended_.empty();
  if (last_had_ended_) {
    auto text = std::move(ended_.front());
    ended_.pop_front();
    return text;
  }
  settled_.clear();
  return std::exchange(now_, {});
}

void TurnText::put_back(std::string text) {
  --taken_;
  if (last_had_ended_ || !text.empty()) ended_.push_front(std::move(text));
}

std::string_view first_words(std::string_view text, std::size_t count) {
  constexpr std::string_view space = " \t\n\v\f\r";
  std::size_t end = 0;
  for (std::size_t words = 0; words < count; ++words) {
    const auto begin = text.find_first_not_of(space, end);
    if (begin == std::string_view::npos) break;
    end = std::min(text.find_first_of(space, begin), text.size());
  }
  return text.substr(0, end);
}

}  // namespace antiphon::voice
