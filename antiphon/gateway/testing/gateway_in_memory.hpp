#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/testing/kept_reply.hpp"
#include "antiphon/net/testing/link.hpp"

/// Gateways over memory, in virtual time. For tests alone.
namespace antiphon::gateway::testing {

using VirtualMedium = net::testing::OverMemory<net::testing::VirtualWorld>;

/// Says what a test wants, and keeps what it was asked.
class NotedDialogue : public Dialogue {
 public:
  explicit NotedDialogue(Clock& clock) : clock_(clock) {}
  std::string greeting(const SessionState&) override { return "Hello, how can I help?"; }
  Task<AfterAnswer> answer(SessionState& session, const AnswerSink& sink) override {
    ++answers;
    seen = session.messages;
    authenticated = session.authenticated;
    session.authenticated = true;
    for (const auto& sentence : sentences) {
      session.turns.back().agent_text += sentence;
      sink.say(sentence);
      if (pause > Duration{0}) co_await clock_.sleep_for(pause);
    }
    co_return after;
  }
  std::string apology(const SessionState&) override { return "I am sorry."; }
  std::string reprompt(const SessionState&, int) override { return ""; }
  std::string goodbye(const SessionState&, AfterAnswer) override { return "Goodbye."; }
  json::object memory() const override { return note; }
  void recall(const json::object& memory, const SessionState&) override { recalled = memory; }

  std::vector<std::string> sentences{"Your parcel left our house on Monday morning.", "It will be with you on Thursday before the evening comes around."};
  AfterAnswer after = AfterAnswer::go_on;
  Duration pause{0};  ///< behind each sentence
  json::object note{{"pin_for", "an order"}}, recalled{};
  int answers = 0;
  bool authenticated = false;
  History seen{};

 private:
  Clock& clock_;
};

/// One instance.
class Instance {
 public:
  Instance(VirtualMedium& medium, CallServerSettings settings, CallSettings call = {})
      : dialogue(std::make_shared<NotedDialogue>(medium.clock)), medium_(medium), call_(std::move(call)) {
    calls.emplace(medium.runtime, std::move(settings), [this](const CallRequest& asked) {
      if (no_parts) throw Error(ErrorKind::unavailable, "no recogniser is free");
      last = asked;
      CallParts parts{.recogniser = stub_ear(medium_.runtime, {}), .dialogue = dialogue, .settings = call_};
      parts.settings.speech.voices = {{stub_voice(medium_.runtime, {})}};
      return parts;
    });
    server = medium.listen({}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return calls->handle(request, reply); });
    medium.spawn(server->serve());
  }

  std::unique_ptr<net::WebSocket> dial(std::string target, net::Headers headers = {}) {
    return medium_.run(medium_.dial(*server, {.url = std::move(target), .headers = std::move(headers)}, medium_.soon()));
  }
  std::string refused(std::string target, net::Headers headers = {}) {
    return net::testing::failure_of(medium_, medium_.dial(*server, {.url = std::move(target), .headers = std::move(headers)}, medium_.soon())).message();
  }
  net::HttpReply ask(const net::ServerRequest& request) {
    KeptReply kept;
    medium_.run(calls->handle(request, kept));
    return kept.got;
  }

  std::shared_ptr<NotedDialogue> dialogue;
  std::optional<CallServer> calls;
  std::unique_ptr<net::HttpServer> server;
  std::optional<CallRequest> last;
  bool no_parts = false;

 private:
  VirtualMedium& medium_;
  CallSettings call_;
};

}  // namespace antiphon::gateway::testing
