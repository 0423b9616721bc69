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

// Speech of ours over which nobody else should speak (VOX-93).
Spans floor_of_ours(const CallRecord& call) {
  Spans all;
  for (const auto& utterance : call.utterances) {
    if (!utterance.sent || utterance.kind == UtteranceKind::backchannel || utterance.kind == UtteranceKind::dtmf) continue;
    auto voiced = utterance.voiced;
    if (utterance.kind == UtteranceKind::interruption) voiced = without(voiced, {{utterance.start, voice_start(utterance) + cut_in_grace}});
    all.insert(all.end(), voiced.begin(), voiced.end());
  }
  return joined(std::move(all));
}

std::size_t interrupts(const CallRecord& call, const VoiceMeasures& measures) {
  const auto ours = floor_of_ours(call);
  std::size_t count = 0;
  for (std::size_t i = 0; i < call.turns.size(); ++i) {
    const auto at = call.turns[i].start;
    const bool greeting = i == 0 && std::ranges::none_of(measures.user_turns, [](const auto& turn) { return turn.agent_turn == 0U; });
    const bool after_cap = i > 0 && call.turns[i - 1].ending == TurnEnding::capped;
    const auto within = [&](const VoicedSpan& span) { return span.start < at && at < span.end; };
    if (!greeting && !after_cap && std::ranges::any_of(ours, within)) ++count;
  }
  return count;
}

}  // namespace

void measure_talk(const CallRecord& call, VoiceMeasures& measures) {
  auto& figures = measures.figures;
  const auto ours = total(call.user_voiced), theirs = total(call.agent_voiced);
  figures["talk_ratio"] = rate(to_seconds(theirs), to_seconds(ours), call.turns.size());
  figures["user_words_per_minute"] = words_per_minute(call.utterances, [](const UserUtterance& utterance) { return utterance.sent ? utterance.text : ""; });
  figures["agent_words_per_minute"] = words_per_minute(call.turns, [](const AgentTurn& turn) { return turn.transcript; });

  const auto both = common(call.user_voiced, call.agent_voiced), talk_over = common(floor_of_ours(call), call.agent_voiced);
  const bool spoken = ours > Duration{0} && theirs > Duration{0};
  figures["overlap_s"] = spoken ? std::optional(Figure{to_seconds(total(both)), both.size()}) : std::nullopt;
  figures["talk_over_s"] = spoken ? std::optional(Figure{to_seconds(total(talk_over)), talk_over.size()}) : std::nullopt;
  figures["agent_interrupts_user"] =
      ours > Duration{0} ? std::optional(Figure{static_cast<double>(interrupts(call, measures)), measures.user_turns.size()}) : std::nullopt;

  auto voices = call.user_voiced;
  voices.insert(voices.end(), call.agent_voiced.begin(), call.agent_voiced.end());
  for (const auto& utterance : call.utterances)
    if (utterance.kind == UtteranceKind::dtmf && utterance.sent) voices.push_back({utterance.start, utterance.end});
  auto silences = gaps(voices, call.duration);
  Duration longest{0};
  for (const auto& silence : silences) longest = std::max(longest, silence.end - silence.start);
  figures["longest_silence_s"] = call.duration > Duration{0} ? std::optional(Figure{to_seconds(longest), silences.size()}) : std::nullopt;
  std::erase_if(silences, [](const VoicedSpan& silence) { return silence.end - silence.start < dead_air_from; });
  figures["dead_air_s"] = call.duration > Duration{0} ? std::optional(Figure{to_seconds(total(silences)), silences.size()}) : std::nullopt;
}

}  // namespace antiphon::voice
