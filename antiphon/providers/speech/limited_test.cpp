#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/speech/testing.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_tools::sound;

/// A vendor that takes a second for each answer and counts how many it works on at once.
class SlowHttp final : public net::HttpClient {
 public:
  SlowHttp(Clock& clock, testing_tools::ScriptedHttp& script) : clock_(clock), script_(script) {}

  Task<net::HttpReply> send(net::HttpRequest request, Deadline deadline) override {
    co_await work();
    co_return co_await script_.send(std::move(request), deadline);
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest request, Deadline deadline) override {
    co_await work();
    co_return co_await script_.open(std::move(request), deadline);
  }
  int most = 0;

 private:
  Task<> work() {
    most = std::max(most, ++running_);
    co_await clock_.sleep_for(1s);
    --running_;
  }
  Clock& clock_;
  testing_tools::ScriptedHttp& script_;
  int running_ = 0;
};

struct LimitedSpeech : testing::Test, testing_tools::SpeechWorld {
  SlowHttp slow{world.clock, http};
  SpeechContext place{.runtime = world.runtime, .http = slow, .seed = 1, .scenario_id = "s"};
  std::vector<std::string> ended;

  void speak(const SpeechRegistry& all, std::string text) { spawn(say_it(all.open(voice("openai/coral"), place), std::move(text))); }
  void listen(const SpeechRegistry& all) { spawn(hear_it(all.open(ear("openai/gpt-4o-transcribe"), place))); }
  void drive() {
    world.clock.run([] { return false; }, 60s, [] { ADD_FAILURE() << "does not end"; });
  }

 private:
  void spawn(Task<> task) { asio::co_spawn(world.context, std::move(task), asio::detached); }
  Task<> say_it(OpenVoice open, std::string text) {
    open.defaults.text = text;
    co_await synthesize_whole(*open.synthesiser, open.defaults, Deadline::never());
    ended.push_back(std::move(text));
  }
  Task<> hear_it(OpenEar open) { ended.push_back((co_await open.recogniser->transcribe(audio::Samples(24000, 100), open.defaults, Deadline::never())).text); }
};

TEST_F(LimitedSpeech, VoicesAndRecognisersOfAVendorWaitInOneLine_SCN91) {
  const auto all = vendors({{"openai", 1}});
  http.script = {sound({std::string("\1\0", 2)}), {.body = {R"({"text":"heard"})"}}, sound({std::string("\1\0", 2)})};
  speak(all, "one");
  listen(all);
  speak(all, "two");
  drive();
  EXPECT_EQ(slow.most, 1);
  EXPECT_THAT(ended, ElementsAre("one", "heard", "two"));
}

TEST_F(LimitedSpeech, WithoutALimitAllAreAskedAtOnce) {
  const auto all = vendors();
  http.script = {sound({std::string("\1\0", 2)}), sound({std::string("\1\0", 2)})};
  speak(all, "one");
  speak(all, "two");
  drive();
  EXPECT_EQ(slow.most, 2);
}

TEST_F(LimitedSpeech, RunsAtOnceAreALimitAsWell) {
  const auto all = vendors();
  place.concurrency = 1;
  http.script = {sound({std::string("\1\0", 2)}), sound({std::string("\1\0", 2)})};
  speak(all, "one");
  speak(all, "two");
  drive();
  EXPECT_EQ(slow.most, 1);
}

TEST_F(LimitedSpeech, ModelsOfTheSameProviderShareTheLine) {
  const ProviderLimits limits({{"openai", 2}});
  EXPECT_EQ(limits.of("openai", 8), limits.of("openai", 2));
  EXPECT_EQ(limits.of("deepgram", 0), nullptr);
  EXPECT_NE(limits.of("deepgram", 3), nullptr);
}

}  // namespace
}  // namespace antiphon
