#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/dialogue/policy_book.hpp"
#include "antiphon/gateway/speaking/sentence_flush.hpp"

namespace {

using namespace antiphon::gateway;

void check(const std::vector<std::string>& sentences) {
  for (const auto& sentence : sentences)
    if (sentence.empty() || sentence.find('\n') != std::string::npos || plain_words(sentence).empty()) __builtin_trap();
}

std::string without_marks(std::string_view text, std::size_t chunk) {
  Speakable speakable;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += chunk) out += speakable.push(text.substr(at, chunk));
  return out + speakable.finish();
}

}  // namespace

// Any bytes as an answer in tokens of any size: lines with something to say, the same text however Markdown is cut, and no wait without an
// end, also where it is hurried.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t chunk = 1 + data[0] % 16;
  if (without_marks(text, chunk) != without_marks(text, text.size() + 1)) __builtin_trap();
  SentenceFlush flush(built_in_policy()->find("en-US").rules, {.sentences = data[0] / 32});
  antiphon::Clock::Time now{0};
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    now += std::chrono::milliseconds(data[0]);
    check(flush.push(text.substr(at, chunk), now));
    if (at / chunk % 4 == 3) check(flush.hurry(now));
    if (flush.due()) check(flush.poll(*flush.due()));
    if (flush.due()) __builtin_trap();
  }
  check(flush.finish());
  return 0;
}
