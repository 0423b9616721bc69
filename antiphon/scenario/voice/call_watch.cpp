#include "antiphon/scenario/voice/call_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/scenario/voice/call_events.hpp"
#include "antiphon/scenario/voice/voice_line.hpp"

namespace antiphon::voice {

template <class Call>
void CallWatch::guarded(std::string_view hook, Call call) {
  if (failure_) return;  // it has thrown already, and the run is on its way out
  try {
    call();
    return;
  } catch (...) {
    failure_ = std::make_exception_ptr(
        Error(ErrorKind::internal, fmt::format("the hook {} failed: {}", hook, describe(std::current_exception()))).with_party(Party::harness));
  }
  std::rethrow_exception(failure_);
}

void CallWatch::show(audio::Speaker speaker, audio::SampleView samples, Duration at) {
  if (!hooks_.on_audio_chunk || samples.empty()) return;
  CallChunk sound{.speaker = speaker, .chunk = {.samples = {samples.begin(), samples.end()}, .start = at, .end = at + audio::duration_of(samples.size())}};
  guarded("on_audio_chunk", [&] { hooks_.on_audio_chunk(scenario_id_, sound); });
}

void CallWatch::tell(VoiceEvent event) {
  guarded("on_voice_event", [&] { hooks_.on_voice_event(scenario_id_, event); });
}

bool CallWatch::look_at(const UserUtterance& utterance, Stage& stage, Duration now, bool goes_on) {
  const auto events = user_events(utterance);
  if (events.empty()) return true;
  if (utterance.kind == UtteranceKind::silence && now < utterance.end) return false;  // its length is what is told of it
  if (stage == Stage::before && now >= events.front().time) {
    stage = Stage::speaking;
    tell(events.front());
  }
  if (stage != Stage::speaking || goes_on || now < events.back().time) return false;
  stage = Stage::over;
  for (std::size_t i = 1; i < events.size(); ++i) tell(events[i]);
  if (events.back().type == VoiceEventType::user_stop_speaking) user_stopped(utterance, events.back().time);
  return true;
}

// What the agent began later than that has been told already, where it took long to know of the end.
void CallWatch::user_stopped(const UserUtterance& utterance, Duration at) {
  if (utterance.expect != Expectation::ignore && !(agent_started_ && at <= *agent_started_)) unanswered_.push_back(at);
}

// As in the timeline: of the last of our ends before it, each of which is answered once.
std::optional<Duration> CallWatch::latency_of(Duration start) {
  agent_started_ = start;
  const auto later = std::ranges::upper_bound(unanswered_, start);
  if (later == unanswered_.begin()) return std::nullopt;
  const auto latency = start - *std::prev(later);
  unanswered_.erase(unanswered_.begin(), later);
  return latency;
}

bool CallWatch::look_at(const AgentTurn& turn, Stage& stage, bool hung_up) {
  const bool ended = hung_up || turn.ending != TurnEnding::open;
  auto events = agent_events(turn);
  if (events.empty()) return ended;
  if (stage == Stage::before) {
    stage = Stage::speaking;
    events.front().latency = latency_of(events.front().time);
    tell(events.front());
  }
  if (ended && stage == Stage::speaking) tell(events.back());
  stage = ended ? Stage::over : Stage::speaking;  // one that goes on after all is over once more
  return ended;
}

void CallWatch::look(const VoiceLine& line, Duration now, bool hung_up) {
  if (!hooks_.on_voice_event) return;
  if (hung_up) now = Duration::max();
  for (; told_ < line.told().size(); ++told_) tell(line.told()[told_]);
  utterances_.resize(line.utterances().size());
  for (auto i = utterances_over_; i < utterances_.size(); ++i) {
    const auto& utterance = line.utterances()[i];
    if (utterance.sent && look_at(utterance, utterances_[i], now, !hung_up && line.goes_on(i)) && i == utterances_over_) ++utterances_over_;
  }
  const auto& turns = line.turns().turns();
  turns_.resize(turns.size());
  // The last may go on after all.
  for (auto i = turns_over_; i < turns_.size(); ++i)
    if (look_at(turns[i], turns_[i], hung_up) && i == turns_over_ && i + 1 < turns_.size()) ++turns_over_;
}

}  // namespace antiphon::voice
