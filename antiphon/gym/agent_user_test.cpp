#include "antiphon/gym/agent_user.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "antiphon/gym/keyless_persona.hpp"
#include "antiphon/gym/testing/fake_platform.hpp"

namespace antiphon::gym {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using testing::VirtualWorld;

/// A user that rules play, in virtual time.
struct Played {
  explicit Played(const std::string& rules = {}, AgentUserOptions options = {}) {
    if (!rules.empty()) std::ofstream(folder.path() + "/p.rules.yaml") << rules, options.model = "rules/" + folder.path() + "/p.rules.yaml";
    options.send_as_text = true;
    user = UserSimulator::from_agent(std::move(options)).make(context);
  }
  std::optional<UserResponse> ask(UserRequest request) { return world.run(user->get_response(std::move(request))); }

  TemporaryFolder folder;
  VirtualWorld world;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(world.runtime);
  std::shared_ptr<const ModelRegistry> models = ModelRegistry::with_defaults();
  std::shared_ptr<const SpeechRegistry> speech = SpeechRegistry::with_defaults();
  Settings settings;
  SimulatorContext context{.runtime = world.runtime,
                           .http = *http,
                           .models = *models,
                           .speech = *speech,
                           .settings = settings,
                           .environment = [](std::string_view) { return std::optional<std::string>(); },
                           .id = "1"};
  std::unique_ptr<SimulatedUser> user;
};

UserRequest said(std::string text) {
  UserRequest request;
  request.text = std::move(text);
  return request;
}

constexpr const char* waiting_rules = R"(
rules:
  - when: {last: "please wait"}
    tool_calls: [{name: WaitForAssistant, arguments: {wait_seconds: 12, reason: "it looks something up"}}]
  - when: {last: "for ever"}
    tool_calls: [{name: WaitForAssistant, arguments: {wait_seconds: 100000}}]
  - when: {last: "a blink"}
    tool_calls: [{name: WaitForAssistant, arguments: {wait_seconds: 0.01}}]
  - when: {last: "goodbye"}
    tool_calls: [{name: EndConversation}]
  - when: {history: "my first words"}
    reply: "I said something before"
  - reply: "my first words"
)";

TEST(AgentUser, WaitChangesNeitherItsCountNorWhatItRemembers_GYM4) {
  Played played(waiting_rules, {.max_turns = 2});
  const auto wait = played.ask(said("please wait"));
  ASSERT_TRUE(wait);
  EXPECT_TRUE(wait->is_wait());
  EXPECT_EQ(wait->wait_seconds, 12);
  EXPECT_EQ(played.ask(said("here it is"))->text, "my first words") << "nothing of the wait is in its history";
  EXPECT_EQ(played.ask(said("anything else"))->text, "I said something before") << "and what it said is";
  EXPECT_FALSE(played.ask(said("more"))) << "two turns are over; the wait was none";
}

TEST(AgentUser, WaitsAreBroughtWithinTheirBounds_GYM4) {
  Played played(waiting_rules);
  EXPECT_EQ(played.ask(said("it takes for ever"))->wait_seconds, 300);
  EXPECT_EQ(played.ask(said("a blink"))->wait_seconds, 2);
}

/// Wants to wait, whatever it is offered.
class Stubborn final : public LanguageModel {
 public:
  Task<ChatResponse> complete(ChatRequest, Deadline) override {
    const std::vector<ToolCall> calls{{.id = "c", .name = "WaitForAssistant", .arguments = R"({"wait_seconds":5})"}};
    co_return ChatResponse{.message = Message::assistant_calls("", calls)};
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest, Deadline) override { throw Error(ErrorKind::unsupported, "not streamed"); }
  const std::string& name() const override { return name_; }

 private:
  std::string name_ = "stubborn/one";
};

TEST(AgentUser, WhereItMayNotWaitAWaitIsNoAnswer_GYM4) {
  ModelRegistry stubborn;
  stubborn.add("stubborn", {.make = [](const ModelSettings&, const ModelContext&) { return std::make_unique<Stubborn>(); }});
  for (const bool by_option : {true, false}) {
    Played played;
    played.user = UserSimulator::from_agent({.model = "stubborn/one", .send_as_text = true, .enable_wait_tool = !by_option})
                      .make({.runtime = played.world.runtime,
                             .http = *played.http,
                             .models = stubborn,
                             .speech = *played.speech,
                             .settings = played.settings,
                             .environment = played.context.environment,
                             .id = "1"});
    auto request = said("please wait");
    request.may_wait = by_option;
    try {
      played.ask(request);
      FAIL() << "it was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.party(), Party::simulated_user);
      EXPECT_THAT(error.message(), AllOf(HasSubstr("3 attempts"), HasSubstr("waiting is not possible now")));
    }
  }
}

TEST(AgentUser, HangsUpWhenItWants_GYM2) { EXPECT_FALSE(Played(waiting_rules).ask(said("goodbye"))); }

TEST(AgentUser, PromptTellsThePersonaAndHowToWait_GYM2) {
  const Persona persona{.background_context = "You are a 35-year-old owner of a shop.", .intent = "You want to know what it costs."};
  const auto prompt = persona_prompt(persona, true);
  EXPECT_THAT(prompt, AllOf(HasSubstr(persona.background_context), HasSubstr(persona.intent), HasSubstr("WaitForAssistant")));
  EXPECT_THAT(persona_prompt(persona, false), AllOf(Not(HasSubstr("WaitForAssistant")), HasSubstr("Waiting is not possible now")));
  EXPECT_TRUE(persona_tools(true).find("WaitForAssistant"));
  EXPECT_FALSE(persona_tools(false).find("WaitForAssistant"));
}

TEST(AgentUser, StepShowsWaitsThenDataThenWords_GYM4) {
  UserRequest request = said("Still at it.");
  EXPECT_EQ(step_prompt(request), "Still at it.");
  request.data.push_back({{"progress", 50}});
  request.wait_context.emplace().record_wait(10, 3);
  const auto step = step_prompt(request);
  EXPECT_THAT(step, StartsWith("<wait_context>"));
  EXPECT_LT(step.find("</wait_context>"), step.find("<assistant_data>\n{\"progress\":50}"));
  EXPECT_LT(step.find("</assistant_data>"), step.find("Still at it."));
  EXPECT_EQ(step_prompt({}), "(No assistant message)");
}

TEST(AgentUser, ModelsAreNamedInBothSpellings_GYM2) {
  EXPECT_EQ(known_spelling({"openai:gpt-5-mini"}).model, "openai/gpt-5-mini");
  EXPECT_EQ(known_spelling({"rules/a:b.yaml"}).model, "rules/a:b.yaml");
  const auto with = [](std::string name) {
    return [name](std::string_view asked) { return asked == name ? std::optional<std::string>("x/y") : std::nullopt; };
  };
  EXPECT_EQ(usual_model(with("OPENAI_API_KEY")).model, "openai/gpt-5-mini");
  EXPECT_EQ(usual_model(with("ANTIPHON_MODEL")).model, "x/y");
  EXPECT_TRUE(usual_model(with("OTHER")).empty());
}

TEST(KeylessPersona, SaysWhatItCameForAndWhoItIs_GYM2) {
  AgentUserOptions options{
      .persona = {.background_context = "You are a baker. Your oven is broken.", .intent = "You want your money back, and you're in a hurry."}, .max_turns = 4};
  Played played("", options);
  EXPECT_EQ(played.ask(said("Hello."))->text, "I want my money back, and I'm in a hurry.");
  EXPECT_EQ(played.ask(said("Who are you?"))->text, "I am a baker. My oven is broken.");
  EXPECT_TRUE(played.ask(said("I see."))->text);
  EXPECT_FALSE(played.ask(said("Goodbye!"))) << "it leaves when the agent does";
}

TEST(KeylessPersona, WaitsForAnAgentAtWork_GYM4) {
  EXPECT_EQ(asks_to_wait("Please wait while I process that."), 10);
  EXPECT_DOUBLE_EQ(*asks_to_wait("I am looking into it. This takes about 10 seconds."), 12);
  EXPECT_DOUBLE_EQ(*asks_to_wait("One moment, it needs 2 minutes."), 144);
  EXPECT_FALSE(asks_to_wait("Your parcel is on its way."));
  EXPECT_FALSE(asks_to_wait("One moment. What is your order number?")) << "a question is for it";
  Played played("", {.max_turns = 2});
  played.ask(said("Hello."));
  EXPECT_TRUE(played.ask(said("One moment, please."))->is_wait());
  auto impatient = said("One moment, please.");
  impatient.may_wait = false;
  EXPECT_TRUE(played.ask(impatient)->text);
}

TEST(UserSimulator, RefusesBlankLinesAndNoTurns_GYM2) {
  EXPECT_THROW(UserSimulator::from_text({"hello", "  "}), Error);
  EXPECT_THROW(UserSimulator::from_agent({.max_turns = 0}), Error);
}

}  // namespace
}  // namespace antiphon::gym
