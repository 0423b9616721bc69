#include "antiphon/gym/agent_user.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/keyless_persona.hpp"
#include "antiphon/gym/user_voice.hpp"
#include "antiphon/providers/llm/model_caller.hpp"

namespace antiphon::gym {

namespace {

constexpr std::string_view respond_tool = "RespondToAssistant", wait_tool = "WaitForAssistant", end_tool = "EndConversation";
constexpr auto model_limit = std::chrono::minutes(2);
constexpr int most_attempts = 3;

json::object parameters(json::object properties, json::array required) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}};
}

std::string data_block(const std::vector<json::value>& data) {
  if (data.empty()) return {};
  std::string text = "<assistant_data>\n";
  for (const auto& each : data) text += json_text(each) + "\n";
  return text + "</assistant_data>\n";
}

/// What a model's answer means; the complaint where it means nothing that is allowed now.
struct Reading {
  std::optional<UserResponse> response{};
  bool ends = false;
  std::string complaint{};
};

Reading read_call(const ToolCall& call, bool may_wait) {
  const auto arguments = call.parsed_arguments();
  if (call.name == end_tool) return {.ends = true};
  if (call.name == wait_tool) {
    if (!may_wait) return {.complaint = "waiting is not possible now: say something with RespondToAssistant, or end the conversation"};
    const auto seconds = find_number(arguments, "wait_seconds");
    if (!seconds || !(*seconds > 0)) return {.complaint = "wait_seconds must be a number from 2 to 300"};
    return {.response = UserResponse::wait(std::chrono::duration<double>(bounded_wait(*seconds)).count())};
  }
  if (call.name != respond_tool) return {.complaint = fmt::format("there is no tool {}", call.name)};
  const auto message = find_string(arguments, "message");
  if (!message || trim(*message).empty()) return {.complaint = "message is missing: write what you say"};
  return {.response = UserResponse{.text = std::string(trim(*message))}};
}

Reading read_answer(const Message& message, bool may_wait) {
  try {
    if (!message.tool_calls().empty()) return read_call(message.tool_calls().front(), may_wait);
  } catch (const Error& error) {
    return {.complaint = error.message()};
  }
  // A model that just talks has answered, too.
  if (const auto text = trim(message.text()); !text.empty()) return {.response = UserResponse{.text = std::string(text)}};
  return {.complaint = "that was empty: call RespondToAssistant with what you say"};
}

class AgentUser final : public SimulatedUser {
 public:
  AgentUser(const AgentUserOptions& options, ModelSettings settings, const SimulatorContext& context)
      : options_(options), clock_(context.runtime.clock), model_(open(std::move(settings), context)), thread_(context.id) {
    if (!options_.send_as_text) voice_.emplace(context);
  }

  bool waits() const override { return options_.enable_wait_tool; }

  Task<std::optional<UserResponse>> get_response(UserRequest request) override {
    if (spoken_ >= options_.max_turns) co_return std::nullopt;
    const bool may_wait = options_.enable_wait_tool && request.may_wait;
    auto reading = co_await ask(request, may_wait);
    if (reading.ends) co_return std::nullopt;
    if (reading.response->is_wait()) co_return reading.response;  // of what it decides while it waits nothing is remembered
    ++spoken_;
    history_.append(Message::user(step_prompt({.text = request.text, .data = request.data})));
    history_.append(Message::assistant(*reading.response->text));
    if (voice_) reading.response->speech = co_await voice_->speak(*reading.response->text);
    co_return reading.response;
  }

 private:
  ModelCaller open(ModelSettings settings, const SimulatorContext& context) {
    auto model = context.models.open(settings, {.runtime = context.runtime, .http = context.http, .seed = context.seed, .scenario_id = context.id});
    const auto price = context.models.price(settings);
    return {std::move(model), std::move(settings), meter_, price};
  }

  Task<Reading> ask(const UserRequest& request, bool may_wait) {
    ChatRequest chat{.preamble = {Message::system(persona_prompt(options_.persona, may_wait))},
                     .messages = history_,
                     .tools = persona_tools(may_wait),
                     .tool_choice = {ToolChoice::Mode::required, {}},
                     .tags = {thread_, "user", spoken_ + 1}};
    chat.messages.append(Message::user(step_prompt(request)));
    Reading reading;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
      const auto response = co_await model_.ask(chat, Deadline::after(clock_, model_limit));
      reading = read_answer(response.message, may_wait);
      if (reading.complaint.empty()) co_return reading;
      chat.messages.append(response.message);
      for (const auto& call : response.message.tool_calls()) chat.messages.append(Message::tool_result(call.id, call.name, "error: " + reading.complaint));
      if (response.message.tool_calls().empty()) chat.messages.append(Message::user(reading.complaint));
    }
    throw Error(ErrorKind::protocol,
                fmt::format("the persona's model {} gave no valid answer in {} attempts: {}", model_.name(), most_attempts, reading.complaint))
        .with_party(Party::simulated_user)
        .with_hint("use a model that can call tools");
  }

  AgentUserOptions options_;
  Clock& clock_;
  ModelMeter meter_;
  ModelCaller model_;
  std::string thread_;
  std::optional<UserVoice> voice_;
  History history_;
  int spoken_ = 0;
};

}  // namespace

std::string persona_prompt(const Persona& persona, bool may_wait) {
  std::string text =
      "You are on the line with an automated assistant, as the person described below. You are never the assistant.\n"
      "What you say is short: one or two sentences as people speak them, without lists, headings or quotation marks.\n"
      "Keep to what you came for, answer what you are asked, and do not make up facts that the description does not suggest.\n\n";
  text += fmt::format("About you:\n{}\n\nWhy you are on the line:\n{}\n\n", persona.background_context, persona.intent);
  text +=
      "Each time choose one tool.\nRespondToAssistant: you say something.\nEndConversation: what you came for is settled, or will never be, and both have said "
      "goodbye.\n";
  if (may_wait)
    text +=
        "WaitForAssistant: the assistant has told you that it is still at work (it looks something up, asks for a moment, names a time) and has not come back\n"
        "with a result or a question. Wait for the time it names and a fifth more; where it names none, 10 to 30 seconds. A <wait_context> tells how long you\n"
        "have waited already and whether it has said more since: what counts is how its words end.\n";
  else
    text += "Waiting is not possible now: even where the assistant is still at work, you say something.\n";
  return text;
}

std::string step_prompt(const UserRequest& request) {
  std::string text = request.wait_context ? wait_block(*request.wait_context, request.text.size()) : std::string();
  text += data_block(request.data);
  return text + (trim(request.text).empty() ? "(No assistant message)" : request.text);
}

ToolSet persona_tools(bool may_wait) {
  std::vector<Tool> tools{{.name = std::string(respond_tool),
                           .description = "Says something to the assistant.",
                           .parameters = parameters({{"message", {{"type", "string"}, {"description", "the words, as they are spoken"}}}}, {"message"})}};
  if (may_wait)
    tools.push_back({.name = std::string(wait_tool),
                     .description = "Says nothing yet, because the assistant is still at work.",
                     .parameters = parameters({{"wait_seconds", {{"type", "number"}, {"minimum", 2}, {"maximum", 300}}}, {"reason", {{"type", "string"}}}},
                                              {"wait_seconds"})});
  tools.push_back({.name = std::string(end_tool), .description = "Hangs up.", .parameters = parameters({{"reason", {{"type", "string"}}}}, {})});
  return tools;
}

std::unique_ptr<SimulatedUser> make_agent_user(const AgentUserOptions& options, const SimulatorContext& context) {
  auto settings = options.model.empty() ? usual_model(context.environment).merged_over({}) : options.model;
  settings = options.model.merged_over(settings);
  if (settings.empty()) return std::make_unique<KeylessPersona>(options, context);
  return std::make_unique<AgentUser>(options, std::move(settings), context);
}

}  // namespace antiphon::gym
