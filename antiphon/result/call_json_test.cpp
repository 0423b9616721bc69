#include "antiphon/result/call_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/result/sample_test.hpp"

namespace antiphon {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

ScenarioResult reread(const ScenarioResult& result) { return parse_batch(serialize(batch_of({result}))).scenarios.at(0); }

TEST(CallJson, EveryMemberComesBack_VOX3_PRD63) {
  const auto again = reread(full());
  ASSERT_TRUE(again.call);
  EXPECT_EQ(to_json(*again.call), to_json(full_call()));
  EXPECT_EQ(again.recording_file, "calls/1.wav");
  EXPECT_EQ(again.call->utterances.at(1).keys, "42#");
  EXPECT_EQ(again.call->turns.at(0).ending, TurnEnding::tail_silence);
  EXPECT_EQ(again.call->turns.at(0).received_start, std::chrono::milliseconds(2400));
  EXPECT_EQ(again.call->interruptions.at(0).achieved, std::chrono::milliseconds(1000));
  EXPECT_EQ(again.call->events.at(0).args, full_call().events.at(0).args);
}

TEST(CallJson, TimesComeBackToTheNanosecond_VOX3) {
  CallRecord call{.duration = std::chrono::hours(3) + Duration(1)};
  call.user_voiced = {{Duration(123456789), Duration(10000000000007)}};
  auto result = full();
  result.call = std::make_shared<const CallRecord>(call);
  const auto again = reread(result);
  EXPECT_EQ(again.call->duration, call.duration);
  EXPECT_EQ(again.call->user_voiced.at(0).end, Duration(10000000000007));
}

TEST(CallJson, ATextRunHasNone_PRD63) {
  auto result = full();
  result.call = nullptr;
  EXPECT_EQ(to_json(result).count("voice"), 0U);
  EXPECT_FALSE(reread(result).call);
}

TEST(CallJson, SaysWhereACallIsBroken_PRD63) {
  const auto refusal = [](std::string_view pointer, json::value wrong) {
    auto value = json::value(to_json(batch_of({full()})));
    boost::system::error_code error;
    *value.find_pointer(pointer, error) = std::move(wrong);
    batch_from_json(value);
  };
  EXPECT_THAT([&] { refusal("/scenarios/0/voice/call/turns/0/ending", "never"); }, ThrowsMessage<Error>(HasSubstr("voice/call/turns/0/ending is")));
  EXPECT_THAT([&] { refusal("/scenarios/0/voice/call/duration_s", 1e300); }, ThrowsMessage<Error>(HasSubstr("duration_s is no time of a call")));
  EXPECT_THAT([&] { refusal("/scenarios/0/voice/call/user_voiced/0", json::array{1}); }, ThrowsMessage<Error>(HasSubstr("is no pair of times")));
}

}  // namespace
}  // namespace antiphon
