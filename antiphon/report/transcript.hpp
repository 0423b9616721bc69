#pragma once

#include <map>
#include <string>
#include <vector>

#include "antiphon/report/terminal.hpp"
#include "antiphon/result/events.hpp"

namespace antiphon {

/// The conversations as they happen (SCN-73), one prefix per scenario where several run.
///
/// A tool call is told together with its result. One thread at a time.
class Transcript {
 public:
  /// @param width lines wrap under themselves at so many columns; 0: they do not.
  Transcript(const Style& style, int width, bool prefixed) : style_(style), width_(width), prefixed_(prefixed) {}

  /// What an event adds to the output; may be empty.
  std::string lines(const MessageAdded& event);
  std::string lines(const VerdictGiven& event);
  /// Only one that does not hold.
  std::string lines(const CheckEvaluated& event);
  std::string lines(const FaultAudited& event);
  /// Calls that never got a result.
  std::string close(const std::string& id);

 private:
  struct Call {
    std::string label;
    ToolCall call;
    double time_s = 0;
  };

  int indent(const std::string& label) const;
  std::string row(const std::string& label, double time_s, std::string_view role, std::string_view code, std::string_view text) const;
  std::string call_text(const ToolCall& call) const;
  std::string tool_result(const MessageAdded& event);

  const Style& style_;
  int width_;
  bool prefixed_;
  std::map<std::string, std::vector<Call>> open_;  ///< by run
};

}  // namespace antiphon
