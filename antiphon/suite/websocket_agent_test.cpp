#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/websocket/message_agent.hpp"
#include "antiphon/audio/g711.hpp"
#include "antiphon/audio/levels.hpp"
#include "antiphon/audio/opus.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/result/recording.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/suite/testing/memory_agent.hpp"

// Calls over WebSockets of memory, in virtual time, with the very adapter that speaks to sockets.

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using net::WebSocket;
using net::WsMessage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::MemoryAgent;
using testing_support::Tones;

struct Call {
  std::shared_ptr<Tones> tones = std::make_shared<Tones>();
  WebSocketAgentOptions options{.url = "ws://user:secret@agent/call?token=hidden"};
  std::vector<Step> script{user("when do you open"), agent(), succeed("")};
  std::vector<Check> checks{};

  ScenarioResult with(MemoryAgent::Play play, net::MemoryLinkOptions link = {}) {
    options.stream = MemoryAgent(std::move(play), link);
    return run({.name = "a call", .agent = websocket_agent(options), .script = script, .checks = checks},
               {.seed = 7, .speech = testing_support::tone_speech(tones)});
  }
};

std::vector<std::string> words(const ScenarioResult& result) {
  std::vector<std::string> all;
  for (const auto& message : result.messages) all.push_back(message.text());
  return all;
}

/// Reads what comes, and keeps it, until `until` of the call.
Task<> listen(WebSocket& socket, Clock& clock, Clock::Time until, std::vector<WsMessage>* heard = nullptr) {
  while (clock.now() < until) {
    std::optional<WsMessage> message;
    try {
      message = co_await socket.receive({until});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timeout) throw;
    }
    if (message && heard) heard->push_back(*message);
    if (!message && socket.closed()) co_return;
  }
}
Task<> listen_for(WebSocket& socket, Clock& clock, Duration duration, std::vector<WsMessage>* heard = nullptr) {
  co_await listen(socket, clock, clock.now() + duration, heard);
}

Task<> say(WebSocket& socket, Clock& clock, std::string bytes) { co_await socket.send(WsMessage::binary(std::move(bytes)), Deadline::after(clock, 10s)); }
Task<> tell(WebSocket& socket, Clock& clock, json::value message) {
  co_await socket.send(WsMessage::text(json::serialize(message)), Deadline::after(clock, 10s));
}

std::string pcm(const audio::Samples& samples, int rate_hz) { return audio::bytes_from_samples(audio::resample(samples, audio::canonical_rate_hz, rate_hz)); }

/// Answers once, in pieces of 20 ms in their own time.
Task<> answer_paced(WebSocket& socket, Clock& clock, std::string bytes, std::size_t piece, std::vector<WsMessage>* heard) {
  co_await listen_for(socket, clock, 2s, heard);
  const auto began = clock.now();
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    co_await say(socket, clock, bytes.substr(at, piece));
    co_await listen(socket, clock, began + (at / piece + 1) * 20ms, heard);
  }
  co_await listen_for(socket, clock, 1h, heard);
}

struct Wire {
  const char* send;
  const char* receive;
  std::size_t sent_piece, received_piece;  // bytes of 20 ms
};

class WebSocketWires : public ::testing::TestWithParam<Wire> {};

std::string encoded(const audio::Samples& samples, const audio::AudioFormat& format) {
  const auto at_rate = audio::resample(samples, audio::canonical_rate_hz, format.rate_hz);
  if (format.encoding == audio::Encoding::mulaw) return audio::encode_mulaw(at_rate);
  return format.encoding == audio::Encoding::alaw ? audio::encode_alaw(at_rate) : audio::bytes_from_samples(at_rate);
}

TEST_P(WebSocketWires, CarryAFrameEvery20msBothWays_TRN4_VOX12) {
  const auto wire = GetParam();
  Call call;
  call.options.line = {.send = audio::parse_format(wire.send), .receive = audio::parse_format(wire.receive)};
  std::vector<WsMessage> heard;
  const auto bytes = encoded(call.tones->speak("we open at nine"), *call.options.line.receive);

  const auto result = call.with([&](WebSocket& socket, Clock& clock) { return answer_paced(socket, clock, bytes, wire.received_piece, &heard); });

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("when do you open", "we open at nine"));
  EXPECT_EQ(result.clock, "virtual");
  EXPECT_EQ(result.call->adapter, "websocket");
  ASSERT_EQ(result.answer_s.size(), 1U);
  EXPECT_NEAR(result.answer_s[0], 2.0 + 0.05 - 1.19, 0.03);
  ASSERT_GT(heard.size(), 100U);
  for (std::size_t k = 0; k < heard.size(); ++k) {
    EXPECT_TRUE(heard[k].is_binary());
    EXPECT_EQ(heard[k].data.size(), wire.sent_piece) << k;
    EXPECT_EQ(heard[k].arrived_at - heard[0].arrived_at, static_cast<std::int64_t>(k) * 20ms);
  }
  EXPECT_EQ(result.call->delivery.under_runs, 0U);
}

INSTANTIATE_TEST_SUITE_P(Formats, WebSocketWires,
                         ::testing::Values(Wire{"pcm16/16000", "pcm16/24000", 640, 960}, Wire{"pcm16/8000", "pcm16/48000", 320, 1920},
                                           Wire{"mulaw/8000", "mulaw/8000", 160, 160}, Wire{"alaw/8000", "alaw/8000", 160, 160},
                                           Wire{"pcm16/44100", "pcm16/44100", 1764, 1764}));

TEST(WebSocketAgent, WhatOurUserSaysIsUnderstoodAtTheFarEnd_TRN4) {
  for (const auto* format : {"pcm16/16000", "mulaw/8000", "alaw/8000", "pcm16/24000"}) {
    Call call;
    call.options.line.send = audio::parse_format(format);
    call.options.line.receive = audio::AudioFormat{};
    std::vector<WsMessage> heard;
    const auto bytes = audio::bytes_from_samples(call.tones->speak("yes"));
    call.with([&](WebSocket& socket, Clock& clock) { return answer_paced(socket, clock, bytes, 960, &heard); });

    audio::Samples samples;
    for (const auto& message : heard) {
      const auto part = call.options.line.send.encoding == audio::Encoding::mulaw  ? audio::decode_mulaw(message.data)
                        : call.options.line.send.encoding == audio::Encoding::alaw ? audio::decode_alaw(message.data)
                                                                                   : audio::samples_from_bytes(message.data);
      samples.insert(samples.end(), part.begin(), part.end());
    }
    EXPECT_EQ(call.tones->understand(audio::resample(samples, call.options.line.send.rate_hz, audio::canonical_rate_hz)), "when do you open") << format;
  }
}

TEST(WebSocketAgent, OpusGoesBothWaysAPacketAMessage_TRN4) {
  Call call;
  call.options.line.send = audio::parse_format("opus/48000");
  std::vector<WsMessage> heard;
  const auto speech = call.tones->speak("we open at nine");
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 2s, &heard);
    audio::OpusPacker packer({.bit_rate = 64000});
    for (std::size_t at = 0; at + 480 <= speech.size(); at += 480) co_await say(socket, clock, packer.encode(audio::SampleView(speech).subspan(at, 480)));
    co_await listen_for(socket, clock, 1h, &heard);
  });

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("when do you open", "we open at nine"));
  audio::OpusUnpacker unpacker;
  audio::Samples samples;
  for (const auto& message : heard) {
    const auto part = unpacker.decode(message.data);
    samples.insert(samples.end(), part.begin(), part.end());
  }
  EXPECT_EQ(call.tones->understand(samples), "when do you open");
}

// ---- JSON

VoiceMessages every_message() {
  VoiceMessages shape;
  shape.start = VoiceMessages::usual_start();
  shape.utterance_end = VoiceMessages::usual_utterance_end();
  shape.interrupt = VoiceMessages::usual_interrupt();
  shape.dtmf = VoiceMessages::usual_dtmf();
  shape.text = VoiceMessages::usual_text();
  shape.hang_up = VoiceMessages::usual_hang_up();
  shape.transcript = VoiceMessages::usual_transcript();
  shape.turn_end = VoiceMessages::usual_turn_end();
  return shape;
}

json::value spoken(Tones& tones, const std::string& text) {
  return {{"type", "audio"}, {"audio", encode_base64(audio::bytes_from_samples(tones.speak(text)))}};
}

std::vector<std::string> types_of(const std::vector<WsMessage>& messages) {
  std::vector<std::string> types;
  for (const auto& message : messages) {
    auto type = find_string(parse_json(message.data), "type").value_or("?");
    if (types.empty() || types.back() != type) types.push_back(type);
  }
  return types;
}

TEST(WebSocketAgent, JsonCarriesWordsEndsClaimsKeysAndGoodbyes_TRN4) {
  Call call;
  call.options.json = every_message();
  call.script = {user("hours"), agent(), dtmf("1w2#"), agent(), succeed("")};
  std::vector<WsMessage> heard;
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1s, &heard);
    co_await tell(socket, clock, {{"type", "transcript"}, {"role", "user"}, {"text", "ours"}});
    co_await tell(socket, clock, {{"type", "latency"}, {"ms", 12.5}, {"of", "asr"}});
    co_await tell(socket, clock, {{"type", "transcript"}, {"role", "agent"}, {"text", "nine to five"}});
    co_await tell(socket, clock, spoken(*call.tones, "nine to five"));
    co_await tell(socket, clock, {{"type", "turn_end"}});
    co_await listen_for(socket, clock, 3s, &heard);
    co_await tell(socket, clock, {{"type", "transcript"}, {"role", "agent"}, {"text", "goodbye"}});
    co_await tell(socket, clock, spoken(*call.tones, "goodbye"));
    co_await tell(socket, clock, {{"type", "turn_end"}});
    co_await listen_for(socket, clock, 1h, &heard);
  });

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("hours", "nine to five", HasSubstr("1w2#"), "goodbye"));
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::signal);
  ASSERT_EQ(result.call->claims.understood.size(), 1U);
  EXPECT_EQ(result.call->claims.understood[0].second, "ours");
  ASSERT_EQ(result.call->claims.latencies.size(), 1U);
  EXPECT_EQ(result.call->claims.latencies[0].what, "asr");
  EXPECT_EQ(result.call->claims.latencies[0].latency, 12500us);
  EXPECT_THAT(types_of(heard), ElementsAre("start", "audio", "utterance_end", "audio", "dtmf", "audio", "dtmf", "audio", "utterance_end", "audio", "hang_up"));
  EXPECT_EQ(find_string(parse_json(heard.front().data), "thread_id"), result.thread_id);
}

TEST(WebSocketAgent, AShapeOfOnesOwnIsAllThatAnAgentHasToBeGiven_TRN4) {
  Call call;
  call.options.line = {.send = audio::parse_format("mulaw/8000"), .receive = audio::parse_format("pcm16/24000")};
  VoiceMessages shape;
  shape.audio = {{"event", "media"}, {"media", {{"payload", "${audio}"}, {"call", "${thread_id}"}}}};
  shape.agent_audio = VoiceMessageRule{{}, "/media/payload"};
  shape.turn_end = VoiceMessageRule{{{"event", "mark"}, {"name", "done"}}, ""};
  call.options.json = shape;
  std::vector<WsMessage> heard;
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1500ms, &heard);
    co_await tell(socket, clock, {{"event", "chatter"}});
    co_await tell(socket, clock, {{"event", "media"}, {"media", {{"payload", encode_base64(audio::bytes_from_samples(call.tones->speak("at nine")))}}}});
    co_await tell(socket, clock, {{"event", "mark"}, {"name", "done"}});
    co_await listen_for(socket, clock, 1h);
  });

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("when do you open", "at nine"));
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::signal);
  const auto first = parse_json(heard.at(0).data);
  EXPECT_EQ(decode_base64(at_pointer(first, "/media/payload")->get_string())->size(), 160U);
  EXPECT_EQ(at_pointer(first, "/media/call")->get_string(), result.thread_id);
}

constexpr auto long_speech = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

/// Our user signals that the agent should stop, one second into its speech; the agent does as `told_to_stop` says, and answers.
ScenarioResult cut_by_signal(Call& call, std::function<Task<>(WebSocket&, Clock&)> speak, std::function<Task<>(WebSocket&, Clock&)> told_to_stop) {
  call.options.json = every_message();
  call.script = {user("hours"), interrupt("wait", {.after = 1s}), agent(), succeed("")};
  return call.with([&, speak, told_to_stop](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1s);
    co_await tell(socket, clock, {{"type", "transcript"}, {"role", "agent"}, {"text", long_speech}});
    co_await speak(socket, clock);
    co_await told_to_stop(socket, clock);
    co_await listen_for(socket, clock, 4500ms);
    co_await tell(socket, clock, {{"type", "transcript"}, {"role", "agent"}, {"text", "yes"}});
    co_await tell(socket, clock, spoken(*call.tones, "yes"));
    co_await tell(socket, clock, {{"type", "turn_end"}});
    co_await listen_for(socket, clock, 1h);
  });
}

Task<bool> is_told_to_stop(WebSocket& socket, Clock& clock, Duration within) {
  std::vector<WsMessage> heard;
  co_await listen_for(socket, clock, within, &heard);
  co_return std::ranges::count(types_of(heard), "interrupt") > 0;
}

/// All at once: what our user hears for four seconds.
std::function<Task<>(WebSocket&, Clock&)> sends_ahead(Call& call) {
  return [&call](WebSocket& socket, Clock& clock) -> Task<> {
    co_await tell(socket, clock, spoken(*call.tones, long_speech));
    while (!socket.closed() && !co_await is_told_to_stop(socket, clock, 20ms)) {}
  };
}

TEST(WebSocketAgent, OneThatIsToldToStopHasStoppedWhenItsOwnClearCame_VOX14_VOX33) {
  Call call;
  const auto result = cut_by_signal(call, sends_ahead(call), [](WebSocket& socket, Clock& clock) -> Task<> {
    co_await clock.sleep_for(500ms);
    co_await tell(socket, clock, {{"type", "clear"}});
  });

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_TRUE(cut.native);
  EXPECT_FALSE(cut.censored);
  EXPECT_NEAR(to_seconds(*cut.agent_stopped - *cut.achieved), 0.5, 0.1);
  EXPECT_EQ(result.call->turns[0].ending, TurnEnding::cleared);
  EXPECT_GT(result.call->delivery.dropped, 2s);
  EXPECT_EQ(result.messages.back().text(), "yes");
}

TEST(WebSocketAgent, OneThatIgnoresOurSignalIsHeardToSpeakOnAndFails_VOX14_VOX33) {
  Call call;
  call.checks = {stops_within(1500ms)};
  const auto result = cut_by_signal(call, sends_ahead(call), [](WebSocket& socket, Clock& clock) { return tell(socket, clock, {{"type", "turn_end"}}); });

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_TRUE(cut.native);
  EXPECT_TRUE(cut.censored);
  EXPECT_EQ(result.call->delivery.dropped, 0s) << "a signal of ours drops nothing";
  EXPECT_EQ(result.call->turns[0].ending, TurnEnding::signal);
  EXPECT_GT(result.call->turns[0].end - result.call->turns[0].start, 4s);
  EXPECT_EQ(result.outcome, RunOutcome::failed);
  EXPECT_EQ(result.fault->party, Party::agent);
  EXPECT_EQ(result.messages.back().text(), "yes");
}

TEST(WebSocketAgent, OneThatOnlySendsNoMoreHasStoppedWhereItsAudioEnds_VOX33) {
  Call call;
  const auto in_its_own_time = [&call](WebSocket& socket, Clock& clock) -> Task<> {
    const auto bytes = audio::bytes_from_samples(call.tones->speak(long_speech));
    for (std::size_t at = 0; at < bytes.size(); at += 960) {
      co_await tell(socket, clock, {{"type", "audio"}, {"audio", encode_base64(bytes.substr(at, 960))}});
      if (co_await is_told_to_stop(socket, clock, 20ms)) co_return;
    }
  };
  const auto result = cut_by_signal(call, in_its_own_time, [](WebSocket&, Clock&) -> Task<> { co_return; });

  ASSERT_FALSE(result.error) << result.error->message;
  const auto& cut = result.call->interruptions.at(0);
  EXPECT_FALSE(cut.censored);
  EXPECT_LT(*cut.agent_stopped - *cut.achieved, 100ms);
  EXPECT_EQ(result.call->turns[0].ending, TurnEnding::tail_silence) << "it says nothing of its end";
  EXPECT_EQ(result.messages.back().text(), "yes");
}

TEST(WebSocketAgent, HooksStandInPlaceOfAShape_TRN4) {
  Call call;
  call.options.encode_audio = [](std::string_view bytes) { return WsMessage::binary("A" + std::string(bytes)); };
  call.options.decode_response = [](const WsMessage& message) -> std::vector<WireSignal> {
    if (message.data == "E") return {AgentTurnEnd{}};
    return {WireAudio{message.data.substr(1)}};
  };
  call.options.tells_turn_end = true;
  std::vector<WsMessage> heard;
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1500ms, &heard);
    co_await say(socket, clock, "B" + audio::bytes_from_samples(call.tones->speak("at nine")));
    co_await say(socket, clock, "E");
    co_await listen_for(socket, clock, 1h);
  });

  ASSERT_FALSE(result.error) << result.error->message;
  EXPECT_THAT(words(result), ElementsAre("when do you open", "at nine"));
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::signal);
  EXPECT_EQ(heard.at(0).data.size(), 961U);
  EXPECT_EQ(heard.at(0).data[0], 'A');
}

TEST(WebSocketAgent, AHookThatThrowsIsTheHarnesss_TRN4) {
  Call call;
  call.options.decode_response = [](const WsMessage&) -> std::vector<WireSignal> { throw std::runtime_error("no idea"); };
  const auto result = call.with([](WebSocket& socket, Clock& clock) { return answer_paced(socket, clock, std::string(960, '\0'), 960, nullptr); });

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::harness);
  EXPECT_THAT(result.error->message, HasSubstr("decode_response threw: no idea"));
}

TEST(WebSocketAgent, TwoCallsWithOneSeedAreTheSame_VOX80) {
  const auto once = [] {
    Call call;
    call.options.line = {.send = audio::parse_format("pcm16/16000"), .receive = audio::parse_format("pcm16/16000")};
    const auto bytes = pcm(call.tones->speak("we open at nine"), 16000);
    return call.with([bytes](WebSocket& socket, Clock& clock) { return answer_paced(socket, clock, bytes, 640, nullptr); });
  };
  const auto first = once(), second = once();
  ASSERT_FALSE(first.error) << first.error->message;
  EXPECT_EQ(first.answer_s, second.answer_s);
  EXPECT_EQ(first.recording->track(audio::Speaker::agent, 0s, 1h), second.recording->track(audio::Speaker::agent, 0s, 1h));
}

// ---- what goes wrong

/// One clear error: adapter, address without its secrets, and when.
void expect_error(const ScenarioResult& result, Party party, const std::string& what) {
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, party);
  const auto& message = result.error->message;
  EXPECT_THAT(message, HasSubstr("websocket"));
  EXPECT_THAT(message, HasSubstr(what));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(message, ::testing::AnyOf(HasSubstr("ws://agent/call"), HasSubstr("said nothing for")));
}

Task<> send_after_a_word(WebSocket& socket, Clock& clock, std::shared_ptr<Tones> tones, WsMessage message) {
  co_await listen_for(socket, clock, 1500ms);
  co_await say(socket, clock, audio::bytes_from_samples(tones->speak("well")));
  co_await listen_for(socket, clock, 500ms);
  co_await socket.send(std::move(message), Deadline::after(clock, 10s));
  co_await listen_for(socket, clock, 1h);
}

TEST(WebSocketAgent, AnOddMessageIsTheAgentsWithItsTimeAndCount_VOX13) {
  Call call;
  const auto result =
      call.with([&](WebSocket& socket, Clock& clock) { return send_after_a_word(socket, clock, call.tones, WsMessage::binary(std::string(321, '\0'))); });

  expect_error(result, Party::agent, "2.00 s into the call: message 2 of its audio, 321 bytes of pcm16/24000");
  ASSERT_TRUE(result.recording);
  EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::agent, 0s, 1h)), -60);
}

TEST(WebSocketAgent, MessagesThatAreNoneAreTheAgents_TRN21) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"hello", "a message is no JSON: \"hello\""},
      {R"({"type": "audio", "audio": "%%%"})", "is no base64"},
      {R"({"type": "audio", "audio": 5})", "no text in base64"},
      {R"({"type": "audio"})", "has nothing at /audio"},
      {R"({"type": "audio", "audio": "AAAA"})", "message 1 of its audio, 3 bytes"},
      {R"({"type": "latency", "ms": "fast"})", "no number of milliseconds"},
      {R"({"type": "error", "message": "no more calls today"})", "the agent reports an error: no more calls today"},
  };
  for (const auto& [text, expected] : cases) {
    Call call;
    call.options.json = VoiceMessages{};
    const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
      co_await listen_for(socket, clock, 1500ms);
      co_await socket.send(WsMessage::text(text), Deadline::after(clock, 10s));
      co_await listen_for(socket, clock, 1h);
    });
    expect_error(result, Party::agent, expected);
    EXPECT_THAT(result.error->message, HasSubstr("1.50 s into the call"));
  }
}

TEST(WebSocketAgent, SilenceIsATimeoutOfTheAgent_TRN21) {
  Call call;
  const auto result = call.with([](WebSocket& socket, Clock& clock) { return listen_for(socket, clock, 1h); });
  expect_error(result, Party::agent, "said nothing for 30 s");
}

TEST(WebSocketAgent, ACloseBeforeItsFirstWordIsAnError_TRN21) {
  Call call;
  const auto result = call.with([](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 500ms);
    co_await socket.send(WsMessage::text("quota exceeded"), Deadline::after(clock, 1s));
    co_await socket.close(1000, "bye", Deadline::after(clock, 1s));
  });
  expect_error(result, Party::agent, "the agent closed the connection (1000: bye), before it said anything");
  EXPECT_THAT(result.error->message, HasSubstr("quota exceeded"));
}

TEST(WebSocketAgent, ACloseWithinAWordIsAnErrorAndWhatWasHeardIsKept_TRN21) {
  for (const std::uint16_t code : {1000, 1011}) {
    Call call;
    call.script = {user("hours"), agent(), user("hello"), agent(), succeed("")};
    auto speech = call.tones->speak("goodbye now");
    speech.resize(speech.size() - 3000);
    const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
      co_await listen_for(socket, clock, 1s);
      co_await say(socket, clock, audio::bytes_from_samples(speech));
      co_await socket.close(code, "", Deadline::after(clock, 1s));
    });
    expect_error(result, Party::agent, fmt::format("closed the connection ({}), in the middle of a word", code));
    EXPECT_THAT(words(result), ElementsAre("hours", ::testing::StartsWith("goodbye")));
    EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::agent, 1s, 600ms)), -30);
  }
}

TEST(WebSocketAgent, ItsEndIsToldWithOneTimeAndInTheRightWords_TRN21) {
  Call call;
  call.script = {user("hours"), agent(), user("hello"), agent(), succeed("")};
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1s);
    co_await say(socket, clock, audio::bytes_from_samples(call.tones->speak("well this is")));
    co_await listen_for(socket, clock, 500ms);
    co_await socket.close(1011, "", Deadline::after(clock, 1s));
  });
  expect_error(result, Party::agent, "the agent hung up 1.50 s into the call, while it was speaking: websocket ws://agent/call: ");
  const auto& message = result.error->message;
  EXPECT_EQ(message.find(" s into the call"), message.rfind(" s into the call")) << message;
  EXPECT_EQ(message.find("before it answered"), std::string::npos) << message;
}

TEST(WebSocketAgent, TextsThatNobodyReadsAreToldOnceWithWhatReadsThem_TRN4) {
  Call call;
  const auto talk = [&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1500ms);
    for (int i = 0; i < 3; ++i) co_await tell(socket, clock, {{"type", "transcript"}, {"text", "nine"}});
    co_await say(socket, clock, audio::bytes_from_samples(call.tones->speak("nine")));
    co_await listen_for(socket, clock, 1h);
  };
  const auto raw = call.with(talk);
  ASSERT_FALSE(raw.error) << raw.error->message;
  EXPECT_THAT(raw.notices, ElementsAre(::testing::AllOf(HasSubstr("3 text messages"), HasSubstr("transcript"), HasSubstr("`json: true` reads them"))));
  call.options.json = VoiceMessages{};
  call.options.json->audio.reset();
  EXPECT_THAT(call.with(talk).notices, ::testing::IsEmpty());
}

TEST(WebSocketAgent, AGoodbyeAfterItsWordsEndsTheConversation_TRN21) {
  Call call;
  call.script = {user("hours"), agent(), user("thanks"), agent()};
  const auto result = call.with([&](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 1s);
    co_await say(socket, clock, audio::bytes_from_samples(call.tones->speak("nine")));
    co_await listen_for(socket, clock, 2s);
    co_await socket.close(1000, "", Deadline::after(clock, 1s));
  });
  EXPECT_FALSE(result.error) << result.error->message;
  EXPECT_TRUE(result.call->agent_closed);
}

TEST(WebSocketAgent, AConnectionThatBreaksIsAnError_TRN21) {
  Call call;
  const auto result = call.with([](WebSocket& socket, Clock& clock) -> Task<> {
    co_await listen_for(socket, clock, 500ms);
    socket.cut();
  });
  expect_error(result, Party::agent,
               "the agent hung up 0.50 s into the call, before it answered: websocket ws://agent/call: agent:80 closed the connection without a goodbye");
}

TEST(WebSocketAgent, OneThatBurstsAndIsDeafFromThenOnIsAnErrorWithinItsDeadline_TRN21) {
  Call call;
  call.script = {user("count"), agent(), user("one two three four five six seven eight nine ten"), agent()};
  const auto result = call.with(
      [&](WebSocket& socket, Clock& clock) -> Task<> {
        co_await listen_for(socket, clock, 1s);
        for (int i = 0; i < 5; ++i) {  // four seconds and more in a quarter of one
          co_await say(socket, clock, audio::bytes_from_samples(call.tones->speak("one two three")));
          co_await listen_for(socket, clock, 50ms);
        }
        co_await clock.sleep_for(1h);
      },
      {.capacity = 16 * 1024});
  expect_error(result, Party::agent, "the agent has read nothing for 5.00 s");
  EXPECT_GT(result.call->delivery.longest_tail, 3s);
  EXPECT_GT(audio::rms_dbfs(result.recording->track(audio::Speaker::agent, 1s, 4s)), -30);
}

TEST(WebSocketAgent, OneThatNeverStopsIsHeardForHalfAMinuteATurn_VOX11) {
  Call call;
  const auto result = call.with([](WebSocket& socket, Clock& clock) -> Task<> {
    Tones tones;
    const auto word = audio::bytes_from_samples(tones.speak("and"));
    for (;;) {
      co_await say(socket, clock, word);
      co_await listen_for(socket, clock, audio::duration_of(word.size() / 2));
      if (socket.closed()) co_return;
    }
  });
  EXPECT_FALSE(result.error) << result.error->message;
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::capped);
}

TEST(WebSocketAgent, OneThatFloodsUsIsStoppedBeforeItFillsTheMemory_TRN21) {
  Call call;
  const auto result = call.with([](WebSocket& socket, Clock& clock) -> Task<> {
    const std::string minute(60 * 48000, '\0');
    for (int i = 0; i < 100 && !socket.closed(); ++i) co_await say(socket, clock, minute);
  });
  expect_error(result, Party::agent, "more than 5 min 0 s of speech ahead");
}

TEST(WebSocketAgent, WhatItsShapeLacksIsRefusedWithAnAlternative_VOX5) {
  const wire::MessageAgentSettings raw{.name = "websocket"};
  const auto can = raw.capabilities();
  EXPECT_FALSE(can.interruption || can.dtmf || can.text || can.turn_end || can.streaming_transcripts);
  EXPECT_TRUE(can.paced);
  wire::MessageAgentSettings full{.name = "websocket", .send = audio::parse_format("mulaw/8000"), .receive = audio::parse_format("pcm16/16000")};
  full.json = every_message();
  const auto all = full.capabilities();
  EXPECT_TRUE(all.interruption && all.dtmf && all.text && all.turn_end && all.streaming_transcripts);
  EXPECT_THAT(all.input_formats, ElementsAre(audio::AudioFormat{audio::Encoding::mulaw, 8000}));
  EXPECT_THAT(all.output_formats, ElementsAre(audio::AudioFormat{audio::Encoding::pcm16, 16000}));
}

TEST(WebSocketAgent, SettingsThatCannotWorkAreRefusedBeforeTheRun_VOX5) {
  const auto why = [](WebSocketAgentOptions options) {
    try {
      websocket_agent(std::move(options));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      return error.message();
    }
    return std::string("nothing");
  };
  EXPECT_THAT(why({.url = "ftp://agent"}), HasSubstr("ftp"));
  EXPECT_THAT(why({.url = "ws://agent", .line = {.send = {audio::Encoding::pcm16, 96000}}}), HasSubstr("pcm16/96000"));
  EXPECT_THAT(why({.url = "ws://agent", .headers = {{"Upgrade", "x"}}}), HasSubstr("belongs to the handshake"));
  VoiceMessages without;
  without.audio = {{"type", "audio"}};
  EXPECT_THAT(why({.url = "ws://agent", .json = without}), HasSubstr("has no ${audio} in it"));
  VoiceMessages any;
  any.turn_end = VoiceMessageRule{};
  EXPECT_THAT(why({.url = "ws://agent", .json = any}), HasSubstr("turn_end would be every message"));
}

TEST(WebSocketAgent, BehindASocketTheClockIsTheWalls_VOX80) {
  const auto problems =
      validate({.name = "a call", .agent = websocket_agent({.url = "ws://127.0.0.1:1"}), .script = {user("hi")}, .clock = ClockChoice::virtual_time},
               *ModelRegistry::with_defaults(), *testing_support::tone_speech());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0], HasSubstr("`websocket` does not: use `clock: wall` or `auto`"));
}

}  // namespace
}  // namespace antiphon
