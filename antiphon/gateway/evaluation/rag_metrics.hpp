#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/runtime.hpp"
#include "antiphon/providers/embed/embedder.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::gateway {

/// One answer that rests on what was retrieved for it.
struct RagSample {
  std::string question{}, answer{};
  std::vector<std::string> contexts{};  ///< best first
  std::string reference{};              ///< the right answer; empty: nobody knows it
};

struct RagJudgeOptions {
  std::size_t questions = 3;                 ///< that are made of an answer
  Duration limit{std::chrono::seconds(60)};  ///< of one request
  std::optional<double> temperature = 0;
};

/// Metrics of retrieval-augmented generation, judged by a model (GTW-62). One executor.
///
/// Faithfulness and answer relevancy as Es, James, Espinosa-Anke and Schockaert define them in "RAGAS: Automated Evaluation of Retrieval Augmented Generation"
/// (EACL 2024, arXiv:2309.15217), with the rule of their implementation that an answer which commits to nothing has no relevancy; context precision as
/// documented there: average precision (Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 8.4) over the contexts in their order.
/// nullopt where a metric is undefined. @throws Error as the model does; protocol where it twice breaks its contract.
class RagJudge {
 public:
  /// @param embedder compares questions: best one that knows that different words may mean the same
  RagJudge(Runtime& runtime, std::shared_ptr<LanguageModel> model, std::shared_ptr<Embedder> embedder, RagJudgeOptions options = {});

  /// Share of the statements of the answer that follow from the contexts. Undefined where it states nothing.
  Task<std::optional<double>> faithfulness(RagSample sample);
  /// Mean cosine between the question and questions that the answer would be one to. Undefined for an empty answer.
  Task<std::optional<double>> answer_relevancy(RagSample sample);
  /// Sum over useful contexts of the share of useful ones up to there, by their number; 0 where none is useful. Useful for the reference, or, without one, for
  /// the answer. Undefined without contexts.
  Task<std::optional<double>> context_precision(RagSample sample);
  /// By name. @pre one of `rag_metrics`
  Task<std::optional<double>> measure(std::string metric, RagSample sample);

 private:
  Task<json::value> ask(Tool tool, std::string instructions, std::string text);
  Task<std::vector<Embedding>> embed(std::vector<std::string> texts);

  Runtime& runtime_;
  std::shared_ptr<LanguageModel> model_;
  std::shared_ptr<Embedder> embedder_;
  RagJudgeOptions options_;
};

inline constexpr std::array<std::string_view, 3> rag_metrics{"answer_relevancy", "context_precision", "faithfulness"};

/// Average precision of a ranking. nullopt for an empty one.
std::optional<double> average_precision(const std::vector<bool>& useful);

}  // namespace antiphon::gateway
