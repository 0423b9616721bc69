#include "antiphon/scenario/voice/call_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/spoken_text.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::voice {

namespace {

using namespace std::chrono_literals;

constexpr auto still_speaking = 100ms;  // frames of it were on their way

bool is_something(const UserUtterance& utterance) { return utterance.sent && (!utterance.voiced.empty() || utterance.kind == UtteranceKind::dtmf); }

std::string words_for(const UserUtterance& utterance) {
  switch (utterance.kind) {
    case UtteranceKind::dtmf: return fmt::format("the keys {}", utterance.keys);
    case UtteranceKind::silence: return fmt::format("a silence of {:g} s", to_seconds(utterance.end - utterance.start));
    default: break;
  }
  const auto what = utterance.text.empty() ? std::string("a recording") : quote(cut(utterance.text, 60));
  return utterance.voiced.empty() ? what + ", in which no speech was heard" : what;
}

// What our user did last that asks for an answer.
const UserUtterance* last_turn(const VoiceLine& line) {
  const auto& all = line.utterances();
  const auto last = std::find_if(all.rbegin(), all.rend(), [](const auto& each) { return each.sent && each.expect != Expectation::ignore; });
  return last == all.rend() ? nullptr : &*last;
}

std::string what_it_had(const VoiceLine& line) {
  const auto* last = last_turn(line);
  if (!last) return "before our user said anything";
  return "after " + words_for(*last);
}

// It may have spoken, and yet said nothing that answers.
std::string what_it_did_not(const VoiceLine& line, double limit_s) {
  const auto* last = last_turn(line);
  const auto& turns = line.turns().turns();
  if (!last || turns.empty() || turns.back().end <= last->start) return fmt::format("said nothing for {:g} s {}", limit_s, what_it_had(line));
  const auto end = to_seconds(turns.back().end);
  if (speech_began(turns, turns.size() - 1) >= last->start)
    return fmt::format("said nothing more for {:g} s after its turn that ended at {:.2f} s", limit_s, end);
  return fmt::format("began no turn for {:g} s {}, over which it had spoken on until {:.2f} s", limit_s, what_it_had(line), end);
}

// Words, or a recording, that nobody can have heard.
bool is_lost(const UserUtterance& utterance) {
  return utterance.sent && utterance.expect != Expectation::ignore && utterance.voiced.empty() && utterance.kind != UtteranceKind::dtmf &&
         utterance.kind != UtteranceKind::silence;
}

// Whoever was never spoken to owes no answer, unless the script wants it to speak first; nor does who has spoken since and then heard nothing where
// our user meant to be heard. A silence that the script asks for is another thing: an agent may have to break it.
bool had_nothing(const VoiceLine& line) {
  const auto& turns = line.turns().turns();
  const auto& all = line.utterances();
  const auto since = turns.empty() ? Duration::zero() : turns.back().start;
  const auto first = std::ranges::find_if(all, [&](const auto& each) { return each.start >= since; });
  if (std::any_of(first, all.end(), is_something)) return false;
  return turns.empty() ? last_turn(line) != nullptr : std::any_of(first, all.end(), is_lost);
}

Error silent_after_nothing(const VoiceLine& line, std::string text) {
  text += line.turns().turns().empty() ? ", and our user had not said a word or pressed a key before" : ", and had heard nothing of our user since it spoke";
  const auto* last = last_turn(line);
  return Error(ErrorKind::timeout, std::move(text))
      .with_party(Party::harness)
      .with_hint(last && is_lost(*last) ? "let more of it be heard: look at its level, and at the effects on it"
                                        : "let the script say something first, or begin it with `agent` where the agent is to speak first");
}

std::string when_it_hung_up(const VoiceLine& line) {
  const auto& turns = line.turns().turns();
  if (turns.empty() || turns.back().ending != TurnEnding::closed) return "before it answered";
  return turns.back().end + still_speaking >= line.closed_at() ? "while it was speaking" : "when it had just spoken";
}

}  // namespace

Error hung_up(const VoiceLine& line) {
  const auto& closed = *line.closed();
  const auto at = to_seconds(line.closed_at());
  const auto reason = closed.reason.empty() ? std::string() : ": " + closed.reason;
  if (closed.party && *closed.party != Party::agent)
    return Error(ErrorKind::closed, fmt::format("the call broke off at {:.2f} s{}", at, reason)).with_party(*closed.party);
  return Error(ErrorKind::closed, fmt::format("the agent hung up {:.2f} s into the call, {}{}", at, when_it_hung_up(line), reason)).with_party(Party::agent);
}

std::string still_speaking_since(const VoiceLine& line) {
  const auto& turns = line.turns().turns();
  if (!line.turns().open()) return "";
  return fmt::format("; it has been speaking since {:.2f} s into the call, without an end", to_seconds(speech_began(turns, turns.size() - 1)));
}

bool hung_up_while_speaking(const VoiceLine& line) {
  const auto& turns = line.turns().turns();
  return line.closed() && !line.closed()->on_purpose && !turns.empty() && turns.back().ending == TurnEnding::closed &&
         turns.back().end + still_speaking >= line.closed_at();
}

Error said_nothing(const VoiceLine& line, Duration limit) {
  const auto text =
      fmt::format("{}: the agent {} ({:.2f} s into the call)", line.adapter_name(), what_it_did_not(line, to_seconds(limit)), to_seconds(line.now()));
  if (had_nothing(line)) return silent_after_nothing(line, text);
  return Error(ErrorKind::timeout, text).with_party(Party::agent).with_hint("set `response_timeout` where it may take longer");
}

std::string nothing_to_cut(const VoiceLine& line, Duration wait) {
  if (line.is_over()) return gone_before_the_cut(line);
  return fmt::format("the agent did not begin to speak within {}, so that there was nothing to cut into", format_duration(wait));
}

std::string gone_before_the_cut(const VoiceLine& line) {
  return fmt::format("the agent hung up {:.2f} s into the call, before our user could cut in", to_seconds(line.closed_at()));
}

std::string turn_was_over(const AgentTurn& turn, std::string_view before) {
  return fmt::format("the agent's turn was over after {}, before {}", format_duration(turn.end - turn.start), before);
}

void require_speech(std::string_view text, Party party) {
  if (has_speech(text)) return;
  throw Error(ErrorKind::configuration, fmt::format("{} holds nothing that a voice could say", quote(cut(text, 60))))
      .with_party(party)
      .with_hint("write words, or use `silence` or `dtmf` for a turn without any");
}

}  // namespace antiphon::voice
