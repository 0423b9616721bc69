// Whatever the bytes, the events are the same in one piece as cut anywhere.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "antiphon/net/sse.hpp"

namespace {

using antiphon::net::ServerSentEvent;
using antiphon::net::SseParser;

void take(SseParser& parser, std::vector<ServerSentEvent>& events) {
  while (auto event = parser.next()) events.push_back(*event);
}

bool same(const ServerSentEvent& a, const ServerSentEvent& b) { return a.event == b.event && a.data == b.data && a.id == b.id; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::size_t chunk = 1 + bytes[0] % 16;
  SseParser whole, cut;
  std::vector<ServerSentEvent> expected, seen;
  whole.feed(text);
  take(whole, expected);
  for (std::size_t i = 0; i < text.size(); i += chunk) {
    cut.feed(text.substr(i, chunk));
    take(cut, seen);
  }
  if (!std::equal(expected.begin(), expected.end(), seen.begin(), seen.end(), same)) std::abort();
  return 0;
}
