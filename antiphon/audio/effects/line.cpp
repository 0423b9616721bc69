#include <algorithm>
#include <cmath>

#include "antiphon/audio/effects/internal/filters.hpp"
#include "antiphon/audio/effects/internal/values.hpp"
#include "antiphon/audio/g711.hpp"
#include "antiphon/audio/opus.hpp"
#include "antiphon/audio/resample.hpp"

namespace antiphon::audio::effects {

namespace {

constexpr int line_rate_hz = 8000;
constexpr std::size_t opus_frame = 480;    // 20 ms
constexpr int narrowband_bit_rate = 9000;  // up to here libopus carries speech at 8 kHz whatever it is given

/// Makes frames of a length out of the samples, silence after the last.
Samples padded(SampleView samples, std::size_t frame, std::size_t more = 0) {
  Samples whole(samples.begin(), samples.end());
  whole.resize((samples.size() + more + frame - 1) / frame * frame);
  return whole;
}

/// What is heard of whole frames after a coder that begins with the first of them. It lags behind by what the coder looks ahead.
template <class Receive>
Samples late_through_opus(OpusPacker& packer, SampleView input, int rate_hz, const Receive& receive) {
  OpusUnpacker unpacker(rate_hz);
  const auto frame = static_cast<std::size_t>(rate_hz) / 50;
  Samples output;
  output.reserve(input.size());
  for (std::size_t i = 0; i < input.size(); i += frame) {
    const auto heard = receive(unpacker, packer.encode(input.subspan(i, frame)), i / frame);
    output.insert(output.end(), heard.begin(), heard.end());
  }
  return output;
}

/// Through Opus and back, in place: what the coder looks ahead is taken off again.
Samples through_opus(SampleView samples, const OpusSettings& settings) {
  OpusPacker packer(settings);
  const auto lag = packer.lookahead();
  auto output = late_through_opus(packer, padded(samples, static_cast<std::size_t>(settings.rate_hz) / 50, lag), settings.rate_hz,
                                  [](OpusUnpacker& unpacker, const std::string& packet, std::size_t) { return unpacker.decode(packet); });
  output.erase(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(lag));
  output.resize(samples.size());
  return output;
}

/// Puts something else in place of lost frames.
class Concealer {
 public:
  explicit Concealer(bool repeat) : repeat_(repeat) {}

  void run(Samples& samples, const std::vector<bool>& lost, std::size_t frame) {
    for (std::size_t i = 0, k = 0; i < samples.size(); i += frame, ++k) {
      const auto end = std::min(i + frame, samples.size());
      if (lost[k]) fill(samples, i, end, frame);
      fade_ = lost[k] ? fade_ * 0.6 : 1;
    }
  }

 private:
  void fill(Samples& samples, std::size_t begin, std::size_t end, std::size_t frame) const {
    for (std::size_t i = begin; i < end; ++i)
      samples[i] = repeat_ && i >= frame ? to_sample(samples[i - frame] * (i < begin + 24 ? 1 : fade_ * 0.8)) : Sample{0};
  }
  bool repeat_;
  double fade_ = 1;
};

std::size_t frames_in(std::size_t samples, std::size_t frame) { return (samples + frame - 1) / frame; }

/// Losses in bursts: after a lost packet the next one is lost with probability burst + (1 − burst) · rate, and the share of all is `rate` still.
/// @see E. N. Gilbert, "Capacity of a burst-noise channel", 1960
std::vector<bool> draw_losses(std::size_t count, double rate, double burst, RandomStream& random) {
  std::vector<bool> lost(count);
  bool before = random.uniform() < rate;
  for (std::size_t i = 0; i < count; ++i) {
    lost[i] = before;
    before = random.uniform() < (before ? burst + (1 - burst) * rate : (1 - burst) * rate);
  }
  return lost;
}

/// Packets from `begin` to before `end`, of which `first_lost` is the first that is lost.
struct Span {
  std::size_t begin, first_lost, end;
};

// By then the decoder knows the voice that it has to go on with, and after the loss it is as near to the coder again as the coder to what was said.
constexpr std::size_t warm_up = 2, recovery = 3;

/// The packets around losses that somebody has to code.
std::vector<Span> spans_around(const std::vector<bool>& lost, std::size_t count) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < count; ++i) {
    if (!lost[i]) continue;
    const auto begin = i - std::min(i, warm_up), end = std::min(i + 1 + recovery, count);
    if (!spans.empty() && begin <= spans.back().end)
      spans.back().end = end;
    else
      spans.push_back({begin, i, end});
  }
  return spans;
}

/// As a receiver with Opus hears it: what stands in for lost packets is made by its decoder, which then finds its way back. What lies further off
/// is left as it was, as the other concealments leave it.
Samples concealed_by_opus(SampleView samples, const std::vector<bool>& lost) {
  constexpr double fade_in = 120, fade_out = 240;
  const OpusSettings settings{.bit_rate = 32000, .complexity = 0};
  const auto lag = OpusPacker(settings).lookahead();
  const auto input = padded(samples, opus_frame, lag);
  const auto count = input.size() / opus_frame;
  Samples heard(samples.begin(), samples.end());
  for (const auto& span : spans_around(lost, count)) {
    OpusPacker packer(settings);
    const auto coded = late_through_opus(packer, SampleView(input).subspan(span.begin * opus_frame, (span.end - span.begin) * opus_frame), settings.rate_hz,
                                         [&](OpusUnpacker& unpacker, const std::string& packet, std::size_t k) {
                                           return lost[span.begin + k] ? unpacker.conceal(opus_frame) : unpacker.decode(packet);
                                         });
    const auto loss = static_cast<double>(span.first_lost * opus_frame), end = static_cast<double>(span.end * opus_frame);
    for (std::size_t i = 0; i < coded.size(); ++i) {
      const auto at = span.begin * opus_frame + i;  // in time with the packets; what is heard then was said `lag` before
      if (at < lag || at - lag >= heard.size()) continue;
      const double in = 1 - (loss - static_cast<double>(at)) / fade_in, out = span.end == count ? 1 : (end - static_cast<double>(at)) / fade_out;
      const double share = std::clamp(std::min(in, out), 0.0, 1.0);
      auto& sample = heard[at - lag];
      sample = to_sample(share * coded[i] + (1 - share) * sample);
    }
  }
  return heard;
}

}  // namespace

Samples phone_quality(SampleView samples, const Values& values, RandomStream&) {
  auto wave = wave_of(resample(samples, canonical_rate_hz, line_rate_hz));
  high_pass4(wave, 300, line_rate_hz);
  low_pass4(wave, 3400, line_rate_hz);
  const auto narrow = samples_of(wave);
  const auto line = values.word("law") == "alaw" ? decode_alaw(encode_alaw(narrow)) : decode_mulaw(encode_mulaw(narrow));
  auto heard = resample(line, line_rate_hz, canonical_rate_hz);
  heard.resize(samples.size());
  return heard;
}

Samples low_bandwidth(SampleView samples, const Values& values, RandomStream&) {
  const int bit_rate = static_cast<int>(std::lround(values.number("bit_rate")));
  const OpusSettings settings{.rate_hz = bit_rate <= narrowband_bit_rate ? line_rate_hz : canonical_rate_hz, .bit_rate = bit_rate, .complexity = 0};
  auto heard = resample(through_opus(resample(samples, canonical_rate_hz, settings.rate_hz), settings), settings.rate_hz, canonical_rate_hz);
  heard.resize(samples.size());
  return heard;
}

Samples packet_loss(SampleView samples, const Values& values, RandomStream& random) {
  const auto& concealment = values.word("concealment");
  const auto frame = concealment == "opus" ? opus_frame : samples_in_ms(values.number("frame_ms"));
  const auto lost = draw_losses(frames_in(samples.size(), frame) + 1, values.number("rate"), values.number("burst"), random);
  if (concealment == "opus") return concealed_by_opus(samples, lost);
  Samples heard(samples.begin(), samples.end());
  Concealer(concealment == "repeat").run(heard, lost, frame);
  return heard;
}

Samples jitter(SampleView samples, const Values& values, RandomStream& random) {
  const auto frame = samples_in_ms(20);
  const double spread = values.number("spread_ms"), buffer = values.number("buffer_ms");
  // One packet's delay resembles that of the packet before: queues fill and empty.
  constexpr double memory = 0.8;
  std::vector<bool> late(frames_in(samples.size(), frame));
  double delay = random.normal();
  for (std::size_t i = 0; i < late.size(); ++i) {
    late[i] = std::abs(delay) * spread > buffer;
    delay = memory * delay + std::sqrt(1 - memory * memory) * random.normal();
  }
  Samples heard(samples.begin(), samples.end());
  Concealer(true).run(heard, late, frame);
  return heard;
}

Samples dropout(SampleView samples, const Values& values, RandomStream& random) {
  const auto length = samples_in_ms(values.number("length_ms")), edge = std::min<std::size_t>(length / 4, 72);
  const double probability = values.number("probability");
  Samples heard(samples.begin(), samples.end());
  for (std::size_t begin = 0; begin < heard.size(); begin += length) {
    if (random.uniform() >= probability) continue;
    for (std::size_t i = begin; i < std::min(begin + length, heard.size()); ++i) {
      const auto distance = std::min(i - begin, begin + length - 1 - i);
      heard[i] = distance >= edge ? Sample{0} : to_sample(heard[i] * (1 - static_cast<double>(distance) / static_cast<double>(edge)));
    }
  }
  return heard;
}

Samples static_noise(SampleView samples, const Values& values, RandomStream& random) {
  const double range = 2 * 32767 * values.number("intensity");
  Samples heard(samples.size());
  std::ranges::transform(samples, heard.begin(), [&](Sample sample) { return to_sample(sample + range * (random.uniform() - 0.5)); });
  return heard;
}

Samples crackle(SampleView samples, const Values& values, RandomStream& random) {
  const double rate = values.number("per_second"), height = 32767 * values.number("intensity");
  auto wave = wave_of(samples);
  // The gaps between events that come at random are exponential.
  for (double at = 0; rate > 0;) {
    at += -std::log(1 - random.uniform()) / rate * canonical_rate_hz;
    const double size = height * (2 * random.uniform() - 1);
    if (at >= static_cast<double>(wave.size())) break;
    const auto begin = static_cast<std::size_t>(at);
    for (std::size_t i = 0; i < 48 && begin + i < wave.size(); ++i) wave[begin + i] += size * std::exp(-static_cast<double>(i) / 6) * (i % 2 == 0 ? 1 : -0.6);
  }
  return samples_of(wave);
}

}  // namespace antiphon::audio::effects
