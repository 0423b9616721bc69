#include "antiphon/providers/speech/registry.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/speech/taped.hpp"
#include "antiphon/providers/speech/traced.hpp"

namespace antiphon {
namespace {

bool is_automatic(const std::string& name) { return name.empty() || name == "auto"; }
std::string provider_of(const std::string& name) { return name.substr(0, name.find('/')); }
std::string rest_of(const std::string& name) {
  const auto slash = name.find('/');
  return slash == std::string::npos ? std::string() : name.substr(slash + 1);
}

template <class Value>
void fill(Value& value, const Value& below) {
  if (value == Value{}) value = below;
}

void fill(json::object& value, const json::object& below) {
  for (const auto& [key, member] : below) value.emplace(key, member);  // keeps what is there
}

template <class Check>
std::string first_that_passes(const std::vector<std::string>& names, Check check) {
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    try {
      check(names[i]);
      return names[i];
    } catch (const Error&) {
      // Not installed: the next one may be.
    }
  }
  if (names.empty()) throw Error(ErrorKind::configuration, "this build has no speech of its own").with_hint("name a vendor's");
  return names.back();
}

template <class Entry>
std::vector<std::string> names_of(const std::map<std::string, Entry>& all) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : all) names.push_back(name);
  return names;
}

std::optional<std::string> fell_back(const std::string& asked, const std::string& got, const std::vector<std::string>& preferred, std::string_view verb) {
  if (!is_automatic(asked) || preferred.empty() || got == preferred.front()) return std::nullopt;
  return fmt::format("{} {}, because {} is not installed here (`make speech` installs it)", got, verb, preferred.front());
}

/// What `make` makes, with what remembers before it: the cassette, then the cache. Where only a cassette answers it is not made.
template <class Taped, class Make>
std::invoke_result_t<Make> opened(Make make, bool computes_here, const SpeechContext& context, const std::string& name, const auto& choice) {
  if (computes_here) return make();
  const auto& cassette = context.cassette;
  std::invoke_result_t<Make> inner;
  if (!cassette || cassette->records()) inner = make();
  const auto taped = [&](std::shared_ptr<CallTape> tape, std::string by) {
    inner = std::make_unique<Taped>(std::move(inner), std::move(tape), std::move(by), context.runtime.clock, context.of_agent);
  };
  // What is recorded anew is asked anew.
  const bool anew = cassette && cassette->mode() == CassetteMode::record;
  // By its full name: `elevenlabs` alone is whatever voice the environment names.
  if (inner && context.cache && !anew) taped(tape_of(context.cache, choice.base_url, choice.key), inner->name());
  if (!cassette) return inner;
  cassette->secrets().add(choice.key);
  taped(tape_of(cassette), name);
  return inner;
}

template <class Entry>
std::map<std::string, Entry> replayed(std::map<std::string, Entry> entries) {
  for (auto& [name, entry] : entries)
    if (!entry.waits_on_clock_alone) entry.waits_on_clock_alone = true, entry.check = {};
  return entries;
}

}  // namespace

SpeechRegistry SpeechRegistry::replaying() const {
  auto registry = *this;
  registry.voices_ = replayed(voices_), registry.ears_ = replayed(ears_);
  return registry;
}

VoiceChoice VoiceChoice::merged_over(const VoiceChoice& below) const {
  auto merged = *this;
  fill(merged.voice, below.voice), fill(merged.base_url, below.base_url), fill(merged.key, below.key), fill(merged.speed, below.speed);
  fill(merged.style, below.style), fill(merged.language, below.language), fill(merged.lexicon, below.lexicon), fill(merged.extra, below.extra);
  return merged;
}

EarChoice EarChoice::merged_over(const EarChoice& below) const {
  auto merged = *this;
  fill(merged.recogniser, below.recogniser), fill(merged.base_url, below.base_url), fill(merged.key, below.key);
  fill(merged.language, below.language), fill(merged.phrases, below.phrases), fill(merged.extra, below.extra);
  return merged;
}

void SpeechRegistry::add(std::string provider, VoiceProvider entry) { voices_[std::move(provider)] = std::move(entry); }
void SpeechRegistry::add(std::string provider, EarProvider entry) { ears_[std::move(provider)] = std::move(entry); }
void SpeechRegistry::prefer_voices(std::vector<std::string> names) { preferred_voices_ = std::move(names); }
void SpeechRegistry::prefer_ears(std::vector<std::string> names) { preferred_ears_ = std::move(names); }

template <class Entry>
const Entry& SpeechRegistry::find(const std::map<std::string, Entry>& all, const std::string& name, std::string_view what) const {
  const auto entry = all.find(provider_of(name));
  if (entry != all.end()) return entry->second;
  throw Error(ErrorKind::configuration, fmt::format("there is no {} called '{}'", what, name))
      .with_hint(fmt::format("there are auto, {}", fmt::join(names_of(all), ", ")));
}

std::string SpeechRegistry::resolve_voice(const std::string& name) const {
  if (!is_automatic(name)) return name;
  return first_that_passes(preferred_voices_, [this](const std::string& candidate) { check(VoiceChoice(candidate)); });
}

std::string SpeechRegistry::resolve_ear(const std::string& name) const {
  if (!is_automatic(name)) return name;
  return first_that_passes(preferred_ears_, [this](const std::string& candidate) { check(EarChoice(candidate)); });
}

OpenVoice SpeechRegistry::open(const VoiceChoice& choice, const SpeechContext& context) const {
  auto resolved = choice;
  resolved.voice = resolve_voice(choice.voice);
  const auto& provider = find(voices_, resolved.voice, "voice");
  const auto make = [&] { return provider.make(resolved, context); };
  auto voice = opened<TapedVoice>(make, provider.waits_on_clock_alone, context, resolved.voice, resolved);
  if (context.spans) voice = std::make_unique<TracedVoice>(std::move(voice), context.spans);
  OpenVoice open{.synthesiser = std::move(voice), .name = resolved.voice};
  open.defaults = {.text = {},
                   .voice = rest_of(resolved.voice),
                   .speed = resolved.speed.value_or(1),
                   .style = resolved.style,
                   .language = resolved.language,
                   .settings = resolved.extra};
  open.notice = fell_back(choice.voice, resolved.voice, preferred_voices_, "speaks");
  if (!open.notice && !resolved.style.empty() && !open.synthesiser->capabilities().styles)
    open.notice = fmt::format("the voice {} follows no `voice_style`: it is left out", resolved.voice);
  return open;
}

OpenEar SpeechRegistry::open(const EarChoice& choice, const SpeechContext& context) const {
  auto resolved = choice;
  resolved.recogniser = resolve_ear(choice.recogniser);
  const auto& provider = find(ears_, resolved.recogniser, "recogniser");
  const auto make = [&] { return provider.make(resolved, context); };
  auto ear = opened<TapedEar>(make, provider.waits_on_clock_alone, context, resolved.recogniser, resolved);
  if (context.spans) ear = std::make_unique<TracedEar>(std::move(ear), context.spans);
  OpenEar open{.recogniser = std::move(ear)};
  open.defaults = {.language = resolved.language, .phrases = resolved.phrases, .settings = resolved.extra};
  open.notice = fell_back(choice.recogniser, resolved.recogniser, preferred_ears_, "listens");
  open.primed = provider.primed_by_phrases && !resolved.phrases.empty();
  if (provider.count_words) open.count_words = [count = provider.count_words, phrases = resolved.phrases](const auto& text) { return count(text, phrases); };
  return open;
}

void SpeechRegistry::check(const VoiceChoice& choice) const {
  auto resolved = choice;
  resolved.voice = resolve_voice(choice.voice);
  if (choice.speed && !(*choice.speed >= 0.5 && *choice.speed <= 2))
    throw Error(ErrorKind::configuration, fmt::format("the speed of a voice is {}, and lies between 0.5 and 2", *choice.speed));
  const auto& provider = find(voices_, resolved.voice, "voice");
  if (provider.check) provider.check(resolved);
}

void SpeechRegistry::check(const EarChoice& choice) const {
  auto resolved = choice;
  resolved.recogniser = resolve_ear(choice.recogniser);
  const auto& provider = find(ears_, resolved.recogniser, "recogniser");
  if (provider.check) provider.check(resolved);
}

bool SpeechRegistry::waits_on_clock_alone(const VoiceChoice& choice) const { return find(voices_, resolve_voice(choice.voice), "voice").waits_on_clock_alone; }

bool SpeechRegistry::waits_on_clock_alone(const EarChoice& choice) const {
  return find(ears_, resolve_ear(choice.recogniser), "recogniser").waits_on_clock_alone;
}

}  // namespace antiphon
