#pragma once

#include <string>
#include <vector>

#include "antiphon/providers/llm/cassette/call_request.hpp"
#include "antiphon/providers/llm/cassette/cassette_line.hpp"

namespace antiphon {

/// Writes the lines of a cassette in their order: each refers to what it shares with an earlier one of its attempt.
class LineWriter {
 public:
  /// With a line break. `call.request` is not looked at.
  std::string write(RecordedCall call, CallRequest request);
  /// A line that stands in the file already.
  void know(const RecordedCall& call, CallRequest request);

 private:
  struct Known {
    std::string kind, role, key;
    int attempt;
    CallRequest request;
  };
  const Known* nearest(const RecordedCall& call, const CallRequest& request) const;

  std::vector<Known> known_;
};

}  // namespace antiphon
