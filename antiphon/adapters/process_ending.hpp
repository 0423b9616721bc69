#pragma once

#include <optional>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon {

/// How a program that answers no more came to its end.
struct ProcessEnding {
  std::optional<int> code{};  ///< nullopt: it closed its output and lives on
  std::string how{};          ///< `ended with exit code 1`, `closed its output`
  std::string last_words{};   ///< last line of its error output; empty: none
};

/// `; its last words: "KeyboardInterrupt"`, to stand behind `how`; empty where there are none.
std::string told_last_words(const ProcessEnding& ending);

/// For a program whose output has ended; waits at most a second for its exit.
Task<ProcessEnding> ending_of(net::Process& process, Clock& clock);

}  // namespace antiphon
