#include "antiphon/providers/llm/cassette/shared_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/providers/llm/cassette/call_reader.hpp"
#include "antiphon/providers/llm/cassette/line_writer.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon {
namespace {

using namespace testing_tools;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CallRequest conversation(const std::vector<std::string>& said, std::string head = R"({"model":"m"})") {
  auto request = request_without_messages(std::move(head));
  request.has_messages = true;
  for (const auto& text : said) request.messages.push_back(std::make_shared<const std::string>(Message::user(text).serialized()));
  return request;
}

CallRequest expanded(std::string_view text, const CallRequest& earlier) {
  return expand(text, [&](std::string_view key) { return key == "KEY" ? &earlier : nullptr; });
}

TEST(SharedRequest, NamesWhatAConversationThatGoesOnAdds_SCN81) {
  const auto earlier = conversation({"hello", "where is it?"}), now = conversation({"hello", "where is it?", "and \"who\"\nbrings it?"});
  const auto text = compact_text(now, earlier, "KEY");
  EXPECT_EQ(text, R"({"like":"KEY","messages":{"first":2,"then":[{"role":"user","content":"and \"who\"\nbrings it?"}]}})");
  EXPECT_EQ(expanded(text, earlier), now);
}

TEST(SharedRequest, ATextThatGrowsInTheMiddleNamesItsOldLines_SCN81) {
  const std::string top = "The conversation so far, in order:\n[0] user: where is my order?\n", bottom = "\nWhat the agent did, as its run was recorded:\n";
  const auto earlier = conversation({top + bottom + "a last line that goes"}), now = conversation({top + "[1] agent: here\\n.\n" + bottom});
  const auto text = compact_text(now, earlier, "KEY");
  EXPECT_EQ(text, R"({"like":"KEY","messages":{"first":0,"then":[{"of":0,"text":[[1,2],"[1] agent: here\\n.\n",[3,4]]}]}})");
  EXPECT_EQ(expanded(text, earlier), now);
}

TEST(SharedRequest, KeepsTheRestOfTheRequestWhereItDiffers_SCN81) {
  const std::string longer(300, 'x');
  const auto earlier = conversation({longer}, R"({"model":"m","tools":[{"a":1}]})"), now = conversation({longer, "b"}, R"({"model":"m","tools":[]})");
  const auto text = compact_text(now, earlier, "KEY");
  EXPECT_THAT(text, AllOf(HasSubstr(R"({"like":"KEY","model":"m","tools":[],"messages":{"first":1,)"), Not(HasSubstr("xxx"))));
  EXPECT_EQ(expanded(text, earlier), now);
}

TEST(SharedRequest, StaysWholeWhereNothingIsGained_SCN81) {
  const auto earlier = conversation({"a"}), now = conversation({"b"});
  EXPECT_EQ(compact_text(now, earlier, "KEY"), now.text());
  const auto embedding = request_without_messages(R"({"model":"e","texts":["a"]})");
  EXPECT_EQ(compact_text(embedding, embedding, "KEY"), embedding.text());
  // A message of somebody's that looks as ours do.
  const CallRequest odd{
      .head = now.head, .messages = {now.messages[0], std::make_shared<const std::string>(R"({"of":0,"role":"user"})")}, .has_messages = true};
  EXPECT_EQ(compact_text(odd, now, "KEY"), odd.text());
}

TEST(SharedRequest, WhatIsNoRequestIsRefusedWithAReason_SCN81) {
  const auto earlier = conversation({"one\ntwo\n", "b"});
  const std::vector<std::pair<std::string, std::string>> all{
      {R"({"like":"OTHER","messages":{"first":1,"then":[]}})", "does not stand before it"},
      {R"({"like":"KEY","messages":{"first":3,"then":[]}})", "begins with 3 of 2 messages"},
      {R"({"like":"KEY","messages":{"first":-1,"then":[]}})", "is no number"},
      {R"({"like":"KEY","messages":{"then":[]}})", "lacks first"},
      {R"({"like":"KEY"})", "lacks messages"},
      {R"({"like":"KEY","messages":{"first":0,"then":[{"of":7,"text":[]}]}})", "message 7 of 2"},
      {R"({"like":"KEY","messages":{"first":0,"then":[{"of":0,"text":[[0,1]]}]}})", "lines 0 to 1 of 2"},
      {R"({"like":"KEY","messages":{"first":0,"then":[{"of":0,"text":[[2,3]]}]}})", "lines 2 to 3 of 2"},
      {R"({"like":"KEY","messages":{"first":0,"then":[{"of":0,"text":7}]}})", "is no list"},
      {R"([1])", "is no object"},
      {R"({"model":"m","messages":7})", "are no list"},
  };
  for (const auto& [text, why] : all) EXPECT_THAT(error_of([&] { expanded(text, earlier); }).message(), HasSubstr(why)) << text;
}

TEST(SharedRequest, ASmallFileAsksForNoHugeText_SCN81) {
  auto request = conversation({std::string(1000, 'x')});
  std::string pieces = "[1,1]";
  for (int i = 0; i < 999; ++i) pieces += ",[1,1]";
  const auto text = R"({"like":"KEY","messages":{"first":0,"then":[{"of":0,"text":[)" + pieces + "]}]}}";
  const auto grow = [&] {
    for (int i = 0; i < 4; ++i) request = expanded(text, request);
  };
  EXPECT_THAT(error_of(grow).message(), HasSubstr("put together to more than"));
}

/// What a judge and a user are asked in a conversation of so many turns.
std::vector<ChatRequest> asked_in(int turns, RandomStream& random) {
  std::vector<ChatRequest> all;
  History history;
  std::string transcript = "The conversation so far:\n", spans = "\nSpans:\n";
  for (int turn = 1; turn <= turns; ++turn) {
    history.append(Message::assistant("line " + std::to_string(random.below(1000)) + " of the user\nwith \\n and \"quotes\" ü"));
    history.append(Message::user("answer " + std::to_string(random.below(1000))));
    all.push_back({.preamble = {Message::system("You play somebody.\nSay what they say.")}, .messages = history, .tags = {"t", "user", turn}});
    transcript += "[" + std::to_string(turn) + "] agent: words " + std::to_string(random.below(1000)) + "\n";
    spans += "turn " + std::to_string(turn) + " took " + std::to_string(random.below(90)) + " ms and was as usual\n";
    ChatRequest judge{.preamble = {Message::system("You judge.")}, .tags = {"t", "judge", turn}};
    judge.messages.append(Message::user(transcript + spans + (turn == turns ? "\nThe verdict now." : "")));
    judge.tools = ToolSet({{.name = turn == turns ? "verdict" : "decide"}});
    all.push_back(std::move(judge));
  }
  return all;
}

struct Written {
  std::size_t bytes = 0;
  std::vector<RecordedCall> lines;
  std::vector<CallRequest> requests;
};

Written write(const std::vector<ChatRequest>& all) {
  Written written;
  CallReader user{ModelSettings("a/b")}, judge{ModelSettings("a/c")};
  LineWriter writer;
  for (const auto& request : all) {
    const auto asked = (request.tags.role == "user" ? user : judge).read(request, Secrets());
    auto line = writer.write({.kind = asked.kind, .key = asked.key, .role = asked.role, .turn = asked.turn}, asked.request);
    written.bytes += line.size();
    line.pop_back();
    written.lines.push_back(decode_call(line));
    written.requests.push_back(asked.request);
  }
  return written;
}

TEST(SharedRequest, LinesGiveBackWhatWasAskedAndItsKey_SCN81) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomStream random(seed);
    const auto written = write(asked_in(1 + static_cast<int>(random.below(20)), random));
    std::map<std::string, CallRequest, std::less<>> known;
    for (std::size_t i = 0; i < written.lines.size(); ++i) {
      const auto& line = written.lines[i];
      auto request = expand(line.request, [&](std::string_view key) {
        const auto it = known.find(key);
        return it == known.end() ? nullptr : &it->second;
      });
      EXPECT_EQ(request, written.requests[i]) << seed << ' ' << i;
      EXPECT_EQ(request_from(request.text()), request);
      EXPECT_EQ(key_of(line.kind, line.role, request).text(), line.key) << seed << ' ' << i;
      known.emplace(line.key, std::move(request));
    }
  }
}

TEST(SharedRequest, AFileGrowsWithTheTurnsAndNotWithTheirSquare_SCN81) {
  RandomStream random(1);
  const auto bytes = write(asked_in(100, random)).bytes, twice = write(asked_in(200, random)).bytes;
  EXPECT_LT(static_cast<double>(twice), 2.2 * static_cast<double>(bytes));
}

TEST(CallReader, EqualRequestsHaveEqualKeysWhateverWasReadBefore_SCN81) {
  RandomStream random(7);
  const auto all = asked_in(12, random);
  CallReader one{ModelSettings("a/b")};
  for (const auto index : {3UL, 20UL, 5UL, 5UL, 22UL, 0UL, 23UL, 8UL}) {
    CallReader fresh{ModelSettings("a/b")};
    const auto again = one.read(all[index], Secrets()), first = fresh.read(all[index], Secrets());
    EXPECT_EQ(again.key, first.key) << index;
    EXPECT_EQ(again.request, first.request) << index;
  }
  auto hotter = all[3];
  hotter.temperature = 0.5;
  EXPECT_NE(one.read(hotter, Secrets()).key, one.read(all[3], Secrets()).key);
}

TEST(CallReader, ASecretThatIsLearnedLaterIsHiddenFromThenOn_SCN81) {
  CallReader reader{ModelSettings("a/b")};
  const auto request = asking("the key is open-sesame-1", {"t", "user", 1});
  Secrets secrets;
  EXPECT_THAT(reader.read(request, secrets).request.text(), HasSubstr("open-sesame-1"));
  secrets.add("open-sesame-1");
  EXPECT_THAT(reader.read(request, secrets).request.text(), HasSubstr("the key is ***"));
}

}  // namespace
}  // namespace antiphon
