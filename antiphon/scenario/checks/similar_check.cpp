#include <cmath>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"
#include "antiphon/scenario/checks/text_vectors.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t found_limit = 200;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

const Embedding& vector_of(const CheckScope& scope, const std::string& text) {
  if (const auto* vector = scope.vectors ? scope.vectors->find(text) : nullptr) return *vector;
  throw Error(ErrorKind::internal, "the texts to compare were not embedded").with_party(Party::harness);
}

}  // namespace

std::vector<std::string> compared_texts(const SimilarCheck& check, const CheckScope& scope) {
  std::vector<std::string> texts{check.to};
  for (const auto index : looked_at(scope, check.role)) texts.push_back(scope.messages[index].text());
  if (texts.size() == 1) texts.clear();  // nobody said anything
  return texts;
}

CheckResult evaluate(const SimilarCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = json::object{{"to", check.to}, {"at_least", check.at_least}}};
  if (check.role != CheckedRole::assistant) result.expected.get_object()["role"] = to_string(check.role);
  const auto indices = looked_at(scope, check.role);
  if (indices.empty()) return result;  // found stays null
  const auto& wanted = vector_of(scope, check.to);
  double best = -2;
  std::size_t nearest = indices.front();
  for (const auto index : indices) {
    const double alike = similarity(vector_of(scope, scope.messages[index].text()), wanted);
    if (alike > best) best = alike, nearest = index;
  }
  result.expected.get_object()["embedding"] = scope.vectors->embedder;
  result.passed = rounded(best) >= check.at_least;
  result.found =
      json::object{{"similarity", rounded(best)}, {"text", cut(scope.messages[nearest].text(), found_limit)}, {"embedding", scope.vectors->embedder}};
  place(result, scope, nearest);
  return result;
}

}  // namespace antiphon::checks
