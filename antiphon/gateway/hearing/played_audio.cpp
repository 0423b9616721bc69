#include "antiphon/gateway/hearing/played_audio.hpp"

#include "antiphon/audio/levels.hpp"

namespace antiphon::gateway {

PlayedAudio::Place PlayedAudio::place_of(Clock::Time at) const {
  constexpr Duration second = std::chrono::seconds(1);
  return at / second * rate_hz_ + (at % second).count() * rate_hz_ / second.count();
}

void PlayedAudio::write(Place from, audio::SampleView samples) {
  while (!samples.empty()) {
    const auto count = count_in_a_row(from, from + static_cast<Place>(samples.size()));
    std::ranges::copy(samples.first(count), ring_.begin() + static_cast<std::ptrdiff_t>(index_of(from)));
    samples = samples.subspan(count);
    from += static_cast<Place>(count);
  }
}

void PlayedAudio::add(audio::SampleView samples, Clock::Time at) {
  if (ring_.empty()) ring_.assign(kept_, 0);
  const auto begin = place_of(at);
  const auto gap = std::clamp<Place>(begin - end_, 0, static_cast<Place>(kept_));
  write(begin - gap, audio::Samples(static_cast<std::size_t>(gap), 0));
  write(begin, samples);
  end_ = begin + static_cast<Place>(samples.size());
  if (audio::rms(samples) > loud_rms) loud_until_ = at + audio::duration_of(samples.size(), rate_hz_);
}

}  // namespace antiphon::gateway
