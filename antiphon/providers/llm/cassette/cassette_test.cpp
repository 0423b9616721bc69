#include "antiphon/providers/llm/cassette/cassette.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/llm/remembered_model.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace testing_tools;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / make_id("cassettes")) { fs::create_directories(path_); }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name = "tape.jsonl") const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

/// A provider that answers, fails and streams as chance has it, after some time, and counts what it is asked.
class Moody final : public LanguageModel {
 public:
  Moody(Clock& clock, std::uint64_t seed, int* asked) : clock_(clock), random_(seed), asked_(asked) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline) override {
    ++*asked_;
    co_await clock_.sleep_for(std::chrono::microseconds(random_.below(3'000'000)));
    if (random_.below(5) == 0)
      throw Error(ErrorKind::rate_limited, "too many").with_status(429).with_party(Party::provider).with_retry_after(1500ms).with_hint("slow down");
    co_return answer(request);
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline) override {
    ++*asked_;
    co_await clock_.sleep_for(std::chrono::microseconds(random_.below(1'000'000)));
    co_return std::make_unique<Pieces>(*this, answer(request), random_.below(4) == 0);
  }
  const std::string& name() const override { return name_; }

 private:
  struct Pieces final : ChatStream {
    Pieces(Moody& m, ChatResponse r, bool b) : moody(m), whole(std::move(r)), breaks(b) {}
    Task<std::optional<ChatDelta>> next(Deadline) override {
      co_await moody.clock_.sleep_for(std::chrono::microseconds(moody.random_.below(100'000)));
      if (sent == 2 && breaks) throw Error(ErrorKind::closed, "cut off").with_party(Party::provider);
      if (sent == 3) co_return std::nullopt;
      ++sent;
      co_return ChatDelta{"piece " + std::to_string(sent)};
    }
    ChatResponse response() const override { return whole; }
    Moody& moody;
    ChatResponse whole;
    bool breaks;
    int sent = 0;
  };

  ChatResponse answer(const ChatRequest& request) {
    const auto text = std::to_string(random_.below(1000)) + " \"ü\\\n to " + request.messages.back().text();
    auto message = random_.below(3) == 0 ? Message::assistant_calls(text, {{"c1", "look", R"({"a":1})"}}) : Message::assistant(text);
    return {.message = std::move(message),
            .finish_reason = "stop",
            .usage = {.input_tokens = 7,
                      .output_tokens = static_cast<std::int64_t>(random_.below(9)),
                      .cached_input_tokens = static_cast<std::int64_t>(random_.below(3)),
                      .reasoning_tokens = static_cast<std::int64_t>(random_.below(2))}};
  }

  Clock& clock_;
  RandomStream random_;
  int* asked_;
  std::string name_ = "test/moody";
};

/// One run that asks a model through a cassette.
struct Taped {
  World world;
  ScriptedHttp http;
  ModelRegistry registry;
  std::shared_ptr<Cassette> cassette;
  std::unique_ptr<LanguageModel> model;
  int asked = 0;

  Taped(const std::string& path, CassetteMode mode, std::uint64_t seed = 1, int attempt = 1) {
    registry.add("test", {.make = [this, seed](const ModelSettings&, const ModelContext& c) { return std::make_unique<Moody>(c.runtime.clock, seed, &asked); },
                          .waits_on_clock_alone = true,
                          .check = {}});
    cassette = std::make_shared<Cassette>(CassetteOptions{.path = path, .mode = mode, .scenario_id = "s", .attempt = attempt});
    model = open_remembered(registry, "test/moody", {world.runtime, http, seed, "s"}, {.cassette = cassette});
  }

  /// The answer as text, with the time it came.
  std::string ask(ChatRequest request, bool streamed) {
    std::string seen;
    try {
      if (streamed) {
        const auto got = world.run(read_stream(*model, std::move(request)));
        for (const auto& piece : got.pieces) seen += piece + "|";
        seen += got.response.message.serialized() + got.response.finish_reason + std::to_string(got.response.usage.output_tokens);
      } else {
        const auto got = world.run(model->complete(std::move(request), Deadline::never()));
        seen += got.message.serialized() + got.finish_reason + std::to_string(got.usage.output_tokens) + ' ' + std::to_string(got.usage.cached_input_tokens) +
                ' ' + std::to_string(got.usage.reasoning_tokens);
      }
    } catch (const Error& error) {
      seen += std::string(to_string(error.kind())) + error.message() + error.hint() + std::to_string(error.status().value_or(0)) +
              std::to_string(error.retry_after().value_or(0ns).count()) + std::string(error.party() ? to_string(*error.party()) : "");
    }
    return seen + " at " + std::to_string(world.clock.now().count());
  }
};

ChatRequest random_request(RandomStream& random, const std::string& thread) {
  ChatRequest request =
      asking("message " + std::to_string(random.below(4)), {thread, random.below(2) == 0 ? "user" : "judge", static_cast<int>(random.below(5))});
  request.preamble.push_back(Message::system("Today is 2026-11-" + std::to_string(10 + random.below(20)) + ". You are in " + thread + "."));
  if (random.below(2) == 0) request.tools = ToolSet({{.name = "look"}});
  return request;
}

std::vector<std::string> converse(Taped& taped, std::uint64_t seed) {
  RandomStream random(seed);
  const auto thread = make_id("thread");
  std::vector<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    auto request = random_request(random, thread);
    seen.push_back(taped.ask(std::move(request), random.below(3) == 0));
  }
  return seen;
}

TEST(Cassette, ReplaysRandomConversationsExactlyAsTheyWere_SCN81) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Folder folder;
    Taped recording(folder.file(), CassetteMode::record, seed);
    const auto recorded = converse(recording, seed);
    recording.cassette->save(seed);
    Taped replay(folder.file(), CassetteMode::replay, seed);
    EXPECT_EQ(converse(replay, seed), recorded) << "seed " << seed;
    EXPECT_EQ(replay.asked, 0);
    EXPECT_EQ(replay.cassette->seed(), seed);
  }
}

TEST(Cassette, RecordsTheSameBytesForTheSameCalls_SCN81) {
  const Folder folder;
  for (const auto* name : {"a", "b"}) {
    Taped taped(folder.file(name), CassetteMode::record);
    converse(taped, 3);
    taped.cassette->save(3);
  }
  EXPECT_EQ(read_file(folder.file("a")), read_file(folder.file("b")));
}

void record(const std::string& path, const std::vector<std::string>& said, std::string role = "user") {
  Taped taped(path, CassetteMode::record, 2);
  for (const auto& text : said) taped.ask(asking(text, {"t", role, 1}), false);
  taped.cassette->save(2);
}

TEST(Cassette, AnswersEqualCallsInRecordedOrderAndNoMore_SCN81) {
  const Folder folder;
  Taped taped(folder.file(), CassetteMode::record, 2);
  const auto first = taped.ask(asking("x", {"t", "user", 1}), false), second = taped.ask(asking("x", {"t", "user", 2}), false);
  taped.cassette->save(2);
  Taped replay(folder.file(), CassetteMode::replay);
  EXPECT_EQ(replay.ask(asking("x", {"u", "user", 1}), false), first);
  EXPECT_EQ(replay.ask(asking("x", {"u", "user", 2}), false), second);
  EXPECT_THAT(replay.ask(asking("x", {"u", "user", 3}), false), HasSubstr("made once more than the 2 times it was recorded"));
}

TEST(Cassette, AMissShowsTheNearestCallAndTheAgentsChangedMessage_SCN81) {
  const Folder folder;
  record(folder.file(), {"Something else altogether.", "We refund within 30 days."});
  Taped replay(folder.file(), CassetteMode::replay);
  const auto error = error_of([&] { replay.world.run(replay.model->complete(asking("We refund within 14 days.", {"t", "user", 2}), Deadline::never())); });
  EXPECT_EQ(error.party(), Party::harness);
  EXPECT_THAT(error.message(),
              AllOf(HasSubstr("the user's call in turn 2"), HasSubstr("tape.jsonl:3 (turn 1)"), HasSubstr("the agent's message (message 1) is now"),
                    HasSubstr("We refund within 14 days."), HasSubstr("We refund within 30 days.")));
  EXPECT_THAT(error.hint(), HasSubstr("--update-cassettes"));
  EXPECT_EQ(replay.asked, 0);
}

TEST(Cassette, AMissWithoutAFileNamesIt_SCN81) {
  const Folder folder;
  Taped replay(folder.file(), CassetteMode::replay);
  EXPECT_THAT(replay.ask(asking("x", {"t", "user", 1}), false), AllOf(HasSubstr("there is no"), HasSubstr("tape.jsonl")));
}

TEST(Cassette, AutoReplaysWhatIsThereAndAddsTheRest_SCN81) {
  const Folder folder;
  record(folder.file(), {"one"});
  const auto before = read_file(folder.file());
  Taped taped(folder.file(), CassetteMode::automatic, 2);
  taped.ask(asking("one", {"t", "user", 1}), false);
  EXPECT_EQ(taped.asked, 0);
  taped.ask(asking("two", {"t", "user", 2}), false);
  EXPECT_EQ(taped.asked, 1);
  taped.cassette->save(2);
  const auto after = read_file(folder.file());
  EXPECT_TRUE(after.starts_with(before) && after.size() > before.size());
}

TEST(Cassette, KeepsTheAttemptsOfARunApart_SCN81) {
  const Folder folder;
  std::vector<std::string> said;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    Taped taped(folder.file(), CassetteMode::record, static_cast<std::uint64_t>(attempt) * 11, attempt);
    said.push_back(taped.ask(asking("x", {"t", "user", 1}), false));
    taped.cassette->save(1);
  }
  for (int attempt = 1; attempt <= 2; ++attempt) {
    Taped replay(folder.file(), CassetteMode::replay, 1, attempt);
    EXPECT_EQ(replay.ask(asking("x", {"t", "user", 1}), false), said[static_cast<std::size_t>(attempt) - 1]);
  }
}

TEST(Cassette, HoldsNoSecret_SCN81) {
  const ScopedVariable key("DESK_API_KEY", "sesame-open-123");
  const Folder folder;
  Taped taped(folder.file(), CassetteMode::record, 2);
  ModelSettings settings("test/moody");
  settings.key = "my-own-secret-key";
  settings.extra = {{"api_key", "short"}, {"headers", json::object{{"Authorization", "Basic abc"}}}};
  const auto model = open_remembered(taped.registry, settings, {taped.world.runtime, taped.http, 2, "s"}, {.cassette = taped.cassette});
  (void)taped.world.run(model->complete(asking("keys sesame-open-123 my-own-secret-key, Bearer abcdef0123456789", {"t", "user", 1}), Deadline::never()));
  taped.cassette->save(2);
  const auto text = read_file(folder.file());
  for (const auto* secret : {"sesame-open", "my-own-secret", "abcdef0123", "\"short\"", "Basic abc"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
  EXPECT_THAT(text, HasSubstr("keys *** ***, Bearer ***"));
}

/// Says its words one piece at a time.
class Slowly final : public LanguageModel {
 public:
  explicit Slowly(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Task<ChatResponse> complete(ChatRequest, Deadline) override { co_return response(); }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { co_return std::make_unique<Pieces>(*this); }
  const std::string& name() const override { return name_; }

 private:
  struct Pieces final : ChatStream {
    explicit Pieces(const Slowly& m) : model(m) {}
    Task<std::optional<ChatDelta>> next(Deadline) override {
      if (sent == model.pieces_.size()) co_return std::nullopt;
      co_return ChatDelta{model.pieces_[sent++]};
    }
    ChatResponse response() const override { return model.response(); }
    const Slowly& model;
    std::size_t sent = 0;
  };
  ChatResponse response() const {
    std::string text;
    for (const auto& piece : pieces_) text += piece;
    return {.message = Message::assistant(text), .finish_reason = "stop"};
  }
  std::vector<std::string> pieces_;
  std::string name_ = "test/slowly";
};

TEST(Cassette, HoldsNoSecretThatLiesAcrossPiecesOfAStream_SCN81) {
  const ScopedVariable key("DESK_API_KEY", "sesame-open-123");
  const Folder folder;
  const auto ask = [&](CassetteMode mode) {
    Taped taped(folder.file(), mode);
    const std::vector<std::string> pieces{"it is ses", "ame-open", "-123", "."};
    taped.registry.add(
        "slow",
        {.make = [pieces](const ModelSettings&, const ModelContext&) { return std::make_unique<Slowly>(pieces); }, .waits_on_clock_alone = true, .check = {}});
    const auto model = open_remembered(taped.registry, "slow/ly", {taped.world.runtime, taped.http, 1, "s"}, {.cassette = taped.cassette});
    const auto got = taped.world.run(read_stream(*model, asking("what is it?", {"t", "user", 1})));
    taped.cassette->save(1);
    return got.pieces;
  };
  EXPECT_EQ(ask(CassetteMode::record).size(), 4U);
  const auto text = read_file(folder.file());
  for (const auto* part : {"ses\"", "ame-open", "-123"}) EXPECT_THAT(text, Not(HasSubstr(part)));
  EXPECT_THAT(ask(CassetteMode::replay), ElementsAre("it is ***."));
}

TEST(Secrets, OfWhichOneBeginsAnotherAreBothHiddenWhole_SCN81) {
  Secrets secrets;
  for (const auto* value : {"abcdefgh", "abcdefgh-and-more", "xyabcdefgh"}) secrets.add(value);
  EXPECT_EQ(secrets.hidden(std::string("abcdefgh, abcdefgh-and-more, xyabcdefgh")), "***, ***, ***");
}

TEST(Secrets, AreHiddenInJsonAndInWhatToolsAreCalledWith_SCN81) {
  Secrets secrets;
  const std::string password = R"(pass"wo\rd 1)";
  secrets.add(password);
  const auto message = Message::assistant_calls("I use " + password, {{"c1", "login", json_text(json::object{{"with", password}})}});
  EXPECT_THAT(message.serialized(), HasSubstr("rd 1"));
  EXPECT_THAT(secrets.hidden(message.serialized()), Not(HasSubstr("rd 1")));
}

struct Broken {
  const char* why;
  std::function<std::string(std::string)> change;
  const char* told;
};

TEST(Cassette, BadFilesAreOneErrorWithTheLineAndWhatToDo_SCN81) {
  const Folder folder;
  record(folder.file("good"), {"one", "two"});
  const auto good = read_file(folder.file("good"));
  const std::vector<Broken> all{
      {"another version", [](std::string t) { return t.replace(t.find("cassette/2"), 10, "cassette/9"); }, "tape.jsonl:1: this cassette is of another version"},
      {"edited", [](std::string t) { return t.replace(t.find("piece") == std::string::npos ? t.find(" to two") : 0, 7, " to six"); },
       "tape.jsonl:3: the line was changed"},
      {"cut off", [](std::string t) { return t.substr(0, t.size() - 30); }, "tape.jsonl:3: the line is cut off"},
      {"empty", [](std::string) { return std::string(); }, "tape.jsonl:1: the cassette is empty"},
      {"something else", [](std::string) { return std::string("hello\n"); }, "tape.jsonl:1: this is no cassette"},
  };
  for (const auto& broken : all) {
    write_file_atomically(folder.file(), broken.change(good));
    const auto error = error_of([&] { const Cassette read({.path = folder.file(), .mode = CassetteMode::replay, .scenario_id = "s"}); });
    EXPECT_THAT(error.message(), HasSubstr(broken.told)) << broken.why;
    EXPECT_THAT(error.hint(), HasSubstr("--update-cassettes")) << broken.why;
    EXPECT_EQ(error.party(), Party::harness);
  }
  fs::remove(folder.file());
  fs::create_directory(folder.file());
  EXPECT_THAT(error_of([&] { const Cassette read({.path = folder.file(), .mode = CassetteMode::replay, .scenario_id = "s"}); }).message(),
              HasSubstr("tape.jsonl"));
}

// As the first version of the program wrote it.
std::string first_version(const std::vector<std::pair<std::string, std::string>>& calls) {
  const std::string header = R"({"schema":"antiphon.cassette/1","scenario":"s","seed":9)";
  auto text = header + ",\"sum\":\"" + sha256_hex(header).substr(0, 16) + "\"}\n";
  for (const auto& [said, answered] : calls)
    text += encode(RecordedCall{.key = "00000000000000000000000000000000",
                                .role = "user",
                                .turn = 1,
                                .answer = {{"message", {{"role", "assistant"}, {"content", answered}}}},
                                .request = R"({"model":"test/moody","messages":[{"role":"user","content":")" + said + R"("}]})"}) +
            "\n";
  return text;
}

TEST(Cassette, OfTheFirstVersionIsReadAndIsOfThisOneOnceItIsAddedTo_SCN81) {
  const Folder folder;
  write_file_atomically(folder.file(), first_version({{"one\\n2026-11-25T10:00:00Z", "first"}, {"two", "second"}}));
  Taped replay(folder.file(), CassetteMode::replay);
  EXPECT_EQ(replay.cassette->seed(), 9U);
  EXPECT_THAT(replay.ask(asking("two", {"t", "user", 1}), false), HasSubstr("second"));
  EXPECT_THAT(replay.ask(asking("one\n2026-11-26T11:11:11Z", {"t", "user", 1}), false), HasSubstr("first"));
  EXPECT_THAT(replay.ask(asking("three", {"t", "user", 1}), false), AllOf(HasSubstr("tape.jsonl:3"), HasSubstr("was recorded as \"two\"")));

  Taped added(folder.file(), CassetteMode::automatic, 2);
  added.ask(asking("three", {"t", "user", 1}), false);
  added.cassette->save(5);
  EXPECT_THAT(read_file(folder.file()), HasSubstr("antiphon.cassette/2\",\"scenario\":\"s\",\"seed\":9"));
  Taped again(folder.file(), CassetteMode::replay);
  EXPECT_THAT(again.ask(asking("two", {"t", "user", 1}), false), HasSubstr("second"));
  EXPECT_THAT(again.ask(asking("three", {"t", "user", 1}), false), HasSubstr(" to three"));
}

ChatRequest conversation(int turns) {
  ChatRequest request{.preamble = {Message::system("You play somebody who wants something.")}, .tags = {"t", "user", turns}};
  for (int turn = 1; turn <= turns; ++turn) {
    request.messages.append(Message::assistant("what the user said in turn " + std::to_string(turn)));
    request.messages.append(Message::user("what the agent said in turn " + std::to_string(turn)));
  }
  return request;
}

TEST(Cassette, AMissOfALongConversationShowsTheLineAndTheMessage_SCN81) {
  const Folder folder;
  Taped taped(folder.file(), CassetteMode::record, 2);
  for (int turn = 1; turn <= 30; ++turn) taped.ask(conversation(turn), false);
  taped.cassette->save(2);
  EXPECT_LT(read_file(folder.file()).size(), 25'000U);
  Taped replay(folder.file(), CassetteMode::replay);
  for (int turn = 1; turn < 30; ++turn) replay.ask(conversation(turn), false);
  EXPECT_EQ(replay.asked, 0);
  auto changed = conversation(29);
  changed.messages.append(Message::assistant("what the user said in turn 30"));
  changed.messages.append(Message::user("something else"));
  changed.tags.turn = 30;
  EXPECT_THAT(replay.ask(changed, false), AllOf(HasSubstr("tape.jsonl:31 (turn 30)"), HasSubstr("the agent's message (message 61) is now \"something else\""),
                                                HasSubstr("what the agent said in turn 30")));
}

TEST(Cassette, ALineThatBuildsOnOneThatIsGoneIsToldWithItsNumber_SCN81) {
  const Folder folder;
  Taped taped(folder.file(), CassetteMode::record, 2);
  for (int turn = 1; turn <= 4; ++turn) taped.ask(conversation(turn), false);
  taped.cassette->save(2);
  auto text = read_file(folder.file());
  const auto second = text.find('\n') + 1;
  text.erase(second, text.find('\n', second) + 1 - second);
  write_file_atomically(folder.file(), text);
  EXPECT_THAT(error_of([&] { const Cassette read({.path = folder.file(), .mode = CassetteMode::replay, .scenario_id = "s"}); }).message(),
              AllOf(HasSubstr("tape.jsonl:2: the line builds on the call"), HasSubstr("does not stand before it")));
}

TEST(Cassette, AnAttemptThatIsRecordedAgainTakesNothingFromTheOthers_SCN81) {
  const Folder folder;
  std::vector<std::string> said(4);
  const auto attempt = [&](int number, CassetteMode mode) {
    Taped taped(folder.file(), mode, static_cast<std::uint64_t>(number) * 11, number);
    std::string all;
    for (int turn = 1; turn <= 4; ++turn) all += taped.ask(conversation(turn), false);
    taped.cassette->save(1);
    return all;
  };
  for (int i = 1; i <= 3; ++i) said[static_cast<std::size_t>(i)] = attempt(i, CassetteMode::record);
  attempt(2, CassetteMode::record);  // the third goes with it
  for (int i = 1; i <= 2; ++i) EXPECT_EQ(attempt(i, CassetteMode::replay), said[static_cast<std::size_t>(i)]) << i;
}

TEST(CassettePath, IsSafeAndDiffersById_SCN81) {
  EXPECT_THAT(cassette_path("suites/desk.yaml", "wants [mood=a/b] #2"), testing::MatchesRegex("suites/cassettes/desk/wants-mood-a-b-2-[0-9a-f]{8}\\.jsonl"));
  EXPECT_NE(cassette_path("a.yaml", "x/y"), cassette_path("a.yaml", "x y"));
  EXPECT_THAT(cassette_path("", "…"), HasSubstr("cassettes/scenario-"));
}

TEST(CallText, LeavesOutWhatDiffersFromRunToRun_SCN81) {
  EXPECT_EQ(without_run_marks("in thread_01JABCDEFGHJKMNPQRSTVWXYZ0 at 2026-11-25T22:06:06.123Z or 2026-11-25 22:06", "t"),
            "in {{id}} at {{time}} or {{time}}");
  EXPECT_EQ(without_run_marks("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", ""), "{{trace}}");
  EXPECT_EQ(without_run_marks("book 2026-12-01 for A-1007", ""), "book 2026-12-01 for A-1007");
  EXPECT_EQ(without_run_marks("today is 2026-12-01.", "", {.dates = true}), "today is {{date}}.");
  EXPECT_EQ(without_run_marks("3 spans in 1.84 s: [1a2b3c4d] +0.25s turn 1 (31.0 ms)", "", {.times = true}),
            "3 spans in {{duration}}: [1a2b3c4d] +{{duration}} turn 1 ({{duration}})");
  EXPECT_EQ(without_run_marks("wait 30 s", ""), "wait 30 s");
  EXPECT_EQ(without_run_marks(R"("at\n2026-11-25T22:06Z")", ""), R"("at\n{{time}}")");
  EXPECT_EQ(without_run_marks(R"("C:\\n2026-11-25T22:06Z")", ""), R"("C:\\n2026-11-25T22:06Z")");
}

}  // namespace
}  // namespace antiphon
