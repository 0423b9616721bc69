#include "antiphon/gym/mix.hpp"

#include "antiphon/audio/mix.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/gym/conversation_folder.hpp"

namespace antiphon::gym {

namespace {

audio::Samples at_mix_rate(audio::SampleView samples, int rate_hz) {
  if (rate_hz == mix_rate_hz) return {samples.begin(), samples.end()};
  return audio::resample(samples, rate_hz, mix_rate_hz);
}

}  // namespace

audio::Samples Mix::track(const std::vector<Piece>& pieces) {
  std::vector<audio::Samples> heard;
  std::vector<audio::Placed> placed;
  heard.reserve(pieces.size());
  for (const auto& piece : pieces) {
    heard.push_back(at_mix_rate(*piece.samples, piece.rate_hz));
    placed.push_back({heard.back(), audio::samples_in(piece.at, mix_rate_hz)});
  }
  return audio::mix(placed);
}

audio::Samples Mix::interleaved() const { return audio::interleave(track(user_), track(agent_)); }

}  // namespace antiphon::gym
