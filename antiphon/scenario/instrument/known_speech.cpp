#include "antiphon/scenario/instrument/known_speech.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/audio/levels.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon::instrument {

namespace {

using audio::canonical_rate_hz;
using audio::Samples;

constexpr double faintest_dbfs = -55, below_noise_db = 3;

/// The last place before `end`, or the first where `backwards` is not set, that is in a loud window and itself loud. The end of nothing is its beginning.
template <class Iterator>
std::size_t loud_from(Iterator from, Iterator to, const Audible& audible) {
  const auto window = static_cast<std::ptrdiff_t>(audible.window);
  double power = 0;
  const auto square = [](double sample) { return sample * sample; };
  for (auto at = from; at != to; ++at) {
    power += square(*at);
    if (at - from >= window) power -= square(*(at - window));
    if (power < square(audible.rms) * static_cast<double>(window)) continue;
    // The loud sample that made the window so stands somewhere in it.
    auto first = at - std::min(at - from, window - 1);
    while (std::abs(static_cast<double>(*first)) < audible.rms) ++first;
    return static_cast<std::size_t>(first - from);
  }
  return static_cast<std::size_t>(to - from);
}

std::size_t voiced_start(audio::SampleView clean, const Audible& audible) { return loud_from(clean.begin(), clean.end(), audible); }

Samples trimmed(Samples samples) {
  const auto audible = audible_over(std::nullopt);
  samples.resize(voiced_end(samples, samples.size(), audible));
  samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(voiced_start(samples, audible)));
  return samples;
}

// --- Without a language --------------------------------------------------------------------------------------------------------------------

constexpr std::array<std::array<double, 3>, 5> vowels{{{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {640, 1190, 2390}}};
constexpr double attack_s = 0.015, decay_s = 0.03, vowel_s = 0.15, syllables_per_s = 4;

/// One formant: a two-pole filter.
class Resonance {
 public:
  double step(double in, double hz, double bandwidth_hz) {
    const double r = std::exp(-std::numbers::pi * bandwidth_hz / canonical_rate_hz);
    const double out = (1 - r) * in + 2 * r * std::cos(2 * std::numbers::pi * hz / canonical_rate_hz) * last_ - r * r * before_;
    before_ = last_, last_ = out;
    return out;
  }

 private:
  double last_ = 0, before_ = 0;
};

double envelope(double at_s, double seconds) {
  const auto ramp = [](double share) { return share >= 1 ? 1.0 : 0.5 - 0.5 * std::cos(std::numbers::pi * share); };
  return ramp(at_s / attack_s) * ramp((seconds - at_s) / decay_s) * (0.65 + 0.35 * std::sin(2 * std::numbers::pi * (syllables_per_s * at_s + 0.1)));
}

class PulseVoice final : public KnownVoice {
 public:
  PulseVoice() : KnownVoice("pulses") {}

  Samples phrase(std::size_t which, double seconds) const override {
    RandomStream random(which + 1);
    const double pitch = 95.0 + 20.0 * static_cast<double>(which % 6);
    std::vector<double> wave(static_cast<std::size_t>(seconds * canonical_rate_hz));
    std::array<Resonance, 3> formants;
    std::size_t vowel = 0;
    double phase = 0;
    for (std::size_t i = 0; i < wave.size(); ++i) {
      const double at = static_cast<double>(i) / canonical_rate_hz;
      if (i % static_cast<std::size_t>(vowel_s * canonical_rate_hz) == 0) vowel = random.below(vowels.size());
      phase += pitch * (1 + 0.1 * std::sin(2 * std::numbers::pi * 1.3 * at)) / canonical_rate_hz;
      double in = 0.05 * random.normal();
      if (phase >= 1) phase -= 1, in += 10;
      double out = 0;
      for (std::size_t k = 0; k < formants.size(); ++k)
        out += formants[k].step(in, vowels[vowel][k], 60 + 40 * static_cast<double>(k)) / (1 + static_cast<double>(k));
      wave[i] = out * envelope(at, seconds);
    }
    double power = 0;
    for (const double value : wave) power += value * value;
    const double gain = 32768 * audio::ratio_from_db(-23) / std::sqrt(power / static_cast<double>(wave.size()));
    Samples samples;
    for (const double value : wave) samples.push_back(audio::to_sample(value * gain));
    return trimmed(std::move(samples));
  }
};

// --- With one ------------------------------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 10> sentences{"Good morning, my name is Alice and I am calling about my order.",
                                                     "We are open from nine to six on every weekday.",
                                                     "Could you tell me when the parcel will arrive?",
                                                     "Let me look at that for you, it will only take a moment.",
                                                     "I would rather have it on Monday afternoon.",
                                                     "Your appointment has been moved to the twelfth of November.",
                                                     "No, that is not the number which I gave you.",
                                                     "There are eleven rooms left, and all of them have a view of the garden.",
                                                     "Now read the address back to me once again.",
                                                     "Thank you for waiting, everything has now been arranged."};

Samples spoken(const std::string& voice, const std::string& text) {
  asio::io_context context(1);
  VirtualClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  const auto open = SpeechRegistry::with_defaults()->open(VoiceChoice(voice), {.runtime = runtime, .http = *http});
  auto request = open.defaults;
  request.text = text;
  std::exception_ptr failure;
  Samples said;
  bool done = false;
  asio::co_spawn(context, synthesize_whole(*open.synthesiser, std::move(request), Deadline::never()), [&](std::exception_ptr error, Samples samples) {
    failure = error;
    said = std::move(samples);
    done = true;
  });
  clock.run([&] { return done; }, std::chrono::minutes(2), [] {});
  if (failure) std::rethrow_exception(failure);
  return said;
}

/// One sentence follows another until there is enough. All are said once, when the voice is made.
class SpokenVoice final : public KnownVoice {
 public:
  explicit SpokenVoice(const std::string& voice) : KnownVoice(voice) {
    for (const auto sentence : sentences) said_.push_back(trimmed(spoken(voice, std::string(sentence))));
  }
  Samples phrase(std::size_t which, double seconds) const override {
    auto samples = said_[which % said_.size()];
    while (samples.size() < static_cast<std::size_t>(seconds * canonical_rate_hz)) {
      const auto& more = said_[++which % said_.size()];
      samples.resize(samples.size() + canonical_rate_hz / 10);
      samples.insert(samples.end(), more.begin(), more.end());
    }
    return samples;
  }

 private:
  std::vector<Samples> said_;
};

}  // namespace

Audible audible_over(std::optional<double> noise_dbfs) {
  const auto rms = [](double dbfs) { return 32768 * audio::ratio_from_db(dbfs); };
  if (!noise_dbfs || *noise_dbfs - below_noise_db < faintest_dbfs) return {.rms = rms(faintest_dbfs), .window = audio::canonical_rate_hz / 100};
  return {.rms = rms(*noise_dbfs - below_noise_db), .window = audio::canonical_rate_hz / 50};
}

std::size_t voiced_end(audio::SampleView clean, std::size_t end, const Audible& audible) {
  const auto until = clean.first(std::min(end, clean.size()));
  return until.size() - loud_from(until.rbegin(), until.rend(), audible);
}

std::vector<VoicedSpan> voiced_in(audio::SampleView clean, std::optional<double> noise_dbfs) {
  const auto audible = audible_over(noise_dbfs);
  return {{audio::duration_of(voiced_start(clean, audible)), audio::duration_of(voiced_end(clean, clean.size(), audible))}};
}

std::unique_ptr<KnownVoice> pulse_voice() { return std::make_unique<PulseVoice>(); }
std::unique_ptr<KnownVoice> spoken_voice(const std::string& voice) { return std::make_unique<SpokenVoice>(voice); }

std::vector<std::shared_ptr<const KnownVoice>> known_voices() {
  std::vector<std::shared_ptr<const KnownVoice>> voices{pulse_voice(), spoken_voice("flite/slt"), spoken_voice("flite/rms")};
  try {
    voices.push_back(spoken_voice("hibari/heart"));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::configuration) throw;
  }
  return voices;
}

KnownSpeech say(const KnownVoice& voice, std::size_t which, const LineShape& shape) {
  KnownSpeech line{.samples = Samples(audio::samples_in(shape.lead))};
  const auto audible = audible_over(shape.noise_dbfs);
  const auto add = [&](const Samples& phrase) {
    const auto at = line.samples.size();
    line.samples.insert(line.samples.end(), phrase.begin(), phrase.end());
    line.voiced.push_back({audio::duration_of(at + voiced_start(phrase, audible)), audio::duration_of(at + voiced_end(phrase, phrase.size(), audible))});
  };
  add(voice.phrase(which, shape.seconds));
  if (shape.pause > Duration::zero()) {
    line.samples.resize(line.samples.size() + audio::samples_in(shape.pause));
    add(voice.phrase(which + 1, shape.seconds));
  }
  line.samples.resize(line.samples.size() + audio::samples_in(shape.tail));
  return line;
}

}  // namespace antiphon::instrument
