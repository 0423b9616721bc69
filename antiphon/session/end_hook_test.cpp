#include "antiphon/session/end_hook.hpp"

#include <gmock/gmock.h>

#include "antiphon/net/testing/world.hpp"

namespace antiphon::session {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

struct HttpHook : ::testing::Test {
  // The hook of a host, at the end of a call that went well.
  std::optional<SimulationVerdict> verdict(std::string url) {
    SimulationContext context({.run_id = "run-1", .scenario = {.label = "books", .userdata = {{"rooms", 1}}}});
    context.end({true, "it said so"},
                {ChatMessage{.role = MessageRole::user, .text = "book"}, FunctionCall{.call_id = "c1", .name = "book", .arguments = "{}"}});
    const auto hook = post_to(world.clock, *http, std::move(url));
    world.run(hook(context));
    return context.user_verdict();
  }
  std::optional<SimulationVerdict> verdict_of(std::string answer) {
    served.emplace(world, [this, answer](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
      asked = parse_json(request.body);
      co_await reply.reply({.status = 200, .headers = {}, .body = answer});
    });
    return verdict(served->url());
  }
  World world;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(world.runtime);
  json::value asked;
  std::optional<Served> served;
};

TEST_F(HttpHook, AVetoIsTheVerdictOfTheAgentsOwnCode_SES9) {
  const auto veto = verdict_of(R"({"veto": "no row"})");
  ASSERT_TRUE(veto);
  EXPECT_FALSE(veto->success);
  EXPECT_EQ(veto->reason, "no row");
  EXPECT_EQ(asked.at("run_id"), "run-1");
  EXPECT_EQ(asked.at("scenario").at("label"), "books");
  EXPECT_EQ(asked.at("userdata").at("rooms"), 1);
  EXPECT_EQ(asked.at("provisional").at("reason"), "it said so");
  EXPECT_EQ(asked.at("chat").at(1).at("type"), "function_call");
  EXPECT_EQ(asked.at("chat").at(1).at("name"), "book");
}

TEST_F(HttpHook, NullIsNoObjection_SES9) { EXPECT_FALSE(verdict_of(R"({"veto": null})")); }

TEST_F(HttpHook, AnythingElseIsAnErrorThatSaysWhatItShouldAnswer_SES9) {
  try {
    verdict_of("fine");
    FAIL() << "it was taken for a verdict";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("answered \"fine\""));
    EXPECT_THAT(error.hint(), HasSubstr("veto"));
  }
  EXPECT_THROW(verdict("http://127.0.0.1:1/"), Error);
}

}  // namespace
}  // namespace antiphon::session
