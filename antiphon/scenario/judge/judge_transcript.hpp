#pragma once

#include <span>
#include <string>

#include "antiphon/chat/history.hpp"

namespace antiphon {

/// The conversation as a judge reads it: one line per message, `[index] role: "text"`, tool calls and results included; or its structure
/// alone, `[index] role [calls a, b] (about 120 tokens)`. Grows with the history; what was written once is not written again.
class JudgeTranscript {
 public:
  /// Reads on. @param messages the whole history; it may only have grown since the last call, unless `forget` came between.
  void update(const History& messages);
  void forget();

  const std::string& full() const { return full_; }
  const std::string& outline() const { return outline_; }
  /// Whole messages. @return text for the model, bounded; what is no index of a message is said to be none.
  std::string expand(std::span<const long> indices) const;
  /// The lines that a pattern (PCRE2, ignoring case; plain text where it is no pattern) matches.
  std::string grep(const std::string& pattern) const;

 private:
  History messages_;
  std::string full_, outline_;
};

/// One line of it, without the line break. @param value_limit bytes of one text; what is cut off is told by the whole length.
std::string transcript_line(std::size_t index, const Message& message, const History& messages, std::size_t value_limit = 4000);

}  // namespace antiphon
