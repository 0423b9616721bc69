#include "antiphon/session/testing/pair.hpp"

#include <agent_session.pb.h>
#include <gmock/gmock.h>

#include "antiphon/base/task_group.hpp"

namespace antiphon::session {
namespace {

using namespace antiphon::session::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using wire::AgentSessionMessage;

const ChatMessage& message_at(const auto& items, std::size_t index) { return std::get<ChatMessage>(items.at(index)); }

TEST(Session, ATextIsAnsweredWithTheItemsOfItsTurnAndNotWithItself_SES1_SES4) {
  Pair pair;
  pair.agent.actions["weather in Paris"] = [](AgentTurn& turn) -> Task<> {
    co_await turn.add(FunctionCall{.call_id = "c1", .name = "lookup", .arguments = R"({"city":"Paris"})"});
    co_await turn.add(FunctionCallOutput{.call_id = "c1", .name = "lookup", .output = "sunny"});
    co_await turn.add(AgentHandoff{.old_agent_id = "desk", .new_agent_id = "weather"});
    co_await turn.say("It is sunny.");
  };
  pair.begin();
  const auto reply = pair.say("weather in Paris");
  ASSERT_EQ(reply.items.size(), 4U);
  EXPECT_EQ(std::get<FunctionCall>(reply.items[0]).arguments, R"({"city":"Paris"})");
  EXPECT_EQ(std::get<FunctionCallOutput>(reply.items[1]).output, "sunny");
  EXPECT_EQ(std::get<AgentHandoff>(reply.items[2]).new_agent_id, "weather");
  EXPECT_EQ(message_at(reply.items, 3).text, "It is sunny.");
  EXPECT_FALSE(message_at(reply.items, 3).id.empty());
  EXPECT_TRUE(message_at(reply.items, 3).created_at.has_value());
  EXPECT_FALSE(reply.interrupted());
  EXPECT_EQ(reply.text(), "It is sunny.");
}

TEST(Session, EveryQuestionAboutItIsAnswered_SES1) {
  Pair pair({.sdk_version = "1.2"});
  pair.agent.says("hello", "Good day.");
  pair.agent.used = {{.kind = "llm", .provider = "openai", .model = "gpt", .figures = {{"input_tokens", 12}, {"session_duration", 0.5}}}};
  pair.begin();
  pair.world.run(pair.remote->wait_for_ready());
  pair.say("hello");
  const auto history = pair.world.run(pair.remote->get_chat_history());
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(message_at(history, 0).role, MessageRole::user);
  EXPECT_EQ(message_at(history, 1).text, "Good day.");
  const auto info = pair.world.run(pair.remote->get_agent_info());
  EXPECT_EQ(info.id, "desk");
  EXPECT_EQ(info.instructions, "be kind");
  EXPECT_THAT(info.tools, ElementsAre("lookup"));
  EXPECT_EQ(info.chat.size(), 2U);
  const auto state = pair.world.run(pair.remote->get_session_state());
  EXPECT_EQ(state.agent, AgentState::listening);
  EXPECT_EQ(state.agent_id, "desk");
  EXPECT_EQ(state.options.at("max_tool_steps"), "3");
  EXPECT_TRUE(state.created_at.has_value());
  EXPECT_EQ(pair.world.run(pair.remote->get_framework_info()).version, "1.2");
  const auto usage = pair.world.run(pair.remote->get_session_usage());
  ASSERT_EQ(usage.size(), 1U);
  EXPECT_EQ(usage[0].figures.at("input_tokens"), 12);
  EXPECT_EQ(usage[0].figures.at("session_duration"), 0.5);
  EXPECT_THAT(pair.world.run(pair.remote->get_rtc_stats()).first, IsEmpty());
}

TEST(Session, EventsTellStatesItemsAndToolsInTheirOrder_SES1) {
  Pair pair;
  pair.agent.actions["go"] = [](AgentTurn& turn) -> Task<> {
    co_await turn.add(FunctionCall{.call_id = "c1", .name = "lookup"});
    co_await turn.add(FunctionCallOutput{.call_id = "c1", .name = "lookup", .output = "ok"});
    co_await turn.say("done");
  };
  pair.begin();
  pair.say("go");
  std::vector<std::string> states;
  for (const auto& change : events_of<AgentStateChanged>(pair.events)) states.emplace_back(to_string(change.new_state));
  EXPECT_THAT(states, ElementsAre("listening", "thinking", "speaking", "listening"));
  const auto items = events_of<ItemAdded>(pair.events);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(std::get<ChatMessage>(items[0].item).role, MessageRole::user);
  EXPECT_EQ(std::get<ChatMessage>(items[1].item).text, "done");
  const auto executed = events_of<ToolsExecuted>(pair.events);
  ASSERT_EQ(executed.size(), 1U);
  EXPECT_EQ(executed[0].calls.at(0).name, "lookup");
  EXPECT_EQ(executed[0].outputs.at(0).output, "ok");
}

TEST(Session, NoTextIsAnErrorOnEitherSide_SES4) {
  Pair pair;
  pair.begin();
  const auto error = pair.failure_on("");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->to_wire(), "session:empty_input:-: empty run_input text");
  EXPECT_EQ(error->kind(), ErrorKind::invalid_input);
}

TEST(Session, SilenceIsNoFailure_SES4) {
  Pair pair;
  pair.begin();
  const auto reply = pair.say("anything");
  EXPECT_THAT(reply.items, IsEmpty());
  EXPECT_FALSE(reply.interrupted());
}

TEST(Session, TheErrorOfAStageReachesTheCallerWithWhatCameBefore_SES4) {
  Pair pair;
  pair.agent.actions["fail"] = [](AgentTurn& turn) -> Task<> {
    co_await turn.say("One moment.");
    throw SessionError(Stage::llm, "APIStatusError", 401, "no such key");
  };
  pair.begin();
  const auto error = pair.failure_on("fail");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->stage(), Stage::llm);
  EXPECT_EQ(error->type(), "APIStatusError");
  EXPECT_EQ(error->status(), 401);
  EXPECT_EQ(error->message(), "no such key");
  EXPECT_EQ(error->kind(), ErrorKind::unauthorized);
  ASSERT_EQ(error->items().size(), 1U);
  EXPECT_EQ(message_at(error->items(), 0).text, "One moment.");
  EXPECT_THAT(events_of<SessionTrouble>(pair.events), IsEmpty()) << "a failure of a request is told in its answer alone";
}

TEST(Session, WhatAnAgentThrowsBesidesBecomesTheSessionsOwnErrorAndTheNextTextIsAnswered_SES4) {
  Pair pair;
  pair.agent.actions["ours"] = [](AgentTurn&) -> Task<> {
    throw Error(ErrorKind::rate_limited, "slow down");
    co_return;
  };
  pair.agent.actions["theirs"] = [](AgentTurn&) -> Task<> {
    throw std::runtime_error("secret path /home/x");
    co_return;
  };
  pair.agent.says("again", "yes");
  pair.begin();
  EXPECT_EQ(pair.failure_on("ours")->to_wire(), "session:rate_limited:-: slow down");
  EXPECT_EQ(pair.failure_on("theirs")->to_wire(), "session:internal:-: internal error");
  EXPECT_EQ(pair.say("again").text(), "yes");
}

TEST(Session, AFailedToolIsAnItemAndNoFailureOfTheTurn_SES4) {
  Pair pair;
  pair.agent.actions["go"] = [](AgentTurn& turn) -> Task<> {
    co_await turn.add(FunctionCall{.call_id = "c1", .name = "lookup"});
    co_await turn.add(FunctionCallOutput{.call_id = "c1", .name = "lookup", .output = "no such city", .is_error = true});
    co_await turn.say("I could not find it.");
  };
  pair.begin();
  const auto reply = pair.say("go");
  EXPECT_TRUE(std::get<FunctionCallOutput>(reply.items.at(1)).is_error);
}

TEST(Session, AnIncompleteReplyIsDeliveredWithItsReason_SES4) {
  Pair pair;
  pair.agent.actions["long"] = [](AgentTurn& turn) { return turn.say("Once upon", "length"); };
  pair.agent.says("short", "The end.");
  pair.begin();
  const auto reply = pair.say("long");
  EXPECT_EQ(reply.text(), "Once upon");
  EXPECT_EQ(reply.finish_reason(), "length");
  EXPECT_EQ(pair.say("short").finish_reason(), std::nullopt);
}

struct Interruption : ::testing::Test {
  Interruption() {
    pair.agent.actions["slow"] = [this](AgentTurn& turn) -> Task<> {
      if (words) co_await turn.say("Let me");
      co_await pair.world.clock.sleep_for(10s);
      co_await turn.say("think about it.");
    };
    pair.agent.says("stop", "Fine.");
  }
  // The first reply, while the second text comes after a second.
  std::pair<RunReply, RunReply> interrupt() {
    std::pair<RunReply, RunReply> replies;
    const auto first = [](Pair& its, RunReply& into) -> Task<> { into = co_await its.remote->run("slow"); };
    const auto second = [](Pair& its, RunReply& into) -> Task<> {
      co_await its.world.clock.sleep_for(1s);
      into = co_await its.remote->run("stop");
    };
    std::vector<Task<>> both;
    both.push_back(first(pair, replies.first));
    both.push_back(second(pair, replies.second));
    pair.world.run(at_once(std::move(both)));
    return replies;
  }
  Pair pair;
  bool words = true;
};

TEST_F(Interruption, ANewTextEndsTheAnswerUnderWayWhichTellsWhatItHasSaid_SES4) {
  pair.begin();
  const auto [slow, stop] = interrupt();
  ASSERT_EQ(slow.items.size(), 1U);
  EXPECT_EQ(slow.text(), "Let me");
  EXPECT_TRUE(slow.interrupted());
  EXPECT_EQ(stop.text(), "Fine.");
  EXPECT_FALSE(stop.interrupted());
  EXPECT_LT(pair.world.clock.now(), 2s) << "nobody waited for the rest";
  EXPECT_TRUE(message_at(pair.host->history(), 1).interrupted);
}

TEST_F(Interruption, WithoutAnItemItIsOneMessageWithoutContent_SES4) {
  words = false;
  pair.begin();
  const auto [slow, stop] = interrupt();
  ASSERT_EQ(slow.items.size(), 1U);
  EXPECT_EQ(message_at(slow.items, 0).text, "");
  EXPECT_TRUE(message_at(slow.items, 0).interrupted);
  EXPECT_EQ(stop.text(), "Fine.");
}

TEST_F(Interruption, QuestionsAreAnsweredDuringAnAnswer_SES1) {
  pair.begin();
  Duration answered{};
  const auto ask = [](Pair& its, Duration& at) -> Task<> {
    co_await its.world.clock.sleep_for(1s);
    co_await its.remote->ping();
    co_await its.remote->get_chat_history();
    at = its.world.clock.now();
  };
  const auto run = [](Pair& its) -> Task<> { co_await its.remote->run("slow"); };
  std::vector<Task<>> both;
  both.push_back(run(pair));
  both.push_back(ask(pair, answered));
  pair.world.run(at_once(std::move(both)));
  EXPECT_EQ(answered, 1s);
}

TEST(Session, AGreetingEntersTheHistoryBeforeTheFirstAnswerAndNoReply_SES4) {
  Pair pair;
  pair.agent.on_greet = [&](AgentTurn& turn) -> Task<> {
    co_await pair.world.clock.sleep_for(2s);  // a model writes it
    co_await turn.say("Welcome!");
  };
  pair.agent.says("hi", "How may I help?");
  pair.begin();
  const auto reply = pair.say("hi");
  ASSERT_EQ(reply.items.size(), 1U);
  EXPECT_EQ(reply.text(), "How may I help?");
  const auto& history = pair.host->history();
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(message_at(history, 0).text, "Welcome!");
  EXPECT_EQ(message_at(history, 1).text, "hi");
}

TEST(Session, ATextHookMayChangeTheTextAndTheItemsAreCollectedAllTheSame_SES5) {
  SessionHostOptions options;
  options.text_input = [](std::string text) -> Task<std::string> { co_return "please " + text; };
  Pair pair(std::move(options));
  pair.agent.says("please help", "Gladly.");
  pair.begin();
  EXPECT_EQ(pair.say("help").text(), "Gladly.");
  EXPECT_EQ(message_at(pair.host->history(), 0).text, "please help");
}

TEST(Session, ATextHookMayRefuseTheText_SES5) {
  SessionHostOptions options;
  options.text_input = [](std::string text) -> Task<std::string> {
    if (text == "rude") throw SessionError(Stage::session, "refused", std::nullopt, "mind your words");
    co_return text;
  };
  Pair pair(std::move(options));
  pair.agent.says("kind", "Thank you.");
  pair.begin();
  EXPECT_EQ(pair.failure_on("rude")->to_wire(), "session:refused:-: mind your words");
  EXPECT_THAT(pair.agent.heard, IsEmpty());
  EXPECT_EQ(pair.say("kind").text(), "Thank you.");
}

TEST(Session, ATextThatIsOvertakenBeforeItsTurnGoesThroughTheHookAllTheSame_SES5) {
  SessionHostOptions options;
  options.text_input = [](std::string text) -> Task<std::string> { co_return text == "1234" ? "[PIN]" : text; };
  Pair pair(std::move(options));
  pair.agent.actions["slow"] = [&](AgentTurn&) -> Task<> { co_await pair.world.clock.sleep_for(10min); };
  pair.agent.says("hello", "Good day.");
  pair.begin();
  std::vector<RunReply> replies(3);
  const auto say = [](Pair& its, std::string text, RunReply& into) -> Task<> { into = co_await its.remote->run(std::move(text)); };
  std::vector<Task<>> all;
  all.push_back(say(pair, "slow", replies[0]));
  all.push_back(say(pair, "1234", replies[1]));
  all.push_back(say(pair, "hello", replies[2]));
  pair.world.run(at_once(std::move(all)));
  EXPECT_TRUE(replies[1].interrupted());
  EXPECT_EQ(replies[2].text(), "Good day.");
  std::string texts;
  for (const auto& item : pair.host->history())
    if (const auto& message = std::get<ChatMessage>(item); message.role == MessageRole::user) texts += message.text + "|";
  EXPECT_THAT(texts, HasSubstr("[PIN]|hello|"));
  EXPECT_THAT(texts, Not(HasSubstr("1234")));
}

TEST(Session, UpdateIoChangesWhatIsNamedAndTheAgentIsTold_SES6) {
  SessionHostOptions options;
  options.io.input_audio = options.io.output_audio = true;
  Pair pair(std::move(options));
  pair.begin();
  pair.world.run(pair.remote->update_io({.input_audio = false}));
  EXPECT_FALSE(pair.host->io().input_audio);
  EXPECT_TRUE(pair.host->io().output_audio);
  pair.world.run(pair.remote->update_io(IoChange::text_only()));
  ASSERT_EQ(pair.agent.changes.size(), 2U);
  EXPECT_FALSE(pair.agent.changes[1].output_audio);
  EXPECT_FALSE(pair.agent.changes[1].output_transcription);
}

TEST(Session, AudioIsHeardOnlyWhileInputIsOn_SES6_SES7) {
  Pair pair;
  pair.begin();
  const SessionAudio frame{.samples = std::vector<std::int16_t>(1440, 7)};
  pair.world.run(pair.remote->send_audio(frame));
  pair.world.run(pair.remote->ping());
  EXPECT_EQ(pair.agent.audio_heard, 0U);
  pair.world.run(pair.remote->update_io({.input_audio = true}));
  pair.world.run(pair.remote->send_audio(frame));
  pair.world.run(pair.remote->ping());
  EXPECT_EQ(pair.agent.audio_heard, 1440U);
}

struct Playback : ::testing::Test {
  void speaks() {
    pair->agent.actions["speak"] = [](AgentTurn& turn) -> Task<> {
      co_await turn.say("Hello.");
      co_await turn.play({.samples = std::vector<std::int16_t>(48'000, 100)});  // one second
    };
  }
  static SessionHostOptions with_sound() {
    SessionHostOptions options;
    options.io.output_audio = true;
    return options;
  }
  /// To a controller that plays nothing back, says nothing of it, and counts what it is told to drop.
  void speaks_to_one_who_counts(int& cleared) {
    RemoteSessionOptions options;
    options.on_audio = [](const SessionAudio&) {};
    options.on_flush = [] {};
    options.on_clear = [&cleared] { ++cleared; };
    pair.emplace(with_sound(), std::move(options));
    speaks();
  }
  std::optional<Pair> pair;
};

TEST_F(Playback, SoundComesWithItsEndAndTheTurnWaitsUntilItWasPlayed_SES7) {
  std::size_t samples = 0;
  RemoteSessionOptions options;
  options.on_audio = [&](const SessionAudio& audio) { samples += audio.samples.size(); };
  options.on_flush = [&] { static_cast<void>(pair->world.clock.call_at(pair->world.clock.now() + 700ms, [&] { pair->remote->playback_finished(); })); };
  pair.emplace(with_sound(), std::move(options));
  speaks();
  pair->begin();
  pair->say("speak");
  EXPECT_EQ(samples, 48'000U);
  EXPECT_EQ(pair->world.clock.now(), 700ms);
}

TEST_F(Playback, WithoutALoudspeakerItCountsAsPlayedAtOnce_SES7) {
  pair.emplace(with_sound());
  speaks();
  pair->begin();
  pair->say("speak");
  EXPECT_EQ(pair->world.clock.now(), 0s);
}

TEST_F(Playback, IsWaitedForNoLongerThanTheSoundAndASecond_SES7) {
  RemoteSessionOptions options;
  options.on_audio = [](const SessionAudio&) {};
  options.on_flush = [] {};  // and never a word
  pair.emplace(with_sound(), std::move(options));
  speaks();
  pair->begin();
  EXPECT_EQ(pair->say("speak").text(), "Hello.");
  EXPECT_EQ(pair->world.clock.now(), 2s);
}

TEST_F(Playback, AnInterruptionClearsWhatIsStillPlaying_SES7) {
  int cleared = 0;
  speaks_to_one_who_counts(cleared);
  pair->agent.says("stop", "Fine.");
  pair->begin();
  RunReply spoken;
  const auto first = [](Pair& its, RunReply& into) -> Task<> { into = co_await its.remote->run("speak"); };
  const auto second = [](Pair& its) -> Task<> {
    co_await its.world.clock.sleep_for(200ms);
    co_await its.remote->run("stop");
  };
  std::vector<Task<>> both;
  both.push_back(first(*pair, spoken));
  both.push_back(second(*pair));
  pair->world.run(at_once(std::move(both)));
  EXPECT_TRUE(spoken.interrupted());
  EXPECT_EQ(cleared, 1);
  EXPECT_EQ(pair->world.clock.now(), 200ms);
}

TEST_F(Playback, TheEndOfTheHostWaitsForNoSoundAndKeepsTheAnswer_SES2_SES7) {
  int cleared = 0;
  speaks_to_one_who_counts(cleared);
  pair->begin();
  pair->world.spawn([](Pair& its) -> Task<> {
    co_await its.world.clock.sleep_for(200ms);
    its.host->stop();
  }(*pair));
  const auto reply = pair->say("speak");
  EXPECT_EQ(reply.text(), "Hello.");
  EXPECT_FALSE(reply.interrupted());
  EXPECT_EQ(cleared, 1);
  EXPECT_LT(pair->world.clock.now(), 300ms);
}

TEST_F(Playback, WhatIsSaidOutsideOfAnyTextEndsWithTheSimulation_SES7_SES9) {
  int cleared = 0, heard = 0;
  RemoteSessionOptions options;
  options.on_audio = [&](const SessionAudio&) { ++heard; };
  options.on_clear = [&] { ++cleared; };
  pair.emplace(with_sound(), std::move(options));
  pair->begin();
  pair->world.run(pair->remote->ping());
  pair->world.spawn([](Pair& its) -> Task<> {
    for (int i = 0; i < 10; ++i) {
      its.host->play({.samples = std::vector<std::int16_t>(4800, 100)});
      co_await its.world.clock.sleep_for(100ms);
    }
  }(*pair));
  pair->agent.on_silence = [this] { return pair->world.clock.sleep_for(600ms); };
  pair->world.run(pair->world.clock.sleep_for(250ms));
  EXPECT_EQ(heard, 3);
  pair->world.run(pair->remote->finalize_simulation({true, "done"}));
  EXPECT_EQ(cleared, 1);
  EXPECT_EQ(heard, 3);
  pair->host->play({.samples = std::vector<std::int16_t>(4800, 100)});
  pair->world.run(pair->remote->ping());
  EXPECT_EQ(heard, 4) << "and then the session goes on";
}

TEST_F(Playback, TheEndOfAnEarlierUtteranceIsNotThatOfALaterOne_SES7_SES9) {
  int cleared = 0;
  RemoteSessionOptions options;
  options.on_audio = [](const SessionAudio&) {};
  options.on_flush = [] {};
  options.on_clear = [&] { ++cleared; };
  pair.emplace(with_sound(), std::move(options));
  pair->begin();
  pair->world.run(pair->remote->ping());
  for (int i = 0; i < 2; ++i) {
    pair->host->play({.samples = std::vector<std::int16_t>(4800, 100)});
    pair->host->flush_playback();
  }
  pair->remote->playback_finished();
  pair->world.run(pair->remote->finalize_simulation({true, "done"}));
  EXPECT_EQ(cleared, 1) << "the second plays on";
  pair->remote->playback_finished();
  pair->world.run(pair->remote->finalize_simulation({true, "done"}));
  EXPECT_EQ(cleared, 1) << "nothing plays";
}

// As an agent does whose voice is a call that goes on: it speaks beside its answers, and waits while the controller takes nothing.
TEST_F(Playback, OfATurnThatIsOverNothingIsPlayedAnyMore_SES7) {
  pair.emplace();
  auto [near, far] = net::memory_connection(pair->world.runtime, {.capacity = 20'000});
  pair->remote.reset(), pair->host.reset();
  pair->connect(memory_transports(pair->world.runtime).first, over_stream(pair->world.runtime, std::move(far)), with_sound(), {});
  const auto controller = over_stream(pair->world.runtime, std::move(near));
  int let_in = 0;
  const auto speak = [](AgentTurn& turn, int& ended) -> Task<> {
    co_await turn.play({.samples = std::vector<std::int16_t>(48'000, 100)});
    ++ended;
  };
  pair->agent.actions["speak"] = [&](AgentTurn& turn) -> Task<> {
    for (int i = 0; i < 6; ++i) pair->world.spawn(speak(turn, let_in));
    co_await pair->world.clock.sleep_for(1s);
    throw SessionError(Stage::llm, "unavailable", 503, "overloaded");
  };
  pair->served = false;
  pair->world.spawn([](Pair& its) -> Task<> {
    static_cast<void>(co_await its.host->serve());
    its.served = true;
  }(*pair));
  AgentSessionMessage run;
  run.mutable_request()->set_request_id("r");
  run.mutable_request()->mutable_run_input()->set_text("speak");
  pair->world.run(controller->send(run.SerializeAsString(), pair->world.soon()));
  pair->world.run(pair->world.clock.sleep_for(5s));  // the turn has failed; nobody has read a byte
  std::size_t before = 0, behind = 0;
  for (bool answered = false; !answered || let_in < 6;) {
    AgentSessionMessage message;
    ASSERT_TRUE(message.ParseFromString(pair->world.run(controller->receive()).value()));
    answered = answered || message.has_response();
    if (message.has_audio_output()) ++(answered ? behind : before);
  }
  EXPECT_GT(before, 0U);
  EXPECT_EQ(behind, 0U);
  controller->cut();
}

TEST(Session, ReadinessIsAwaitedThroughATransportThatIsNotThereYet_SES1) {
  struct Late final : SessionTransport {
    Late(Runtime& its, std::unique_ptr<SessionTransport> inner) : runtime(its), transport(std::move(inner)) {}
    Task<> start(Deadline) override {
      ++tries;
      if (runtime.clock.now() < 1200ms) throw Error(ErrorKind::refused, "nobody listens yet");
      co_return;
    }
    Task<std::optional<std::string>> receive() override { return transport->receive(); }
    Task<> send(std::string message, Deadline deadline) override { return transport->send(std::move(message), deadline); }
    Task<> close(Deadline deadline) override { return transport->close(deadline); }
    void cut() override { transport->cut(); }
    Runtime& runtime;
    std::unique_ptr<SessionTransport> transport;
    int tries = 0;
  };
  Pair pair;
  pair.host.reset();
  auto [near, far] = memory_transports(pair.world.runtime);
  auto late = std::make_unique<Late>(pair.world.runtime, std::move(near));
  const auto& tries = late->tries;
  pair.connect(std::move(late), std::move(far), {}, {});
  EXPECT_EQ(failure_of(pair.world, pair.remote->wait_for_ready(1s)).message(), "nobody listens yet") << "the transport's own reason";
  EXPECT_EQ(pair.world.clock.now(), 500ms) << "the next try would be too late";
  EXPECT_EQ(failure_of(pair.world, pair.remote->ping()).kind(), ErrorKind::usage) << "sending before the start is an error";
  pair.served = false;
  pair.world.spawn([](Pair& its) -> Task<> {
    co_await its.host->serve();
    its.served = true;
  }(pair));
  pair.world.run(pair.remote->wait_for_ready());
  EXPECT_EQ(tries, 5);
  pair.world.run(pair.remote->start());
  EXPECT_EQ(tries, 5) << "started is started";
}

TEST(Session, WaitingTellsWhyAndEndsWhereItWouldNotHelp_SES1) {
  struct Closed final : SessionTransport {
    explicit Closed(int& its_tries) : tries(its_tries) {}
    Task<> start(Deadline) override {
      if (++tries < 3) throw Error(ErrorKind::refused, "nobody listens yet");
      throw Error(ErrorKind::not_found, "there is no such path");
    }
    Task<std::optional<std::string>> receive() override { co_return std::nullopt; }
    Task<> send(std::string, Deadline) override { co_return; }
    Task<> close(Deadline) override { co_return; }
    void cut() override {}
    int& tries;
  };
  net::testing::VirtualWorld world;
  int tries = 0;
  std::vector<std::string> told;
  RemoteSession remote(world.runtime, std::make_unique<Closed>(tries), {.on_retry = [&](const Error& error) { told.push_back(error.message()); }});
  EXPECT_EQ(failure_of(world, remote.wait_for_ready(60s)).message(), "there is no such path");
  EXPECT_EQ(world.clock.now(), 1s) << "at once, and not at the deadline";
  EXPECT_EQ(told, (std::vector<std::string>{"nobody listens yet", "nobody listens yet"}));
}

TEST(Session, AControllerThatVanishesEndsTheAnswerUnderWay_SES2) {
  Pair pair;
  bool unwound = false;
  pair.agent.actions["slow"] = [&](AgentTurn&) -> Task<> {
    struct Mark {
      bool& flag;
      ~Mark() { flag = true; }
    } const mark{unwound};
    co_await pair.world.clock.sleep_for(10min);
  };
  pair.begin();
  pair.world.spawn([](Pair& its) -> Task<> { co_await its.remote->run("slow"); }(pair));
  pair.world.run(pair.world.clock.sleep_for(1s));
  pair.remote.reset();
  pair.world.run(pair.until_served());
  EXPECT_TRUE(unwound);
  EXPECT_LT(pair.world.clock.now(), 2s);
}

TEST(Session, StopLetsTheAnswerUnderWayEndAndRefusesTheRest_SES2) {
  Pair pair;
  pair.agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
    co_await pair.world.clock.sleep_for(2s);
    co_await turn.say("there");
  };
  pair.begin();
  static_cast<void>(pair.world.clock.call_at(1s, [&] { pair.host->stop(); }));
  EXPECT_EQ(pair.say("slow").text(), "there");
  EXPECT_EQ(failure_of(pair.world, pair.remote->ping()).kind(), ErrorKind::closed);
  EXPECT_FALSE(pair.host_end);
}

TEST(Session, AnAgentThatCannotFallSilentCostsItsAnswerNothing_SES2_SES7) {
  const std::vector<std::function<Task<>(VirtualWorld&)>> silences = {[](VirtualWorld& world) { return world.clock.sleep_for(10min); },
                                                                      [](VirtualWorld&) -> Task<> {
                                                                        throw Error(ErrorKind::unavailable, "no voice");
                                                                        co_return;
                                                                      },
                                                                      [](VirtualWorld&) -> Task<> {
                                                                        throw std::runtime_error("no voice");
                                                                        co_return;
                                                                      }};
  for (const auto& silence : silences) {
    Pair pair;
    pair.agent.on_silence = [&] { return silence(pair.world); };
    pair.agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
      co_await pair.world.clock.sleep_for(3500ms);
      co_await turn.say("there");
    };
    pair.begin();
    static_cast<void>(pair.world.clock.call_at(1s, [&] { pair.host->stop(); }));
    EXPECT_EQ(pair.say("slow").text(), "there");
  }
}

TEST(Session, AnAgentThatCannotFallSilentEndsWithItsSimulationAllTheSame_SES9) {
  Pair pair;
  pair.agent.on_silence = []() -> Task<> {
    throw std::runtime_error("no voice");
    co_return;
  };
  pair.agent.says("hello", "Good day.");
  pair.begin();
  pair.world.run(pair.remote->finalize_simulation({true, "done"}));
  EXPECT_EQ(pair.say("hello").text(), "Good day.");
}

TEST(Session, StopDoesNotWaitForEver_SES2) {
  Pair pair;
  pair.agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
    co_await turn.say("wait");
    co_await pair.world.clock.sleep_for(10min);
  };
  pair.begin();
  static_cast<void>(pair.world.clock.call_at(1s, [&] { pair.host->stop(); }));
  const auto error = pair.failure_on("slow");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->to_wire(), "session:closed:-: session closed");
  EXPECT_EQ(error->items().size(), 1U);
  EXPECT_EQ(pair.world.clock.now(), 4s);
}

TEST(Session, CloseFailsWhatIsUnderWayAndIsDoneOnce_SES1) {
  Pair pair;
  pair.agent.actions["slow"] = [&](AgentTurn&) -> Task<> { co_await pair.world.clock.sleep_for(10min); };
  pair.begin();
  Error seen(ErrorKind::internal, "");
  const auto run = [](Pair& its, Error& into) -> Task<> {
    try {
      co_await its.remote->run("slow");
    } catch (const Error& error) {
      into = error;
    }
  };
  const auto close = [](Pair& its) -> Task<> {
    co_await its.world.clock.sleep_for(1s);
    co_await its.remote->close();
    co_await its.remote->close();
  };
  std::vector<Task<>> both;
  both.push_back(run(pair, seen));
  both.push_back(close(pair));
  pair.world.run(at_once(std::move(both)));
  EXPECT_EQ(seen.kind(), ErrorKind::closed);
  EXPECT_EQ(failure_of(pair.world, pair.remote->ping()).kind(), ErrorKind::closed);
  pair.world.run(pair.until_served());
  EXPECT_FALSE(pair.host_end);
}

TEST(Session, ARequestThatIsNotAnsweredEndsAtItsDeadlineAndALateAnswerIsIgnored_SES1) {
  Pair pair;
  pair.agent.actions["slow"] = [&](AgentTurn& turn) -> Task<> {
    co_await pair.world.clock.sleep_for(5s);
    co_await turn.say("late");
  };
  pair.agent.says("quick", "here");
  pair.begin();
  const auto error = failure_of(pair.world, pair.remote->run("slow", 2s));
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_THAT(error.message(), HasSubstr("run_input within 2.00 s"));
  pair.world.run(pair.world.clock.sleep_for(5s));
  EXPECT_EQ(pair.say("quick").text(), "here");
}

TEST(Session, AnAnswerTooLargeForAFrameIsAnErrorAndTheSessionGoesOn_SES3) {
  Pair pair;
  pair.agent.actions["big"] = [](AgentTurn& turn) { return turn.say(std::string(1'100'000, 'x')); };
  pair.agent.says("small", "ok");
  pair.begin();
  EXPECT_EQ(pair.failure_on("big")->type(), "too_large");
  EXPECT_EQ(pair.host->dropped_events(), 1);
  EXPECT_EQ(pair.say("small").text(), "ok");
}

TEST(Session, ATextTooLargeForAFrameIsRefusedBeforeItIsSent_SES3) {
  Pair pair;
  pair.agent.says("small", "ok");
  pair.begin();
  EXPECT_EQ(failure_of(pair.world, pair.remote->run(std::string(1'100'000, 'x'))).kind(), ErrorKind::too_large);
  EXPECT_EQ(pair.say("small").text(), "ok");
}

TEST(Session, WhatIsNoUtf8IsRepairedRatherThanSwallowed_SES3) {
  Pair pair;
  pair.agent.says("hi", "caf\xe9");
  pair.begin();
  EXPECT_EQ(pair.say("hi").text(), "caf\xef\xbf\xbd");
}

TEST(Session, IsServedOnce_SES2) {
  Pair pair;
  pair.begin();
  EXPECT_EQ(failure_of(pair.world, pair.host->serve()).kind(), ErrorKind::usage);
  pair.world.run(pair.host->start());
}

}  // namespace
}  // namespace antiphon::session
