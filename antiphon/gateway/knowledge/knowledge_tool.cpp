#include "antiphon/gateway/knowledge/knowledge_tool.hpp"

#include <cmath>

#include "antiphon/gateway/tools/function_tool.hpp"

namespace antiphon::gateway {

namespace {

// Digits beyond the third say nothing and cost a model tokens.
double rounded(double value) { return std::round(value * 1000) / 1000; }

struct Lookup {
  std::shared_ptr<KnowledgeBase> base;
  static Task<json::value> run(std::shared_ptr<KnowledgeBase> base, ToolInvocation invocation, Deadline deadline) {
    std::string query(invocation.arguments.at("query").as_string());
    const auto answer = co_await base->answer(std::move(query), deadline);
    auto result = to_json(answer);
    if (answer.text.empty()) result["note"] = "nothing was found that surely answers it: say so, or offer a person; do not make an answer up";
    co_return result;
  }
  Task<json::value> operator()(ToolInvocation invocation, Deadline deadline) const { return run(base, std::move(invocation), deadline); }
};

}  // namespace

json::object to_json(const KnowledgeAnswer& answer) {
  json::array sources;
  for (const auto& source : answer.sources) {
    json::object entry{{"document", source.document}, {"similarity", rounded(source.similarity)}};
    if (!source.heading.empty()) entry["heading"] = source.heading;
    if (answer.text.empty()) entry["text"] = source.text;  // else it stands in the answer
    if (!source.metadata.empty()) entry["metadata"] = source.metadata;
    sources.push_back(std::move(entry));
  }
  return {{"answer", answer.text}, {"confidence", rounded(answer.confidence)}, {"sources", std::move(sources)}};
}

std::shared_ptr<ToolProvider> knowledge_tool(std::shared_ptr<KnowledgeBase> base, std::string name, std::string description, ToolRules rules) {
  rules.idempotent = true;
  if (rules.fallback.empty()) rules.fallback = knowledge_fallback;
  Tool tool{.name = name.empty() ? "knowledge_base" : std::move(name),
            .description = description.empty() ? "Looks up what the company's documents say: policies, products, frequent questions." : std::move(description)};
  tool.parameters =
      json::object{{"type", "object"},
                   {"properties", json::object{{"query", json::object{{"type", "string"}, {"minLength", 1}, {"description", "the question, in plain words"}}}}},
                   {"required", json::array{"query"}},
                   {"additionalProperties", false}};
  return function_tool({.tool = std::move(tool), .rules = std::move(rules)}, Lookup{std::move(base)});
}

}  // namespace antiphon::gateway
