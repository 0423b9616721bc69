#include "antiphon/scenario/engine/conversation.hpp"

#include <gtest/gtest.h>

namespace antiphon {
namespace {

std::vector<std::string> texts(const std::vector<Message>& messages) {
  std::vector<std::string> list;
  for (const auto& message : messages) list.push_back(message.text());
  return list;
}

TEST(Conversation, AMessageIsNewForEverybodyElseExactlyOnce_SCN21) {
  Conversation conversation(3);
  conversation.add(Message::user("hi"), {}, 0);
  EXPECT_TRUE(conversation.take_unseen(0).empty());
  EXPECT_EQ(texts(conversation.take_unseen(1)), std::vector<std::string>{"hi"});
  EXPECT_TRUE(conversation.take_unseen(1).empty());
  EXPECT_EQ(texts(conversation.take_unseen(2)), std::vector<std::string>{"hi"});
}

TEST(Conversation, NobodysMessageIsNewForAll_SCN21) {
  Conversation conversation(2);
  conversation.add(Message::system("note"), {}, std::nullopt);
  EXPECT_EQ(conversation.take_unseen(0).size(), 1U);
  EXPECT_EQ(conversation.take_unseen(1).size(), 1U);
}

TEST(Conversation, RollbackTakesMessagesOutOfHistoryAndQueues_SCN20) {
  Conversation conversation(2);
  conversation.add(Message::user("one"), {.turn = 1}, 0);
  conversation.add(Message::user("two"), {.turn = 2}, 0);
  conversation.add(Message::user("two"), {.turn = 3}, 0);  // equal text, another message
  EXPECT_EQ(texts(conversation.rollback(1)), (std::vector<std::string>{"two", "two"}));
  EXPECT_EQ(conversation.messages().size(), 1U);
  EXPECT_EQ(conversation.timings().size(), 1U);
  EXPECT_EQ(texts(conversation.take_unseen(1)), std::vector<std::string>{"one"});
  EXPECT_EQ(texts(conversation.removed()), (std::vector<std::string>{"two", "two"}));
}

TEST(Conversation, RollbackBeyondTheEndChangesNothing_SCN20) {
  Conversation conversation(1);
  conversation.add(Message::user("one"), {}, std::nullopt);
  EXPECT_TRUE(conversation.rollback(7).empty());
  EXPECT_EQ(conversation.messages().size(), 1U);
}

}  // namespace
}  // namespace antiphon
