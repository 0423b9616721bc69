// Asks a model once: `peer_model_client <question.json >answer.json`.
// question: {model, base_url, key, temperature?, max_tokens?, extra?, stream?, system?, messages, tools?, tool_choice?, response_schema?}
// answer: {message, finish_reason, usage, pieces?}, or {error: {kind, message, party, retry_after_s?}}
#include <iostream>
#include <iterator>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace {

using namespace antiphon;

ModelSettings settings_of(const json::value& question) {
  ModelSettings settings(find_string(question, "model").value_or(""));
  settings.base_url = find_string(question, "base_url").value_or("");
  settings.key = find_string(question, "key").value_or("");
  settings.temperature = find_number(question, "temperature");
  if (const auto tokens = find_number(question, "max_tokens")) settings.max_tokens = static_cast<int>(*tokens);
  if (const auto* extra = find(question, "extra")) settings.extra = extra->as_object();
  return settings;
}

ToolChoice choice_of(const std::string& word) {
  if (word == "auto") return {};
  if (word == "none") return {ToolChoice::Mode::none, {}};
  if (word == "required") return {ToolChoice::Mode::required, {}};
  return {ToolChoice::Mode::named, word};
}

ChatRequest request_of(const json::value& question) {
  ChatRequest request{.tags = {"thread_peer", "user", 1}};
  if (const auto system = find_string(question, "system")) request.preamble.push_back(Message::system(*system));
  for (const auto& message : question.at("messages").as_array()) request.messages.append(Message(message));
  std::vector<Tool> tools;
  if (const auto* list = find(question, "tools"))
    for (const auto& tool : list->as_array())
      tools.push_back(
          {.name = find_string(tool, "name").value_or(""), .description = find_string(tool, "description").value_or(""), .parameters = tool.at("parameters")});
  request.tools = ToolSet(std::move(tools));
  request.tool_choice = choice_of(find_string(question, "tool_choice").value_or("auto"));
  if (const auto* schema = find(question, "response_schema")) request.response_schema = *schema;
  return request;
}

json::object written(const ChatResponse& response) {
  const auto& usage = response.usage;
  return {{"message", response.message.json()},
          {"finish_reason", response.finish_reason},
          {"usage", json::object{{"input", usage.input_tokens},
                                 {"output", usage.output_tokens},
                                 {"cached", usage.cached_input_tokens},
                                 {"reasoning", usage.reasoning_tokens},
                                 {"written", usage.cache_write_tokens}}}};
}

json::object written(const Error& error) {
  json::object object{{"kind", to_string(error.kind())}, {"message", error.message()}, {"party", error.party() ? to_string(*error.party()) : ""}};
  if (error.retry_after()) object.emplace("retry_after_s", std::chrono::duration<double>(*error.retry_after()).count());
  return {{"error", std::move(object)}};
}

Task<json::object> ask(LanguageModel& model, ChatRequest request, bool stream, Deadline deadline) {
  if (!stream) co_return written(co_await model.complete(std::move(request), deadline));
  auto streamed = co_await model.stream(std::move(request), deadline);
  json::array pieces;
  for (auto piece = co_await streamed->next(deadline); piece; piece = co_await streamed->next(deadline)) pieces.emplace_back(piece->text);
  auto answer = written(streamed->response());
  answer.emplace("pieces", std::move(pieces));
  co_return answer;
}

json::object answer_to(const json::value& question) {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  const auto registry = ModelRegistry::with_defaults();
  const auto model = registry->open(settings_of(question), {.runtime = runtime, .http = *http, .scenario_id = "peer"});
  const auto* stream = find(question, "stream");
  json::object answer;
  std::exception_ptr failed;
  asio::co_spawn(context, ask(*model, request_of(question), stream && stream->as_bool(), Deadline::after(clock, std::chrono::seconds(20))),
                 [&](std::exception_ptr error, json::object got) { failed = error, answer = std::move(got); });
  context.run();
  if (failed) std::rethrow_exception(failed);
  return answer;
}

}  // namespace

int main() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  json::object answer;
  try {
    answer = answer_to(parse_json(text));
  } catch (const Error& error) {
    answer = written(error);
  }
  std::cout << json::serialize(answer) << '\n';
}
