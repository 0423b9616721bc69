#include "antiphon/adapters/process_ending.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

std::string told_last_words(const ProcessEnding& ending) {
  return ending.last_words.empty() ? std::string() : "; its last words: " + quote(cut(ending.last_words, 200));
}

Task<ProcessEnding> ending_of(net::Process& process, Clock& clock) {
  ProcessEnding ending{.code = process.exit_status()};
  if (!ending.code) {
    try {
      ending.code = co_await process.wait(Deadline::after(clock, std::chrono::seconds(1)));
    } catch (const Error&) {
      // It closed its output and lives on; it is stopped at the end.
    }
  }
  ending.how = ending.code ? fmt::format("ended with exit code {}", *ending.code) : std::string("closed its output");
  ending.last_words = last_line(process.error_output());
  co_return ending;
}

}  // namespace antiphon
