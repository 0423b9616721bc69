#include "antiphon/providers/llm/wire/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::wire {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const std::chrono::system_clock::time_point noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h;
const FailureContext context{.model = "openai/m", .url = "http://h/v1", .key = "sk-secret", .key_variable = "OPENAI_API_KEY"};

Error of(int status, std::string body = "", net::Headers headers = {}) {
  return failure({.status = status, .headers = std::move(headers), .body = std::move(body)}, context, noon);
}

TEST(Failure, HasTheKindOfItsStatus_SCN91) {
  EXPECT_EQ(of(400).kind(), ErrorKind::invalid_input);
  EXPECT_EQ(of(401).kind(), ErrorKind::unauthorized);
  EXPECT_EQ(of(403).kind(), ErrorKind::unauthorized);
  EXPECT_EQ(of(404).kind(), ErrorKind::not_found);
  EXPECT_EQ(of(429).kind(), ErrorKind::rate_limited);
  EXPECT_EQ(of(500).kind(), ErrorKind::unavailable);
  EXPECT_EQ(of(529).kind(), ErrorKind::unavailable);
}

TEST(Failure, SaysWhoWhatAndWhy) {
  const auto error = of(400, R"({"error":{"message":"messages is empty"}})");
  EXPECT_EQ(error.message(), "openai/m: HTTP 400: messages is empty");
  EXPECT_EQ(error.status(), 400);
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(of(401).hint(), HasSubstr("OPENAI_API_KEY"));
  EXPECT_THAT(of(404).hint(), HasSubstr("http://h/v1"));
}

TEST(Failure, NeverRepeatsTheKey) {
  const auto error = of(401, R"({"error":{"message":"Incorrect API key provided: sk-secret. sk-secret!"}})");
  EXPECT_THAT(error.message(), Not(HasSubstr("sk-secret")));
  EXPECT_THAT(error.message(), HasSubstr("provided: ***"));
}

TEST(Failure, ReadsHowLongToWait_SCN91) {
  EXPECT_EQ(of(429, "", {{"Retry-After", "2"}}).retry_after(), 2s);
  EXPECT_EQ(of(503, "", {{"retry-after", "Sun, 01 Mar 2026 12:00:20 GMT"}}).retry_after(), 20s);
  EXPECT_EQ(of(429, "", {{"retry-after", "1"}, {"retry-after-ms", "250"}}).retry_after(), 250ms);
  EXPECT_EQ(of(429).retry_after(), std::nullopt);
}

TEST(RetryAfter, TakesAPastDateForNoWaitAndGarbageForNothing) {
  EXPECT_EQ(parse_retry_after("Sun, 01 Mar 2026 11:00:00 GMT", noon), 0ns);
  EXPECT_EQ(parse_retry_after(" 0.5 ", noon), 500ms);
  for (const auto* text : {"", "soon", "-1", "nan", "inf", "2 s"}) EXPECT_EQ(parse_retry_after(text, noon), std::nullopt) << text;
}

TEST(ErrorMessage, IsFoundInTheShapesThatServersUse) {
  EXPECT_EQ(error_message(R"({"error":{"message":"no"}})"), "no");
  EXPECT_EQ(error_message(R"({"error":"no"})"), "no");
  EXPECT_EQ(error_message(R"({"message":"no"})"), "no");
  EXPECT_EQ(error_message(R"({"detail":"no"})"), "no");
  EXPECT_EQ(error_message("  no\n"), "no");
  EXPECT_LE(error_message(std::string(9000, 'x')).size(), 510U);
}

}  // namespace
}  // namespace antiphon::wire
