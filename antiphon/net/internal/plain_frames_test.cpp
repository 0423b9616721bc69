#include "antiphon/net/internal/plain_frames.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::net {
namespace {

constexpr std::size_t no_limit = std::size_t(1) << 40;

struct Taken {
  std::optional<PlainFrame> frame;
  std::string bytes;  ///< afterwards
};

Taken take(std::string bytes, bool masked, std::size_t limit = no_limit) {
  auto kept = std::make_unique<std::string>(std::move(bytes));
  const auto frame = take_plain_frame(*kept, masked, limit);
  return {frame, *kept};
}

std::string frame_of(const WsMessage& message, bool masked) { return std::string(plain_frames_of({&message, 1}, masked)); }

TEST(PlainFrames, AMessageIsReadAsItWasWritten_TRN4) {
  for (const bool masked : {false, true})
    for (const std::size_t size : {0, 1, 125, 126, 160, 65535, 65536})
      for (const auto& message : {WsMessage::binary(std::string(size, '\xA7')), WsMessage::text(std::string(size, 'x'))}) {
        auto bytes = frame_of(message, masked) + "behind";
        const auto frame = take_plain_frame(bytes, masked, no_limit);
        if (size > 65535) {
          EXPECT_FALSE(frame) << "so long a message is not plain";
          continue;
        }
        ASSERT_TRUE(frame) << size;
        EXPECT_EQ(frame->type, message.type);
        EXPECT_EQ(frame->payload, message.data);
        EXPECT_EQ(bytes.substr(frame->size), "behind");
      }
}

TEST(PlainFrames, TwoMasksAreNotTheSame_TRN4) {
  const auto message = WsMessage::binary(std::string(160, '\0'));
  EXPECT_NE(frame_of(message, true), frame_of(message, true));
}

TEST(PlainFrames, WhatIsNotPlainIsLeftAsItIs_TRN4) {
  const auto masked = frame_of(WsMessage::binary("abcdef"), true), bad_text = [] {
    auto bytes = frame_of(WsMessage::binary("ab\xFF"), true);
    bytes[0] = '\x81';
    return bytes;
  }();
  for (const auto& [bytes, is_masked] :
       std::vector<std::pair<std::string, bool>>{{"", false},
                                                 {"\x82", false},
                                                 {std::string("\x82\x7e\x00", 3), false},
                                                 {"\x82\x05"
                                                  "four",
                                                  false},                                       // not all there
                                                 {"\x02\x01x", false},                          // the first of several frames
                                                 {"\x80\x01x", false},                          // the last of them
                                                 {"\xC2\x01x", false},                          // compressed
                                                 {"\x89\x01x", false},                          // a ping
                                                 {"\x88\x02\x03\xE8", false},                   // a goodbye
                                                 {std::string("\x82\x7e\x00\x01x", 5), false},  // a length that is longer than it has to be
                                                 {"\x81\x01\xFF", false},                       // no UTF-8
                                                 {bad_text, true},
                                                 {"\x82\x01x", true},  // no mask
                                                 {masked, false},
                                                 {masked.substr(0, masked.size() - 1), true}}) {
    const auto [frame, after] = take(bytes, is_masked);
    EXPECT_FALSE(frame) << ::testing::PrintToString(bytes);
    EXPECT_EQ(after, bytes);
  }
  EXPECT_TRUE(take(masked, true, 6).frame);
  EXPECT_FALSE(take(masked, true, 5).frame) << "over the limit";
}

TEST(FrameBoundaries, AreBetweenMessagesHoweverTheStreamIsCut_TRN4) {
  const std::vector<std::pair<std::string, bool>> pieces{{frame_of(WsMessage::binary(std::string(300, 'a')), true), true},
                                                         {"\x01\x03one", false},  // its message goes on
                                                         {"\x89\x02hi", false},   // a ping within it
                                                         {"\x80\x03two", true},
                                                         {std::string("\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x02no", 12), true},
                                                         {std::string("\x8A\x00", 2), true}};
  for (std::size_t step = 1; step < 20; ++step) {
    FrameBoundaries boundaries;
    EXPECT_TRUE(boundaries.between_messages());
    for (const auto& [bytes, whole] : pieces) {
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        if (at > 0) EXPECT_FALSE(boundaries.between_messages()) << at << " of " << ::testing::PrintToString(bytes);
        boundaries.feed(std::string_view(bytes).substr(at, step));
      }
      EXPECT_EQ(boundaries.between_messages(), whole) << ::testing::PrintToString(bytes);
    }
  }
}

}  // namespace
}  // namespace antiphon::net
