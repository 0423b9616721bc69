#include <gtest/gtest.h>

#include "antiphon/scenario/ledger/ledger.hpp"

// What people say to a service, and what no person would say: both sides of the rules that look at words.

namespace antiphon::ledger {
namespace {

struct Line {
  const char* agent;  ///< what the agent said just before
  const char* user;
};

constexpr const char* situation =
    "Order A-1007 arrived broken. A customer who bought the blue jacket on the first of May wants a refund for it.\n"
    "Yesterday the agent on the phone promised a refund of forty euros within two days, and nothing has come.";

std::string rule_for(const Line& line) {
  ScenarioResult result;
  result.outcome = RunOutcome::failed;
  result.checks = {{.kind = "contains", .expected = {{"text", "refund"}}, .found = "no"}};
  for (const auto& [role, text] :
       {std::pair{MessageRole::user, "hi, about order A-1007"}, {MessageRole::assistant, line.agent}, {MessageRole::user, line.user}})
    result.messages.emplace_back(role, std::string(text));
  const Brief brief{.rules =
                        "You play a person who talks to a service. The other side is the service; you are only ever the person.\n"
                        "Write the person's next message and nothing else: no quotation marks, no stage directions, no name in front.\n",
                    .situation = situation};
  return attribute({.result = result, .user = brief})->rule;
}

TEST(FaultLedger, LetsUsersTalkAsPeopleDo_SCN100) {
  const std::vector<Line> ordinary{
      {"I cannot find it.", "how can i help you find my account? i have the receipt here"},
      {"I cannot find it.", "how may I help you verify that it's me?"},
      {"That should not happen.", "i'd be happy to help you reproduce it, just say which photos you need"},
      {"Hello.", "i'm here to help my mother get her money back"},
      {"We tried to reach you.", "thanks for calling us back so fast"},
      {"What is your order number?", "sure, let me look that up for you... it's A-1007"},
      {"Can you give me the date?", "hang on, let me check it up for you"},
      {"Please send it back.", "i've initiated a return on your site last week"},
      {"Please use the form.", "i have issued a request through the form already"},
      {"I am a bot.", "as an AI, can you even issue refunds?"},
      {"I am a bot.", "i am an AI researcher, so i know how these bots work"},
      {"Who are you?", "i'm a virtual assistant at a small firm and order for my boss"},
      {"One moment.", "is there anything else i can help with on my side?"},
      {"One moment.", "is there something else i can assist with to speed this up"},
      {"Is anything else wrong?", "i also have order A-1008, that one came fine"},
      {"Is anything else wrong?", "no, my other order A-1008 was perfect"},
      {"What is your order number?", "i only have the tracking number, B-2222"},
      {"What is your order number?", "the invoice says B-2222, is that the same?"},
      {"What is your order number?", "it was order A-1007 i think"},
      {"What happened?", "yesterday the agent on the phone promised a refund of forty euros within two days, and nothing has come"},
      {"What happened?", "i bought the blue jacket on the first of may and it arrived broken, so i want a refund for it"},
      {"What do you want?", "what do you need from me to start the refund?"},
      {"I can help.", "you said you would help, so help"},
      {"I can help.", "can i speak to a person or a human agent please"},
      {"I can help.", "is the agent who wrote to me yesterday there?"},
      {"I can help.", "the customer before me got hers in two days"},
      {"Which one?", "no, the jacket, not the trousers"},
      {"Anything else?", "no that's it, thanks for your help"},
  };
  for (const auto& line : ordinary) EXPECT_EQ(rule_for(line), "check") << line.user;
}

TEST(FaultLedger, BlamesUsersThatLeaveTheirPart_SCN100) {
  const std::vector<std::pair<Line, const char*>> spoiled{
      {{"Hello.", "How may I assist you today?"}, "spoke as the assistant"},
      {{"Hello.", "Hi! How can I help you with your order?"}, "spoke as the assistant"},
      {{"Which order?", "As an AI, I don't have an order."}, "spoke as the assistant"},
      {{"Which order?", "I'm an AI assistant and cannot buy things."}, "spoke as the assistant"},
      {{"I want one.", "Let me pull your order up for you."}, "spoke as the assistant"},
      {{"I want one.", "Let me look that up for you."}, "spoke as the assistant"},
      {{"Hello.", "Thank you for reaching out to us."}, "spoke as the assistant"},
      {{"Hello.", "I'm here to help you!"}, "spoke as the assistant"},
      {{"It is broken.", "I'm so sorry. I have initiated your return."}, "spoke as the assistant"},
      {{"Thanks.", "Is there anything else I can help you with?"}, "spoke as the assistant"},
      {{"Who is this?", "the other side is the service; you are only ever the person"}, "leaked instructions"},
      {{"Who is this?", "a customer who bought the blue jacket on the first of may wants a refund for it"}, "leaked instructions"},
      {{"What is your order number?", "it's B-2222"}, "contradicted its brief"},
      {{"What is your order number?", "i think the number is A-1008"}, "contradicted its brief"},
      {{"Hello.", "my order A-1008 arrived broken"}, "contradicted its brief"},
  };
  for (const auto& [line, rule] : spoiled) EXPECT_EQ(rule_for(line), rule) << line.user;
}

}  // namespace
}  // namespace antiphon::ledger
