#include "antiphon/scenario/voice/speaker.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/compute.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::voice {

namespace {

constexpr std::string_view noise_effect = "background_noise";
constexpr double quietest_dbfs = audio::speech_dbfs - 40;  // what is left of our user's speech, for somebody to hear it

RandomStream effects_stream(const SpeechContext& context, std::string_view purpose) {
  const std::array<std::string_view, 3> key{context.scenario_id, "user", purpose};
  return RandomStream(context.seed, key);
}

// Noise that effects add is the same over the speech turned upside down, so that it is gone from half the difference; the speech is not.
audio::Samples what_is_left(audio::SampleView clean, audio::SampleView heard, const EffectChain& chain, RandomStream random) {
  if (!chain.adds_sound) return {heard.begin(), heard.end()};
  audio::Samples inverted(clean.size());
  std::ranges::transform(clean, inverted.begin(), [](audio::Sample sample) { return audio::to_sample(-sample); });
  auto left = audio::apply_effects(chain.effects, inverted, random);
  left.resize(std::min(left.size(), heard.size()));
  std::ranges::transform(heard.first(left.size()), left, left.begin(), [](int one, int other) { return audio::to_sample((one - other) / 2.0); });
  return left;
}

/// Where recordings are voiced that many calls play: found out once for all of them.
class SpansOfRecordings {
 public:
  std::vector<VoicedSpan> of(const std::shared_ptr<const audio::Samples>& recording, const audio::VoiceSettings& detector) {
    const auto known = find(recording, detector);
    const std::lock_guard one_looks(known->one_looks);
    if (!known->spans) known->spans = voiced_spans(*recording, detector);
    return *known->spans;
  }

 private:
  struct Known {
    std::weak_ptr<const audio::Samples> recording{};
    audio::VoiceSettings detector{};
    std::mutex one_looks{};
    std::optional<std::vector<VoicedSpan>> spans{};
  };

  std::shared_ptr<Known> find(const std::shared_ptr<const audio::Samples>& recording, const audio::VoiceSettings& detector) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(all_, [&](const auto& known) { return known->recording.lock() == recording && known->detector == detector; });
    if (found != all_.end()) return *found;
    std::erase_if(all_, [](const auto& known) { return known->recording.expired(); });
    auto known = std::make_shared<Known>();
    known->recording = recording, known->detector = detector;
    return all_.emplace_back(std::move(known));
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Known>> all_;
};

std::vector<VoicedSpan> voiced_spans_of_recording(const std::shared_ptr<const audio::Samples>& recording, const audio::VoiceSettings& detector) {
  static SpansOfRecordings known;
  return known.of(recording, detector);
}

bool can_be_heard(audio::SampleView speech) {
  if (audio::active_dbfs(speech) < quietest_dbfs) return false;
  return !voiced_spans(audio::normalise(speech), {}).empty();  // pieces may be loud, and too short to be words
}

// Where it is voiced is told of the speech itself: an effect such as noise has no say in when our user spoke. One that leaves nothing of it has.
Speech finish(std::shared_ptr<const audio::Samples> clean, std::vector<VoicedSpan> voiced, const EffectChain& chain, const audio::VoiceSettings& detector,
              RandomStream& random) {
  if (chain.effects.empty()) return {.samples = std::move(clean), .voiced = std::move(voiced)};
  const auto before = random;
  auto samples = audio::apply_effects(chain.effects, *clean, random);
  if (samples.size() != clean->size()) voiced = voiced_spans(samples, detector);
  if (!voiced.empty() && !can_be_heard(what_is_left(*clean, samples, chain, before))) voiced.clear();
  return {.samples = std::make_shared<const audio::Samples>(std::move(samples)), .voiced = std::move(voiced)};
}

}  // namespace

std::vector<VoicedSpan> voiced_spans(audio::SampleView samples, const audio::VoiceSettings& settings) {
  audio::VoiceActivity detector(settings);
  auto edges = detector.feed(samples);
  for (const auto& edge : detector.finish()) edges.push_back(edge);
  std::vector<VoicedSpan> spans;
  for (const auto& edge : edges) {
    const auto at = audio::duration_of(edge.at);
    if (edge.starts)
      spans.push_back({at, at});
    else if (!spans.empty())
      spans.back().end = at;
  }
  return spans;
}

Speaker::Speaker(Runtime& runtime, const VoiceOptions& options, const SpeechRegistry& speech, const SpeechContext& context, bool line_is_paced)
    : runtime_(runtime),
      voice_(speech.open(options.user, context)),
      line_is_paced_(line_is_paced),
      detector_(options.detection()),
      random_(effects_stream(context, "effects")),
      asides_(effects_stream(context, "effects of interjections")) {
  if (options.effects) set_effects(*options.effects);
}

EffectChain Speaker::make_effects(const std::vector<VoiceEffect>& effects, bool noise_lies_under_the_line) {
  EffectChain made;
  for (const auto& effect : effects) {
    if (noise_lies_under_the_line && effect.name == noise_effect) continue;
    made.effects.push_back(audio::make_effect(effect.name, effect.settings));
    made.adds_sound |= audio::find_effect(effect.name)->adds_sound;
  }
  return made;
}

void Speaker::set_effects(const std::vector<VoiceEffect>& effects) {
  effects_ = make_effects(effects, line_is_paced_);
  noise_.reset();
  noise_changed_ = line_is_paced_;
  for (const auto& effect : effects)
    if (line_is_paced_ && effect.name == noise_effect) noise_ = audio::make_line_noise(effect.settings, random_);
}

Task<audio::Samples> Speaker::synthesise(std::string text, std::string style, Deadline deadline) {
  auto request = voice_.defaults;
  request.text = std::move(text);
  if (!style.empty()) request.style = std::move(style);
  const auto words = request.text;
  auto samples = co_await synthesize_whole(*voice_.synthesiser, std::move(request), deadline);
  if (std::ranges::all_of(samples, [](audio::Sample sample) { return sample == 0; }))
    throw Error(ErrorKind::protocol, fmt::format("the voice {} made no sound of {}", voice_.name, quote(cut(words, 60))))
        .with_party(Party::provider)
        .with_hint("name another voice, or write other words");
  co_return audio::normalise(std::move(samples));
}

Task<Speech> Speaker::speak(std::string text, std::string style, const std::optional<std::vector<VoiceEffect>>& effects, Deadline deadline) {
  auto samples = co_await synthesise(std::move(text), std::move(style), deadline);
  auto made = std::make_shared<const audio::Samples>(std::move(samples));
  co_return co_await finish_apart([made = std::move(made)] { return made; },
                                  [](const auto& speech, const auto& detector) { return voiced_spans(*speech, detector); }, effects);
}

Task<Speech> Speaker::play(FindRecording recording, std::optional<std::vector<VoiceEffect>> effects) {
  co_return co_await finish_apart(std::move(recording), voiced_spans_of_recording, std::move(effects));
}

Task<Speech> Speaker::finish_apart(FindRecording recording, FindSpans spans, std::optional<std::vector<VoiceEffect>> effects) {
  struct Made {
    Speech speech;
    RandomStream random;
  };
  auto used = effects ? make_effects(*effects, false) : effects_;
  auto made = co_await compute_in_background<Made>(
      runtime_, [recording = std::move(recording), spans = std::move(spans), used = std::move(used), detector = detector_, random = random_]() mutable {
        auto clean = recording();
        auto voiced = spans(clean, detector);
        auto speech = finish(std::move(clean), std::move(voiced), used, detector, random);
        return Made{std::move(speech), random};
      });
  random_ = made.random;
  made.speech.own_noise = effects.has_value();
  co_return std::move(made.speech);
}

Speech Speaker::aside(std::shared_ptr<const audio::Samples> samples) {
  auto voiced = voiced_spans(*samples, detector_);
  return finish(std::move(samples), std::move(voiced), effects_, detector_, asides_);
}

}  // namespace antiphon::voice
