#include "antiphon/result/measures/understanding.hpp"

#include <algorithm>

#include "antiphon/base/entities.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/figures.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

// Nothing can be understood for good so soon after it began: what comes then is of the utterance before.
constexpr auto soonest_transcript = std::chrono::milliseconds(300);

bool is_spoken(const UserUtterance& utterance) {
  return utterance.sent && utterance.kind != UtteranceKind::dtmf && utterance.kind != UtteranceKind::silence && !utterance.voiced.empty();
}

bool has_reference(const UserUtterance& utterance) {
  const bool ignored = utterance.expect == Expectation::ignore || utterance.kind == UtteranceKind::backchannel || utterance.kind == UtteranceKind::hesitation;
  return is_spoken(utterance) && !utterance.text.empty() && !ignored;
}

// Comparing takes as much memory as both have words, one by the other.
constexpr std::size_t longest_text = 8192;

HeardTurn heard_turn(std::size_t place, const std::string& said, const std::string& heard) {
  return {.place = place, .said = said.substr(0, longest_text), .heard = heard.substr(0, longest_text)};
}

void append(std::string& text, const std::string& piece) {
  if (!text.empty()) text += ' ';
  text += piece;
}

}  // namespace

Understanding understood_by_agent(const CallRecord& call) {
  Understanding result{.told = !call.claims.understood.empty()};
  std::vector<std::string> heard(call.utterances.size());
  for (const auto& [time, text] : call.claims.understood) {
    std::optional<std::size_t> belongs_to;
    for (std::size_t i = 0; i < call.utterances.size(); ++i)
      if (is_spoken(call.utterances[i]) && (!belongs_to || voice_start(call.utterances[i]) + soonest_transcript <= time)) belongs_to = i;
    if (belongs_to) append(heard[*belongs_to], text);
  }
  for (std::size_t i = 0; i < call.utterances.size(); ++i) {
    const auto& utterance = call.utterances[i];
    if (has_reference(utterance))
      result.turns.push_back(heard_turn(i, utterance.text, heard[i]));
    else if (utterance.sent)
      ++result.left_out;
  }
  return result;
}

Understanding understood_by_user(const CallRecord& call) {
  Understanding result;
  for (std::size_t i = 0; i < call.turns.size(); ++i) {
    const auto& turn = call.turns[i];
    result.told |= turn.recognised;
    if (turn.recognised && turn.told && !turn.transcript_truncated)
      result.turns.push_back(heard_turn(i, *turn.told, turn.transcript));
    else
      ++result.left_out;
  }
  return result;
}

WordErrors word_errors(const Understanding& understanding) {
  WordErrors sum;
  for (const auto& turn : understanding.turns) sum += antiphon::word_errors(turn.said, turn.heard);
  return sum;
}

EntityCount count_entities(const Understanding& understanding, const std::vector<std::string>& entities) {
  EntityCount count;
  for (const auto& turn : understanding.turns) {
    auto wanted = entities.empty() ? entities_in(turn.said) : entities;
    if (!entities.empty()) std::erase_if(wanted, [&](const std::string& entity) { return !holds_entity(turn.said, entity); });
    for (auto& entity : wanted) {
      ++count.said;
      if (holds_entity(turn.heard, entity))
        ++count.understood;
      else
        count.missed.push_back(std::move(entity));
    }
  }
  return count;
}

namespace {

void add(VoiceMeasures& measures, const std::string& side, const Understanding& understanding, bool may_judge) {
  const auto errors = word_errors(understanding);
  const auto entities = count_entities(understanding);
  const bool measured = may_judge && understanding.told;
  const auto rate = [&](std::size_t part, std::size_t n) { return measured ? share(static_cast<double>(part), n) : std::nullopt; };
  measures.figures[side + "_word_error_rate"] = rate(errors.errors(), errors.words);
  measures.figures[side + "_entity_accuracy"] = rate(entities.understood, entities.said);
}

}  // namespace

void measure_understanding(const CallRecord& call, VoiceMeasures& measures) {
  add(measures, "agent", understood_by_agent(call), true);
  add(measures, "user", understood_by_user(call), !call.primed && call.oov_rate.value_or(0) <= most_unknown_words);
}

}  // namespace antiphon::voice
