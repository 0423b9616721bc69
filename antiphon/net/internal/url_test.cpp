#include "antiphon/net/internal/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string message_of(std::string_view text) {
  try {
    parse_url(text);
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing was thrown";
}

TEST(Url, HasThePartsOfAnAddress) {
  const auto url = parse_url("https://API.Example.com/v1/chat?model=a%20b#part");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "api.example.com");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.target, "/v1/chat?model=a%20b");
  EXPECT_EQ(url.authority(), "api.example.com");
  EXPECT_EQ(url.place(), "api.example.com:443");
}

TEST(Url, AnEmptyPathIsTheRoot) {
  EXPECT_EQ(parse_url("http://localhost:8080").target, "/");
  EXPECT_EQ(parse_url("http://localhost:8080?x").target, "/?x");
}

TEST(Url, AnIpv6AddressKeepsItsBracketsOnTheWireOnly) {
  const auto url = parse_url("http://[::1]:8080/");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.authority(), "[::1]:8080");
}

TEST(Url, CredentialsAreDecodedAndNotPartOfThePlace) {
  const auto url = parse_url("http://me:p%40ss@host/");
  EXPECT_EQ(url.user_info, "me:p@ss");
  EXPECT_EQ(url.place(), "host:80");
}

TEST(Url, WhatIsNoAddressIsRefusedWithAReasonAndWithoutItsCredentials) {
  for (const std::string_view text : {"", "localhost:8080", "ftp://host/", "http://", "http://host:0/", "http://host:70000/", "http://a b/", "//host/"})
    EXPECT_THAT(message_of(text), HasSubstr("is no address to connect to: ")) << text;
  EXPECT_THAT(message_of("ftp://me:secret@host/"), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace antiphon::net
