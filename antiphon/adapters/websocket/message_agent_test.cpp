#include "antiphon/adapters/websocket/message_agent.hpp"

#include "antiphon/net/testing/world.hpp"

namespace antiphon::wire {
namespace {

using net::testing::VirtualWorld;
using ::testing::HasSubstr;

/// A line on which nothing ever comes.
class DeadLine final : public VoiceTransport {
 public:
  Task<> connect(Deadline) override { co_return; }
  Task<std::optional<net::WsMessage>> receive(Deadline) override { co_return std::nullopt; }
  Task<> send(net::WsMessage, Deadline) override { co_return; }
  Task<> close(Deadline) override { co_return; }
  Task<AgentClosed> ending() override { co_return AgentClosed{}; }
  const std::string& place() const override { return place_; }

 private:
  std::string place_ = "nowhere";
};

TEST(MessageAgent, RefusesWhatItsLineHasNoMessageForAndSaysWhatToDo_VOX5) {
  VirtualWorld world;
  MessageAgent agent(std::make_shared<const MessageAgentSettings>(MessageAgentSettings{.name = "websocket"}), world.runtime, "thread",
                     std::make_unique<DeadLine>());
  const auto refusal = [&](Task<> task) {
    try {
      world.run(std::move(task));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unsupported);
      EXPECT_EQ(error.party(), Party::harness);
      EXPECT_FALSE(error.hint().empty());
      return error.message();
    }
    return std::string("nothing");
  };
  EXPECT_EQ(refusal(agent.interrupt(world.soon())), "UnsupportedCapability: the adapter 'websocket' has no interruption");
  EXPECT_EQ(refusal(agent.send_dtmf("1", world.soon())), "UnsupportedCapability: the adapter 'websocket' has no dtmf");
  EXPECT_EQ(refusal(agent.send_text("hi", world.soon())), "UnsupportedCapability: the adapter 'websocket' has no text");
}

TEST(MessageAgent, ConnectsAndHangsUpOnceHoweverOftenItIsAsked_VOX10) {
  VirtualWorld world;
  MessageAgent agent(std::make_shared<const MessageAgentSettings>(MessageAgentSettings{.name = "websocket"}), world.runtime, "thread",
                     std::make_unique<DeadLine>());
  world.run(agent.disconnect(world.soon()));
  for (int i = 0; i < 2; ++i) world.run(agent.connect(world.soon()));
  const auto signal = world.run(agent.receive(world.soon()));
  EXPECT_THAT(std::get<AgentClosed>(signal).reason, HasSubstr("websocket nowhere: "));
  for (int i = 0; i < 2; ++i) world.run(agent.disconnect(world.soon()));
}

}  // namespace
}  // namespace antiphon::wire
