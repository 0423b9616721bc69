#include "antiphon/base/base64.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

TEST(Base64, IsWhatTheRfcSays) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, IsReadBackWithAndWithoutPadding) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    EXPECT_EQ(decode_base64(encode_base64(all)), all);
  }
  EXPECT_EQ(decode_base64("Zg"), "f");
  for (const auto* text : {"Z", "Zg!", "Z g=", "Zm9vY"}) EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace antiphon
