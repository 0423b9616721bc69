#include "antiphon/gateway/evaluation/rag_evaluation.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr auto search_limit = std::chrono::seconds(30);

std::set<std::string> knowledge_tools(const GatewayConfig& config) {
  std::set<std::string> names;
  for (const auto& tool : config.tools)
    if (std::holds_alternative<KnowledgeToolOptions>(tool.options)) names.insert(tool.name);
  return names;
}

/// What the model asked the knowledge base in a turn. It was told what stands there: asking again finds the same.
std::vector<std::string> queries_of(const TurnEvaluation& turn, const std::set<std::string>& tools) {
  std::vector<std::string> queries;
  for (const auto& call : turn.calls) {
    if (!tools.contains(call.name)) continue;
    const auto arguments = try_parse_json(call.arguments);
    if (auto query = arguments ? find_string(*arguments, "query") : std::nullopt) queries.push_back(*std::move(query));
  }
  return queries;
}

Task<std::vector<std::string>> contexts_for(std::vector<std::string> queries, std::shared_ptr<KnowledgeBase> base, Deadline deadline) {
  std::vector<std::string> contexts;
  for (const auto& query : queries) {
    const auto answer = co_await base->answer(query, deadline);
    for (const auto& source : answer.sources)
      if (std::ranges::find(contexts, source.text) == contexts.end()) contexts.push_back(source.text);
  }
  co_return contexts;
}

Task<> measure_turn(TurnEvaluation& turn, std::string reference, RagJudge& judge, std::vector<std::string> metrics) {
  const RagSample sample{.question = turn.user, .answer = turn.agent, .contexts = turn.contexts, .reference = std::move(reference)};
  for (const auto& metric : metrics) turn.rag[metric] = co_await judge.measure(metric, sample);
}

}  // namespace

RagFloor parse_rag_floor(const std::string& text) {
  const auto equals = text.find('=');
  RagFloor floor{.metric = text.substr(0, equals)};
  char* end = nullptr;
  const auto number = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  floor.least = std::strtod(number.c_str(), &end);
  const bool known = std::ranges::find(rag_metrics, floor.metric) != rag_metrics.end();
  if (!known || number.empty() || *end != '\0' || !(floor.least >= 0 && floor.least <= 1))
    throw Error(ErrorKind::usage, fmt::format("--at-least {} is no floor of a metric", quote(text)))
        .with_hint("write for example faithfulness=0.8; there are answer_relevancy, context_precision and faithfulness");
  return floor;
}

Task<> measure_retrieval(ScenarioEvaluation& result, std::shared_ptr<ServedAgent> agent, RagJudge& judge, std::vector<std::string> metrics, Clock& clock) {
  const auto tools = knowledge_tools(agent->config());
  for (std::size_t i = 0; i < result.turns.size(); ++i) {
    auto& turn = result.turns[i];
    auto queries = queries_of(turn, tools);
    if (queries.empty() || !agent->knowledge()) continue;
    std::optional<Error> failed;
    try {
      turn.contexts = co_await contexts_for(std::move(queries), agent->knowledge(), Deadline::after(clock, search_limit));
      co_await measure_turn(turn, result.scenario.turns[i].reference, judge, metrics);
    } catch (const Error& error) {
      failed = error;
    }
    if (!failed) continue;
    turn.errors.push_back("its retrieval could not be measured: " + failed->message());
    result.outcome = ScenarioEvaluation::Outcome::error;
  }
}

}  // namespace antiphon::gateway
