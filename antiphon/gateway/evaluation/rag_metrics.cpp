#include "antiphon/gateway/evaluation/rag_metrics.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <stop_token>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json_schema.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

json::object object_of(json::object properties) {
  json::array required;
  for (const auto& [name, schema] : properties) required.emplace_back(name);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}};
}

json::object list_of(json::value items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Tool statements_tool() {
  return {.name = "list_statements",
          .description = "Takes the statements that an answer makes.",
          .parameters = object_of({{"statements", list_of(json::object{{"type", "string"}, {"minLength", 1}})}})};
}

Tool support_tool() {
  const auto verdict = object_of({{"statement", json::object{{"type", "integer"}, {"minimum", 1}}},
                                  {"reason", json::object{{"type", "string"}}},
                                  {"supported", json::object{{"type", "boolean"}}}});
  return {.name = "judge_statements",
          .description = "Takes, for each statement by its number, whether it follows from the passages.",
          .parameters = object_of({{"verdicts", list_of(verdict)}})};
}

Tool questions_tool() {
  return {.name = "list_questions",
          .description = "Takes questions that a text answers, and whether the text evades: it says that it does not know, or commits to nothing.",
          .parameters = object_of({{"questions", list_of(json::object{{"type", "string"}, {"minLength", 1}})}, {"evades", json::object{{"type", "boolean"}}}})};
}

Tool context_tool() {
  return {.name = "judge_passage",
          .description = "Takes whether a passage was useful to arrive at an answer.",
          .parameters = object_of({{"reason", json::object{{"type", "string"}}}, {"useful", json::object{{"type", "boolean"}}}})};
}

std::vector<std::string> texts_at(const json::value& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& text : object.at(key).as_array()) texts.emplace_back(text.as_string());
  return texts;
}

std::string numbered(std::string_view title, const std::vector<std::string>& texts) {
  std::string all(title);
  for (std::size_t i = 0; i < texts.size(); ++i) all += fmt::format("\n{}. {}", i + 1, texts[i]);
  return all;
}

/// Whether each of `count` statements is supported; nullopt where one has no verdict, or two.
std::optional<std::vector<bool>> supported(const json::value& verdicts, std::size_t count) {
  std::vector<std::optional<bool>> found(count);
  for (const auto& verdict : verdicts.at("verdicts").as_array()) {
    const auto number = static_cast<std::size_t>(verdict.at("statement").to_number<std::int64_t>());
    if (number < 1 || number > count || found[number - 1]) return std::nullopt;
    found[number - 1] = verdict.at("supported").as_bool();
  }
  std::vector<bool> all;
  for (const auto& one : found) {
    if (!one) return std::nullopt;
    all.push_back(*one);
  }
  return all;
}

/// Why an answer of the model is none; empty: it is one.
std::string flaw_in(const ChatResponse& response, const Tool& tool, std::optional<json::value>& arguments) {
  const auto calls = response.message.tool_calls();
  if (calls.size() != 1 || calls.front().name != tool.name) return fmt::format("call {} once, and nothing else", tool.name);
  arguments = try_parse_json(calls.front().arguments);
  if (!arguments) return "the arguments are no JSON";
  const auto violations = JsonSchema(tool.parameters).violations(*arguments);
  return violations.empty() ? std::string() : join(violations, "; ");
}

}  // namespace

std::optional<double> average_precision(const std::vector<bool>& useful) {
  if (useful.empty()) return std::nullopt;
  double sum = 0;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < useful.size(); ++i) {
    if (!useful[i]) continue;
    ++hits;
    sum += static_cast<double>(hits) / static_cast<double>(i + 1);
  }
  return hits == 0 ? 0 : sum / static_cast<double>(hits);
}

RagJudge::RagJudge(Runtime& runtime, std::shared_ptr<LanguageModel> model, std::shared_ptr<Embedder> embedder, RagJudgeOptions options)
    : runtime_(runtime), model_(std::move(model)), embedder_(std::move(embedder)), options_(options) {}

/// The arguments of a call of `tool`, which hold by its schema; a model that breaks its contract is told so once.
Task<json::value> RagJudge::ask(Tool tool, std::string instructions, std::string text) {
  ChatRequest request{.preamble = {Message::system(instructions)}, .messages = History{Message::user(text)}};
  request.tools = ToolSet({tool});
  request.tool_choice = {.mode = ToolChoice::Mode::named, .name = tool.name};
  request.temperature = options_.temperature;
  request.tags = {.thread_id = {}, .role = "judge", .turn = 1};
  std::string flaw;
  for (int tries = 0; tries < 2; ++tries) {
    const auto response = co_await model_->complete(request, Deadline::after(runtime_.clock, options_.limit));
    std::optional<json::value> arguments;
    flaw = flaw_in(response, tool, arguments);
    if (flaw.empty()) co_return *std::move(arguments);
    request.messages.append(Message::user("That was no valid answer: " + flaw));
  }
  throw Error(ErrorKind::protocol, fmt::format("{} as judge of retrieval broke its contract twice: {}", model_->name(), flaw)).with_party(Party::judge);
}

Task<std::vector<Embedding>> RagJudge::embed(std::vector<std::string> texts) {
  std::function<Embedded(std::stop_token)> work = [embedder = embedder_, texts = std::move(texts), limit = options_.limit](std::stop_token stop) {
    return embedder->embed(texts, limit, stop);
  };
  auto embedded = co_await runtime_.blocking.run<Embedded>(runtime_.clock, std::move(work));
  co_return std::move(embedded.vectors);
}

Task<std::optional<double>> RagJudge::faithfulness(RagSample sample) {
  const auto listed =
      co_await ask(statements_tool(),
                   "You take an answer apart. List every statement about the world that it makes, each as one sentence that is clear without the others: "
                   "put names in the place of pronouns. Greetings, questions and offers of help are no statements. Add nothing.",
                   fmt::format("Question: {}\nAnswer: {}", sample.question, sample.answer));
  const auto statements = texts_at(listed, "statements");
  if (statements.empty()) co_return std::nullopt;
  const auto verdicts =
      co_await ask(support_tool(),
                   "You check statements against passages. A statement is supported only where it follows from the passages alone; what you know "
                   "yourself counts for nothing. Give one verdict for each statement.",
                   numbered("Passages:", sample.contexts) + "\n\n" + numbered("Statements:", statements));
  const auto all = supported(verdicts, statements.size());
  if (!all) throw Error(ErrorKind::protocol, fmt::format("{} gave no single verdict for each statement", model_->name())).with_party(Party::judge);
  co_return static_cast<double>(std::ranges::count(*all, true)) / static_cast<double>(all->size());
}

Task<std::optional<double>> RagJudge::answer_relevancy(RagSample sample) {
  if (trim(sample.answer).empty()) co_return std::nullopt;
  const auto asked =
      co_await ask(questions_tool(),
                   fmt::format("You are shown an answer, and not the question. Write {} different questions to which it would be a complete answer. Say also "
                               "whether it evades.",
                               options_.questions),
                   "Answer: " + sample.answer);
  if (asked.at("evades").as_bool()) co_return 0;
  auto texts = texts_at(asked, "questions");
  if (texts.empty()) co_return std::nullopt;
  texts.insert(texts.begin(), sample.question);
  const auto vectors = co_await embed(std::move(texts));
  double sum = 0;
  for (std::size_t i = 1; i < vectors.size(); ++i) sum += similarity(vectors.front(), vectors[i]);
  co_return sum / static_cast<double>(vectors.size() - 1);
}

Task<std::optional<double>> RagJudge::context_precision(RagSample sample) {
  const auto& answer = sample.reference.empty() ? sample.answer : sample.reference;
  std::vector<bool> useful;
  for (const auto& context : sample.contexts) {
    const auto verdict =
        co_await ask(context_tool(),
                     "You judge a passage that was looked up for a question. It is useful where it holds something that the answer rests on; being about "
                     "the same subject is not enough.",
                     fmt::format("Question: {}\nAnswer: {}\nPassage: {}", sample.question, answer, context));
    useful.push_back(verdict.at("useful").as_bool());
  }
  co_return average_precision(useful);
}

Task<std::optional<double>> RagJudge::measure(std::string metric, RagSample sample) {
  if (metric == "faithfulness") return faithfulness(std::move(sample));
  if (metric == "answer_relevancy") return answer_relevancy(std::move(sample));
  return context_precision(std::move(sample));
}

}  // namespace antiphon::gateway
