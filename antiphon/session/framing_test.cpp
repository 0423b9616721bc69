#include "antiphon/session/framing.hpp"

#include <gmock/gmock.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon::session {
namespace {

using ::testing::ElementsAre;

std::string framed(std::string_view message) {
  const auto header = frame_header(message.size());
  return std::string(header.data(), header.size()) + std::string(message);
}

std::vector<std::string> read_in_slices(std::string_view bytes, std::size_t slice) {
  FrameReader reader;
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < bytes.size(); at += slice) {
    reader.add(bytes.substr(at, slice));
    while (auto message = reader.next()) messages.push_back(*message);
  }
  EXPECT_EQ(reader.unfinished(), 0U);
  return messages;
}

TEST(Frames, LengthIsFourBytesMostSignificantFirst_SES3) {
  EXPECT_EQ(framed("hello"), std::string("\0\0\0\5hello", 9));
  EXPECT_EQ(framed(std::string(0x010203, 'x')).substr(0, 4), std::string("\0\1\2\3", 4));
}

TEST(Frames, ComeOutWholeHoweverTheyWereCut_SES3) {
  const auto bytes = framed("one") + framed("") + framed(std::string(300, 'z')) + framed("last");
  for (std::size_t slice = 1; slice <= bytes.size(); ++slice)
    EXPECT_THAT(read_in_slices(bytes, slice), ElementsAre("one", "", std::string(300, 'z'), "last")) << slice;
}

TEST(Frames, TheLimitItselfFitsAndOneByteMoreDoesNot_SES3) {
  EXPECT_EQ(read_in_slices(framed(std::string(frame_limit, 'x')), 65536).at(0).size(), frame_limit);
  EXPECT_THROW(frame_header(frame_limit + 1), Error);
  FrameReader reader;
  reader.add(std::string("\0\x10\0\1", 4));
  EXPECT_THROW(reader.next(), Error);
  reader.add("more");
  EXPECT_THROW(reader.next(), Error) << "where the next one begins is unknown";
}

TEST(Frames, WhatIsAnotherProtocolIsNamed_SES3) {
  for (const auto& [bytes, says] : {std::pair{"HTTP/1.1 400", "HTTP"}, std::pair{"\x16\x03\x01\x02\x00", "TLS"}}) {
    FrameReader reader;
    reader.add(bytes);
    try {
      reader.next();
      FAIL() << bytes;
    } catch (const Error& error) {
      EXPECT_THAT(error.hint(), ::testing::HasSubstr(says));
    }
  }
}

TEST(Frames, AnUnfinishedOneIsCounted_SES3) {
  FrameReader reader;
  reader.add(framed("hello").substr(0, 6));
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.unfinished(), 6U);
}

}  // namespace
}  // namespace antiphon::session
