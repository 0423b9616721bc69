#include "antiphon/adapters/antiphon/gateway_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/antiphon/gateway_agent.hpp"
#include "antiphon/adapters/antiphon/gateway_line.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a list of messages means, in words.
class Meaning {
 public:
  std::vector<std::string> of(std::string_view text) { return words(events.read(net::WsMessage::text(std::string(text)))); }
  std::vector<std::string> of_audio(std::string bytes = "abcd") { return words(events.read(net::WsMessage::binary(std::move(bytes)))); }
  std::vector<std::string> of_silence() { return words(events.read(GatewayEvents::silent_message())); }

  GatewayEvents events;

 private:
  static std::vector<std::string> words(const std::vector<WireSignal>& signals) {
    struct Word {
      std::string operator()(const WireAudio&) const { return "audio"; }
      std::string operator()(const AgentTranscript& words) const {
        return (words.speaker == audio::Speaker::agent ? "says " : words.final ? "understood " : "understands ") + words.text;
      }
      std::string operator()(const AgentTurnEnd&) const { return "turn ends"; }
      std::string operator()(const AgentClear& clear) const { return clear.may_go_on ? "holds" : "clears"; }
      std::string operator()(const AgentToolCall& call) const {
        return call.call.name + (call.result ? " gave " + json_text(*call.result) : " with " + call.call.arguments);
      }
      std::string operator()(const AgentHeardUser& heard) const { return heard.started ? "hears us" : "hears us no more"; }
      std::string operator()(const AgentLatencyClaim& claim) const { return claim.what + " " + std::to_string(claim.latency / std::chrono::milliseconds(1)); }
      std::string operator()(const AgentClosed& closed) const { return (closed.on_purpose ? "goodbye: " : "gone: ") + closed.reason; }
    };
    std::vector<std::string> all;
    for (const auto& signal : signals) all.push_back(std::visit(Word{}, signal));
    return all;
  }
};

TEST(GatewayEvents, ATurnEndsAsItIsToldWithWhatItTook_TRN5) {
  Meaning meaning;
  EXPECT_THAT(meaning.of(R"({"type":"turn.started","turn":1})"), IsEmpty());
  EXPECT_THAT(meaning.of(R"({"type":"agent.text","turn":1,"text":"It left."})"), ElementsAre("says It left."));
  EXPECT_THAT(meaning.of_audio(), ElementsAre("audio"));
  EXPECT_FALSE(meaning.events.awaits_silence());
  EXPECT_THAT(
      meaning.of(R"({"type":"turn.ended","turn":1,"interrupted":false,"latency_ms":{"asr":300,"first_token":210,"llm":400,"first_audio":100,"total":820}})"),
      ElementsAre("response 820", "asr 300", "llm 400", "tts 100", "first_token 210", "turn ends"));
}

TEST(GatewayEvents, WhatBelongsToNoTurnEndsBySilence_TRN5) {
  Meaning meaning;
  EXPECT_THAT(meaning.of_silence(), IsEmpty()) << "nothing was said";
  meaning.of_audio();
  EXPECT_TRUE(meaning.events.awaits_silence());
  EXPECT_THAT(meaning.of_silence(), ElementsAre("turn ends"));
  EXPECT_THAT(meaning.of_silence(), IsEmpty()) << "once";
  meaning.of_audio();
  EXPECT_THAT(meaning.of(R"({"type":"turn.started","turn":1})"), ElementsAre("turn ends")) << "or by what follows it";
}

TEST(GatewayEvents, ATurnWithoutASoundIsNone_TRN5) {
  Meaning meaning;
  meaning.of(R"({"type":"turn.started","turn":1})");
  EXPECT_THAT(meaning.of(R"({"type":"turn.ended","turn":1,"interrupted":false,"text":""})"), IsEmpty());
  EXPECT_THAT(meaning.of_audio(), ElementsAre("audio"));
  EXPECT_TRUE(meaning.events.awaits_silence());
}

TEST(GatewayEvents, AnInterruptedTurnIsHeldThenClearedOrTakenUpAgain_TRN5) {
  Meaning meaning;
  meaning.of(R"({"type":"turn.started","turn":1})");
  meaning.of_audio();
  EXPECT_THAT(meaning.of(R"({"type":"clear"})"), ElementsAre("holds"));
  EXPECT_THAT(meaning.of(R"({"type":"barge_in.resumed"})"), IsEmpty());
  meaning.of_audio();
  EXPECT_THAT(meaning.of(R"({"type":"clear"})"), ElementsAre("holds"));
  EXPECT_THAT(meaning.of(R"({"type":"turn.ended","turn":1,"interrupted":true})"), ElementsAre("turn ends", "clears"));
  EXPECT_THAT(meaning.of(R"({"type":"turn.started","turn":2})"), IsEmpty());
}

TEST(GatewayEvents, AGreetingThatIsCutIntoIsClearedByTheTurnThatFollows_TRN5) {
  Meaning meaning;
  meaning.of_audio();
  meaning.of(R"({"type":"clear"})");
  EXPECT_FALSE(meaning.events.awaits_silence());
  EXPECT_THAT(meaning.of(R"({"type":"turn.started","turn":1})"), ElementsAre("turn ends", "clears"));
}

TEST(GatewayEvents, TellsWhatIsHeardAndDone_TRN5) {
  Meaning meaning;
  EXPECT_THAT(meaning.of(R"({"type":"user.speech_started","t":1})"), ElementsAre("hears us"));
  EXPECT_THAT(meaning.of(R"({"type":"user.speech_stopped","t":1})"), ElementsAre("hears us no more"));
  EXPECT_THAT(meaning.of(R"({"type":"transcript.partial","text":"whe"})"), ElementsAre("understands whe"));
  EXPECT_THAT(meaning.of(R"({"type":"transcript.final","text":"where"})"), ElementsAre("understood where"));
  EXPECT_THAT(meaning.of(R"({"type":"tool.call","id":"a","name":"crm","arguments":{"x":1}})"), ElementsAre(R"(crm with {"x":1})"));
  EXPECT_THAT(meaning.of(R"({"type":"tool.result","id":"b","ok":true})"), IsEmpty()) << "of no call that we know";
  EXPECT_THAT(meaning.of(R"({"type":"tool.result","id":"a","ok":false,"error":"gone"})"), ElementsAre(R"(crm gave {"ok":false,"error":"gone"})"));
  EXPECT_THAT(meaning.of(R"({"type":"something.new","x":[1]})"), IsEmpty());
  EXPECT_THAT(meaning.of(R"({"no":"type"})"), IsEmpty());
}

TEST(GatewayEvents, KeepsTheTokenAndWhatIsWorthKnowing_TRN5) {
  Meaning meaning;
  meaning.of(R"({"type":"call.started","call_id":"c","resume":"token","notices":[{"code":"locale_fallback","message":"tlh is not spoken here"}]})");
  EXPECT_EQ(meaning.events.resume_token(), "token");
  meaning.of(R"({"type":"error","code":"tts","message":"timeout","fatal":false})");
  meaning.of(R"({"type":"error","code":"tts","message":"timeout","fatal":false})");
  meaning.of(R"({"type":"escalation","reason":"pin"})");
  EXPECT_THAT(meaning.events.notices(), ElementsAre(HasSubstr("tlh is not spoken here"), HasSubstr("tts: timeout"), "the caller goes to a person (pin)"));
}

TEST(GatewayEvents, TheEndOfACallIsMeantOrNot_TRN5) {
  Meaning meaning;
  meaning.of_audio();
  EXPECT_THAT(meaning.of(R"({"type":"call.ended","reason":"escalated"})"),
              ElementsAre("turn ends", HasSubstr("goodbye: the gateway ended the call (escalated)")));
  EXPECT_TRUE(meaning.events.ended());
  EXPECT_THAT(Meaning().of(R"({"type":"call.ended","reason":"drain"})"), ElementsAre(HasSubstr("gone: ")));
}

TEST(GatewayEvents, WhatIsNoEventIsTheAgentsFault_TRN5_TRN21) {
  const auto failure = [](std::string_view text) {
    try {
      Meaning().of(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.party(), Party::agent);
      return error.message();
    }
    return std::string("nothing");
  };
  EXPECT_THAT(failure("hello"), HasSubstr("no JSON object"));
  EXPECT_THAT(failure("[1]"), HasSubstr("no JSON object"));
  EXPECT_THAT(failure(R"({"type":"error","code":"limit","message":"too long","fatal":true})"), HasSubstr("limit: too long"));
}

TEST(GatewayUrl, GetsWhatItLacksAndKeepsWhatItSays_TRN5) {
  const auto url = [](std::string text) { return gateway_url({.url = std::move(text), .caller_id = "+1"}); };
  EXPECT_EQ(url("ws://host:1"), "ws://host:1/ws/call?caller_id=%2B1&events=1");
  EXPECT_EQ(url("wss://host/"), "wss://host/ws/call?caller_id=%2B1&events=1");
  EXPECT_EQ(url("ws://host?locale=fr-FR"), "ws://host/ws/call?locale=fr-FR&caller_id=%2B1&events=1");
  EXPECT_EQ(url("ws://host/voice/ws/call?caller_id=you&events=1"), "ws://host/voice/ws/call?caller_id=you&events=1");
  EXPECT_EQ(url("ws://host/ws/call?caller_id=you&signature=ab"), "ws://host/ws/call?caller_id=you&signature=ab");
  EXPECT_EQ(gateway_url(
                {.url = "ws://host", .caller_id = "a b", .locale = "en-GB", .send = {audio::Encoding::mulaw, 8000}, .receive = {audio::Encoding::pcm16, 8000}}),
            "ws://host/ws/call?caller_id=a%20b&locale=en-GB&in=mulaw%2F8000&out=pcm16%2F8000&events=1");
  EXPECT_THROW(url("ftp://host"), Error);
}

}  // namespace
}  // namespace antiphon::wire
