#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "antiphon/base/random.hpp"
#include "antiphon/net/sse.hpp"

namespace antiphon::net {
namespace {

std::string any_stream(RandomStream& random) {
  static const std::vector<std::string> pieces{"data: a", "data:", "data", "event: x",     "id: 1", "id: a\0b", ": note", "\n",
                                               "\r",      "\r\n",  "\n\n", "\xEF\xBB\xBF", "é",     "retry: 3", "dat"};
  std::string stream;
  for (auto i = random.below(40); i > 0; --i) stream += pieces[random.below(pieces.size())];
  return stream;
}

std::vector<std::string> events_of(std::string_view stream, const std::function<std::size_t()>& chunk) {
  SseParser parser;
  std::vector<std::string> events;
  while (!stream.empty()) {
    const auto size = std::min(chunk(), stream.size());
    parser.feed(stream.substr(0, size));
    stream.remove_prefix(size);
    while (const auto event = parser.next()) events.push_back(event->event + '|' + event->id + '|' + event->data);
  }
  return events;
}

TEST(ServerSentEvents, HowAStreamIsCutChangesNothing_TRN4) {
  std::size_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    RandomStream random(seed);
    const auto stream = any_stream(random);
    const auto whole = events_of(stream, [&] { return stream.size(); });
    seen += whole.size();
    ASSERT_EQ(events_of(stream, [] { return std::size_t{1}; }), whole) << "seed " << seed;
    ASSERT_EQ(events_of(stream, [&] { return 1 + random.below(9); }), whole) << "seed " << seed;
  }
  EXPECT_GT(seen, 1000U) << "the streams must hold events";
}

}  // namespace
}  // namespace antiphon::net
