// A gateway for scripts, with stubs for recogniser and voice:
//   phone_peer [--twilio PUBLIC_URL AUTH_TOKEN] [--redis URL]
// Prints {"port": N}, serves on 127.0.0.1 until it is killed; {"redis": "gone"} and {"redis": "back"} tell of a Redis that is lost and found.
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/sessions/redis_store.hpp"
#include "antiphon/gateway/stub/stubs.hpp"

using namespace antiphon;  // NOLINT: a program
using namespace antiphon::gateway;

namespace {

/// Counts what it was asked, over the whole call.
class Counting final : public Dialogue {
 public:
  std::string greeting(const SessionState&) override { return "Hello, how can I help?"; }
  Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) override {
    auto& turn = session.turns.back();
    turn.agent_text = "That was question " + std::to_string(session.turns.size()) + " of this call.";
    sink.say(turn.agent_text);
    co_return AfterAnswer::go_on;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
};

void say(const json::value& value) { std::cout << json::serialize(value) << std::endl; }

Task<> serve(std::shared_ptr<net::HttpServer> server) { co_await server->serve(); }

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  try {
    CallServerSettings settings;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "--twilio") settings.twilio = TwilioSettings{.public_url = words.at(i + 1), .auth_token = words.at(i + 2)};
      if (words[i] == "--redis")
        settings.sessions = std::make_shared<RedisStore>(runtime, RedisOptions{.url = words.at(i + 1), .on_change = [](bool there, const std::string&) {
                                                                                 say(json::object{{"redis", there ? "back" : "gone"}});
                                                                               }});
    }
    CallServer calls(runtime, std::move(settings), [&runtime](const CallRequest&) {
      CallParts parts{.recogniser = stub_ear(runtime, {}), .dialogue = std::make_shared<Counting>()};
      parts.settings.speech.voices = {{stub_voice(runtime, {})}};
      return parts;
    });
    const std::shared_ptr<net::HttpServer> server =
        net::listen_http(runtime, {}, [&](const net::ServerRequest& request, net::ServerReply& reply) { return calls.handle(request, reply); });
    asio::co_spawn(context, serve(server), [](std::exception_ptr) {});
    say(json::object{{"port", server->port()}});
    context.run();
  } catch (const std::exception& error) {
    std::cerr << "phone_peer: " << error.what() << "\n";
    return 1;
  }
}
