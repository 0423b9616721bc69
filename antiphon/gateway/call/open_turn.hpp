#pragma once

#include <string>
#include <vector>

#include "antiphon/gateway/dialogue/dialogue.hpp"

namespace antiphon::gateway {

/// A turn that is being answered.
struct OpenTurn {
  std::vector<std::string> sentences{};  ///< of the answer, so far
  bool whole = false;                    ///< no other will come; else what was said so far is not worth saying again
  AfterAnswer after = AfterAnswer::go_on;
};

}  // namespace antiphon::gateway
