#include "antiphon/scenario/voice/voice_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/voice/interjections.hpp"

namespace antiphon {

namespace {

class Problems {
 public:
  template <class Work>
  void unless(Work work) {
    try {
      work();
    } catch (const Error& error) {
      found_.push_back(error.hint().empty() ? error.message() : fmt::format("{}; {}", error.message(), error.hint()));
    }
  }
  void unless(bool holds, std::string sentence) {
    if (!holds) found_.push_back(std::move(sentence));
  }
  std::vector<std::string> all() && { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

void check_waits(const VoiceOptions& options, Problems& problems) {
  const auto longer_than_nothing = [&](const std::optional<Duration>& wait, std::string_view name) {
    problems.unless(!wait || *wait > Duration::zero(), fmt::format("{} of a voice must be longer than nothing", name));
  };
  longer_than_nothing(options.tail_silence, "tail_silence");
  longer_than_nothing(options.response_timeout, "response_timeout");
  longer_than_nothing(options.response_max_duration, "response_max_duration");
}

bool is_respelled(const VoiceOptions& options, const std::string& word) {
  return std::ranges::any_of(options.user.lexicon, [&](const auto& entry) { return lower(entry.first) == lower(word); });
}

void check_sounds(const VoiceOptions& options, const std::optional<InterjectionConfig>& sounds, std::string_view name, Problems& problems) {
  if (!sounds) return;
  problems.unless(sounds->probability >= 0 && sounds->probability <= 1,
                  fmt::format("the probability of {} is {}, and lies between 0 and 1", name, sounds->probability));
  problems.unless(sounds->least >= std::chrono::milliseconds(100) && sounds->least <= sounds->most,
                  fmt::format("the time between two chances of {} is at least 100 ms, and its least is not above its most", name));
  for (const auto& word : sounds->words)
    problems.unless(!voice::is_a_noise(word) || is_respelled(options, word),
                    fmt::format("{} is a noise that no recogniser is sure to give back: take words such as okay, right, yes for {}, or give the user's voice "
                                "a `lexicon` entry for it that is read back right",
                                quote(word), name));
}

void check_interjections(const VoiceOptions& options, Problems& problems) {
  check_sounds(options, options.backchannels, "backchannels", problems);
  check_sounds(options, options.hesitations, "hesitations", problems);
  if (const auto& cut = options.interruptions) {
    problems.unless(cut->probability >= 0 && cut->probability <= 1,
                    fmt::format("the probability of an interruption is {}, and lies between 0 and 1", cut->probability));
    problems.unless(cut->least >= Duration::zero() && cut->least <= cut->most, "the delay of interruptions needs a least that is not above its most");
  }
}

template <class T>
void fill(std::optional<T>& value, const std::optional<T>& below) {
  if (!value) value = below;
}

}  // namespace

VoiceOptions VoiceOptions::merged_over(const VoiceOptions& below) const {
  auto merged = *this;
  merged.user = user.merged_over(below.user);
  fill(merged.hear, below.hear), fill(merged.effects, below.effects), fill(merged.interruptions, below.interruptions);
  fill(merged.backchannels, below.backchannels), fill(merged.hesitations, below.hesitations);
  fill(merged.greeting, below.greeting), fill(merged.tail_silence, below.tail_silence), fill(merged.response_timeout, below.response_timeout);
  fill(merged.response_max_duration, below.response_max_duration), fill(merged.detector, below.detector);
  return merged;
}

std::vector<std::string> problems_of(const VoiceOptions& options, const SpeechRegistry& speech) {
  Problems problems;
  problems.unless([&] { speech.check(options.user); });
  if (options.hear) problems.unless([&] { speech.check(*options.hear); });
  for (const auto& effect : options.effects.value_or(std::vector<VoiceEffect>{})) problems.unless([&] { audio::make_effect(effect.name, effect.settings); });
  problems.unless([&] { audio::VoiceActivity detector(options.detection()); });
  check_waits(options, problems);
  check_interjections(options, problems);
  return std::move(problems).all();
}

}  // namespace antiphon
