#include <algorithm>

#include "antiphon/result/measures/measures.hpp"
#include "antiphon/result/measures/spans.hpp"

namespace antiphon::voice {

namespace {

constexpr auto cut_in_grace = std::chrono::milliseconds(600);  // nobody can stop sooner
constexpr auto dead_air_from = std::chrono::seconds(3);

std::optional<Figure> rate(double value, double by, std::size_t n) { return by > 0 ? std::optional(Figure{value / by, n}) : std::nullopt; }

// Of what has words and a voice; a recording that nobody wrote down counts for neither.
template <class List, class Text>
std::optional<Figure> words_per_minute(const List& list, Text text) {
  std::size_t words = 0, n = 0;
  Duration voiced{0};
  for (const auto& item : list) {
    const auto count = count_words(text(item));
    if (count == 0 || item.voiced.empty()) continue;
    words += count, voiced += total(item.voiced), ++n;
  }
  return rate(60.0 * static_cast<double>(words), to_seconds(voiced), n);
}

// Of a turn that was cut off, the agent tells all that it meant to say.
std::string heard_words(const AgentTurn& turn) { return turn.transcript_truncated && !turn.recognised ? "" : turn.transcript; }

bool is_premature(std::size_t utterance, const VoiceMeasures& measures) {
  return std::ranges::any_of(measures.user_turns, [&](const UserTurnEntry& turn) { return turn.utterance == utterance && turn.premature; });
}

// Speech of ours over which nobody else should speak (VOX-93).
Spans floor_of_ours(const CallRecord& call, const VoiceMeasures& measures) {
  Spans all;
  for (std::size_t i = 0; i < call.utterances.size(); ++i) {
    const auto& utterance = call.utterances[i];
    const bool claims_it = utterance.kind != UtteranceKind::backchannel && utterance.kind != UtteranceKind::dtmf && utterance.expect != Expectation::ignore;
    if (!utterance.sent || !claims_it || is_premature(i, measures)) continue;
    auto voiced = utterance.voiced;
    if (utterance.kind == UtteranceKind::interruption) voiced = without(voiced, {{utterance.start, voice_start(utterance) + cut_in_grace}});
    all.insert(all.end(), voiced.begin(), voiced.end());
  }
  return joined(std::move(all));
}

// A greeting is nobody's interruption, nor is what goes on after a turn that we cut at its longest.
bool may_interrupt(const CallRecord& call, std::size_t turn, const VoiceMeasures& measures) {
  if (turn > 0) return call.turns[turn - 1].ending != TurnEnding::capped;
  return std::ranges::any_of(measures.user_turns, [](const auto& entry) { return entry.agent_turn == 0U; });
}

std::size_t interrupts(const CallRecord& call, const VoiceMeasures& measures) {
  const auto ours = floor_of_ours(call, measures);
  std::size_t count = 0;
  for (std::size_t i = 0; i < call.turns.size(); ++i) {
    const auto within = [&](const VoicedSpan& span) { return span.start < call.turns[i].start && call.turns[i].start < span.end; };
    if (may_interrupt(call, i, measures) && std::ranges::any_of(ours, within)) ++count;
  }
  return count;
}

}  // namespace

Spans talk_over(const CallRecord& call, const VoiceMeasures& measures) {
  Spans theirs;
  for (std::size_t i = 0; i < call.turns.size(); ++i)
    if (may_interrupt(call, i, measures)) theirs.insert(theirs.end(), call.turns[i].voiced.begin(), call.turns[i].voiced.end());
  return common(floor_of_ours(call, measures), theirs);
}

void measure_talk(const CallRecord& call, VoiceMeasures& measures) {
  auto& figures = measures.figures;
  const auto ours = total(call.user_voiced), theirs = total(call.agent_voiced);
  figures["talk_ratio"] = rate(to_seconds(theirs), to_seconds(ours), call.turns.size());
  figures["user_words_per_minute"] = words_per_minute(call.utterances, [](const UserUtterance& utterance) { return utterance.sent ? utterance.text : ""; });
  figures["agent_words_per_minute"] = words_per_minute(call.turns, [](const AgentTurn& turn) { return heard_words(turn); });

  const auto both = common(call.user_voiced, call.agent_voiced), over_ours = talk_over(call, measures);
  const bool spoken = ours > Duration{0} && theirs > Duration{0};
  figures["overlap_s"] = spoken ? std::optional(Figure{to_seconds(total(both)), both.size()}) : std::nullopt;
  figures["talk_over_s"] = spoken ? std::optional(Figure{to_seconds(total(over_ours)), over_ours.size()}) : std::nullopt;
  figures["agent_interrupts_user"] =
      ours > Duration{0} ? std::optional(Figure{static_cast<double>(interrupts(call, measures)), measures.user_turns.size()}) : std::nullopt;

  auto silences = silences_of(call);
  const auto longest = longest_of(silences).value_or(VoicedSpan{});
  figures["longest_silence_s"] = call.duration > Duration{0} ? std::optional(Figure{to_seconds(longest.end - longest.start), silences.size()}) : std::nullopt;
  std::erase_if(silences, [](const VoicedSpan& silence) { return silence.end - silence.start < dead_air_from; });
  figures["dead_air_s"] = call.duration > Duration{0} ? std::optional(Figure{to_seconds(total(silences)), silences.size()}) : std::nullopt;

  const auto waited = waits(call, measures);
  const auto longest_wait = longest_of(waited).value_or(VoicedSpan{});
  const bool somebody_spoke = ours > Duration{0} || !call.turns.empty();
  figures["longest_wait_s"] = somebody_spoke ? std::optional(Figure{to_seconds(longest_wait.end - longest_wait.start), waited.size()}) : std::nullopt;
}

}  // namespace antiphon::voice
