#include "antiphon/scenario/voice/measured_sound.hpp"

#include "antiphon/result/sound.hpp"

namespace antiphon::voice {

MeasuredSound measure_sound(const CallRecord& call, const CallTracks& tracks, const std::function<bool()>& stopped) {
  std::vector<VoicedSpan> pressed;
  for (const auto& utterance : call.utterances)
    if (utterance.sent && utterance.kind == UtteranceKind::dtmf && !utterance.voiced.empty()) pressed.push_back({utterance.start, utterance.end});
  return {.user = antiphon::measure_sound(tracks.user, call.user_voiced, pressed, stopped),
          .agent = antiphon::measure_sound(tracks.agent, call.agent_voiced, std::nullopt, stopped)};
}

Task<MeasuredSound> measure_sound_apart(Clock& clock, BlockingPool& pool, std::shared_ptr<const CallRecord> call, std::shared_ptr<const CallTracks> tracks) {
  std::function<MeasuredSound(std::stop_token)> work = [call = std::move(call), tracks = std::move(tracks)](std::stop_token stop) {
    return measure_sound(*call, *tracks, [&stop] { return stop.stop_requested(); });
  };
  co_return co_await pool.run<MeasuredSound>(clock, std::move(work));
}

}  // namespace antiphon::voice
