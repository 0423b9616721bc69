#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/scenario/judge/call_timeline.hpp"
#include "antiphon/scenario/judge/judge_transcript.hpp"
#include "antiphon/trace/digest.hpp"

namespace antiphon {

/// What a judge decides on: the transcript, and the digest of the run's spans where there is one. Each that is larger than the threshold is
/// shown as its structure alone, with tools to look into it (SCN-52).
class CaseFile {
 public:
  /// @param spans nullptr: no digest. @param token_threshold of either part, in estimated tokens.
  CaseFile(std::shared_ptr<const trace::Recorder> spans, std::size_t token_threshold);

  /// Reads on to `messages` and to the spans of now.
  void update(const History& messages);
  /// The timeline of a call, whole; none where it is empty.
  void update(std::span<const VoiceEvent> timeline) { timeline_ = timeline_text(timeline); }
  /// History was cut back.
  void forget() { transcript_.forget(); }
  /// All of it, as a model reads it.
  std::string text() const;

  bool transcript_is_folded() const;
  bool digest_is_folded() const;
  bool is_folded() const { return transcript_is_folded() || digest_is_folded(); }
  /// For what is folded.
  std::vector<Tool> tools() const;
  /// What a call of one of these tools finds; nullopt for a call of another tool. A mistake in the call is explained to the model.
  std::optional<std::string> look_up(const ToolCall& call) const;

 private:
  JudgeTranscript transcript_;
  std::optional<trace::Digest> digest_;
  std::string timeline_;
  std::size_t token_threshold_;
  bool begun_ = false;
};

/// `expand_transcript`, `grep_transcript`, `expand_trace`, `grep_trace`.
bool is_discovery_tool(std::string_view name);

/// What one call of a judge has looked up, and how often it may still.
class Inquiry {
 public:
  Inquiry(const CaseFile& file, int steps) : file_(file), steps_left_(steps) {}

  bool may_look() const { return steps_left_ > 0 && file_.is_folded(); }
  /// It looked as often as it may and came to no decision by itself.
  bool exhausted() const { return looked_ && steps_left_ == 0; }
  /// Answers the discovery calls of `message` at the end of `request`: one step. False where there are none, or none is allowed.
  bool look_up(ChatRequest& request, const Message& message);
  /// All that was found so far as plain text, for a request in which these tools are no longer offered. Empty where nothing was asked.
  const std::string& found() const { return found_; }

 private:
  const CaseFile& file_;
  int steps_left_;
  bool looked_ = false;
  std::string found_;
};

}  // namespace antiphon
