#include "antiphon/gym/conversation.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"

namespace antiphon::gym {
namespace {

using testing::FakePlatform;
using testing::VirtualWorld;
using namespace std::chrono_literals;
using Peer = FakePlatform::Peer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// An agent that greets, and repeats what it is told.
struct Desk : FakePlatform {
  explicit Desk(VirtualWorld& its_world) : FakePlatform(its_world) {
    on_ready = [](Peer& peer, std::string) -> Task<> { co_await peer.turn("t-greeting", "Hello."); };
    on_text = [this](Peer& peer, std::string said) -> Task<> {
      co_await peer.understood(said);
      co_await peer.sleep(think);
      co_await peer.turn(fmt::format("t-{}", ++turns), "You said: " + said);
    };
  }
  Duration think = 300ms;
  int turns = 0;
};

json::value transcript_in(const std::string& folder) { return parse_json(read_file(folder + "/transcript.json")); }
json::value transcript_of(const ConversationLog& log) { return transcript_in(log.folder); }

struct GymConversation : ::testing::Test {
  VirtualWorld world;
  Desk desk{world};

  ConversationLog talk(std::vector<std::string> lines) { return desk.run(LayercodeClient(UserSimulator::from_text(std::move(lines), true), desk.settings())); }
};

// --- The way in -------------------------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, AsksTheBackendAndGoesToThePlatformWithItsKey_GYM1) {
  auto settings = desk.settings();
  settings.custom_metadata = {{"tier", "gold"}};
  settings.custom_headers = {{"X-Tenant", "7"}};
  settings.auth_headers = {{"Authorization", "Bearer mine"}};
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"hi"}, true), settings));
  ASSERT_THAT(desk.asked, SizeIs(1));
  EXPECT_EQ(desk.asked[0].method, "POST");
  EXPECT_EQ(desk.asked[0].url, "http://backend/api/authorize");
  EXPECT_EQ(net::find_header(desk.asked[0].headers, "authorization"), "Bearer mine");
  const auto body = parse_json(desk.asked[0].body);
  EXPECT_EQ(find_string(body, "agent_id"), "ag-1");
  EXPECT_EQ(json::serialize(*find(body, "custom_metadata")), R"({"tier":"gold"})");
  EXPECT_EQ(json::serialize(*find(body, "custom_headers")), R"({"X-Tenant":"7"})");
  EXPECT_THAT(desk.targets, ElementsAre("/v1/agents/web/websocket?client_session_key=lc_sesskey_secret"));
  EXPECT_EQ(desk.raw_received.front(), R"({"type":"client.ready"})");
  EXPECT_EQ(log.conversation_id, "lc_conv_1");
  EXPECT_EQ(log.end.reason, "completed");
}

TEST_F(GymConversation, BothSpellingsOfAReplyAreRead_GYM1) {
  desk.grant.body = R"({"clientSessionKey":"k2","conversationId":"conv-2"})";
  EXPECT_EQ(talk({"hi"}).conversation_id, "conv-2");
  EXPECT_THAT(desk.targets, ElementsAre(HasSubstr("=k2")));
}

TEST_F(GymConversation, KeyThatIsThereAlreadyIsTaken_GYM1) {
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"hi"}, true), desk.settings()), {.conversation_id = "c-9", .session_key = "k/9"});
  EXPECT_THAT(desk.asked, IsEmpty());
  EXPECT_THAT(desk.targets, ElementsAre(HasSubstr("=k%2F9")));
  EXPECT_EQ(log.conversation_id, "c-9");
}

struct Refusal {
  const char* name;
  net::HttpReply grant;
  const char* says;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

struct GymRefusals : GymConversation, ::testing::WithParamInterface<Refusal> {};

TEST_P(GymRefusals, BackendThatGivesNoKeyIsToldInOneLineAndLeavesAFolder_GYM1) {
  desk.grant = GetParam().grant;
  const auto log = talk({"hi"});
  EXPECT_EQ(log.end.reason, "authorize_failed");
  EXPECT_THAT(log.end.message, AllOf(HasSubstr("http://backend/api/authorize"), HasSubstr(GetParam().says), Not(HasSubstr("sesskey"))));
  EXPECT_THAT(std::filesystem::path(log.folder).filename().string(), ::testing::StartsWith("failed-"));
  EXPECT_EQ(transcript_of(log).at("end").at("reason"), "authorize_failed");
  EXPECT_TRUE(transcript_of(log).at("conversation_id").is_null());
}

INSTANTIATE_TEST_SUITE_P(Backends, GymRefusals,
                         ::testing::Values(Refusal{"broken", {500, {}, "boom"}, "HTTP 500: boom"},
                                           Refusal{"unknown", {401, {}, R"({"error":"who are you"})"}, "HTTP 401: who are you"},
                                           Refusal{"empty", {200, {}, ""}, "answered without a session"},
                                           Refusal{"half", {200, {}, R"({"client_session_key":"lc_sesskey_1"})"}, "without a session"},
                                           Refusal{"moved", {302, {{"location", "http://elsewhere/x"}}, ""}, "a redirect to http://elsewhere/x"},
                                           Refusal{"poor", {402, {}, R"({"error":"insufficient balance"})"}, "no balance left"}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(GymConversation, BackendThatHangsIsGivenUp_GYM1) {
  desk.grant_after = 1h;
  const auto log = talk({"hi"});
  EXPECT_EQ(log.end.reason, "authorize_failed");
  EXPECT_THAT(log.end.message, HasSubstr("gave no key within 10"));
}

TEST_F(GymConversation, ExpiredKeyIsTold_GYM1) {
  desk.refuse_socket = 401;
  const auto log = talk({"hi"});
  EXPECT_EQ(log.end.reason, "connect_failed");
  EXPECT_THAT(log.end.message, AllOf(HasSubstr("the key has expired"), Not(HasSubstr("lc_sesskey_secret"))));
  EXPECT_EQ(log.conversation_id, "lc_conv_1");
  EXPECT_EQ(transcript_of(log).at("end").at("reason"), "connect_failed");
}

// --- Turns ------------------------------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, GreetingIsTurnZeroAndEachLineATurn_GYM7) {
  const auto log = talk({"one", "two"});
  ASSERT_THAT(log.turns, SizeIs(3));
  EXPECT_FALSE(log.turns[0].user_message);
  EXPECT_EQ(log.turns[0].agent_message->text, "Hello.");
  EXPECT_FALSE(log.turns[0].agent_message->latency_ms) << "a greeting answers nobody";
  EXPECT_EQ(log.turns[1].user_message->text, "one");
  EXPECT_EQ(log.turns[1].agent_message->text, "You said: one");
  EXPECT_EQ(log.turns[1].agent_message->latency_ms, 300);
  EXPECT_FALSE(log.turns[1].agent_message->ttfab_ms) << "nothing sounded";
  EXPECT_EQ(log.turns[2].turn_number, 2);
  EXPECT_EQ(log.turns[2].agent_message->text, "You said: two") << "the last answer is kept";
  EXPECT_EQ(log.stats.total_turns, 3);
  EXPECT_EQ(log.stats.avg_latency_ms, 300);
  EXPECT_FALSE(log.stats.avg_ttfab_ms);
  EXPECT_EQ(log.stats.total_user_words, 2);
  EXPECT_EQ(log.stats.total_agent_words, 7);
  EXPECT_EQ(json_text(to_json(log)) + "\n", read_file(log.folder + "/transcript.json"));
}

TEST_F(GymConversation, TextEndsWithResponseEndAndCostsNothingBeside_GYM1) {
  const auto before = world.clock.now();
  talk({"one", "two"});
  EXPECT_EQ(world.clock.now() - before, 2 * desk.think) << "nothing is waited for beyond the backend";
}

TEST_F(GymConversation, EachTurnIsAcknowledgedByItsOwnName_GYM1) {
  talk({"one"});
  std::vector<std::string> turns;
  for (const auto& ack : desk.received_of<layercode::ReplayFinished>()) turns.push_back(ack.turn_id);
  EXPECT_THAT(turns, ElementsAre("t-greeting", "t-1"));
  EXPECT_EQ(desk.received_of<layercode::ReplayFinished>()[0].reason, "completed");
  EXPECT_THAT(desk.raw_received[1], HasSubstr("replay_finished")) << "before the next line";
}

TEST_F(GymConversation, TurnWithoutANameIsNotAcknowledged_GYM1) {
  desk.on_ready = {};
  desk.on_text = [](Peer& peer, std::string) -> Task<> { co_await peer.turn("", "nameless"); };
  const auto log = talk({"one"});
  EXPECT_EQ(log.turns[0].agent_message->text, "nameless");
  EXPECT_THAT(desk.received_of<layercode::ReplayFinished>(), IsEmpty());
}

TEST_F(GymConversation, WithoutAGreetingNumbersBeginWithTheFirstLine_GYM7) {
  desk.on_ready = {};
  const auto log = talk({"one"});
  ASSERT_THAT(log.turns, SizeIs(1));
  EXPECT_EQ(log.turns[0].turn_number, 0);
  EXPECT_EQ(log.turns[0].user_message->text, "one");
  EXPECT_EQ(log.end.reason, "completed");
}

TEST_F(GymConversation, LateGreetingIsNoAnswer_GYM7) {
  desk.on_ready = {};
  desk.on_text = [](Peer& peer, std::string said) -> Task<> {
    co_await peer.turn("t-greeting", "Hello.");
    co_await peer.sleep(500ms);
    co_await peer.understood(said);
    co_await peer.turn("t-1", "It is on its way.");
  };
  const auto log = talk({"where is it"});
  ASSERT_THAT(log.turns, SizeIs(1));
  EXPECT_EQ(log.turns[0].agent_message->text, "Hello. It is on its way.");
  EXPECT_EQ(log.turns[0].agent_message->latency_ms, 500);
  EXPECT_THAT(log.problems, ElementsAre(HasSubstr("the greeting came when")));
}

TEST_F(GymConversation, FragmentsAreJoinedAsTheyCome_GYM7) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    for (const auto* piece : {"Your par", "cel is", " here."}) co_await peer.text("t", piece);
    co_await peer.send(layercode::ResponseText{" Really.", "t", true});
    co_await peer.data("t", {{"shelf", 4}});
    co_await peer.end("t");
  };
  const auto log = talk({"one"});
  EXPECT_EQ(log.turns[1].agent_message->text, "Your parcel is here. Really.");
  EXPECT_THAT(log.turns[1].agent_message->data, ElementsAre(json::value{{"shelf", 4}}));
}

TEST_F(GymConversation, SilentTurnIsToldAndTheConversationGoesOn_GYM7) {
  desk.on_text = [](Peer& peer, std::string said) -> Task<> {
    if (said == "one") co_return;
    co_await peer.turn("t", "back again");
  };
  const auto log = talk({"one", "two"});
  ASSERT_THAT(log.turns, SizeIs(3));
  EXPECT_FALSE(log.turns[1].agent_message);
  EXPECT_EQ(log.turns[2].agent_message->text, "back again");
  EXPECT_THAT(log.problems, ElementsAre(HasSubstr("turn 1: nothing came of the agent within 1 min")));
  EXPECT_EQ(log.end.reason, "completed");
}

TEST_F(GymConversation, AgentThatNeverAnswersEndsIt_GYM7) {
  desk.on_ready = desk.on_text = {};
  const auto log = talk({"one", "two", "three", "four", "five"});
  EXPECT_EQ(log.end.reason, "agent_silent");
  EXPECT_THAT(log.turns, SizeIs(3));
}

TEST_F(GymConversation, PlatformThatNeverTellsAnEndIsTakenForFinishedBySilence_GYM1) {
  desk.on_ready = {};
  desk.on_text = [](Peer& peer, std::string said) -> Task<> { co_await peer.text("t-" + said, "answer to " + said); };
  const auto before = world.clock.now();
  const auto log = talk({"one", "two"});
  EXPECT_EQ(log.turns[1].agent_message->text, "answer to two");
  EXPECT_LT(world.clock.now() - before, 30s);
  EXPECT_THAT(log.problems, ::testing::Contains(HasSubstr("told no end of it")));
}

TEST_F(GymConversation, LongPauseWithinATurnIsNoEndOfIt_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.text("t", "One moment.");
    co_await peer.sleep(20s);
    co_await peer.text("t", " Here it is.");
    co_await peer.end("t");
  };
  const auto log = talk({"one"});
  EXPECT_EQ(log.turns[1].agent_message->text, "One moment. Here it is.");
}

// --- Speech -----------------------------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, AgentThatHangsUpWhenAllWasSaidAndAnsweredHasEndedItWell_GYM1) {
  desk.on_ready = {};
  auto settings = desk.settings();
  settings.greeting = 0s;
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.turn("t", "Goodbye.");
    co_await peer.close(1000, "the agent hung up");
  };
  const auto one = desk.run(LayercodeClient(UserSimulator::from_text({"bye"}, true), settings));
  EXPECT_EQ(one.end.reason, "completed");
  EXPECT_EQ(one.end.message, "the agent hung up");
  const auto two = desk.run(LayercodeClient(UserSimulator::from_text({"bye", "wait"}, true), settings), {.conversation_id = "c-2"});
  EXPECT_EQ(two.end.reason, "closed") << "a line was left";
  desk.on_text = [](Peer& peer, std::string) -> Task<> { co_await peer.close(1000, "the agent hung up"); };
  const auto none = desk.run(LayercodeClient(UserSimulator::from_text({"bye"}, true), settings), {.conversation_id = "c-3"});
  EXPECT_EQ(none.end.reason, "closed") << "nothing was answered";
}

TEST_F(GymConversation, DiskThatFailsInTheMiddleCostsFilesAndNotTheLog_GYM7) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> { co_await peer.turn("t", "Here."); };
  const TurnCallback spoil([&](const auto&, const ConversationLog& log) {
    std::filesystem::remove_all(log.folder);
    std::ofstream(log.folder) << "no folder";
  });
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"one", "two"}, true), desk.settings(), spoil));
  EXPECT_EQ(log.end.reason, "output_failed");
  EXPECT_THAT(log.end.message, HasSubstr("transcript.json"));
  EXPECT_FALSE(log.turns.empty());
  EXPECT_FALSE(log.folder.empty());
}

TEST_F(GymConversation, TurnThatEndsWithoutAnythingIsToldFromOneThatNeverCame_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.end("t");
  };
  EXPECT_THAT(talk({"hi"}).problems, ElementsAre(HasSubstr("the agent's turn ended without words, sound or data")));
  desk.on_text = [](Peer&, std::string) -> Task<> { co_return; };
  EXPECT_THAT(desk.run(LayercodeClient(UserSimulator::from_text({"hi"}, true), desk.settings()), {.conversation_id = "c-2"}).problems,
              ElementsAre(HasSubstr("nothing came of the agent within")));
}

struct GymSpeech : GymConversation {
  GymSpeech() {
    desk.on_ready = {};
    // Half a second of a voice, then half a second of silence.
    audio::Samples voice(12000, 6000);
    voice.resize(24000);
    audio::write_audio_file(desk.folder.path() + "/line.wav", voice);
    desk.on_speech = [this](Peer& peer, std::string said) -> Task<> {
      spoken.push_back(said.size() / 2);
      co_await peer.understood("where is my parcel");
      co_await peer.start("t");
      co_await peer.text("t", "On its way.");
      for (int i = 0; i < 10; ++i) co_await peer.audio("t", 100ms);
      co_await peer.end("t");
    };
  }
  ConversationLog speak(Settings settings, int lines = 1) {
    return desk.run(
        LayercodeClient(UserSimulator::from_files(std::vector<std::string>(static_cast<std::size_t>(lines), desk.folder.path() + "/line.wav")), settings));
  }
  std::vector<std::size_t> spoken;
};

TEST_F(GymSpeech, LeavesInRealTimeAndIsMeasuredFromItsLastVoicedSample_GYM7) {
  const auto log = speak(desk.settings());
  const auto sent = desk.received_of<layercode::ClientAudio>();
  ASSERT_GT(sent.size(), 10u);
  EXPECT_EQ(sent[0].bytes.size(), 1600u) << "100 ms at 8 kHz";
  std::vector<Duration> times;
  for (const auto& each : desk.received)
    if (std::holds_alternative<layercode::ClientAudio>(each.message)) times.push_back(each.at);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], 100ms) << i;
  ASSERT_THAT(log.turns, SizeIs(1));
  const auto& turn = log.turns[0];
  EXPECT_EQ(turn.user_message->text, "where is my parcel") << "what was understood, where nobody wrote it down";
  EXPECT_EQ(turn.user_message->heard, "where is my parcel");
  EXPECT_EQ(turn.agent_message->text, "On its way.");
  // Half a second of silence in the file, a second behind it, and what the platform waits.
  EXPECT_NEAR(static_cast<double>(*turn.agent_message->ttfab_ms), 500 + 1000 + 400, 30);
  EXPECT_EQ(turn.agent_message->latency_ms, turn.agent_message->ttfab_ms);
}

TEST_F(GymSpeech, BurstLeavesAtOnceOrByItsInterval_GYM8) {
  auto settings = desk.settings();
  settings.pace = Pace::burst;
  speak(settings);
  EXPECT_THAT(spoken, ElementsAre(8000u)) << "nothing follows it";
  EXPECT_EQ(desk.received[1].at, desk.received[10].at);
  desk.received.clear();
  settings.pace.reset(), settings.chunk_interval = 20ms, settings.chunk_ms = 250;
  speak(settings);
  std::vector<Duration> times;
  for (const auto& each : desk.received)
    if (std::holds_alternative<layercode::ClientAudio>(each.message)) times.push_back(each.at);
  ASSERT_THAT(times, SizeIs(4));
  EXPECT_EQ(times[3] - times[0], 60ms);
}

TEST_F(GymSpeech, TurnEndsWhenItWasPlayedAndThenQuietFor300Milliseconds_GYM1) {
  auto settings = desk.settings();
  settings.pace = Pace::burst;
  settings.greeting = 0s;
  const auto before = world.clock.now();
  speak(settings);
  EXPECT_EQ(world.clock.now() - before, 400ms + 1s) << "endpoint, and a second of sound that came at once: longer than the tail";
  const auto acks = desk.received_of<layercode::ReplayFinished>();
  ASSERT_THAT(acks, SizeIs(1));
  EXPECT_EQ(acks[0].turn_id, "t");
}

TEST_F(GymSpeech, TextWithoutSoundYetWaitsThreeSecondsForIt_GYM1) {
  desk.on_speech = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.text("t", "Soon.");
    co_await peer.end("t");
    co_await peer.sleep(2500ms);
    co_await peer.audio("t", 100ms);
  };
  auto settings = desk.settings();
  settings.pace = Pace::burst, settings.greeting = 0s;
  auto before = world.clock.now();
  const auto log = speak(settings);
  EXPECT_TRUE(log.turns[0].agent_message->audio_path) << "it came";
  EXPECT_EQ(log.turns[0].agent_message->ttfab_ms, 400 + 2500);
  desk.on_speech = [](Peer& peer, std::string) -> Task<> { co_await peer.turn("t2", "Never."); };
  before = world.clock.now();
  EXPECT_FALSE(speak(settings).turns.back().agent_message->audio_path);
  EXPECT_GE(world.clock.now() - before, 3400ms);
}

TEST_F(GymSpeech, SoundAloneIsKept_GYM7) {
  desk.on_speech = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.audio("t", 200ms);
    co_await peer.end("t");
  };
  const auto log = speak(desk.settings(), 2);
  ASSERT_THAT(log.turns, SizeIs(2)) << "and does not stop the conversation";
  EXPECT_EQ(log.turns[0].agent_message->text, "");
  EXPECT_EQ(log.turns[0].agent_message->audio_path, "assistant_0.wav");
}

TEST_F(GymSpeech, FilesHoldWhatWasSaidAtItsRateAndTheMixIsInStep_GYM7) {
  auto settings = desk.settings();
  settings.pace = Pace::burst, settings.greeting = 0s;
  const auto log = speak(settings);
  const auto header_rate = [](const std::string& bytes) { return static_cast<unsigned char>(bytes[24]) + 256 * static_cast<unsigned char>(bytes[25]); };
  const auto user = read_file(log.folder + "/user_0.wav"), agent = read_file(log.folder + "/assistant_0.wav"),
             mix = read_file(log.folder + "/conversation_mix.wav");
  EXPECT_EQ(header_rate(user), 8000);
  EXPECT_EQ(user.size(), 44u + 2 * 8000);
  EXPECT_EQ(header_rate(agent), 16000);
  EXPECT_EQ(agent.size(), 44u + 2 * 16000);
  EXPECT_EQ(header_rate(mix), 16000);
  const auto both = audio::samples_from_bytes(std::string_view(mix).substr(44));
  EXPECT_EQ(both.size(), 2u * (6400 + 16000)) << "the agent's second begins when the platform had waited";
  EXPECT_GT(both[2 * 4000], 5000) << "user left";
  EXPECT_EQ(both[2 * 7000 + 1], 8000) << "agent right";
  EXPECT_EQ(log.turns[0].user_message->audio_path, "user_0.wav");
}

TEST_F(GymSpeech, MixIsThereWhileTheConversationGoesOn_GYM7) {
  auto settings = desk.settings();
  settings.pace = Pace::burst, settings.greeting = 0s;
  std::vector<std::size_t> sizes;
  const TurnCallback look([&](const auto&, const ConversationLog& log) {
    const auto path = log.folder + "/conversation_mix.wav";
    sizes.push_back(std::filesystem::exists(path) ? read_file(path).size() : 0);
  });
  const std::vector<std::string> lines(3, desk.folder.path() + "/line.wav");
  desk.run(LayercodeClient(UserSimulator::from_files(lines), settings, look));
  ASSERT_THAT(sizes, SizeIs(3)) << "of the turns before";
  EXPECT_EQ(sizes[0], 0u);
  EXPECT_EQ(sizes[1], 44u + 2 * 2 * (6400 + 16000)) << "the first";
  EXPECT_GT(sizes[2], sizes[1]);
}

TEST_F(GymSpeech, WithoutStoringNothingSoundsInTheFolder_GYM8) {
  auto settings = desk.settings();
  settings.store_audio = false;
  const auto log = speak(settings);
  std::vector<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(log.folder)) names.push_back(each.path().filename());
  EXPECT_THAT(names, ElementsAre("transcript.json"));
}

TEST_F(GymSpeech, OwnVoiceSpeaksLinesWithoutAKey_GYM3) {
  auto settings = desk.settings();
  settings.tts_voice = "flite/slt";
  settings.pace = Pace::burst;
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"Where is my parcel?"}), settings));
  ASSERT_THAT(spoken, SizeIs(1));
  EXPECT_GT(spoken[0], 4000u) << "samples at 8 kHz: half a second at least";
  EXPECT_EQ(log.turns[0].user_message->text, "Where is my parcel?");
  EXPECT_TRUE(std::filesystem::exists(log.folder + "/user_0.wav"));
}

TEST_F(GymSpeech, PlatformThatStopsTheAgentIsHeardNoFurther_GYM1) {
  desk.on_speech = [](Peer& peer, std::string) -> Task<> {
    co_await peer.understood("tell me");
    co_await peer.start("t");
    co_await peer.audio("t", 10s);
    co_await peer.sleep(500ms);
    co_await peer.send(layercode::TurnStart{layercode::Role::user, "user-2"});
    co_await peer.end("t");
  };
  auto settings = desk.settings();
  settings.pace = Pace::burst, settings.greeting = 0s;
  const auto before = world.clock.now();
  const auto log = speak(settings);
  EXPECT_LT(world.clock.now() - before, 2s);
  EXPECT_EQ(read_file(log.folder + "/assistant_0.wav").size(), 44u + 2 * 8000) << "half a second was heard";
}

TEST_F(GymSpeech, MixHoldsNothingThatWasCutOffSinceItWasMixed_GYM1_GYM7) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.audio("t", 10s);
    co_await peer.end("t");
  };
  desk.on_speech = [](Peer& peer, std::string) -> Task<> {
    co_await peer.send(layercode::TurnStart{layercode::Role::user, "user-2"});
    co_await peer.understood("stop");
    co_await peer.turn("u", "Fine.");
  };
  const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
    if (request.turn_number == 0) co_return UserResponse{.text = "tell me"};
    if (request.turn_number > 1) co_return std::nullopt;
    UserResponse line;
    line.audio_path = desk.folder.path() + "/line.wav";
    co_return line;
  });
  std::vector<std::size_t> sizes;
  const TurnCallback look([&](const auto&, const ConversationLog& log) {
    const auto path = log.folder + "/conversation_mix.wav";
    sizes.push_back(std::filesystem::exists(path) ? read_file(path).size() : 0);
  });
  auto settings = desk.settings();
  settings.pace = Pace::burst, settings.greeting = 0s;
  const auto log = desk.run(LayercodeClient(user, settings, look));
  ASSERT_THAT(sizes, SizeIs(2));
  EXPECT_GE(sizes[1], 10u * 16000 * 4) << "the user typed, and nobody had cut in yet";
  EXPECT_LT(read_file(log.folder + "/conversation_mix.wav").size(), 5u * 16000 * 4);
}

// --- Waiting ----------------------------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, WaitingUserIsAskedAgainWithAllThatWasSaid_GYM4) {
  desk.on_ready = {};
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.turn("t-1", "One moment.");
    co_await peer.sleep(30s);
    co_await peer.turn("t-2", "It is on its way.");
  };
  std::vector<UserRequest> asked;
  const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
    asked.push_back(request);
    if (asked.size() == 1) co_return UserResponse{.text = "where is it"};
    if (request.text.ends_with("moment.")) co_return UserResponse::wait(asked.size() == 2 ? 0.5 : 12);
    co_return std::nullopt;
  });
  const auto log = desk.run(LayercodeClient(user, desk.settings()));
  ASSERT_EQ(asked.size(), 6u);
  EXPECT_FALSE(asked[1].wait_context);
  ASSERT_TRUE(asked[2].wait_context);
  EXPECT_EQ(asked[2].wait_context->wait_count, 1);
  EXPECT_EQ(asked[2].wait_context->total_wait_seconds, 2) << "the least that can be waited";
  EXPECT_FALSE(asked[2].wait_context->has_new_content(asked[2].text.size()));
  EXPECT_EQ(asked[5].text, "One moment. It is on its way.");
  EXPECT_TRUE(asked[5].wait_context->has_new_content(asked[5].text.size()));
  EXPECT_EQ(asked[5].wait_context->wait_count, 4);
  ASSERT_THAT(log.turns, SizeIs(1)) << "waiting is no turn";
  EXPECT_EQ(log.turns[0].agent_message->text, "One moment. It is on its way.");
}

TEST_F(GymConversation, NobodyWaitsMoreThanTenTimesInARow_GYM4) {
  std::vector<bool> may_wait;
  const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
    may_wait.push_back(request.may_wait);
    co_return request.may_wait ? UserResponse::wait(2) : UserResponse{.text = "enough"};
  });
  auto settings = desk.settings();
  settings.max_silent_turns = 1;
  desk.on_text = {};
  const auto log = desk.run(LayercodeClient(user, settings));
  ASSERT_GE(may_wait.size(), 11u);
  EXPECT_EQ(std::count(may_wait.begin(), may_wait.begin() + 10, true), 10);
  EXPECT_FALSE(may_wait[10]);
  EXPECT_EQ(log.turns[1].user_message->text, "enough");
  const auto stubborn = UserSimulator::custom([](UserRequest) -> Task<std::optional<UserResponse>> { co_return UserResponse::wait(2); });
  const auto ended = desk.run(LayercodeClient(stubborn, desk.settings()));
  EXPECT_EQ(ended.end.reason, "simulator_failed");
  EXPECT_THAT(ended.end.message, HasSubstr("waited 10 times in a row"));
}

TEST_F(GymConversation, PersonaIsAskedWhileTheAgentIsStillAtWork_GYM4) {
  std::ofstream(desk.folder.path() + "/p.rules.yaml") << "rules:\n"
                                                         "  - when: {last: \"One moment\\\\.$\"}\n"
                                                         "    tool_calls: [{name: WaitForAssistant, arguments: {wait_seconds: 30}}]\n"
                                                         "  - when: {last: \"Here it is\"}\n"
                                                         "    tool_calls: [{name: EndConversation}]\n"
                                                         "  - reply: \"look it up\"\n";
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.text("t", "One moment.");
    co_await peer.sleep(20s);
    co_await peer.text("t", " Here it is.");
    co_await peer.end("t");
  };
  const auto user = UserSimulator::from_agent({.model = "rules/" + desk.folder.path() + "/p.rules.yaml", .send_as_text = true});
  const auto before = world.clock.now();
  const auto log = desk.run(LayercodeClient(user, desk.settings()));
  ASSERT_THAT(log.turns, SizeIs(2));
  EXPECT_EQ(log.turns[1].agent_message->text, "One moment. Here it is.");
  EXPECT_EQ(log.end.reason, "completed");
  EXPECT_LT(world.clock.now() - before, 25s) << "what was waited for ends the wait";
}

// --- Custom users and callbacks ---------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, CustomUserSeesTheConversationAndSendsData_GYM2) {
  std::vector<std::string> data;
  desk.on_data = [&](Peer&, std::string sent) -> Task<> {
    data.push_back(sent);
    co_return;
  };
  std::vector<UserRequest> asked;
  const auto user = UserSimulator::custom([&](UserRequest request) -> std::optional<UserResponse> {
    asked.push_back(request);
    if (request.turn_number > 2) return std::nullopt;
    UserResponse response{.text = fmt::format("line {}", request.turn_number)};
    if (request.turn_number == 2) response.data.push_back({{"clicked", "help"}});
    return response;
  });
  const auto log = desk.run(LayercodeClient(user, desk.settings()));
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_EQ(asked[0].text, "Hello.");
  EXPECT_EQ(asked[2].conversation_id, "lc_conv_1");
  EXPECT_THAT(asked[2].agent_transcript, ElementsAre("Hello.", "You said: line 1", "You said: line 2"));
  EXPECT_THAT(data, ElementsAre(R"({"clicked":"help"})"));
  EXPECT_EQ(log.end.reason, "completed");
}

TEST_F(GymConversation, UserThatThrowsEndsItWithTheReason_GYM2) {
  const auto user = UserSimulator::custom([](UserRequest) -> std::optional<UserResponse> { throw std::runtime_error("out of ideas"); });
  const auto log = desk.run(LayercodeClient(user, desk.settings()));
  EXPECT_THAT(log.end.message, HasSubstr("out of ideas"));
  EXPECT_EQ(log.end.reason, "simulator_failed");
  EXPECT_EQ(transcript_of(log).at("turns").as_array().size(), 1u) << "the greeting is kept";
}

TEST_F(GymConversation, BothFormsOfCallbacksAreCalledPlainAndAsCoroutines_GYM5) {
  std::vector<std::string> told;
  const auto note = [&told](int number, const std::string& user, const std::string& agent, const std::string& id) {
    told.push_back(fmt::format("{}|{}|{}|{}", number, user, agent, id));
  };
  const UserSimulator user = UserSimulator::from_text({"one"}, true);
  desk.run(LayercodeClient(user, desk.settings(), [&](int n, std::string u, std::string a, std::string id) { note(n, u, a, id); }));
  EXPECT_THAT(told, ElementsAre("0||Hello.|lc_conv_1", "1|one|You said: one|lc_conv_1")) << "the greeting, too";
  told.clear();
  desk.grant.body = R"({"client_session_key":"k","conversation_id":"c2"})";
  desk.run(LayercodeClient(
      user, desk.settings(),
      [&](int n, std::string u, std::string a, std::string id) -> Task<> {
        note(n, u, a, id);
        co_return;
      },
      [&](const ConversationLog& log) -> Task<> {
        told.push_back("end " + log.end.reason);
        EXPECT_TRUE(std::filesystem::exists(log.folder + "/transcript.json"));
        co_return;
      }));
  EXPECT_THAT(told, ElementsAre("0||Hello.|c2", "1|one|You said: one|c2", "end completed"));
  told.clear();
  desk.grant.body = R"({"client_session_key":"k","conversation_id":"c3"})";
  desk.run(LayercodeClient(
      user, desk.settings(),
      [&](const ConversationTurn& turn, const ConversationLog& log) { told.push_back(fmt::format("{} of {}", turn.turn_number, log.turns.size())); },
      [&](const ConversationLog& log) { told.push_back(fmt::format("{} turns", log.stats.total_turns)); }));
  EXPECT_THAT(told, ElementsAre("0 of 1", "1 of 2", "2 turns"));
}

TEST_F(GymConversation, CallbackThatThrowsIsReportedAndLosesNothing_GYM5) {
  const auto log = desk.run(LayercodeClient(
      UserSimulator::from_text({"one"}, true), desk.settings(),
      [](int number, std::string, std::string, std::string) {
        if (number == 0) throw std::runtime_error("no disk");
      },
      [](const ConversationLog&) -> Task<> { throw std::runtime_error("no mail"); }));
  EXPECT_THAT(log.turns, SizeIs(2));
  EXPECT_EQ(log.end.reason, "completed");
  EXPECT_THAT(log.problems, ElementsAre(AllOf(HasSubstr("turn 0: the turn callback threw"), HasSubstr("no disk")),
                                        AllOf(HasSubstr("conversation callback"), HasSubstr("no mail"))));
  EXPECT_EQ(transcript_of(log).at("problems").as_array().size(), 2u);
}

// --- Ends -------------------------------------------------------------------------------------------------------------------------------------

TEST_F(GymConversation, SocketThatDropsInTheMiddleOfATurnKeepsWhatCame_GYM7) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.text("t", "Your parc");
    co_await peer.audio("t", 100ms);
    co_await peer.sleep(10ms);
    peer.cut();
  };
  const auto log = talk({"one", "two"});
  EXPECT_EQ(log.end.reason, "closed");
  EXPECT_THAT(log.end.message, HasSubstr("in the middle of the agent's turn"));
  ASSERT_THAT(log.turns, SizeIs(2));
  EXPECT_EQ(log.turns[1].agent_message->text, "Your parc");
  EXPECT_TRUE(std::filesystem::exists(log.folder + "/assistant_1.wav"));
  EXPECT_EQ(transcript_of(log).at("end").at("reason"), "closed");
}

TEST_F(GymConversation, GoodbyeOfThePlatformIsTold_GYM7) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> { co_await peer.close(1008, "balance used up"); };
  const auto log = talk({"one"});
  EXPECT_EQ(log.end.reason, "closed");
  EXPECT_THAT(log.end.message, HasSubstr("1008: balance used up"));
}

struct GymGarbage : GymConversation, ::testing::WithParamInterface<const char*> {};

TEST_P(GymGarbage, MessageThatIsNoneEndsItWithItsNumber_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.text("t", "before");
    co_await peer.raw(GetParam());
  };
  const auto log = talk({"one"});
  EXPECT_EQ(log.end.reason, "protocol");
  EXPECT_THAT(log.end.message, HasSubstr("message 5 of the platform"));
  EXPECT_EQ(log.turns[1].agent_message->text, "before");
}

INSTANTIATE_TEST_SUITE_P(Frames, GymGarbage,
                         ::testing::Values("{", "[]", "7", R"({"no":"type"})", R"({"type":"response.audio","content":"AA==","turn_id":"t"})",
                                           R"({"type":"response.audio","content":"%%"})", R"({"type":"response.text"})",
                                           R"({"type":"turn.start","role":"king"})"));

TEST_F(GymConversation, AnswerThatStreamsForeverIsLeftBeforeItFillsTheMemory_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    for (;;) co_await peer.text("t", std::string(64 * 1024, 'x'));
  };
  const auto log = talk({"one"});
  EXPECT_EQ(log.end.reason, "protocol");
  EXPECT_THAT(log.end.message, HasSubstr("more than 1048576 bytes of text"));
  EXPECT_GE(log.turns[1].agent_message->text.size(), 1024U * 1024U) << "what came is kept";
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    for (;;) co_await peer.data("t", 1);
  };
  EXPECT_THAT(talk({"one"}).end.message, HasSubstr("pieces of data"));
}

TEST_F(GymConversation, UnknownMessagesMeanNothing_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    co_await peer.raw(R"({"type":"brand.new","x":[1,2]})");
    co_await peer.turn("t", "fine");
  };
  EXPECT_EQ(talk({"one"}).turns[1].agent_message->text, "fine");
}

TEST_F(GymConversation, ConversationThatTakesTooLongIsEnded_GYM1) {
  desk.on_text = [](Peer& peer, std::string) -> Task<> {
    for (;;) {
      co_await peer.text("t", "and another thing, ");
      co_await peer.sleep(1s);
    }
  };
  auto settings = desk.settings();
  settings.conversation_timeout = 5min;
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"one"}, true), settings));
  EXPECT_EQ(log.end.reason, "timeout");
  EXPECT_THAT(log.end.message, HasSubstr("longer than 5 min"));
  EXPECT_THAT(log.turns[1].agent_message->text, HasSubstr("and another thing"));
}

TEST_F(GymConversation, StopLeavesTheFolderWithWhatThereWas_GYM7) {
  StopSource stop;
  desk.on_text = [&](Peer& peer, std::string) -> Task<> {
    co_await peer.text("t", "I was just about to");
    co_await peer.sleep(1s);
    stop.request();
  };
  const auto log = desk.run(LayercodeClient(UserSimulator::from_text({"one", "two"}, true), desk.settings()), {}, stop);
  EXPECT_EQ(log.end.reason, "interrupted");
  ASSERT_THAT(log.turns, SizeIs(2));
  EXPECT_EQ(transcript_of(log).at("turns").at(1).at("agent_message").at("text"), "I was just about to");
}

TEST_F(GymSpeech, StopWaitsForNoSentence_GYM7) {
  StopSource stop;
  std::optional<Clock::Time> asked;
  desk.on_speech = [&](Peer& peer, std::string) -> Task<> {
    co_await peer.start("t");
    co_await peer.audio("t", 20s);
    co_await peer.end("t");
    co_await peer.sleep(2s);
    asked = desk.world.clock.now();
    stop.request();
  };
  const auto user = UserSimulator::from_files({desk.folder.path() + "/line.wav"});
  const auto log = desk.run(LayercodeClient(user, desk.settings()), {}, stop);
  EXPECT_EQ(log.end.reason, "interrupted");
  ASSERT_TRUE(asked);
  EXPECT_LT(desk.world.clock.now() - *asked, 100ms) << "it would be spoken for 18 s more";
}

TEST_F(GymConversation, WhileItGoesOnTheFolderTellsSoFar_GYM7) {
  std::vector<std::string> seen;
  const auto folder = desk.folder.path() + "/lc_conv_1";
  const auto user = UserSimulator::custom([&](UserRequest request) -> Task<std::optional<UserResponse>> {
    const auto now = transcript_in(folder);
    seen.push_back(fmt::format("{} {}", now.at("turns").as_array().size(), std::string(now.at("end").at("reason").as_string())));
    if (request.turn_number > 1) co_return std::nullopt;
    co_return UserResponse{.text = "one"};
  });
  desk.run(LayercodeClient(user, desk.settings()));
  EXPECT_THAT(seen, ElementsAre("1 in_progress", "2 in_progress")) << "what a crash would leave";
}

TEST_F(GymConversation, ResumedConversationGoesOnInItsFolder_GYM7) {
  const auto first = talk({"one"});
  const auto second = desk.run(LayercodeClient(UserSimulator::from_text({"two"}, true), desk.settings()), {.conversation_id = "lc_conv_1"});
  EXPECT_EQ(find_string(parse_json(desk.asked[1].body), "conversation_id"), "lc_conv_1");
  EXPECT_EQ(second.folder, first.folder);
  EXPECT_EQ(second.started_at, first.started_at);
  std::vector<int> numbers;
  for (const auto& turn : second.turns) numbers.push_back(turn.turn_number);
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(second.turns[3].user_message->text, "two");
  EXPECT_EQ(second.first_turn, 2);
  EXPECT_GE(second.stats.duration_seconds, 2 * 0.3);
}

}  // namespace
}  // namespace antiphon::gym
