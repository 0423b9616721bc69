#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

namespace antiphon::layercode {
namespace {

using testing::HasSubstr;

/// What is written again after it was read is what stands in the protocol's documents.
void expect_client(const std::string& text) { EXPECT_EQ(write_client_message(read_client_message(text)), text); }
void expect_server(const std::string& text) { EXPECT_EQ(write_server_message(read_server_message(text)), text); }

template <class Read>
std::string complaint(Read read, const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::protocol);
    return error.message();
  }
  return "none";
}

TEST(LayercodeClientMessages, EachIsReadAndWrittenAsDocumented_GYM9) {
  expect_client(R"({"type":"client.ready"})");
  expect_client(R"({"type":"client.audio","content":"AAD/fw=="})");
  expect_client(R"({"type":"vad_events","event":"vad_start"})");
  expect_client(R"({"type":"vad_events","event":"vad_end"})");
  expect_client(R"({"type":"vad_events","event":"vad_model_failed"})");
  expect_client(R"({"type":"trigger.turn.start","role":"user"})");
  expect_client(R"({"type":"trigger.turn.end","role":"user"})");
  expect_client(R"({"type":"client.response.text","content":"Grüße \"x\""})");
  expect_client(R"({"type":"client.response.data","data":{"cart":[1,2]}})");
  expect_client(R"({"type":"trigger.response.audio.replay_finished","reason":"completed","turn_id":"t1"})");
  expect_client(R"({"type":"trigger.response.audio.replay_finished","reason":"interrupted"})");
  expect_client(R"({"type":"trigger.response.audio.interrupted","turn_id":"t1"})");
  expect_client(R"({"type":"client.session.update","audio_input":true,"audio_output":false})");
}

TEST(LayercodeClientMessages, AudioIsBytes_GYM9) {
  EXPECT_EQ(std::get<ClientAudio>(read_client_message(R"({"content":"AAD/fw==","type":"client.audio"})")).bytes, std::string("\0\0\xff\x7f", 4));
}

TEST(LayercodeClientMessages, UnknownTypesAndMembersAreNoErrors_GYM9) {
  EXPECT_EQ(std::get<UnknownMessage>(read_client_message(R"({"type":"client.dance","steps":4})")).type, "client.dance");
  EXPECT_EQ(std::get<ClientVad>(read_client_message(R"({"type":"vad_events","event":"vad_wobble"})")).event, ClientVad::Event::unknown);
  EXPECT_TRUE(std::holds_alternative<ClientReady>(read_client_message(R"({"type":"client.ready","event_id":"e1","more":null})")));
}

TEST(LayercodeClientMessages, BadOnesNameWhatIsWrong_GYM9) {
  EXPECT_THAT(complaint(read_client_message, "hello"), HasSubstr("is no JSON"));
  EXPECT_THAT(complaint(read_client_message, "[1]"), HasSubstr("is no JSON object"));
  EXPECT_THAT(complaint(read_client_message, "{}"), HasSubstr("has no type"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":3})"), HasSubstr("is no text"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":"client.audio"})"), HasSubstr("has no content"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":"client.audio","content":"?"})"), HasSubstr("base64"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":"client.audio","content":"AAAA"})"), HasSubstr("whole samples of 16 bits"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":"client.response.text","content":{}})"),
              HasSubstr("content of a message of the client (client.response.text)"));
  EXPECT_THAT(complaint(read_client_message, R"({"type":"client.response.data"})"), HasSubstr("has no data"));
}

TEST(LayercodeServerMessages, EachIsReadAndWrittenAsDocumented_GYM9) {
  expect_server(R"({"type":"turn.start","role":"assistant","turn_id":"t1"})");
  expect_server(R"({"type":"turn.start","role":"user"})");
  expect_server(R"({"type":"turn.end","role":"user","turn_id":"user-t1"})");
  expect_server(R"({"type":"response.audio","content":"AAD/fw==","delta_id":"d1","turn_id":"t1"})");
  expect_server(R"({"type":"response.text","content":"Hello","turn_id":"t1"})");
  expect_server(R"({"type":"response.text.delta","content":"Hel","turn_id":"t1"})");
  expect_server(R"({"type":"response.data","content":[1,"two"],"turn_id":"t1"})");
  expect_server(R"({"type":"response.end","turn_id":"t1"})");
  expect_server(R"({"type":"user.transcript.interim_delta","content":"wher","delta_counter":0,"turn_id":"user-t1"})");
  expect_server(R"({"type":"user.transcript.delta","content":"where","delta_counter":0,"turn_id":"user-t1"})");
  expect_server(R"({"type":"user.transcript","content":"where is it","turn_id":"user-t1"})");
}

TEST(LayercodeServerMessages, IdsThatAreLeftOutOrNullAreEmpty_GYM9) {
  EXPECT_EQ(std::get<ResponseEnd>(read_server_message(R"({"type":"response.end","turn_id":null})")).turn_id, "");
  EXPECT_EQ(std::get<ResponseAudio>(read_server_message(R"({"type":"response.audio","content":""})")).turn_id, "");
}

TEST(LayercodeServerMessages, UnknownTypesAreNoErrorsAndBadOnesAre_GYM9) {
  EXPECT_EQ(std::get<UnknownMessage>(read_server_message(R"({"type":"response.sing"})")).type, "response.sing");
  EXPECT_THAT(complaint(read_server_message, R"({"type":"turn.start","role":"cat"})"), HasSubstr("user or assistant"));
  EXPECT_THAT(complaint(read_server_message, R"({"type":"response.audio","content":"AA=="})"), HasSubstr("whole samples"));
  EXPECT_THAT(complaint(read_server_message, R"({"type":"user.transcript","content":"x","delta_counter":1.5})"), HasSubstr("whole number"));
  EXPECT_THAT(complaint(read_server_message, R"({"type":"response.data"})"), HasSubstr("has no content"));
}

}  // namespace
}  // namespace antiphon::layercode
