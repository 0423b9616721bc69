#include "antiphon/net/sse.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {

bool operator==(const ServerSentEvent& a, const ServerSentEvent& b) { return a.event == b.event && a.data == b.data && a.id == b.id; }
void PrintTo(const ServerSentEvent& e, std::ostream* out) { *out << "{" << e.event << "|" << e.data << "|" << e.id << "}"; }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ServerSentEvent> events_of(std::string_view text, std::size_t chunk = std::string_view::npos) {
  SseParser parser;
  std::vector<ServerSentEvent> events;
  for (std::size_t i = 0; i < text.size(); i += std::min(chunk, text.size() - i)) {
    parser.feed(text.substr(i, chunk));
    while (auto event = parser.next()) events.push_back(*event);
  }
  return events;
}

ServerSentEvent data(std::string text) { return {"", std::move(text), ""}; }

TEST(SseParser, CutsEventsAtBlankLines) { EXPECT_THAT(events_of("data: a\n\ndata: b\n\n"), ElementsAre(data("a"), data("b"))); }

TEST(SseParser, GivesTheSameEventsForAnyChunkingAndAnyLineEnd) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    std::string text = "\xEF\xBB\xBF";
    for (const std::string line : {": hello", "event: token", "data: one", "data: two", "id: 7", "", "data:three", "", "retry: 10", "data", ""})
      text += line + end;
    for (std::size_t chunk = 1; chunk <= text.size(); ++chunk)
      EXPECT_THAT(events_of(text, chunk),
                  ElementsAre(ServerSentEvent{"token", "one\ntwo", "7"}, ServerSentEvent{"", "three", "7"}, ServerSentEvent{"", "", "7"}))
          << "chunks of " << chunk << ", lines end with " << testing::PrintToString(end);
  }
}

TEST(SseParser, AnEventIsThereAtItsLastCarriageReturn) { EXPECT_THAT(events_of("data: a\r\n\r"), ElementsAre(data("a"))); }

TEST(SseParser, MixedLineEndsAreOneLineEndEach) { EXPECT_THAT(events_of("data: a\rdata: b\ndata: c\r\n\n"), ElementsAre(data("a\nb\nc"))); }

TEST(SseParser, OnlyOneSpaceAfterTheColonIsTakenOff) { EXPECT_THAT(events_of("data:  a \n\n"), ElementsAre(data(" a "))); }

TEST(SseParser, AnEventWithoutItsBlankLineIsNeverGiven) { EXPECT_THAT(events_of("data: a\n\ndata: lost\n"), ElementsAre(data("a"))); }

TEST(SseParser, ABlockWithoutDataIsNoEventAndItsNameIsForgotten) {
  EXPECT_THAT(events_of("event: ping\n\ndata: a\n\n"), ElementsAre(data("a")));
  EXPECT_THAT(events_of(": only a comment\n\n"), IsEmpty());
}

TEST(SseParser, AnIdWithANulAndUnknownFieldsAreIgnored) {
  EXPECT_THAT(events_of(std::string_view("id: a\0b\nunknown: x\nDATA: y\ndata: z\n\n", 36)), ElementsAre(data("z")));
}

TEST(SseParser, AByteOrderMarkCountsOnlyAtTheStart) {
  EXPECT_THAT(events_of("data: a\n\n\xEF\xBB\xBF"
                        "data: b\n\ndata: c\n\n"),
              ElementsAre(data("a"), data("c")));
}

TEST(SseParser, ALargeEventArrivesWhole) {
  const std::string large(8 * 1024 * 1024, 'x');
  EXPECT_THAT(events_of("data: " + large + "\n\ndata: a\n\n", 4096), ElementsAre(data(large), data("a")));
}

TEST(SseParser, AnEventOverTheLimitIsRefusedBeforeItEnds) {
  const std::string line = "data: " + std::string(1024 * 1024, 'x') + "\n";
  const auto feed_many = [&](std::string_view piece) {
    SseParser parser;
    for (int i = 0; i < 20; ++i) {
      parser.feed(piece);
      parser.next();
    }
  };
  const auto is_too_large = testing::ThrowsMessage<Error>("a server-sent event is over the limit of 16777216 bytes");
  EXPECT_THAT([&] { feed_many(line); }, is_too_large);                           // many lines
  EXPECT_THAT([&] { feed_many(std::string(1024 * 1024, 'x')); }, is_too_large);  // one line
}

}  // namespace
}  // namespace antiphon::net
