#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

// Programs that are spoken to. They live in real time; each call ends with what the program does.

namespace antiphon {
namespace {

using ::testing::HasSubstr;

/// Reads frames until our user has spoken and been quiet for 200 ms, then does what `then` says.
std::string program(const std::string& then) {
  return R"(
import array, base64, json, sys
def say(**message): print(json.dumps(message), flush=True)
heard, quiet, sizes = False, 0, set()
for line in sys.stdin:
    message = json.loads(line)
    if message['type'] != 'audio': continue
    pcm = base64.b64decode(message['audio'])
    sizes.add(len(pcm))
    loud = max(map(abs, array.array('h', pcm))) > 1000
    quiet = 0 if loud else quiet + 1
    heard = heard or loud
    if heard and quiet == 10:
        heard = False
)" + then;
}

constexpr auto answer = R"(
        say(type='transcript', role='agent', text=f'frames of {sizes.pop()} bytes')
        say(type='audio', audio=base64.b64encode(array.array('h', [5000, -5000] * 4000).tobytes()).decode())
        say(type='turn_end')
)";

ScenarioResult call(const std::string& then) {
  ProcessVoiceOptions voice{.line = {.send = audio::parse_format("pcm16/16000"), .receive = audio::parse_format("pcm16/8000")}};
  voice.json.transcript = VoiceMessages::usual_transcript();
  voice.json.turn_end = VoiceMessages::usual_turn_end();
  return run({.name = "a call",
              .agent = process_agent({.argv = {"python3", "-c", program(then)}, .voice = std::move(voice)}),
              .script = {user("hi"), agent(), succeed("")}},
             {.seed = 7, .speech = testing_support::tone_speech()});
}

TEST(SpokenProcess, IsHeardAndUnderstoodOverLinesOfJson_TRN3) {
  const auto result = call(answer);
  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.messages.size(), 2U);
  EXPECT_EQ(result.messages[1].text(), "frames of 640 bytes");
  EXPECT_EQ(result.clock, "wall");
  EXPECT_EQ(result.call->adapter, "process");
  EXPECT_EQ(result.call->turns.at(0).ending, TurnEnding::signal);
}

TEST(SpokenProcess, OneThatDiesSaysHow_TRN3) {
  const auto result = call("        sys.exit('no voice today')\n");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("the process ended with exit code 1; its last words: \"no voice today\", before it said anything"));
  EXPECT_THAT(result.error->message, testing::Not(HasSubstr("import"))) << "arguments may hold keys";
}

TEST(SpokenProcess, GarbageIsTheAgents_TRN3) {
  const auto result = call("        print('hello?', flush=True)\n");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::agent);
  EXPECT_THAT(result.error->message, HasSubstr("a message is no JSON: \"hello?\""));
}

TEST(SpokenProcess, WhatItCannotDoIsRefusedBeforeTheRun_VOX5) {
  ProcessVoiceOptions raw;
  raw.json.audio.reset();
  EXPECT_THROW(process_agent({.argv = {"true"}, .voice = raw}), Error);
  EXPECT_THROW(process_agent({.argv = {"true"}, .per_suite = true, .voice = ProcessVoiceOptions{}}), Error);
}

}  // namespace
}  // namespace antiphon
