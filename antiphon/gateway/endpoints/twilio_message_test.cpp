#include "antiphon/gateway/endpoints/twilio_message.hpp"

#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon::gateway {
namespace {

template <class T>
T read(std::string_view text) {
  return std::get<T>(read_twilio_message(text).value());
}

// As recorded from Twilio, sids apart.
constexpr auto start =
    R"({"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],)"
    R"("mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"caller":"+15550100"}},"streamSid":"MZ1"})";

TEST(TwilioMessage, ReadsWhatAStreamSays_TRN6) {
  read<TwilioConnected>(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
  const auto begun = read<TwilioStart>(start);
  EXPECT_EQ(begun.stream, "MZ1");
  EXPECT_EQ(begun.call, "CA1");
  EXPECT_TRUE(begun.speaks_mulaw);
  EXPECT_EQ(begun.parameters.at("caller"), "+15550100");
  const auto media =
      read<TwilioMedia>(R"({"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"//79"},"streamSid":"MZ1"})");
  EXPECT_EQ(media.stream, "MZ1");
  EXPECT_EQ(media.mulaw, "\xFF\xFE\xFD");
  EXPECT_EQ(read<TwilioKey>(R"({"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"#"}})").key, '#');
  EXPECT_EQ(read<TwilioMark>(R"({"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"0/1/100"}})").name, "0/1/100");
  read<TwilioStop>(R"({"event":"stop","sequenceNumber":"5","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}})");
}

TEST(TwilioMessage, LeavesOutWhatMeansNothingHere_TRN6) {
  for (const auto* const text : {R"({"event":"sing"})", "{}", R"({"event":7})", R"({"event":"dtmf","dtmf":{"digit":"x"}})",
                                 R"({"event":"dtmf","dtmf":{"digit":"12"}})", R"({"event":"media","media":{"track":"outbound","payload":"//79"}})"})
    EXPECT_FALSE(read_twilio_message(text)) << text;
}

TEST(TwilioMessage, RefusesWhatBreaksTheProtocol_TRN6) {
  for (const auto* const text : {"", "[]", "{", R"({"event":"start"})", R"({"event":"start","start":{"streamSid":"MZ1"}})", R"({"event":"media"})",
                                 R"({"event":"media","media":7})", R"({"event":"media","media":{"payload":"?"}})", R"({"event":"mark","mark":{}})"})
    EXPECT_THROW(read_twilio_message(text), Error) << text;
}

TEST(TwilioMessage, SeesAFormatThatItCannotSpeak_TRN6) {
  auto text = std::string(start);
  text.replace(text.find("8000"), 4, "16000");
  EXPECT_FALSE(read<TwilioStart>(text).speaks_mulaw);
}

TEST(TwilioMessage, WritesWhatTwilioReads_TRN6) {
  EXPECT_EQ(parse_json(twilio_media("MZ\"1", "\xFF\xFE\xFD")), parse_json(R"({"event":"media","streamSid":"MZ\"1","media":{"payload":"//79"}})"));
  EXPECT_EQ(parse_json(twilio_mark("MZ1", "a")), parse_json(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"a"}})"));
  EXPECT_EQ(parse_json(twilio_clear("MZ1")), parse_json(R"({"event":"clear","streamSid":"MZ1"})"));
}

TEST(TwilioMessage, EscapesWhatXmlCannotHold_TRN6) { EXPECT_EQ(escape_xml("a<b>&\"c\"\x01\xC3\xA9"), "a&lt;b&gt;&amp;&quot;c&quot;\xC3\xA9"); }

}  // namespace
}  // namespace antiphon::gateway
