#include "antiphon/scenario/voice/turn_text.hpp"

#include "antiphon/base/text.hpp"

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
  ended_.push_back(std::exchange(now_, {}));
  settled_.clear();
}

std::string TurnText::take() {
  if (!ended_.empty()) {
    auto text = std::move(ended_.front());
    ended_.pop_front();
    return text;
  }
  settled_.clear();
  return std::exchange(now_, {});
}

}  // namespace antiphon::voice
