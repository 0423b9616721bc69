#include "antiphon/gateway/dialogue/pin_verifier.hpp"

#include "antiphon/base/document.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::gateway {
namespace {

using namespace net::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr PinCost cheap{.log_n = 4, .r = 1, .p = 1};

std::string line(std::string_view caller, std::string_view pin) { return make_pin_line(caller, Pin(pin), cheap) + "\n"; }

std::vector<std::string> mistakes(const std::string& text) {
  std::vector<std::string> list;
  try {
    parse_pin_lines(text, "pins");
  } catch (const Problems& problems) {
    for (const auto& each : problems.list()) list.push_back(to_string(each.where) + " " + each.message);
  }
  return list;
}

TEST(PinFile, KnowsTheRightPinOfEachCaller_GTW32) {
  VirtualWorld world;
  const auto path = testing::TempDir() + "pins";
  write_file_atomically(path, "# callers\n\n" + line("+49 30 901820", "1234") + line("sip:jo@example.org", "4711"));
  const auto verifier = open_pin_file(world.runtime, path);
  const auto verify = [&](const char* caller, const char* pin) { return world.run(verifier->verify(caller, Pin(pin), world.soon())); };
  EXPECT_TRUE(verify("+49 30 901820", "1234"));
  EXPECT_FALSE(verify("+49 30 901820", "4711"));
  EXPECT_TRUE(verify("sip:jo@example.org", "4711"));
  EXPECT_FALSE(verify("nobody", "1234"));
  EXPECT_FALSE(verify("", ""));
}

TEST(PinFile, HoldsNoPinAndNoTwoEqualLines_GTW32) {
  const auto one = line("a", "473829"), two = line("a", "473829");
  EXPECT_NE(one, two) << "a salt of its own for each";
  EXPECT_THAT(one, Not(HasSubstr("473829")));
  EXPECT_THAT(make_pin_line("a", Pin("1234")), testing::StartsWith("$scrypt$ln=14,r=8,p=1$"));
}

TEST(PinFile, TellsEveryBadLineAndQuotesNone_GTW32) {
  const auto good = line("a", "1234");
  EXPECT_THAT(
      mistakes(good + "1234 jo\n" + good + good.substr(0, good.find(' ')) + "\n$scrypt$ln=31,r=8,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA x\n"),
      ElementsAre(AllOf(HasSubstr("pins:2:1 "), Not(HasSubstr("1234"))), HasSubstr("pins:3:"), HasSubstr("the caller id is empty"), HasSubstr("pins:5:1")));
}

TEST(PinFile, RefusesCallersAndPinsThatCannotBeWritten_GTW32) {
  EXPECT_THROW(line("", "1234"), Error);
  EXPECT_THROW(line("two\nlines", "1234"), Error);
  EXPECT_THROW(line(" a", "1234"), Error);
  EXPECT_THROW(line(std::string(129, 'a'), "1234"), Error);
  EXPECT_THROW(line("a", "12"), Error);
}

/// One far side with one answer.
struct Asked {
  explicit Asked(int status, std::string body)
      : served(world,
               [this, status, body](const net::ServerRequest& request, net::ServerReply& reply) -> Task<> { return answer(request, reply, status, body); }) {}
  Task<> answer(const net::ServerRequest& request, net::ServerReply& reply, int status, std::string body) {
    seen = request;
    co_await reply.reply({status, {}, std::move(body)});
  }
  bool verify() { return world.run(verifier->verify("jo \"x\"", Pin("4711"), world.soon())); }
  Error error() {
    try {
      verify();
    } catch (const Error& error) {
      return error;
    }
    throw std::logic_error("no error");
  }

  World world;
  net::ServerRequest seen{};
  Served served;
  std::unique_ptr<net::HttpClient> client = net::make_http_client(world.runtime);
  std::unique_ptr<PinVerifier> verifier = make_http_pin_verifier(world.runtime, *client, {.url = served.url("/pin"), .token = "t0k"});
};

TEST(HttpPinVerifier, PostsCallerAndPin_GTW32) {
  Asked asked(200, R"({"valid": true})");
  EXPECT_TRUE(asked.verify());
  EXPECT_EQ(asked.seen.method + " " + asked.seen.target, "POST /pin");
  EXPECT_EQ(net::find_header(asked.seen.headers, "authorization"), "Bearer t0k");
  EXPECT_EQ(parse_json(asked.seen.body), (json::object{{"caller_id", "jo \"x\""}, {"pin", "4711"}}));
}

TEST(HttpPinVerifier, AWrongPinIsAnAnswer_GTW32) { EXPECT_FALSE(Asked(200, R"({"valid": false})").verify()); }

TEST(HttpPinVerifier, WhatIsNoAnswerIsNoTryAndNeverQuoted_GTW32) {
  for (const auto& [status, body] : {std::pair{500, "pin 4711 exploded"},
                                     {404, "4711"},
                                     {401, "4711"},
                                     {302, "4711"},
                                     {200, "4711"},
                                     {200, R"({"valid": "4711"})"},
                                     {200, "[{]4711"},
                                     {204, ""}}) {
    const auto error = Asked(status, body).error();
    EXPECT_THAT(error.message() + error.hint(), Not(HasSubstr("4711"))) << status << body;
  }
  EXPECT_EQ(Asked(503, "").error().kind(), ErrorKind::unavailable);
  EXPECT_EQ(Asked(401, "").error().kind(), ErrorKind::unauthorized);
}

/// Never answers.
class DeafClient final : public net::HttpClient {
 public:
  explicit DeafClient(Clock& clock) : clock_(clock) {}
  Task<net::HttpReply> send(net::HttpRequest, Deadline deadline) override {
    co_await clock_.sleep_until(deadline.at);
    throw Error(ErrorKind::timeout, "no answer in time");
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not used"); }

 private:
  Clock& clock_;
};

TEST(HttpPinVerifier, WaitsNoLongerThanItsTimeout_GTW32) {
  VirtualWorld world;
  DeafClient client(world.clock);
  const auto verifier = make_http_pin_verifier(world.runtime, client, {.url = "http://127.0.0.1:1/", .timeout = 3s});
  EXPECT_THROW(world.run(verifier->verify("jo", Pin("4711"), Deadline::never())), Error);
  EXPECT_EQ(world.clock.now(), 3s);
}

}  // namespace
}  // namespace antiphon::gateway
