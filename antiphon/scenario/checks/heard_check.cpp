#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/spans.hpp"
#include "antiphon/result/measures/understanding.hpp"
#include "antiphon/scenario/checks/evaluators.hpp"

namespace antiphon::checks {

namespace {

constexpr std::size_t shown_entities = 10;

json::value expectation(const HeardCheck& check) {
  json::object expected{{"by", check.by == HeardCheck::By::agent ? "agent" : "user"}};
  if (check.word_error_rate_at_most) expected["word_error_rate"] = json::object{{"at_most", *check.word_error_rate_at_most}};
  if (check.entities.empty() && !check.entities_at_least) return expected;
  json::object entities;
  if (!check.entities.empty()) entities["of"] = json::array(check.entities.begin(), check.entities.end());
  entities["at_least"] = check.entities_at_least.value_or(1);
  expected["entities"] = std::move(entities);
  return expected;
}

/// Why nothing can be said about who is checked; empty: it can.
std::string obstacle(const HeardCheck& check, const CallRecord& call, const voice::Understanding& understanding) {
  const bool ours = check.by == HeardCheck::By::user;
  if (understanding.turns.empty()) return ours ? "no turn has both the agent's own text and our recogniser's" : "our user spoke nothing whose words are known";
  if (ours && call.primed) return fmt::format("{} was told the words to expect, and cannot judge", call.recogniser);
  if (ours && call.oov_rate.value_or(0) > voice::most_unknown_words)
    return fmt::format("{:.0f} % of the agent's words are unknown to {}", *call.oov_rate * 100, call.recogniser);
  return {};
}

/// The turn in which most went wrong.
const voice::HeardTurn& worst(const voice::Understanding& understanding) {
  return *std::ranges::max_element(understanding.turns, {}, [](const auto& turn) { return word_errors(turn.said, turn.heard).errors(); });
}

void place_at(CheckResult& result, const HeardCheck& check, const CheckScope& scope, std::size_t index) {
  if (check.by == HeardCheck::By::agent) {
    const auto& utterance = scope.call->utterances[index];
    place(result, scope, voice::voice_start(utterance), utterance.message);
  } else {
    const auto& turn = scope.call->turns[index];
    place(result, scope, turn.start, turn.message);
  }
}

json::object found_in(const CallRecord& call, const HeardCheck& check, const voice::Understanding& understanding, const WordErrors& errors) {
  json::object found{{"word_error_rate", errors.rate()}, {"words", errors.words}, {"n", understanding.turns.size()}, {"left_out", understanding.left_out}};
  const bool ours = check.by == HeardCheck::By::user;
  found["recogniser"] = ours ? json::value(call.recogniser) : json::value("the agent's own");
  found["vocabulary"] = !ours ? json::value(nullptr) : json::value(call.primed ? "primed" : "open");
  found["oov_rate"] = ours && call.oov_rate ? json::value(*call.oov_rate) : json::value(nullptr);
  return found;
}

/// Entities that were named and never said: nobody can have misheard them.
std::vector<std::string> unsaid(const HeardCheck& check, const voice::Understanding& understanding) {
  auto missing = check.entities;
  std::erase_if(missing, [&](const std::string& entity) { return voice::count_entities(understanding, {entity}).said > 0; });
  return missing;
}

/// Whether enough entities were understood; leaves the check undecided where none were said.
bool entities_hold(CheckResult& result, const HeardCheck& check, const voice::Understanding& understanding) {
  const auto count = voice::count_entities(understanding, check.entities);
  result.found.get_object()["entities"] = json::object{
      {"said", count.said},
      {"understood", count.understood},
      {"missed", json::array(count.missed.begin(), count.missed.begin() + static_cast<std::ptrdiff_t>(std::min(count.missed.size(), shown_entities)))}};
  const double share = count.said > 0 ? static_cast<double>(count.understood) / static_cast<double>(count.said) : 0;
  if (count.said > 0 && share < check.entities_at_least.value_or(1)) return false;
  if (const auto missing = unsaid(check, understanding); !missing.empty())
    leave_undecided(result, Party::harness, fmt::format("{} was never said", join(missing, ", ")));
  else if (count.said == 0)
    leave_undecided(result, Party::harness, "nothing was said that stands out");
  return true;
}

}  // namespace

CheckResult evaluate(const HeardCheck& check, const CheckScope& scope) {
  CheckResult result{.expected = expectation(check)};
  if (!scope.call) return result;
  const auto understanding = check.by == HeardCheck::By::agent ? voice::understood_by_agent(*scope.call) : voice::understood_by_user(*scope.call);
  if (const auto why = obstacle(check, *scope.call, understanding); !why.empty()) {
    leave_undecided(result, Party::harness, why);
    result.found.get_object()["left_out"] = understanding.left_out;
    return result;
  }
  if (!understanding.told) return result;  // the agent tells nothing of what it understood: found stays null
  const auto errors = voice::word_errors(understanding);
  auto found = found_in(*scope.call, check, understanding, errors);
  const auto& turn = worst(understanding);
  if (errors.errors() > 0) found["said"] = turn.said, found["heard"] = turn.heard;
  result.found = std::move(found);
  place_at(result, check, scope, turn.place);
  if (check.word_error_rate_at_most && errors.rate() > *check.word_error_rate_at_most) return result;
  const bool about_entities = !check.entities.empty() || check.entities_at_least;
  if (about_entities && !entities_hold(result, check, understanding)) return result;
  result.passed = !result.inconclusive;
  return result;
}

}  // namespace antiphon::checks
