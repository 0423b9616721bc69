#include "antiphon/providers/embed/remote/remote.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/providers/embed/remote/wire.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::embed {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Not;
using testing_tools::Scripted;
using testing_tools::ScriptedHttp;

const std::string two = R"({"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":7,"total_tokens":7}})";
const std::vector<std::string> texts{"first", "second"};

RemoteModel model(std::string base_url = "http://h/v1") {
  return {.name = "openai/e", .endpoint = {.model = "e", .base_url = std::move(base_url), .key = "sk-secret", .key_variable = "OPENAI_API_KEY"}};
}

struct RemoteEmbedderTest : testing::Test {
  testing_tools::World world;
  ScriptedHttp http;
  Embedded ask() { return world.run(embed::ask(model(), texts, http, world.clock, Deadline::never())); }
  Error refused() {
    return testing_tools::error_of([this] { ask(); });
  }
};

TEST_F(RemoteEmbedderTest, AsksForAllTextsAndPutsTheAnswersInTheirOrder_SCN60) {
  http.script = {{.body = {two}}};
  const auto embedded = ask();
  EXPECT_THAT(embedded.vectors[0], ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(0.8F, 1e-6F)));
  EXPECT_THAT(embedded.vectors[1], ElementsAre(0, 1));
  EXPECT_EQ(embedded.usage.input_tokens, 7);
  EXPECT_EQ(http.sent[0].url, "http://h/v1/embeddings");
  EXPECT_EQ(net::find_header(http.sent[0].headers, "authorization"), "Bearer sk-secret");
  const auto body = parse_json(http.sent[0].body);
  EXPECT_EQ(body.at("model"), json::value("e"));
  EXPECT_EQ(body.at("input"), parse_json(R"(["first","second"])"));
}

TEST_F(RemoteEmbedderTest, IsAskedAgainAsALanguageModelIs_SCN91) {
  http.script = {{.status = 503}, {.status = 429, .headers = {{"retry-after", "2"}}}, {.body = {two}}};
  const auto begin = world.clock.now();
  EXPECT_EQ(ask().vectors.size(), 2U);
  EXPECT_EQ(http.sent.size(), 3U);
  EXPECT_GE(world.clock.now() - begin, 2s);  // virtual
}

TEST_F(RemoteEmbedderTest, SaysWhoFailedAndNeverTheKey) {
  http.script = {{.status = 401, .body = {R"({"error":{"message":"bad key sk-secret"}})"}}};
  const auto error = refused();
  EXPECT_EQ(error.party(), Party::provider);
  EXPECT_THAT(error.message(), HasSubstr("openai/e: HTTP 401"));
  EXPECT_THAT(error.message(), Not(HasSubstr("sk-secret")));
  http.script = {{.status = 500}, {.status = 500}, {.status = 500}};
  EXPECT_THAT(refused().message(), HasSubstr("after 3 tries"));
}

class BrokenReply : public testing::TestWithParam<const char*> {};

TEST_P(BrokenReply, IsRefused) {
  EXPECT_EQ(testing_tools::error_of([] { parse_reply(GetParam(), 2); }).kind(), ErrorKind::protocol);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BrokenReply,
                         testing::Values("", "[]", "{}", R"({"data":[]})", R"({"data":[{"embedding":[1]}]})",
                                         R"({"data":[{"embedding":[1]},{"embedding":[1,2]}]})",
                                         R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})",
                                         R"({"data":[{"index":7,"embedding":[1]},{"index":0,"embedding":[1]}]})",
                                         R"({"data":[{"index":-1,"embedding":[1]},{"index":0,"embedding":[1]}]})",
                                         R"({"data":[{"embedding":["a"]},{"embedding":[1]}]})", R"({"data":[{"embedding":[]},{"embedding":[]}]})"));

/// A server that answers any number of texts with [1, 0].
net::HttpHandler constant(int* requests) {
  return [requests](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> {
    ++*requests;
    const auto count = parse_json(request.body).at("input").as_array().size();
    json::array data;
    for (std::size_t i = 0; i < count; ++i) data.push_back(json::object{{"index", i}, {"embedding", {1, 0}}});
    return reply.reply({.status = 200, .headers = {}, .body = json::serialize(json::object{{"data", std::move(data)}})});
  };
}

TEST(RemoteEmbedder, AsksAServerInPartsFromAThreadOfItsOwn_SCN60) {
  net::testing::World world;
  int requests = 0;
  const net::testing::Served server(world, constant(&requests));
  RemoteEmbedder embedder(model(server.url("/v1")));
  const std::function<Embedded(std::stop_token)> work = [&embedder](std::stop_token stop) {
    return embedder.embed(std::vector<std::string>(200, "hello"), 60s, std::move(stop));
  };
  const auto embedded = world.run(world.blocking.run<Embedded>(world.clock, work));
  EXPECT_EQ(embedded.vectors.size(), 200U);
  EXPECT_EQ(requests, 2);
}

Task<> ask_to_stop_and_never_answer(std::stop_source* stop) {
  stop->request_stop();
  asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(use_task);
}

TEST(RemoteEmbedder, StopsWhenAskedTo) {
  net::testing::World world;
  std::stop_source stop;
  const net::testing::Served silent(world, [&stop](const net::ServerRequest&, net::ServerReply&) { return ask_to_stop_and_never_answer(&stop); });
  RemoteEmbedder embedder(model(silent.url("/v1")));
  const std::function<Embedded(std::stop_token)> work = [&](std::stop_token) { return embedder.embed({"hello"}, 60s, stop.get_token()); };
  EXPECT_EQ(net::testing::error_of(world, world.blocking.run<Embedded>(world.clock, work)).kind(), ErrorKind::cancelled);
}

}  // namespace
}  // namespace antiphon::embed
