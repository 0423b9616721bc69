#pragma once

#include <string>

#include "antiphon/chat/history.hpp"

namespace antiphon {

/// The conversation as a judge reads it: one line per message, `[index] role: "text"`, tool calls and results included. Grows with the
/// history; what was written once is not written again.
class JudgeTranscript {
 public:
  /// @param messages the whole history; it may only have grown since the last call, unless `forget` came between.
  const std::string& view(const History& messages);
  void forget();

 private:
  std::string text_;
  std::size_t seen_ = 0;
};

/// One line of it, without the line break.
std::string transcript_line(std::size_t index, const Message& message, const History& messages);

}  // namespace antiphon
