#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/protocol/layercode/authorisation.hpp"
#include "antiphon/protocol/layercode/javascript_json.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"
#include "antiphon/protocol/layercode/signature.hpp"
#include "antiphon/protocol/layercode/webhook.hpp"

namespace antiphon::layercode {
namespace {

using testing::HasSubstr;

std::string again(std::string_view text) { return javascript_json(parse_json(text)); }

std::string complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    return error.message();
  }
  return "none";
}

// Each expectation is what `node -p 'JSON.stringify(JSON.parse(…))'` prints.
TEST(JavascriptJson, NumbersAreAsJavascriptWritesThem_GYM9) {
  EXPECT_EQ(again("[45.0, 1e21, 1e20, -0, -0.0, 0.1, 1e-6, 1e-7, 1.5e-7, 123456789012345680000]"),
            "[45,1e+21,100000000000000000000,0,0,0.1,0.000001,1e-7,1.5e-7,123456789012345680000]");
  EXPECT_EQ(again("[9007199254740993, 18446744073709551615, -9007199254740993, 1e300, 5e-324, 1.7976931348623157e308]"),
            "[9007199254740992,18446744073709552000,-9007199254740992,1e+300,5e-324,1.7976931348623157e+308]");
  EXPECT_EQ(again("[3.14, 100, 1234.5678, 0.30000000000000004, 12.5e3, 2.5e25]"), "[3.14,100,1234.5678,0.30000000000000004,12500,2.5e+25]");
}

TEST(JavascriptJson, OnlyWhatMustBeEscapedIs_GYM9) {
  EXPECT_EQ(again(R"(["\u00e9", "\/", "\u007f", "\u2028", "\b\f\n\r\t\u0001\u001f", "\"\\", "\ud83d\ude00"])"),
            "[\"\u00e9\",\"/\",\"\x7f\",\"\u2028\",\"\\b\\f\\n\\r\\t\\u0001\\u001f\",\"\\\"\\\\\",\"\U0001F600\"]");
}

TEST(JavascriptJson, KeysThatAreIndicesComeFirstInOrder_GYM9) {
  EXPECT_EQ(again(R"({"b": 1, "10": 2, "9": 3, "a": 4, "01": 5, "4294967294": 6, "4294967295": 7, "-1": 8, "b": 9})"),
            R"({"9":3,"10":2,"4294967294":6,"b":9,"a":4,"01":5,"4294967295":7,"-1":8})");
}

Webhook message_hook() {
  return {.event = MessageEvent{.turn_id = "t2", .text = "Where is it?\n", .interruption = InterruptionContext{true, 3, "Your parcel left", "t1"}},
          .session_id = "s1",
          .conversation_id = "c1",
          .custom_metadata = {{"seat", 4.0}}};
}

TEST(LayercodeWebhooks, ABodyIsWhatJsonStringifyMakesOfIt_GYM9) {
  const auto body = write_webhook(message_hook());
  EXPECT_EQ(body, R"({"type":"message","session_id":"s1","conversation_id":"c1","turn_id":"t2","text":"Where is it?\n",)"
                  R"("interruption_context":{"previous_turn_interrupted":true,"words_heard":3,"text_heard":"Your parcel left","assistant_turn_id":"t1"},)"
                  R"("custom_metadata":{"seat":4}})");
  EXPECT_EQ(again(body), body);
}

TEST(LayercodeWebhooks, AllKindsComeBackAsTheyWere_GYM9) {
  const std::vector<WebhookEvent> events{SessionStartEvent{"t1"}, message_hook().event, DataEvent{"t3", {{"cart", {1, 2}}}},
                                         SessionUpdateEvent{.recording_status = "failed", .error_message = "no room"},
                                         SessionEndEvent{.agent_id = "a",
                                                         .started_at = "2026-01-01T00:00:00.000Z",
                                                         .ended_at = "2026-01-01T00:00:09.500Z",
                                                         .duration_ms = 9500,
                                                         .transcription_seconds = 1.25,
                                                         .tts_seconds = 2,
                                                         .latency_ms = 120,
                                                         .transcript = {{"user", "hi", 1767225600000}}}};
  for (const auto& event : events) {
    const auto body = write_webhook({event, "s1", "c1", {}, {}});
    const auto read = read_webhook(body);
    EXPECT_EQ(read.event.index(), event.index());
    EXPECT_EQ(write_webhook(read), body);
  }
}

TEST(LayercodeWebhooks, StrictBackendsGetATextInEach_GYM9) {
  const auto body = write_webhook({SessionEndEvent{}, "s", "c", {}, {}}, {.text_in_every = true});
  EXPECT_THAT(body, HasSubstr(R"("text":"")"));
  EXPECT_THAT(body, HasSubstr(R"("turn_id":"")"));
  EXPECT_THAT(write_webhook(message_hook(), {.text_in_every = true}), HasSubstr(R"("text":"Where is it?\n")"));
}

TEST(LayercodeWebhooks, AreReadInTheSpellingOfEarlierPlatformsToo_GYM9) {
  const auto read = read_webhook(R"({"type":"SESSION_START","connection_id":"old","turn_id":"t1"})");
  EXPECT_EQ(type_of(read.event), "session.start");
  EXPECT_EQ(turn_of(read.event), "t1");
  EXPECT_EQ(read.session_id, "old");
  EXPECT_EQ(type_of(read_webhook(R"({"type":"session.sneeze"})").event), "session.sneeze");
}

TEST(LayercodeWebhooks, BadOnesNameWhatIsWrong_GYM9) {
  EXPECT_THAT(complaint([] { read_webhook("{"); }), HasSubstr("a webhook is no JSON"));
  EXPECT_THAT(complaint([] { read_webhook(R"({"type":"session.start"})"); }), HasSubstr("has no turn_id"));
  EXPECT_THAT(complaint([] { read_webhook(R"({"type":"message","turn_id":"t"})"); }), HasSubstr("has no text"));
  EXPECT_THAT(complaint([] { read_webhook(R"({"type":"session.end","transcript":{}})"); }), HasSubstr("a list"));
}

// The digest: printf '1700000000.{"type":"message"}' | openssl dgst -sha256 -hmac whsec_test
constexpr std::string_view signed_body = R"({"type":"message"})";
constexpr std::int64_t signed_at = 1'700'000'000;

TEST(LayercodeSignature, IsTheHmacOfTimeAndRawBody_GYM9) {
  EXPECT_EQ(sign_webhook("whsec_test", signed_body, signed_at), "t=1700000000,v1=b5a5a118d074b69f8a85f23636afec5635cd26bc3a1e8cacb7f0430275a9a7d1");
}

TEST(LayercodeSignature, HoldsForTheBytesTheSecretAndTheTimeAlone_GYM9) {
  using enum SignatureVerdict;
  const auto header = sign_webhook("whsec_test", signed_body, signed_at);
  const auto verdict = [](std::string_view value, std::string_view secret, std::string_view body, std::int64_t now) {
    return check_signature(value, secret, body, now);
  };
  EXPECT_EQ(verdict(header, "whsec_test", signed_body, signed_at), good);
  EXPECT_EQ(verdict(header, "whsec_test", signed_body, signed_at + 300), good);
  EXPECT_EQ(verdict(header, "whsec_test", signed_body, signed_at - 300), good);
  EXPECT_EQ(verdict(header, "whsec_test", signed_body, signed_at + 301), stale);
  EXPECT_EQ(verdict(header, "whsec_test", signed_body, signed_at - 301), stale);
  EXPECT_EQ(verdict(header, "whsec_test", R"({"type":"message" })", signed_at), wrong);
  EXPECT_EQ(verdict(header, "whsec_other", signed_body, signed_at), wrong);
  EXPECT_EQ(verdict("t=1700000001" + header.substr(12), "whsec_test", signed_body, signed_at), wrong);
}

TEST(LayercodeSignature, WhatIsNoneIsTold_GYM9) {
  using enum SignatureVerdict;
  const std::string digest(64, 'a');
  for (const auto& header :
       {std::string("v1=" + digest), std::string("t=,v1=" + digest), std::string("t=12x,v1=" + digest), std::string("t=12,v1=aa"),
        std::string("t=12,v1=" + std::string(64, 'g')), std::string("t=99999999999999999999,v1=" + digest), std::string("t=-1,v1=" + digest)})
    EXPECT_EQ(check_signature(header, "s", "", 12), malformed) << header;
  EXPECT_EQ(check_signature("", "s", "", 12), missing);
  EXPECT_EQ(check_signature("t=9223372036854775807,v1=" + digest, "s", "", -5), stale);
}

TEST(LayercodeReplies, EachIsReadAndWrittenAsDocumented_GYM9) {
  for (const std::string text : {R"({"type":"response.tts","content":"Hello","turn_id":"t1"})", R"({"type":"response.data","content":{"a":1},"turn_id":"t1"})",
                                 R"({"type":"response.end","turn_id":"t1"})", R"({"type":"response.end"})", R"({"type":"response.hangup"})",
                                 R"({"type":"response.error","error":"it broke"})"})
    EXPECT_EQ(write_reply_event(read_reply_event(text)), "data: " + text + "\n\n");
}

TEST(LayercodeReplies, WhatIsUnknownOrHasNoTypeIsNoError_GYM9) {
  EXPECT_EQ(std::get<UnknownMessage>(read_reply_event(R"({"textToBeShown":"x"})")).type, "");
  EXPECT_EQ(std::get<UnknownMessage>(read_reply_event(R"({"type":"response.wave"})")).type, "response.wave");
  EXPECT_EQ(std::get<ReplyError>(read_reply_event(R"({"type":"response.error","error":{"message":"x"}})")).error, R"({"message":"x"})");
  EXPECT_THAT(complaint([] { read_reply_event("[DONE]"); }), HasSubstr("is no JSON"));
  EXPECT_THAT(complaint([] { read_reply_event(R"({"type":"response.tts"})"); }), HasSubstr("has no content"));
}

TEST(LayercodeAuthorisation, BothSpellingsAreRead_GYM9) {
  const auto snake = read_authorise_reply(R"({"client_session_key":"k","conversation_id":"c","config":{"vad":{}}})");
  const auto camel = read_authorise_reply(R"({"clientSessionKey":"k","conversationId":"c"})");
  const auto old = read_authorise_reply(R"({"client_session_key":"k","session_id":"c"})");
  for (const auto& reply : {snake, camel, old}) {
    EXPECT_EQ(reply.client_session_key, "k");
    EXPECT_EQ(reply.conversation_id, "c");
  }
  EXPECT_TRUE(snake.config.contains("vad"));
  EXPECT_EQ(read_authorise_request(R"({"agentId":"a","conversationId":"c","customMetadata":{"x":1}})").agent_id, "a");
  EXPECT_EQ(read_authorise_request(R"({"pipeline_id":"p"})").agent_id, "p");
}

TEST(LayercodeAuthorisation, WhatIsMissingIsNamed_GYM9) {
  EXPECT_THAT(complaint([] { read_authorise_reply(R"({"conversation_id":"c"})"); }), HasSubstr("has no client_session_key"));
  EXPECT_THAT(complaint([] { read_authorise_reply(R"({"client_session_key":"k"})"); }), HasSubstr("has no conversation_id"));
  EXPECT_THAT(complaint([] { read_authorise_reply("<html>"); }), HasSubstr("is no JSON"));
  EXPECT_THAT(complaint([] { read_authorise_request(R"({"custom_headers":[]})"); }), HasSubstr("custom_headers"));
}

TEST(LayercodeAuthorisation, ARequestComesBackAsItWas_GYM9) {
  const AuthoriseRequest request{.agent_id = "a",
                                 .conversation_id = "c",
                                 .metadata = {{"m", 1}},
                                 .custom_metadata = {{"u", "v"}},
                                 .custom_headers = {{"X-A", "1"}},
                                 .sdk_version = "2.8.10",
                                 .config = {{"vad", json::object{}}}};
  EXPECT_EQ(write_authorise_request(read_authorise_request(write_authorise_request(request))), write_authorise_request(request));
  EXPECT_EQ(write_authorise_reply(read_authorise_reply(R"({"client_session_key":"k","conversation_id":"c"})")),
            R"({"client_session_key":"k","conversation_id":"c"})");
}

}  // namespace
}  // namespace antiphon::layercode
