#pragma once

#include <utility>

#include "antiphon/result/measures/measures.hpp"

namespace antiphon::testing_support {

/// A call whose every edge is known: each adds a voice at its place, in ms.
class Conversation {
 public:
  Conversation& user(int start, int end, UtteranceKind kind = UtteranceKind::speech, Expectation expect = Expectation::respond) {
    UserUtterance utterance{.kind = kind, .start = std::chrono::milliseconds(start), .end = std::chrono::milliseconds(end), .expect = expect};
    if (kind != UtteranceKind::dtmf) {
      utterance.text = "one two three";
      utterance.voiced = {{std::chrono::milliseconds(start), std::chrono::milliseconds(end)}};
      call.user_voiced.push_back(utterance.voiced.front());
    }
    call.utterances.push_back(std::move(utterance));
    return *this;
  }
  Conversation& agent(std::initializer_list<std::pair<int, int>> spans, TurnEnding ending = TurnEnding::tail_silence) {
    AgentTurn turn{.start = std::chrono::milliseconds(spans.begin()->first), .ending = ending, .transcript = "four words of it"};
    for (const auto& [start, end] : spans) turn.voiced.push_back({std::chrono::milliseconds(start), std::chrono::milliseconds(end)});
    turn.end = turn.voiced.back().end;
    call.agent_voiced.insert(call.agent_voiced.end(), turn.voiced.begin(), turn.voiced.end());
    call.turns.push_back(std::move(turn));
    return *this;
  }
  VoiceMeasures until(int end) {
    call.duration = std::chrono::milliseconds(end);
    return voice::measure(call);
  }
  CallRecord call{};
};

}  // namespace antiphon::testing_support
