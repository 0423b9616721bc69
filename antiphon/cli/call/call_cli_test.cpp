#include <sys/stat.h>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/cli/call/call_report.hpp"
#include "antiphon/cli/command_line_test.hpp"
#include "antiphon/gateway/endpoints/call_server.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::cli {
namespace {

using namespace net::testing;
using ::testing::HasSubstr;
using ::testing::Not;

class OneSentence final : public gateway::Dialogue {
 public:
  std::string greeting(const gateway::SessionState&) override { return "Hello."; }
  Task<gateway::AfterAnswer> answer(gateway::SessionState&, const gateway::AnswerSink& sink) override {
    if (says) sink.say("It is there.");
    co_return after;
  }
  std::string apology(const gateway::SessionState&) override { return "Sorry."; }
  std::string reprompt(const gateway::SessionState&, int) override { return "Hello?"; }
  std::string goodbye(const gateway::SessionState&, gateway::AfterAnswer) override { return "Bye."; }

  bool says = true;
  gateway::AfterAnswer after = gateway::AfterAnswer::go_on;
};

/// A gateway on a thread of its own: the command blocks.
class Gateway {
 public:
  explicit Gateway(gateway::CallServerSettings settings = {}, std::shared_ptr<OneSentence> dialogue = std::make_shared<OneSentence>())
      : dialogue_(std::move(dialogue)),
        calls_(world_.runtime, std::move(settings),
               [this](const gateway::CallRequest&) {
                 gateway::CallParts parts{.recogniser = gateway::stub_ear(world_.runtime, {}), .dialogue = dialogue_};
                 parts.settings.speech.voices = {{gateway::stub_voice(world_.runtime, {.word = std::chrono::milliseconds(100)})}};
                 return parts;
               }),
        server_(net::listen_http(world_.runtime, {}, [this](const auto& request, auto& reply) { return calls_.handle(request, reply); })),
        thread_([this] { world_.run(server_->serve()); }) {}
  ~Gateway() {
    asio::post(world_.context, [this] { server_->stop(); });
    thread_.join();
  }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  std::string url() const { return fmt::format("ws://127.0.0.1:{}", server_->port()); }

 private:
  World world_;
  std::shared_ptr<OneSentence> dialogue_;
  gateway::CallServer calls_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

/// Answers every request with this status, on a thread of its own.
class Refusing {
 public:
  explicit Refusing(int status)
      : server_(net::listen_http(world_.runtime, {},
                                 [status](const net::ServerRequest&, net::ServerReply& reply) -> Task<> { co_await reply.reply({status, {}, "no"}); })),
        thread_([this] { world_.run(server_->serve()); }) {}
  ~Refusing() {
    asio::post(world_.context, [this] { server_->stop(); });
    thread_.join();
  }
  Refusing(const Refusing&) = delete;
  Refusing& operator=(const Refusing&) = delete;
  std::string url() const { return fmt::format("ws://127.0.0.1:{}", server_->port()); }

 private:
  World world_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

TEST(CallSummary, CountsWhatCouldNotBeSaidAnyMore_PRD62) {
  gateway::CallReport report;
  report.turns.resize(1);
  report.turns[0].response = std::chrono::milliseconds(700);
  EXPECT_EQ(call_summary(report, 3), "1 of 3 answered (2 not said: the call was over), response p50 0.70 s, longest 0.70 s\n");
  EXPECT_EQ(call_summary(report, 1), "1 of 1 answered, response p50 0.70 s, longest 0.70 s\n");
}

json::value written(const std::string& text) { return json::parse(text); }

TEST_F(CommandLine, CallSpeaksAndPrintsTheConversation_PRD62) {
  const Gateway gateway;
  EXPECT_EQ(antiphon({"call", gateway.url(), "--say", "Where is it?", "--voice", "flite/slt", "--out", "call"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("agent  Hello."));
  EXPECT_THAT(out(), HasSubstr("user   where is my parcel today"));
  EXPECT_THAT(out(), HasSubstr("agent  It is there."));
  EXPECT_THAT(out(), HasSubstr("1 of 1 answered, response p50 "));
  EXPECT_THAT(out(), HasSubstr("closed with 1000 caller_hangup"));
  const auto report = written(read("call/call.json"));
  EXPECT_EQ(report.at("schema").as_string(), "antiphon.call/1");
  EXPECT_EQ(report.at("url").as_string(), gateway.url() + "/ws/call");
  EXPECT_EQ(report.at("greeting").at("text").as_string(), "Hello.");
  EXPECT_EQ(report.at("turns").at(0).at("say").as_string(), "Where is it?");
  EXPECT_EQ(report.at("turns").at(0).at("answer").as_string(), "It is there.");
  EXPECT_EQ(report.at("turns").at(0).at("answer_source").as_string(), "events");
  EXPECT_GT(report.at("turns").at(0).at("response_ms").as_int64(), 0);
  EXPECT_TRUE(report.at("error").is_null());
  EXPECT_THAT(read("call/events.jsonl"), HasSubstr("call.started"));
  EXPECT_GT(audio::read_audio_file((folder_ / "call/call.wav").string()).size(), audio::samples_in(std::chrono::seconds(2)));
}

TEST_F(CommandLine, CallTellsWordsThatEndACallFromNoAnswer_PRD62) {
  const auto dialogue = std::make_shared<OneSentence>();
  dialogue->says = false;
  const Gateway gateway({}, dialogue);
  for (const auto after : {gateway::AfterAnswer::end_call, gateway::AfterAnswer::escalate, gateway::AfterAnswer::go_on}) {
    dialogue->after = after;
    const auto said_goodbye = after != gateway::AfterAnswer::go_on;
    // In the last of them the caller is asked after 8 s, real ones, because sockets know no other: that is no answer to what was said before.
    EXPECT_EQ(antiphon({"call", gateway.url(), "--say", "Hi.", "--voice", "flite/slt"}), 0) << err();
    EXPECT_EQ(out().find("agent  Bye.") != std::string::npos, said_goodbye) << out();
    EXPECT_EQ(out().find("ended without an answer") != std::string::npos, !said_goodbye) << out();
  }
}

TEST_F(CommandLine, CallPlaysFilesPressesKeysAndReportsInJson_PRD62) {
  const Gateway gateway;
  audio::Samples tone(24000);
  for (std::size_t i = 0; i < tone.size(); ++i) tone[i] = i / 60 % 2 == 0 ? 6000 : -6000;
  audio::write_audio_file((folder_ / "tone.wav").string(), tone);
  EXPECT_EQ(antiphon({"call", gateway.url(), "--audio", "tone.wav", "--json", "--record", "both.wav"}), 0) << err();
  EXPECT_EQ(written(out()).at("turns").at(0).at("answer").as_string(), "It is there.");
  EXPECT_TRUE(exists("both.wav"));
}

TEST_F(CommandLine, CallShowsItsTokenAndSaysWhenOneIsNeeded_PRD62) {
  const Gateway gateway({.access = {.tokens = {"sesame-sesame-sesame"}}});
  EXPECT_EQ(antiphon({"call", gateway.url(), "--dtmf", "1"}), 3);
  EXPECT_THAT(err(), HasSubstr("error: " + gateway.url() + "/ws/call takes no call: "));
  EXPECT_THAT(err(), HasSubstr("401"));
  EXPECT_THAT(err(), HasSubstr("fix:   give one of its tokens"));
  EXPECT_THAT(err(), HasSubstr("signing_key` alone takes signed addresses"));
  EXPECT_EQ(antiphon({"call", gateway.url(), "--dtmf", "1", "--token", "open"}), 3);
  EXPECT_THAT(err(), HasSubstr("fix:   it knows another token"));
  variables_["ANTIPHON_GATEWAY_TOKEN"] = "sesame-sesame-sesame";
  antiphon({"call", gateway.url(), "--say", "Hi.", "--voice", "flite/slt", "--json"});
  EXPECT_THAT(out(), HasSubstr("caller_hangup"));
  EXPECT_THAT(out() + err(), Not(HasSubstr("sesame")));
}

TEST_F(CommandLine, StressSaysOnceWhatRefusedCallsNeed_GTW61_PRD62) {
  const Gateway gateway({.access = {.tokens = {"sesame-sesame-sesame"}}});
  EXPECT_EQ(antiphon({"stress", gateway.url(), "--calls", "2", "--say", "Hi.", "--voice", "flite/slt"}), 3);
  EXPECT_THAT(out(), HasSubstr("call 1 failed: " + gateway.url() + "/ws/call takes no call: "));
  EXPECT_THAT(out(), HasSubstr("call 2 failed: "));
  const auto fix = out().find("fix:   give one of its tokens");
  EXPECT_NE(fix, std::string::npos) << out();
  EXPECT_EQ(out().find("fix:", fix + 1), std::string::npos) << "two calls fail for one reason";
}

TEST_F(CommandLine, CallSaysWhatToDoAboutAWrongAddress_PRD62_PRD64) {
  const Gateway gateway;
  EXPECT_EQ(antiphon({"call", gateway.url() + "/elsewhere", "--dtmf", "1"}), 3);
  EXPECT_THAT(err(), HasSubstr(gateway.url() + "/elsewhere takes no call: "));
  EXPECT_THAT(err(), HasSubstr("fix:   a gateway takes calls at /ws/call"));
  EXPECT_EQ(antiphon({"call", "wss" + gateway.url().substr(2), "--dtmf", "1"}), 3);
  EXPECT_THAT(err(), HasSubstr("speaks no TLS\nfix:   write ws:// in place of wss://"));
}

TEST_F(CommandLine, CallSaysWhatToDoWhereItIsForbidden_PRD62_PRD64) {
  const Refusing gateway(403);
  EXPECT_EQ(antiphon({"call", gateway.url(), "--dtmf", "1"}), 3);
  EXPECT_THAT(err(), HasSubstr("error: " + gateway.url() + "/ws/call takes no call: "));
  EXPECT_THAT(err(), HasSubstr("fix:   it lets this caller not in: look at its `access:`"));
}

TEST_F(CommandLine, CallRefusesWhatItCannotDoBeforeItCalls_PRD62) {
  const std::string nobody = "ws://127.0.0.1:1";
  EXPECT_EQ(antiphon({"call", nobody, "--dtmf", "12x"}), 2);
  EXPECT_THAT(err(), HasSubstr("no key"));
  EXPECT_EQ(antiphon({"call", "ftp://host", "--dtmf", "1"}), 2);
  EXPECT_EQ(antiphon({"call", nobody, "--dtmf", "1", "--interrupt-after", "soon"}), 2);
  EXPECT_EQ(antiphon({"call", nobody, "--say", "hi", "--voice", "flite/salt"}), 2);
  EXPECT_EQ(antiphon({"call", nobody, "--dtmf", "1", "--ca-file", "gone.pem"}), 2);
  EXPECT_THAT(err(), HasSubstr("gone.pem cannot be read"));
  EXPECT_EQ(antiphon({"call", nobody, "--audio", "missing.wav"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: --audio \"missing.wav\": there is no file " + (folder_ / "missing.wav").string() + "\nfix:   name a sound file"));
  EXPECT_EQ(antiphon({"call", nobody, "--dtmf", "1"}), 3);
  EXPECT_THAT(err(), HasSubstr("127.0.0.1:1"));
}

TEST_F(CommandLine, CallTellsApartWhatIsMissingAndWhatIsNoFile_PRD62) {
  const std::string nobody = "ws://127.0.0.1:1";
  std::filesystem::create_directory(folder_ / "sounds");
  EXPECT_EQ(antiphon({"call", nobody, "--audio", "sounds"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: --audio \"sounds\": " + (folder_ / "sounds").string() + " is a folder\nfix:   name a sound file in it"));
  const auto pipe = (folder_ / "pipe.wav").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(antiphon({"call", nobody, "--audio", "pipe.wav"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: --audio \"pipe.wav\": " + pipe + " is a pipe or a device, and no file\nfix:   write the sound to a file first"));
}

TEST_F(CommandLine, CallHangsUpPolitelyWhenInterrupted_PRD62) {
  const Gateway gateway;
  std::thread interrupter([this] {
    // Real time, because sockets know no other: the call is under way by then, and its first line takes longer.
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    stop_.request();
  });
  audio::write_audio_file((folder_ / "long.wav").string(), audio::Samples(24000 * 20));
  EXPECT_EQ(antiphon({"call", gateway.url(), "--audio", "long.wav", "--json"}), 130);
  interrupter.join();
  EXPECT_EQ(written(out()).at("close").at("reason").as_string(), "caller_hangup");
}

}  // namespace
}  // namespace antiphon::cli
