#include "antiphon/gym/platform/platform.hpp"

#include "antiphon/base/text.hpp"
#include "antiphon/gym/platform/playback.hpp"
#include "antiphon/gym/testing/platform_stage.hpp"

namespace antiphon::gym {
namespace {

using namespace testing;  // NOLINT: tools of tests
using layercode::ClientAudio;
using layercode::ClientText;
using layercode::ReplayFinished;
using layercode::ResponseAudio;
using layercode::ResponseData;
using layercode::ResponseEnd;
using layercode::ResponseText;
using layercode::Role;
using layercode::TurnStart;
using layercode::UserTranscript;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view authorise_path = "/v1/agents/web/authorize_session";

net::HttpReply ask_for_session(Stage& stage, const std::string& bearer, const std::string& body = R"({"agent_id":"agent"})") {
  net::Headers headers;
  if (!bearer.empty()) headers.emplace_back("Authorization", bearer);
  return stage.ask({.target = std::string(authorise_path), .body = body, .headers = headers});
}

// --- Authorisation ----------------------------------------------------------------------------------------------------------------------------

TEST(PlatformAuthorisation, GivesAKeyAConversationAndWhatTheBrowsersSdkNeeds_GYM9) {
  Stage stage;
  const auto reply = ask_for_session(stage, "Bearer anything");
  EXPECT_EQ(reply.status, 200);
  const auto session = layercode::read_authorise_reply(reply.body);
  EXPECT_THAT(session.client_session_key, StartsWith("lc_sesskey_"));
  EXPECT_THAT(session.conversation_id, StartsWith("lc_conv_"));
  EXPECT_EQ(*at_pointer(json::value(session.config), "/transcription/trigger"), "automatic");
  EXPECT_TRUE(at_pointer(json::value(session.config), "/vad/enabled"));
}

TEST(PlatformAuthorisation, RefusesWithAReasonWhatCannotBe_GYM9) {
  Stage stage({.api_key = "right", .agent_id = "agent"});
  const auto why = [&](const std::string& bearer, const std::string& body) {
    const auto reply = ask_for_session(stage, bearer, body);
    EXPECT_EQ(reply.status, 400) << reply.body;
    return find_string(parse_json(reply.body), "error").value_or("none");
  };
  EXPECT_THAT(why("", R"({"agent_id":"agent"})"), HasSubstr("no bearer"));
  EXPECT_THAT(why("Basic right", R"({"agent_id":"agent"})"), HasSubstr("no bearer"));
  EXPECT_THAT(why("Bearer wrong", R"({"agent_id":"agent"})"), HasSubstr("not known"));
  EXPECT_THAT(why("Bearer right", R"({"agent_id":"another"})"), HasSubstr("no agent"));
  EXPECT_THAT(why("Bearer right", R"({})"), HasSubstr("agent_id"));
  EXPECT_THAT(why("Bearer right", "{"), HasSubstr("no JSON"));
  EXPECT_THAT(why("Bearer right", R"({"agent_id":"agent","conversation_id":"a/b"})"), HasSubstr("conversation_id"));
  EXPECT_THAT(why("Bearer right", R"({"agent_id":"agent","custom_headers":{"X-A":"1\r\nX-B: 2"}})"), HasSubstr("X-A"));
  EXPECT_THAT(why("Bearer right", R"({"agent_id":"agent","custom_headers":{"Layercode-Signature":"t=1,v1=a"}})"), HasSubstr("Layercode-Signature"));
  EXPECT_THAT(why("Bearer right", R"({"agent_id":"agent","config":{"transcription":{"trigger":"telepathy"}}})"), HasSubstr("trigger"));
  EXPECT_EQ(ask_for_session(stage, "Bearer right").status, 200);
  EXPECT_EQ(stage.ask({.target = "/api/authorize", .body = R"({"agent_id":"agent"})"}).status, 200);
}

TEST(PlatformAuthorisation, OnlyPagesOfThisMachineMayAskFromABrowser_GYM9) {
  Stage stage;
  const auto allowed = [&](const std::string& origin) {
    const auto reply = stage.ask({.method = "OPTIONS", .target = "/api/authorize", .headers = {{"Origin", origin}}});
    EXPECT_EQ(reply.status, 204);
    return net::find_header(reply.headers, "access-control-allow-origin").value_or("");
  };
  EXPECT_EQ(allowed("http://localhost:3000"), "http://localhost:3000");
  EXPECT_EQ(allowed("http://127.0.0.1"), "http://127.0.0.1");
  EXPECT_EQ(allowed("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(allowed("https://evil.example"), "");
  EXPECT_EQ(allowed("http://localhost.evil.example"), "");
}

TEST(PlatformKeys, AreWorthNothingWhenUnknownExpiredOrRotated_GYM9) {
  Stage stage;
  EXPECT_EQ(stage.refused("lc_sesskey_guess").kind(), ErrorKind::unauthorized);
  const auto first = stage.authorise();
  stage.wait(59min);
  stage.connect(first.client_session_key)->close();
  stage.wait(2min);
  EXPECT_THAT(stage.refused(first.client_session_key).message(), HasSubstr("expired"));
  const auto second = stage.authorise({.agent_id = "agent", .conversation_id = first.conversation_id});
  const auto third = stage.authorise({.agent_id = "agent", .conversation_id = first.conversation_id});
  EXPECT_EQ(third.conversation_id, first.conversation_id);
  EXPECT_EQ(stage.refused(second.client_session_key).kind(), ErrorKind::unauthorized);
  stage.connect(third.client_session_key)->close();
}

TEST(PlatformKeys, ManyLeaveNothingBehindOnceTheyHaveExpired_GYM9) {
  SessionKeys keys(1h);
  for (int i = 0; i < 1000; ++i) keys.issue("k" + std::to_string(i), {.conversation_id = "c" + std::to_string(i)}, Clock::Time{0});
  EXPECT_EQ(keys.size(), 1000U);
  keys.issue("new", {.conversation_id = "c"}, Clock::Time{3h});
  EXPECT_EQ(keys.size(), 1U);
}

// --- Turns by text ----------------------------------------------------------------------------------------------------------------------------

TEST(PlatformTurns, AGreetingAndATypedLineAreWebhooksAndComeBackAsTurns_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say("Hello there.").finish();
  stage.backend.on("message").say("It left on Monday morning. ").data({{"order", 7}}).say("It comes today.").finish();
  auto client = stage.begin({.agent_id = "agent", .custom_metadata = {{"seat", 4}}, .custom_headers = {{"X-Tenant", "blue"}}});
  stage.wait(2s);
  EXPECT_THAT(client->order(), ElementsAre("turn.start", "response.text", "response.audio", "response.end"));
  client->send(ReplayFinished{client->all<TurnStart>().front().turn_id});
  client->got.clear();
  client->send(ClientText{"Where is it?"});
  stage.wait(10s);
  EXPECT_THAT(client->order(),
              ElementsAre("user.transcript", "turn.start", "response.text", "response.data", "response.text", "response.audio", "response.end"));
  EXPECT_EQ(client->words(), "It left on Monday morning. It comes today.");
  EXPECT_THAT(stage.tts->said, ElementsAre("Hello there.", "It left on Monday morning.", "It comes today."));

  ASSERT_EQ(stage.backend.hooks.size(), 2U);
  const auto& message = std::get<layercode::MessageEvent>(stage.backend.hooks[1].event);
  EXPECT_EQ(message.text, "Where is it?");
  EXPECT_FALSE(message.interruption);
  EXPECT_EQ(stage.backend.hooks[1].custom_metadata, json::object({{"seat", 4}}));
  EXPECT_EQ(net::find_header(stage.backend.headers[1], "x-tenant"), "blue");
  for (const auto& each : client->got)
    if (const auto* end = std::get_if<ResponseEnd>(&each.message)) EXPECT_EQ(end->turn_id, message.turn_id);
  EXPECT_EQ(client->all<UserTranscript>().front().turn_id, "user-" + message.turn_id);
  EXPECT_THAT(stage.notices, IsEmpty());
}

TEST(PlatformTurns, EveryWebhookIsSignedOverItsRawBody_GYM9) {
  Stage stage;
  auto client = stage.begin();
  client->send(ClientText{"Grüße \u2028 \"x\" 1e21"});
  stage.wait(1s);
  ASSERT_EQ(stage.backend.bodies.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto header = net::find_header(stage.backend.headers[i], layercode::signature_header).value_or("");
    EXPECT_EQ(layercode::check_signature(header, "whsec_test", stage.backend.bodies[i], 1'767'225'600), layercode::SignatureVerdict::good);
    EXPECT_EQ(layercode::check_signature(header, "whsec_other", stage.backend.bodies[i], 1'767'225'600), layercode::SignatureVerdict::wrong);
  }
}

TEST(PlatformTurns, WithoutAVoiceRepliesAreTextAlone_GYM9) {
  Stage stage;
  stage.with_voice = false;
  stage.backend.on("message").say("Yes.").finish();
  auto client = stage.begin();
  client->send(ClientText{"Ready?"});
  stage.wait(1ms);
  EXPECT_THAT(client->order(), ElementsAre("user.transcript", "turn.start", "response.text", "response.end"));
}

TEST(PlatformTurns, BlankLinesAreNone_GYM9) {
  Stage stage;
  auto client = stage.begin();
  client->send(ClientText{"  \n"});
  stage.wait(1s);
  EXPECT_THAT(stage.backend.messages(), IsEmpty());
}

TEST(PlatformTurns, StrictBackendsGetATextInEveryWebhook_GYM9) {
  Stage stage;
  stage.settings().backend.shape.text_in_every = true;
  stage.begin();
  ASSERT_EQ(stage.backend.bodies.size(), 1U);
  EXPECT_THAT(stage.backend.bodies[0], HasSubstr(R"("text":"")"));
}

TEST(PlatformTurns, DataGoesToTheBackendAndInterruptsNobody_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say("This is a long greeting of many words that nobody wants to miss.").finish();
  stage.backend.on("data").data({{"taken", true}});
  auto client = stage.begin();
  client->send(layercode::ClientData{{{"cart", {1, 2}}}});
  stage.wait(10s);
  const auto hooks = stage.backend.of("data");
  ASSERT_EQ(hooks.size(), 1U);
  const auto& event = std::get<layercode::DataEvent>(hooks[0].event);
  EXPECT_EQ(event.data, json::value({{"cart", {1, 2}}}));
  EXPECT_EQ(client->all<ResponseData>().front().turn_id, event.turn_id);
  EXPECT_EQ(client->all<ResponseEnd>().size(), 1U);
  EXPECT_GT(client->heard(), 3s);
}

// --- Turns by voice ---------------------------------------------------------------------------------------------------------------------------

TEST(PlatformVoice, ASpokenTurnEndsHalfASecondAfterTheVoice_GYM9) {
  Stage stage;
  stage.ear->able.streaming = true;
  stage.backend.on("message").say("On its way.").finish();
  auto client = stage.begin();
  client->speak(silence(500ms) + voice(1s));
  const auto ended = stage.medium.clock.now();
  client->speak(silence(2s));
  EXPECT_THAT(client->order(), ElementsAre("turn.start", "user.transcript.interim_delta", "user.transcript.delta", "user.transcript", "turn.start",
                                           "response.text", "response.audio", "response.end"));
  const auto transcript = std::ranges::find_if(client->got, [](const auto& each) {
    const auto* heard = std::get_if<UserTranscript>(&each.message);
    return heard && heard->kind == UserTranscript::Kind::final;
  });
  EXPECT_GE(transcript->at - ended, 400ms);
  EXPECT_LE(transcript->at - ended, 700ms);
  ASSERT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_EQ(stage.backend.messages()[0].text, "where is my parcel");
  EXPECT_EQ(client->all<TurnStart>()[0].role, Role::user);
  EXPECT_EQ(client->all<TurnStart>()[0].turn_id, "user-" + stage.backend.messages()[0].turn_id);
}

TEST(PlatformVoice, TheRecogniserGetsTheWholeTurnWithALittleBefore_GYM9) {
  Stage stage;
  auto client = stage.begin();
  client->speak(silence(1s) + voice(1s) + silence(300ms) + voice(1s) + silence(1s));
  ASSERT_EQ(stage.ear->heard.size(), 1U);
  const auto length = audio::duration_of(stage.ear->heard[0].size());
  EXPECT_GT(length, 2600ms);
  EXPECT_LT(length, 3500ms);
}

TEST(PlatformVoice, ABurstWithoutSilenceEndsWhenNothingMoreComes_GYM9) {
  Stage stage;
  auto client = stage.begin();
  const auto recording = voice(2s) + silence(900ms) + voice(1s);  // its pause is no end: all of it is there at once
  for (std::size_t at = 0; at < recording.size(); at += 1600) client->send(ClientAudio{recording.substr(at, 1600)});
  stage.wait(700ms);
  EXPECT_THAT(stage.backend.messages(), IsEmpty());
  stage.wait(300ms);
  EXPECT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_EQ(stage.ear->heard.size(), 1U);
  EXPECT_GT(audio::duration_of(stage.ear->heard[0].size()), 3800ms);
}

TEST(PlatformVoice, ATurnInOneMessageIsHeardToo_GYM9) {
  Stage stage;
  auto client = stage.begin();
  client->send(ClientAudio{voice(2s) + silence(1s)});
  stage.wait(2s);
  EXPECT_EQ(stage.backend.messages().size(), 1U);
}

TEST(PlatformVoice, WhoGoesOnWhileWordsAreFoundIsAnsweredOnceForBoth_GYM9) {
  Stage stage;
  stage.ear->takes = 1s;
  stage.ear->texts = {"where is", "my parcel"};
  auto client = stage.begin();
  client->speak(voice(1s) + silence(800ms) + voice(2s) + silence(3s));
  const auto messages = stage.backend.messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].text, "where is my parcel");
}

TEST(PlatformVoice, NothingUnderstoodAndAFailedRecogniserAreToldAndCostNoTurn_GYM9) {
  Stage stage;
  stage.ear->texts = {"", "hello"};
  auto client = stage.begin();
  client->speak(voice(1s) + silence(1s));
  EXPECT_THAT(stage.notices, Contains(HasSubstr("no words were understood")));
  stage.ear->fails = Error(ErrorKind::unavailable, "the recogniser is down");
  client->speak(voice(1s) + silence(1s));
  EXPECT_THAT(stage.notices, Contains(HasSubstr("the recogniser is down")));
  stage.ear->fails.reset();
  client->speak(voice(1s) + silence(1s));
  ASSERT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_EQ(stage.backend.messages()[0].text, "hello");
}

TEST(PlatformVoice, PushToTalkBoundsATurnExactly_GYM9) {
  Stage stage({.trigger = TurnTrigger::push_to_talk});
  auto client = stage.begin();
  client->speak(voice(1s) + silence(2s));
  EXPECT_THAT(stage.backend.messages(), IsEmpty());
  client->send(layercode::ClientTrigger{true});
  client->speak(voice(1s) + silence(2s) + voice(1s));
  EXPECT_THAT(stage.backend.messages(), IsEmpty());
  client->send(layercode::ClientTrigger{false});
  client->speak(voice(500ms));
  ASSERT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_NEAR(to_seconds(audio::duration_of(stage.ear->heard[0].size())), 4, 0.02);
}

TEST(PlatformVoice, ASessionMayAskForPushToTalkItself_GYM9) {
  Stage stage;
  auto client = stage.begin({.agent_id = "agent", .config = {{"transcription", {{"trigger", "push_to_talk"}}}}});
  client->send(layercode::ClientTrigger{true});
  client->speak(voice(1s));
  client->send(layercode::ClientTrigger{false});
  stage.wait(100ms);
  EXPECT_EQ(stage.backend.messages().size(), 1U);
}

TEST(PlatformVoice, ATurnWithoutAnEndIsCutAndAnotherBegins_GYM9) {
  Stage stage;
  stage.settings().hearing.longest_turn = 5s;
  auto client = stage.begin();
  client->speak(voice(8s) + silence(1s));
  EXPECT_EQ(stage.ear->heard.size(), 2U);
}

// --- Interruptions ----------------------------------------------------------------------------------------------------------------------------

constexpr auto long_answer = "one two three four five six seven eight nine ten.";

TEST(PlatformInterruption, AVoiceStopsTheAnswerAndTheNextMessageSaysWhatWasHeard_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say(long_answer).finish();
  auto client = stage.begin();
  const auto greeting = client->all<TurnStart>().front().turn_id;
  stage.wait(1s);
  client->speak(voice(1s) + silence(1s));
  const auto messages = stage.backend.messages();
  ASSERT_EQ(messages.size(), 1U);
  ASSERT_TRUE(messages[0].interruption);
  EXPECT_TRUE(messages[0].interruption->previous_turn_interrupted);
  EXPECT_EQ(messages[0].interruption->assistant_turn_id, greeting);
  EXPECT_GE(messages[0].interruption->words_heard, 3);
  EXPECT_LE(messages[0].interruption->words_heard, 5);
  EXPECT_EQ(messages[0].interruption->text_heard, first_words(long_answer, messages[0].interruption->words_heard));
  EXPECT_NE(messages[0].turn_id, greeting);
  // Nothing of the old turn comes behind the start of the user's.
  bool begun = false;
  for (const auto& each : client->got) {
    if (const auto* start = std::get_if<TurnStart>(&each.message)) begun |= start->role == Role::user;
    if (const auto* audio = std::get_if<ResponseAudio>(&each.message)) EXPECT_FALSE(begun && audio->turn_id == greeting);
    if (const auto* end = std::get_if<ResponseEnd>(&each.message)) EXPECT_NE(end->turn_id, greeting);
  }
}

TEST(PlatformInterruption, ARequestUnderWayIsCut_GYM9) {
  Stage stage;
  stage.backend.on("message").say("Let me see.").say("More.", 5s).finish();
  auto client = stage.begin();
  client->send(ClientText{"first"});
  stage.wait(500ms);
  client->send(ClientText{"second"});
  stage.wait(20s);
  EXPECT_EQ(stage.backend.aborts, 1);
  const auto messages = stage.backend.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[1].interruption->assistant_turn_id, messages[0].turn_id);
  EXPECT_EQ(client->all<ResponseEnd>().size(), 1U);
}

TEST(PlatformInterruption, AVoiceWithoutWordsGivesTheFloorBack_GYM9) {
  Stage stage;
  stage.ear->texts = {""};
  stage.backend.on("session.start").say(long_answer).finish();
  auto client = stage.begin();
  const auto greeting = client->all<TurnStart>().front().turn_id;
  stage.wait(1s);
  client->speak(voice(400ms) + silence(1s));
  stage.wait(20s);
  EXPECT_THAT(stage.backend.messages(), IsEmpty());
  const auto starts = client->all<TurnStart>();
  ASSERT_EQ(starts.size(), 3U);
  EXPECT_EQ(starts[1].role, Role::user);
  EXPECT_EQ(starts[2].role, Role::assistant);
  EXPECT_NE(starts[2].turn_id, greeting) << "of a turn that was stopped players play nothing more";
  const auto rest = client->all<ResponseText>().back();
  EXPECT_EQ(rest.turn_id, starts[2].turn_id);
  EXPECT_TRUE(std::string_view(long_answer).ends_with(rest.content)) << rest.content;
  EXPECT_LT(rest.content.size(), std::string_view(long_answer).size());
  const auto ends = client->all<ResponseEnd>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].turn_id, starts[2].turn_id);
  Duration said{0};
  for (const auto& audio : client->all<ResponseAudio>())
    if (audio.turn_id == starts[2].turn_id) said += audio::duration_of(audio.bytes.size() / 2, layercode::response_rate_hz);
  EXPECT_GE(said, static_cast<std::int64_t>(count_words(rest.content)) * 300ms);
  // It was heard out after all.
  stage.ear->texts = {"thank you"};
  client->speak(voice(1s) + silence(1s));
  ASSERT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_FALSE(stage.backend.messages()[0].interruption);
}

TEST(PlatformInterruption, ARequestIsNotCutByAVoiceWithoutWords_GYM9) {
  Stage stage;
  stage.ear->texts = {""};
  stage.backend.on("message").say("Let me see. ").say("Here it is.", 5s).finish();
  auto client = stage.begin();
  client->send(ClientText{"where is it"});
  stage.wait(500ms);
  client->speak(voice(400ms) + silence(6s));
  stage.wait(20s);
  EXPECT_EQ(stage.backend.aborts, 0);
  EXPECT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_THAT(client->words(), HasSubstr("see. Here it is."));
  ASSERT_EQ(client->all<ResponseEnd>().size(), 1U);
  EXPECT_EQ(client->all<ResponseEnd>()[0].turn_id, client->all<TurnStart>().back().turn_id);
}

TEST(PlatformInterruption, WordsCutTheRequestAsSoonAsOneIsUnderstood_GYM9) {
  Stage stage;
  stage.ear->able.streaming = true;
  stage.backend.on("message").say("Let me see. ").say("Here it is.", 5s).finish();
  auto client = stage.begin();
  client->send(ClientText{"where is it"});
  stage.wait(500ms);
  client->speak(voice(2s));
  EXPECT_EQ(stage.backend.messages().size(), 1U) << "the user still speaks";
  stage.wait(3s);  // the backend notices when it writes
  EXPECT_EQ(stage.backend.aborts, 1);
  client->speak(silence(1s));
  ASSERT_EQ(stage.backend.messages().size(), 2U);
  EXPECT_TRUE(stage.backend.messages()[1].interruption);
}

TEST(PlatformInterruption, WhatWasHeardInFullWasNotInterrupted_GYM9) {
  Stage stage;
  stage.settings().audio_lead = 1h;  // all of it is sent at once
  stage.backend.on("message").say(long_answer).finish();
  auto client = stage.begin();
  client->send(ClientText{"first"});
  stage.wait(100ms);
  const auto turn = client->all<ResponseEnd>().at(0).turn_id;
  client->send(ReplayFinished{turn});
  client->send(ClientText{"second"});
  stage.wait(100ms);
  client->send(ReplayFinished{turn});  // late, and of another turn
  client->send(ClientText{"third"});
  stage.wait(100ms);
  client->send(ReplayFinished{});  // browsers send no id
  client->send(ClientText{"fourth"});
  stage.wait(5s);
  client->send(ClientText{"fifth"});  // played to its end, though nobody said so
  stage.wait(100ms);
  std::vector<bool> cut;
  for (const auto& message : stage.backend.messages()) cut.push_back(message.interruption.has_value());
  EXPECT_THAT(cut, ElementsAre(false, false, true, false, false));
}

TEST(PlatformInterruption, AnAcknowledgementWhileMoreIsOnItsWayMeansNothing_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say(long_answer).finish();
  auto client = stage.begin();
  client->send(ReplayFinished{client->all<TurnStart>().front().turn_id});
  stage.wait(500ms);
  client->send(ClientText{"stop"});
  stage.wait(100ms);
  ASSERT_EQ(stage.backend.messages().size(), 1U);
  EXPECT_TRUE(stage.backend.messages()[0].interruption);
}

TEST(PlatformInterruption, MayBeForbiddenToVoicesButNotToTypedLines_GYM9) {
  Stage stage({.can_interrupt = false});
  stage.backend.on("session.start").say(long_answer).finish();
  auto client = stage.begin();
  client->speak(voice(1s) + silence(500ms));
  EXPECT_EQ(client->all<TurnStart>().size(), 1U);
  stage.wait(5s);
  client->speak(voice(1s) + silence(1s));
  EXPECT_EQ(stage.backend.messages().size(), 1U);
  stage.backend.replies["message"] = {Reply{}.say(long_answer).finish()};
  client->send(ClientText{"a"});
  stage.wait(500ms);
  client->send(ClientText{"b"});
  stage.wait(100ms);
  EXPECT_TRUE(stage.backend.messages().back().interruption);
}

// --- Backends that fail -----------------------------------------------------------------------------------------------------------------------

/// A message is answered by `reply`, and another one behind it well: what the client gets of the first, and what was noted.
struct AfterFailure {
  std::vector<std::string> order;
  std::string words;
  std::vector<std::string> notices;
  Duration took{0};
};
AfterFailure after(const Reply& reply, PlatformSettings settings = {}) {
  Stage stage(std::move(settings));
  stage.backend.replies["message"] = {reply, Reply{}.say("Fine.").finish()};
  auto client = stage.begin();
  const auto began = stage.medium.clock.now();
  client->send(ClientText{"first"});
  AfterFailure seen;
  for (int i = 0; i < 4000 && client->all<ResponseEnd>().empty(); ++i) stage.wait(100ms);
  seen.took = stage.medium.clock.now() - began;
  seen.order = client->order();
  seen.words = client->words();
  seen.notices = stage.notices;
  client->got.clear();
  client->send(ClientText{"second"});
  stage.wait(5s);
  EXPECT_EQ(client->words(), "Fine.");
  return seen;
}

TEST(PlatformBackend, AnErrorOfItsServerIsATurnWithoutWords_GYM9) {
  const auto seen = after({.status = 500});
  EXPECT_THAT(seen.order, ElementsAre("user.transcript", "turn.start", "response.end"));
  EXPECT_THAT(seen.notices, Contains(HasSubstr("it answered message with status 500")));
}

TEST(PlatformBackend, OneThatHangsIsLeftInTime_GYM9) {
  const auto seen = after({.before = 1h});
  EXPECT_THAT(seen.order, ElementsAre("user.transcript", "turn.start", "response.end"));
  EXPECT_THAT(seen.notices, Contains(HasSubstr("did not answer message")));
  EXPECT_GE(seen.took, 30s);
  EXPECT_LE(seen.took, 31s);
}

TEST(PlatformBackend, OneThatStopsInTheMiddleIsLeftAndWhatItSaidStands_GYM9) {
  const auto seen = after(Reply{}.say("Wait.").then(Reply::End::stays_open));
  EXPECT_EQ(seen.words, "Wait.");
  EXPECT_THAT(seen.notices, Contains(HasSubstr("stopped without an end")));
}

TEST(PlatformBackend, OneThatStreamsForeverIsCut_GYM9) {
  Reply endless;
  for (int i = 0; i < 1000; ++i) endless.say("and ", 1s);
  PlatformSettings settings;
  settings.backend.longest_reply = 20s;
  const auto seen = after(endless, settings);
  EXPECT_THAT(seen.notices, Contains(HasSubstr("does not end")));
  EXPECT_EQ(seen.order.back(), "response.end");

  Reply flood;
  for (int i = 0; i < 100; ++i) flood.raw(": " + std::string(20'000, 'x') + "\n");
  EXPECT_THAT(after(flood).notices, Contains(HasSubstr("longer than")));
}

TEST(PlatformBackend, GarbageIsPassedOverUntilItIsTooMuch_GYM9) {
  auto some = Reply{}.raw("data: {\n\n").raw("data: {\"textToBeShown\":1}\n\n").raw("<html>\n\n").say("Still here.").finish();
  const auto seen = after(some);
  EXPECT_EQ(seen.words, "Still here.");
  Reply much;
  for (int i = 0; i < 50; ++i) much.raw("data: nonsense\n\n");
  EXPECT_THAT(after(much.say("never said").finish()).notices, Contains(HasSubstr("garbage")));
}

TEST(PlatformBackend, AnErrorAndAnEndWithoutAnEndEndTheTurn_GYM9) {
  const auto error = after(Reply{}.say("I will ").send(layercode::ReplyError{"database gone"}));
  EXPECT_EQ(error.words, "I will ");
  EXPECT_THAT(error.notices, Contains(HasSubstr("database gone")));
  const auto eof = after(Reply{}.say("That was all."));
  EXPECT_THAT(eof.order, ElementsAre("user.transcript", "turn.start", "response.text", "response.audio", "response.end"));
  const auto cut = after(Reply{}.say("That was").then(Reply::End::cuts));
  EXPECT_EQ(cut.order.back(), "response.end");
  EXPECT_THAT(cut.notices, Contains(HasSubstr("broke off")));
  EXPECT_THAT(after(Reply{}).order, ElementsAre("user.transcript", "turn.start", "response.end"));
}

TEST(PlatformBackend, WordsInPiecesOfBytesAreTheSame_GYM9) {
  Reply pieces;
  for (const char c : layercode::write_reply_event(layercode::ReplySpeech{"Grüße, caller."}) + layercode::write_reply_event(layercode::ReplyEnd{}))
    pieces.raw(std::string(1, c));
  EXPECT_EQ(after(pieces).words, "Grüße, caller.");
}

TEST(PlatformBackend, AVoiceThatFailsLeavesTheWords_GYM9) {
  Stage stage;
  stage.tts->fails = Error(ErrorKind::unavailable, "the voice is down");
  stage.backend.on("message").say("Words alone.").finish();
  auto client = stage.begin();
  client->send(ClientText{"x"});
  stage.wait(1s);
  EXPECT_THAT(client->order(), ElementsAre("user.transcript", "turn.start", "response.text", "response.end"));
  EXPECT_THAT(stage.notices, Contains(HasSubstr("the voice is down")));
}

TEST(PlatformBackend, CanHangUp_GYM9) {
  Stage stage;
  stage.backend.on("message").say("Goodbye now.").send(layercode::ReplyHangUp{}).finish();
  auto client = stage.begin();
  client->send(ClientText{"bye"});
  stage.wait(5s);
  ASSERT_TRUE(client->closed());
  EXPECT_EQ(client->closed()->code, 1000);
  EXPECT_EQ(client->heard(), 600ms);
  EXPECT_EQ(stage.backend.of("session.end").size(), 1U);
}

// --- Clients that fail ------------------------------------------------------------------------------------------------------------------------

TEST(PlatformClients, UnknownAndBadMessagesAreIgnoredUntilTheyAreTooMany_GYM9) {
  Stage stage;
  auto client = stage.begin();
  for (const auto* text :
       {R"({"type":"client.sing"})", "not json", "[]", R"({"type":"client.audio","content":"AAAA"})", R"({"type":"client.audio","content":"%"})"})
    client->send_raw(text);
  client->send(layercode::ClientVad{layercode::ClientVad::Event::model_failed});
  client->send(layercode::ClientSessionUpdate{.audio_input = false});
  client->send(ClientText{"still there?"});
  stage.wait(1s);
  EXPECT_EQ(stage.backend.messages().size(), 1U);
  for (int i = 0; i < 100; ++i) client->send_raw("{");
  stage.wait(1s);
  ASSERT_TRUE(client->closed());
  EXPECT_EQ(client->closed()->code, 1008);
}

TEST(PlatformClients, DataThatABackendDoesNotAnswerPilesUpNoFurtherThanItMay_GYM9) {
  Stage stage;
  stage.backend.replies["data"] = {{.before = 20s}};
  auto client = stage.begin();
  for (int i = 0; i < 40; ++i) client->send(layercode::ClientData{});
  stage.wait(1s);
  EXPECT_EQ(stage.backend.of("data").size(), 32U);
  EXPECT_THAT(stage.notices, Contains(HasSubstr("data of the client was dropped")));
  stage.wait(30s);
  client->send(layercode::ClientData{});
  stage.wait(1s);
  EXPECT_EQ(stage.backend.of("data").size(), 33U);
}

TEST(PlatformClients, SpeechThatNobodyCanKeepUpWithIsNotHeard_GYM9) {
  Stage stage;
  stage.settings().hearing.longest_turn = 2s;
  stage.ear->takes = 1min;
  auto client = stage.begin();
  for (int i = 0; i < 40; ++i) client->send(ClientAudio{voice(1s)});
  stage.wait(10s);
  EXPECT_LE(client->all<TurnStart>().size(), 8U);
  EXPECT_FALSE(client->closed());
}

TEST(PlatformClients, AFrameThatIsTooLongEndsTheSession_GYM9) {
  Stage stage;
  auto client = stage.begin();
  client->send_raw(R"({"type":"client.response.text","content":")" + std::string(1024 * 1024, 'x') + "\"}");
  stage.wait(1s);
  ASSERT_TRUE(client->closed());
  EXPECT_EQ(client->closed()->code, 1009);
  EXPECT_EQ(stage.backend.of("session.end").size(), 1U);
}

TEST(PlatformClients, ASocketThatDropsInTheMiddleOfAWordEndsTheSession_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say(long_answer).finish();
  auto client = stage.begin();
  stage.wait(500ms);
  client->send(ClientAudio{voice(300ms)});
  client->drop();
  stage.wait(30s);
  EXPECT_EQ(stage.platform().active_sessions(), 0U);
  ASSERT_EQ(stage.backend.of("session.end").size(), 1U);
}

TEST(PlatformClients, TheBackendLearnsOfTheEndWithTheTranscript_GYM9) {
  Stage stage;
  stage.backend.on("session.start").say("Hello there.").finish();
  stage.backend.on("message").say("Yes it is.").finish();
  auto client = stage.begin();
  stage.wait(5s);
  client->send(ClientText{"Is it?"});
  stage.wait(5s);
  client->close();
  stage.wait(1s);
  const auto hooks = stage.backend.of("session.end");
  ASSERT_EQ(hooks.size(), 1U);
  const auto& end = std::get<layercode::SessionEndEvent>(hooks[0].event);
  ASSERT_EQ(end.transcript.size(), 3U);
  EXPECT_EQ(end.transcript[0].role, "assistant");
  EXPECT_EQ(end.transcript[1].text, "Is it?");
  EXPECT_EQ(end.transcript[2].text, "Yes it is.");
  EXPECT_GT(end.transcript[2].timestamp_ms, 1'767'225'600'000);
  EXPECT_EQ(end.agent_id, "agent");
  EXPECT_EQ(end.started_at, "2026-01-01T00:00:00.000Z");
  EXPECT_GE(end.duration_ms, 10'000);
  EXPECT_NEAR(end.tts_seconds, 1.5, 0.01);
}

TEST(PlatformClients, AConversationGoesOnInANewSession_GYM9) {
  Stage stage;
  auto first = stage.begin();
  first->close();
  stage.wait(1s);
  const auto conversation = stage.backend.hooks[0].conversation_id;
  auto second = stage.begin({.agent_id = "agent", .conversation_id = conversation});
  const auto starts = stage.backend.of("session.start");
  ASSERT_EQ(starts.size(), 2U);
  EXPECT_EQ(starts[1].conversation_id, conversation);
  EXPECT_NE(starts[1].session_id, starts[0].session_id);
}

TEST(PlatformClients, ASessionLastsNoLongerThanItMay_GYM9) {
  Stage stage;
  stage.settings().longest_session = 1min;
  auto client = stage.begin();
  stage.wait(61s);
  ASSERT_TRUE(client->closed());
  EXPECT_EQ(client->closed()->code, 1000);
  EXPECT_EQ(stage.platform().active_sessions(), 0U);
}

TEST(PlatformClients, AStopSaysGoodbyeAndLetsBackendsKnow_GYM9) {
  Stage stage;
  auto client = stage.begin();
  stage.medium.run(stage.platform().drain(Deadline::after(stage.medium.clock, 5s)));
  EXPECT_EQ(client->closed()->code, 1001);
  EXPECT_EQ(stage.backend.of("session.end").size(), 1U);
  EXPECT_EQ(stage.refused(stage.authorise().client_session_key).kind(), ErrorKind::unavailable);
}

TEST(PlatformClients, ThereIsALimitToThemAll_GYM9) {
  Stage stage;
  stage.settings().most_sessions = 1;
  auto client = stage.begin();
  EXPECT_EQ(stage.refused(stage.authorise().client_session_key).kind(), ErrorKind::unavailable);
}

// --- What tools ask ---------------------------------------------------------------------------------------------------------------------------

json::value get(Stage& stage, const std::string& target, int status = 200, const std::string& bearer = "Bearer key") {
  const auto reply = stage.ask({.method = "GET", .target = target, .headers = {{"Authorization", bearer}}});
  EXPECT_EQ(reply.status, status) << reply.body;
  return parse_json(reply.body);
}

TEST(PlatformTools, AgentsAreListedReadAndPointedElsewhere_GYM9) {
  Stage stage({.api_key = "key", .agent_id = "agent"});
  EXPECT_EQ(*at_pointer(get(stage, "/v1/agents"), "/agents/0/id"), "agent");
  EXPECT_EQ(*at_pointer(get(stage, "/v1/agents/agent"), "/webhook_secret"), "whsec_test");
  get(stage, "/v1/agents/other", 404);
  get(stage, "/v1/agents", 401, "Bearer other");
  const auto changed = stage.ask(
      {.target = "/v1/agents/agent", .body = R"({"webhook_url":"http://elsewhere/hook","name":"Desk"})", .headers = {{"Authorization", "Bearer key"}}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(*at_pointer(get(stage, "/v1/agents/agent"), "/config/plugins/0/options/url"), "http://elsewhere/hook");
  EXPECT_EQ(*at_pointer(get(stage, "/v1/agents/agent"), "/name"), "Desk");
  EXPECT_EQ(stage.ask({.target = "/v1/agents/agent", .body = R"({"webhook_url":"ftp://x"})", .headers = {{"Authorization", "Bearer key"}}}).status, 400);
}

TEST(PlatformTools, ASessionCanBeLookedUp_GYM9) {
  Stage stage;
  stage.with_voice = false;
  stage.backend.on("message").say("Yes.").finish();
  auto client = stage.begin();
  client->send(ClientText{"Ready?"});
  stage.wait(1s);
  client->send(ClientText{"And now?"});
  stage.wait(1s);
  client->close();
  stage.wait(1s);
  const auto detail = get(stage, "/v1/agents/agent/sessions/" + stage.backend.hooks[0].session_id);
  EXPECT_EQ(*at_pointer(detail, "/transcript/0/user_message"), "Ready?");
  EXPECT_EQ(*at_pointer(detail, "/transcript/1/assistant_message"), "Yes.");
  EXPECT_TRUE(at_pointer(detail, "/ended_at")->is_string());
  get(stage, "/v1/agents/agent/sessions/none", 404);
}

}  // namespace
}  // namespace antiphon::gym
