#include "antiphon/gateway/endpoints/twilio_endpoint.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <regex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/audio/g711.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/gateway/sessions/memory_store.hpp"
#include "antiphon/gateway/testing/gateway_in_memory.hpp"
#include "antiphon/gateway/testing/played_caller.hpp"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::Not;
using ::testing::StartsWith;
using testing::VirtualMedium;

constexpr auto auth = "0123456789abcdef0123456789abcdef";
const net::FormFields form{{"AccountSid", "AC1"}, {"CallSid", "CA1"}, {"CallStatus", "ringing"}, {"From", "+15550100"}, {"To", "+15550199"}};

std::string attribute(const std::string& xml, const std::string& of, const std::string& name) {
  std::smatch found;
  return std::regex_search(xml, found, std::regex(of + "[^>]* " + name + "=\"([^\"]*)\"")) ? found[1].str() : "";
}

/// Plays Twilio's end of a media stream: what it was sent is played in its own time, and marks come back when it was.
class Line {
 public:
  Line(net::WebSocket& socket, Clock& clock) : socket_(socket), clock_(clock) {}

  Task<> open(std::string twiml) {
    json::object parameters;
    const std::regex one("<Parameter name=\"([^\"]*)\" value=\"([^\"]*)\"/>");
    for (std::sregex_iterator it(twiml.begin(), twiml.end(), one), end; it != end; ++it) parameters[(*it)[1].str()] = (*it)[2].str();
    co_await send({{"event", "connected"}, {"protocol", "Call"}, {"version", "1.0.0"}});
    json::object start{{"accountSid", "AC1"}, {"streamSid", "MZ1"}, {"callSid", "CA1"}, {"tracks", json::array{"inbound"}}};
    start["mediaFormat"] = json::object{{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}};
    start["customParameters"] = std::move(parameters);
    co_await send({{"event", "start"}, {"sequenceNumber", "1"}, {"streamSid", "MZ1"}, {"start", std::move(start)}});
  }
  Task<> say(audio::Samples samples) {
    const auto bytes = audio::encode_mulaw(audio::resample(samples, audio::canonical_rate_hz, 8000));
    for (std::size_t at = 0; at + 160 <= bytes.size(); at += 160) {
      co_await clock_.sleep_for(20ms);
      co_await media(bytes.substr(at, 160));
    }
  }
  Task<> be_silent(Duration length) { return say(audio::Samples(audio::samples_in(length))); }
  Task<> media(std::string bytes) {
    json::object media{{"track", "inbound"}, {"chunk", "1"}, {"timestamp", "0"}, {"payload", encode_base64(bytes)}};
    return send({{"event", "media"}, {"sequenceNumber", "2"}, {"streamSid", "MZ1"}, {"media", std::move(media)}});
  }
  Task<> press(std::string key) {
    return send({{"event", "dtmf"}, {"sequenceNumber", "3"}, {"streamSid", "MZ1"}, {"dtmf", {{"track", "inbound_track"}, {"digit", key}}}});
  }
  Task<> stop() { return send({{"event", "stop"}, {"sequenceNumber", "4"}, {"streamSid", "MZ1"}, {"stop", {{"accountSid", "AC1"}, {"callSid", "CA1"}}}}); }
  Task<> send(json::object message) { return socket_.send(net::WsMessage::text(json::serialize(message)), Deadline::never()); }

  /// Listens until the stream ends.
  Task<> listen() {
    try {
      for (;;) {
        while (!marks_.empty() && marks_.front().first <= clock_.now()) co_await echo();
        const auto until = marks_.empty() ? Deadline::never() : Deadline{marks_.front().first};
        if (!co_await hear(until)) break;
      }
    } catch (const Error&) {}
    closed = socket_.closed();
    over = true;
  }

  std::size_t played_bytes = 0, clears = 0, marks = 0;
  Duration late{0};  ///< of the line's player
  std::optional<net::WsClose> closed;
  bool over = false;
  std::vector<std::string> frames;

 private:
  Task<> echo() {
    auto name = std::move(marks_.front().second);
    marks_.pop_front();
    co_await send({{"event", "mark"}, {"sequenceNumber", "5"}, {"streamSid", "MZ1"}, {"mark", {{"name", name}}}});
  }
  Task<bool> hear(Deadline until) {
    std::optional<net::WsMessage> message;
    try {
      message = co_await socket_.receive(until);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timeout) throw;
      co_return true;
    }
    if (!message) co_return false;
    const auto value = json::parse(message->data).as_object();
    EXPECT_EQ(value.at("streamSid").as_string(), "MZ1");
    const std::string event(value.at("event").as_string());
    if (event == "media") {
      const auto bytes = decode_base64(value.at("media").at("payload").as_string()).value();
      frames.push_back(bytes);
      until_ = std::max(until_, clock_.now() + late) + bytes.size() * 125us;
      queued_ += bytes.size();
    } else if (event == "mark") {
      ++marks;
      marks_.emplace_back(until_, value.at("mark").at("name").as_string());
    } else {
      EXPECT_EQ(event, "clear");
      ++clears;
      const auto unheard = std::max<Duration>(until_ - clock_.now(), Duration{0});
      played_bytes = queued_ - static_cast<std::size_t>(unheard / 125us);
      until_ = clock_.now();
      while (!marks_.empty()) co_await echo();  // what was cleared comes back at once
    }
    co_return true;
  }

  net::WebSocket& socket_;
  Clock& clock_;
  Clock::Time until_{0};
  std::size_t queued_ = 0;
  std::deque<std::pair<Clock::Time, std::string>> marks_;
};

struct Twilio : ::testing::Test {
  VirtualMedium medium;
  std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>(medium.clock);
  CallServerSettings settings{
      .locales = {"en-US", "fr-FR"}, .sessions = store, .twilio = TwilioSettings{.public_url = "https://voice.example/", .auth_token = auth}};
  std::list<Instance> gateways;
  Instance* gateway = nullptr;  ///< the last one

  void serve() { gateway = &gateways.emplace_back(medium, settings); }
  net::HttpReply post(const std::string& target, const net::FormFields& fields, std::string signature = "") {
    if (signature.empty()) signature = net::twilio_signature(auth, "https://voice.example" + target, fields);
    return gateway->ask({.method = "POST",
                         .target = target,
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", signature}},
                         .body = net::write_form(fields)});
  }
  static net::Headers signed_stream() { return {{"X-Twilio-Signature", net::twilio_signature(auth, "wss://voice.example/twilio/stream", {})}}; }
  std::unique_ptr<net::WebSocket> dial() { return gateway->dial("/twilio/stream", signed_stream()); }

  /// A whole call: `acts` of the caller after the stream was opened.
  void play(Line& line, Task<> acts, const std::string& twiml) {
    medium.run(line.open(twiml));
    medium.spawn(std::move(acts));
    medium.run(line.listen());
    medium.run(medium.clock.sleep_for(1ms));
  }
  std::string call(std::string target = "/twilio/voice") { return post(target, form).body; }
  /// What follows a stream of a call that is not over.
  std::string next(const std::string& target) {
    auto in_progress = form;
    in_progress[2].second = "in-progress";
    return post(target, in_progress).body;
  }
  /// A call of a question and its answer, whose line is lost then.
  void lose_a_line() {
    const auto socket = dial();
    Line line(*socket, medium.clock);
    medium.run(line.open(call()));
    medium.spawn(line.listen());
    medium.run(line.be_silent(4s));
    medium.run(line.say(testing::voice(1500ms)));
    medium.run(line.be_silent(8s));
    socket->cut();
    medium.run(medium.clock.sleep_for(10ms));
  }
  std::optional<net::WsClose> close_of(const std::string& twiml) {
    const auto socket = dial();
    Line line(*socket, medium.clock);
    medium.run(line.open(twiml));
    medium.run(line.listen());
    return line.closed;
  }
};

/// Where the action of a `<Connect>` leads to, as this server is asked for it.
std::string action_of(const std::string& twiml) {
  const auto url = std::regex_replace(attribute(twiml, "<Connect", "action"), std::regex("&amp;"), "&");
  return url.substr(std::string_view("https://voice.example").size());
}

Task<> ask_and_hang_up(Line& line) {
  co_await line.be_silent(4s);
  co_await line.say(testing::voice(1500ms));
  co_await line.be_silent(9s);
  co_await line.stop();
}

TEST_F(Twilio, IsToldToOpenAStreamThatSaysWhoCalls_GTW11) {
  serve();
  const auto reply = post("/twilio/voice?locale=fr-fr", form);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(net::find_header(reply.headers, "content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(attribute(reply.body, "<Stream", "url"), "wss://voice.example/twilio/stream");
  EXPECT_EQ(attribute(reply.body, "<Connect", "action"), "https://voice.example/twilio/next?locale=fr-FR&amp;part=1");
  EXPECT_THAT(reply.body, HasSubstr("<Parameter name=\"caller\" value=\"+15550100\"/>"));
  EXPECT_THAT(reply.body, HasSubstr("<Parameter name=\"locale\" value=\"fr-FR\"/>"));
}

TEST_F(Twilio, SpeaksTheLanguageThatIsAskedForWhereItCan_GTW11) {
  serve();
  for (const auto* wanted : {"fr", "fr-CA", "fr_be"})
    EXPECT_THAT(post("/twilio/voice?locale=" + std::string(wanted), form).body, HasSubstr("<Parameter name=\"locale\" value=\"fr-FR\"/>")) << wanted;
}

TEST_F(Twilio, HearsAndAnswersOnATelephoneLine_GTW11) {
  serve();
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, ask_and_hang_up(line), call("/twilio/voice?locale=fr-FR"));
  EXPECT_EQ(gateway->last->caller_id, "+15550100");
  EXPECT_EQ(gateway->last->locale, "fr-FR");
  EXPECT_EQ(gateway->dialogue->answers, 1);
  std::size_t bytes = 0;
  for (const auto& frame : line.frames) {
    EXPECT_EQ(frame.size(), 160U);
    bytes += frame.size();
  }
  EXPECT_EQ(bytes, 25U * 300 * 8) << "25 words of 300 ms, 8 samples a millisecond";
  EXPECT_EQ(gateway->calls->active_calls(), 0U);
  ASSERT_TRUE(line.closed);
  EXPECT_EQ(line.closed->code, 1000);
}

TEST_F(Twilio, RefusesWhatTheAccountHasNotSigned_GTW11) {
  serve();
  EXPECT_EQ(post("/twilio/voice", form, "bm90IHNpZ25lZA==").status, 403);
  EXPECT_EQ(post("/twilio/next", form, net::twilio_signature("another token", "https://voice.example/twilio/next", form)).status, 403);
  EXPECT_EQ(post("/twilio/voice", form, net::twilio_signature(auth, "https://other.example/twilio/voice", form)).status, 403);
  EXPECT_EQ(post("/twilio/voice?locale=fr-FR", form, net::twilio_signature(auth, "https://voice.example/twilio/voice", form)).status, 403);
  EXPECT_EQ(gateway->ask({.method = "POST", .target = "/twilio/voice", .body = net::write_form(form)}).status, 403);
  EXPECT_THAT(gateway->refused("/twilio/stream"), HasSubstr("403"));
  EXPECT_EQ(gateway->ask({.method = "GET", .target = "/twilio/voice"}).status, 405);
  EXPECT_EQ(gateway->ask({.method = "GET", .target = "/twilio/stream"}).status, 426);
  EXPECT_EQ(post("/twilio/voice", {{"From", "+15550100"}}).status, 400);
  EXPECT_EQ(post("/twilio/other", form).status, 404);
}

TEST_F(Twilio, AStreamNeedsTheTicketOfItsCall_GTW11) {
  serve();
  const auto told = call();
  struct Case {
    std::string twiml;
    const char* why;
  };
  auto other_caller = told, no_ticket = told;
  other_caller.replace(other_caller.find("value=\"+15550100"), 16, "value=\"+15550101");
  no_ticket.erase(no_ticket.find("<Parameter name=\"ticket\""));
  for (const auto& [twiml, why] : {Case{other_caller, "another caller"}, Case{no_ticket, "no ticket"}, Case{"", "nothing"}}) {
    const auto socket = dial();
    Line line(*socket, medium.clock);
    play(line, line.be_silent(20ms), twiml);
    ASSERT_TRUE(line.closed) << why;
    EXPECT_EQ(line.closed->code, 1008) << why;
  }
  EXPECT_FALSE(gateway->last);
}

TEST_F(Twilio, ATicketGetsOld_GTW11) {
  auto now = std::chrono::system_clock::now();
  settings.wall_time = [&now] { return now; };
  serve();
  const auto told = call();
  now += 61s;
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, line.be_silent(20ms), told);
  ASSERT_TRUE(line.closed);
  EXPECT_EQ(line.closed->code, 1008);
}

TEST_F(Twilio, OtherLocalesAreForCallsThatBegin_GTW1) {
  serve();
  const auto before = call("/twilio/voice?locale=fr-FR");
  settings.locales = {"de-DE", "en-GB"};
  gateway->calls->configure(settings);
  const auto locale = [](const std::string& twiml) { return attribute(twiml, "<Parameter name=\"locale\"", "value"); };
  EXPECT_EQ(locale(call()), "de-DE");
  EXPECT_EQ(locale(call("/twilio/voice?locale=en-gb")), "en-GB");
  EXPECT_EQ(locale(call("/twilio/voice?locale=fr-FR")), "de-DE");
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, line.stop(), before);
  EXPECT_EQ(gateway->last->locale, "de-DE") << "what was promised is spoken no more";
}

TEST_F(Twilio, CallsThatAreSignedCountForNoAddressAndOthersDo_GTW13) {
  settings.per_caller = std::nullopt;
  settings.per_address = CallRate{.calls = 3, .within = 60s};
  serve();
  for (int i = 0; i < 5; ++i) EXPECT_THAT(call(), HasSubstr("<Stream"));
  const auto unsigned_one = [this] { return post("/twilio/voice", form, "bm90IHNpZ25lZA=="); };
  EXPECT_EQ(unsigned_one().status, 403);
  EXPECT_EQ(unsigned_one().status, 403);
  EXPECT_THAT(gateway->refused("/twilio/stream"), HasSubstr("403"));
  const auto flood = unsigned_one();
  EXPECT_EQ(flood.status, 429);
  EXPECT_EQ(net::find_header(flood.headers, "retry-after"), "20");
  EXPECT_THAT(gateway->refused("/twilio/stream"), HasSubstr("429"));
  EXPECT_THAT(call(), HasSubstr("<Stream")) << "whoever else comes from there";
  medium.run(medium.clock.sleep_for(20s));
  EXPECT_EQ(unsigned_one().status, 403);
}

TEST_F(Twilio, WithoutSignaturesItsCallsCountForTheirAddress_GTW13) {
  settings.twilio->check_signature = false;
  settings.per_caller = std::nullopt;
  settings.per_address = CallRate{.calls = 2, .within = 60s};
  serve();
  for (int i = 0; i < 2; ++i) EXPECT_THAT(call(), HasSubstr("<Stream"));
  EXPECT_THAT(call(), HasSubstr("<Reject reason=\"busy\"/>"));
}

TEST_F(Twilio, TellsTheNetworkThatItIsBusyOrThatACallerIsNotAllowed_GTW11) {
  settings.most_calls = 1;
  settings.twilio->allowed_callers = {"+15550100"};
  serve();
  auto stranger = form;
  stranger[3].second = "+15550101";
  EXPECT_THAT(post("/twilio/voice", stranger).body, HasSubstr("<Reject/>"));
  const auto socket = dial();
  Line line(*socket, medium.clock);
  medium.run(line.open(call()));
  medium.run(medium.clock.sleep_for(10ms));
  EXPECT_THAT(call(), HasSubstr("<Reject reason=\"busy\"/>"));
  socket->cut();
  medium.run(medium.clock.sleep_for(10ms));
}

Task<> cut_in(Line& line) {
  co_await line.be_silent(1200ms);
  co_await line.say(testing::voice(1s));
  co_await line.be_silent(1200ms);
  co_await line.stop();
}

TEST_F(Twilio, IsClearedAtABargeInAndTheHistoryKeepsWhatWasHeard_GTW24) {
  for (const auto late : {0ms, 400ms}) {  // 400 ms: a network that buffers; marks tell
    serve();
    const auto socket = dial();
    Line line(*socket, medium.clock);
    line.late = late;
    play(line, cut_in(line), call());
    EXPECT_EQ(line.clears, 1U);
    EXPECT_GT(line.marks, 2U);
    const auto& seen = gateway->dialogue->seen;
    ASSERT_GE(seen.size(), 1U);
    ASSERT_EQ(seen[0].role(), MessageRole::assistant);
    // The greeting is of five words, 300 ms each: those that were played whole are those that it keeps.
    const auto heard = seen[0].text();
    const auto words = static_cast<std::size_t>(std::ranges::count(heard, ' ')) + 1;
    const auto played = static_cast<double>(line.played_bytes) / (300 * 8);
    EXPECT_NEAR(static_cast<double>(words), played, 1.1) << heard << ", late " << late.count();
    EXPECT_THAT(std::string("Hello, how can I help?"), StartsWith(heard));
  }
}

Task<> press_a_key(Line& line) {
  co_await line.be_silent(600ms);
  co_await line.press("7");
  co_await line.be_silent(200ms);
  co_await line.stop();
}

TEST_F(Twilio, AKeyStopsPlayback_GTW32) {
  serve();
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, press_a_key(line), call());
  EXPECT_EQ(line.clears, 1U);
}

TEST_F(Twilio, ClosesForWhatItsProtocolDoesNotAllow_GTW11) {
  serve();
  for (const auto& [message, code] : std::vector<std::pair<net::WsMessage, int>>{{net::WsMessage::text("{"), 1007},
                                                                                 {net::WsMessage::text(R"({"event":"media","media":{"payload":"?"}})"), 1007},
                                                                                 {net::WsMessage::binary("abc"), 1003},
                                                                                 {net::WsMessage::text(std::string(70'000, ' ')), 1009}}) {
    const auto socket = dial();
    Line line(*socket, medium.clock);
    medium.run(line.open(call()));
    medium.run(socket->send(message, medium.soon()));
    medium.run(line.listen());
    ASSERT_TRUE(line.closed);
    EXPECT_EQ(line.closed->code, code);
    medium.run(medium.clock.sleep_for(1ms));
    EXPECT_EQ(gateway->calls->active_calls(), 0U);
  }
}

TEST_F(Twilio, AStreamThatNeverStartsIsClosed_GTW25) {
  serve();
  const auto socket = dial();
  Line line(*socket, medium.clock);
  medium.run(line.listen());
  ASSERT_TRUE(line.closed);
  EXPECT_EQ(line.closed->code, 1008);
  EXPECT_EQ(medium.clock.now(), Clock::Time(5s));
}

TEST_F(Twilio, OtherStreamsAndOurOwnAudioMeanNothing_GTW11) {
  serve();
  const auto socket = dial();
  Line line(*socket, medium.clock);
  const auto acts = [](Line& on) -> Task<> {
    co_await on.send({{"event", "media"}, {"streamSid", "MZ2"}, {"media", {{"track", "inbound"}, {"payload", "gICA"}}}});
    co_await on.send({{"event", "mark"}, {"streamSid", "MZ1"}, {"mark", {{"name", "not/ours"}}}});
    co_await on.send({{"event", "dtmf"}, {"streamSid", "MZ2"}, {"dtmf", {{"digit", "1"}}}});
    co_await on.send({{"event", "sing"}});
    co_await on.stop();
  };
  play(line, acts(line), call());
  EXPECT_EQ(line.closed->code, 1000);
}

TEST_F(Twilio, ACallerWhoWantsAPersonIsPutThrough_GTW36) {
  settings.twilio->transfer_to = "+15550177";
  serve();
  gateway->dialogue->after = AfterAnswer::escalate;
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, ask_and_hang_up(line), call());
  EXPECT_THAT(next("/twilio/next?locale=en-US&part=1"), HasSubstr("<Dial>+15550177</Dial>"));
  EXPECT_THAT(next("/twilio/next?locale=en-US&part=1"), HasSubstr("<Hangup/>")) << "once";
}

TEST_F(Twilio, ALineThatWasLostGoesOnOverAnotherStreamOfAnotherInstance_GTW40) {
  serve();
  lose_a_line();
  EXPECT_EQ(gateway->dialogue->answers, 1);
  serve();  // another instance, behind the same store
  const auto told = next("/twilio/next?locale=en-US&part=1");
  EXPECT_THAT(told, HasSubstr("<Stream"));
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, ask_and_hang_up(line), told);
  ASSERT_TRUE(line.closed);
  EXPECT_EQ(line.closed->code, 1000) << line.closed->reason;
  EXPECT_EQ(gateway->dialogue->answers, 1);
  EXPECT_TRUE(gateway->dialogue->authenticated);
  EXPECT_GE(gateway->dialogue->seen.size(), 4U) << "greeting, question, answer, and the question of now";
  EXPECT_EQ(line.frames.size(), 20U * 300 / 20) << "no second greeting";
  EXPECT_THAT(next("/twilio/next?locale=en-US&part=2"), HasSubstr("<Hangup/>"));
}

TEST_F(Twilio, ALineThatNobodyCanTakeAtOnceWaitsForWhoCan_GTW40) {
  const auto full = [&] { settings.most_calls = 0, serve(), settings.most_calls = 100; };
  const auto draining = [&] { serve(), medium.run(gateway->calls->drain(medium.soon())); };
  const auto without_parts = [&] { serve(), gateway->no_parts = true; };
  for (const auto& unable : std::vector<std::function<void()>>{full, draining, without_parts}) {
    settings.sessions = std::make_shared<MemoryStore>(medium.clock);  // each time it is a call of the same name
    serve();
    lose_a_line();
    unable();
    auto told = next("/twilio/next?locale=en-US&part=1");
    EXPECT_THAT(told, Not(HasSubstr("<Pause")));
    for (int i = 0; i < 2; ++i) {
      const auto closed = close_of(told);
      ASSERT_TRUE(closed);
      EXPECT_EQ(closed->code, 1013);
      told = next(action_of(told));
      EXPECT_THAT(told, HasSubstr("<Response><Pause length=\"2\"/><Connect"));
      medium.run(medium.clock.sleep_for(2s));
    }
    serve();  // another instance, behind the same store
    const auto socket = dial();
    Line line(*socket, medium.clock);
    play(line, ask_and_hang_up(line), told);
    EXPECT_TRUE(gateway->dialogue->authenticated);
    EXPECT_GE(gateway->dialogue->seen.size(), 4U) << "the call of before";
    EXPECT_THAT(next(action_of(told)), HasSubstr("<Hangup/>"));
  }
}

TEST_F(Twilio, ALineThatNobodyTakesIsHungUpOnInTheEnd_GTW40) {
  serve();
  lose_a_line();
  gateway->no_parts = true;
  auto told = next("/twilio/next?locale=en-US&part=1");
  int streams = 0;
  for (; told.find("<Stream") != std::string::npos && streams < 100; ++streams) {
    EXPECT_EQ(close_of(told)->code, 1013);
    told = next(action_of(told));
  }
  EXPECT_EQ(streams, 10);
  EXPECT_THAT(told, HasSubstr("<Hangup/>"));
}

TEST_F(Twilio, WithoutSignaturesAnybodyMayPlayIt_GTW11) {
  settings.twilio->check_signature = false;
  serve();
  const auto told = gateway->ask({.method = "POST", .target = "/twilio/voice", .body = net::write_form(form)}).body;
  EXPECT_THAT(told, HasSubstr("<Stream"));
  const auto socket = gateway->dial("/twilio/stream");
  Line line(*socket, medium.clock);
  play(line, ask_and_hang_up(line), "");
  EXPECT_EQ(gateway->last->caller_id, "CA1");
  EXPECT_EQ(gateway->dialogue->answers, 1);
}

TEST_F(Twilio, AnInstanceThatCannotAnswerSaysSo_GTW25) {
  serve();
  gateway->no_parts = true;
  const auto socket = dial();
  Line line(*socket, medium.clock);
  play(line, line.be_silent(20ms), call());
  ASSERT_TRUE(line.closed);
  EXPECT_EQ(line.closed->code, 1013);
  EXPECT_THAT(line.closed->reason, HasSubstr("no recogniser is free"));
}

TEST_F(Twilio, IsRefusedAtTheStartForWhatItCannotWorkWith_GTW1) {
  const auto wrong = [this](TwilioSettings given) {
    settings.twilio = std::move(given);
    try {
      serve();
    } catch (const Error& error) {
      return error.kind() == ErrorKind::configuration && !error.hint().empty();
    }
    return false;
  };
  EXPECT_TRUE(wrong({.auth_token = auth}));
  EXPECT_TRUE(wrong({.public_url = "voice.example", .auth_token = auth}));
  EXPECT_TRUE(wrong({.public_url = "https://voice.example"}));
  EXPECT_TRUE(wrong({.public_url = "https://voice.example", .auth_token = auth, .allowed_callers = {"5550100"}}));
  EXPECT_TRUE(wrong({.public_url = "https://voice.example", .auth_token = auth, .transfer_to = "<Say/>"}));
}

}  // namespace
}  // namespace antiphon::gateway
