#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/regex.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/ledger/case.hpp"
#include "antiphon/scenario/ledger/words.hpp"

namespace antiphon::ledger {

namespace {

constexpr std::size_t shortest_quotation = 4;  // words

// Everything that stands in the run: what was said, called and answered, and what the judge was told about it.
std::string everything_in(const ScenarioResult& result) {
  std::string text = result.description;
  for (const auto* messages : {&result.messages, &result.rolled_back})
    for (const auto& message : *messages) text += "\n" + message.text() + "\n" + std::string(message.serialized());
  for (const auto& criterion : result.criteria) text += "\n" + criterion.criterion;
  return normalised(text);
}

// Only words that somebody is said to have used are a claim: "the agent never said …", "it should have asked …" are none.
bool is_claimed(std::string_view before) {
  static const Regex saying(
      R"(\b(says?|said|saying|states?|stated|repl(y|ies|ied)|answers?|answered|asks?|asked|tells?|told|claims?|claimed|promises|promised|writes|wrote|writing|reads?)\b[^."]{0,40}$)",
      true);
  static const Regex unreal(
      R"(\b(never|not|no|without|should|would|could|must|instead of|fail(s|ed)? to|expected|missing|rather than|such as|e\.g|like|if)\b|n't\b)", true);
  const std::string sentence(
      before.substr(std::min(before.size(), before.find_last_of(".!?\n") == std::string_view::npos ? 0 : before.find_last_of(".!?\n") + 1)));
  return is_utf8(sentence) && saying.matches(sentence) && !unreal.matches(sentence);
}

std::optional<std::string> invented_words(const CriterionResult& criterion, const std::string& everything) {
  for (const auto& quotation : quotations_in(criterion.reasoning)) {
    if (words_of(quotation.text).size() < shortest_quotation || !is_claimed(std::string_view(criterion.reasoning).substr(0, quotation.begin))) continue;
    if (!holds_quotation(everything, quotation.text)) return quotation.text;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> criteria_with_invented_words(const Case& run) {
  std::vector<std::string> list;
  const auto everything = everything_in(run.result);
  for (const auto& criterion : run.result.criteria) {
    try {
      if (criterion.status == CriterionStatus::failed && invented_words(criterion, everything)) list.push_back(criterion.criterion);
    } catch (const Error&) {
      continue;  // a pattern gave up on the judge's words
    }
  }
  return list;
}

std::optional<Finding> judge_invents_words(const Case& run) {
  if (run.result.outcome != RunOutcome::failed) return std::nullopt;
  for (const auto& check : run.result.checks)
    if (!check.passed && !check.inconclusive) return std::nullopt;  // it fails without the judge as well
  const auto everything = everything_in(run.result);
  std::vector<FaultEvidence> evidence;
  std::string first;
  for (const auto& criterion : run.result.criteria) {
    if (criterion.status != CriterionStatus::failed) continue;
    const auto words = invented_words(criterion, everything);
    if (!words) return std::nullopt;  // one verdict that stands is enough
    if (first.empty()) first = *words;
    FaultEvidence piece{.quote = *words, .check = {}, .criterion = criterion.criterion};
    if (!criterion.evidence.empty()) piece.message = criterion.evidence.front();
    evidence.push_back(std::move(piece));
  }
  if (evidence.empty()) return std::nullopt;
  return Finding{.party = Party::judge, .why = fmt::format("it rests on words that nobody said: {}", quote(cut(first, 120))), .evidence = std::move(evidence)};
}

}  // namespace antiphon::ledger
