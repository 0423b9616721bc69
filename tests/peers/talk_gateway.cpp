// A gateway for a browser to talk to: says what it heard, and then something long enough to be interrupted. Embedded speech, so that it needs no key.
//   talk_gateway [--token TOKEN] [--lines N] [--ear NAME] [--voice NAME]      prints `listening on HOST:PORT`; ends with its standard input
#include <iostream>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/speech/registry.hpp"

using namespace antiphon;  // NOLINT: a program
using namespace antiphon::gateway;

namespace {

class Echo final : public Dialogue {
 public:
  std::string greeting(const SessionState&) override { return "Hello, how can I help?"; }
  Task<AfterAnswer> answer(SessionState& state, const AnswerSink& sink) override {
    sink.say(fmt::format("You said: {}.", state.turns.back().user_text));
    sink.say("I go on now for a good while, one word after the other, about nothing at all, so that whoever wants to may cut in at any time.");
    co_return AfterAnswer::go_on;
  }
  std::string apology(const SessionState&) override { return "I am sorry, something went wrong."; }
  std::string reprompt(const SessionState&, int) override { return "Are you still there?"; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
};

std::map<std::string, std::string> flags_of(int count, char** words) {
  std::map<std::string, std::string> flags{{"--lines", "10"}, {"--ear", "auto"}, {"--voice", "auto"}};
  for (int i = 1; i + 1 < count; i += 2) flags[words[i]] = words[i + 1];
  return flags;
}

int serve(std::map<std::string, std::string> flags) {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  const auto speech = SpeechRegistry::with_defaults();
  const SpeechContext with{.runtime = runtime, .http = *http};
  const auto ear = speech->open(EarChoice(flags["--ear"]), with);
  const auto voice = speech->open(VoiceChoice(flags["--voice"]), with);
  CallServerSettings settings{.most_calls = static_cast<std::size_t>(std::stoi(flags["--lines"])), .locales = {"en-US"}};
  if (!flags["--token"].empty()) settings.access.tokens = {flags["--token"]};
  CallServer server(runtime, std::move(settings), [&](const CallRequest&) {
    CallParts parts{.recogniser = ear.recogniser, .dialogue = std::make_shared<Echo>()};
    parts.settings.ear.recognition = ear.defaults;
    parts.settings.speech.voices = {{voice.synthesiser, voice.defaults}};
    return parts;
  });
  const auto listener = net::listen_http(runtime, {}, [&](const auto& request, auto& reply) { return server.handle(request, reply); });
  std::cout << "listening on 127.0.0.1:" << listener->port() << std::endl;
  std::thread input([&] {
    while (std::cin.get() != std::istream::traits_type::eof()) {}
    asio::post(context, [&] { listener->stop(); });
  });
  asio::co_spawn(context, listener->serve(), [&](std::exception_ptr) { context.stop(); });
  context.run();
  input.join();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return serve(flags_of(count, words));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
