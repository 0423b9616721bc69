// What it costs to speak in this process: time to read a voice, to have the first sentence, per second of audio, and memory.
#include <algorithm>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/tts/flite/flite_voice.hpp"
#include "antiphon/providers/tts/hibari/hibari_voice.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace antiphon::bench;
using Say = std::function<audio::Samples(const std::string&)>;

constexpr const char* first_sentence = "I would like to return the order A 1 0 0 7, please.";
const std::vector<std::string> sentences = {
    "Good morning, this is about the parcel that you sent on Monday.", "It should have been here by Thursday, and nobody can tell me where it is.",
    "Could you look it up, please, or put me through to somebody who can?", "I paid three dollars fifty for express delivery."};

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void measure(const std::string& voice, const Say& say) {
  std::vector<double> first;
  for (int i = 0; i < 15; ++i) {
    const Meter meter;
    say(first_sentence);
    first.push_back(meter.wall_s());
  }
  report(fmt::format("{}: an 11-word sentence", voice), fmt::format("{:.1f} ms", middle(first) * 1e3));
  const Meter meter;
  double audio_s = 0;
  for (int round = 0; round < 5; ++round)
    for (const auto& sentence : sentences) audio_s += static_cast<double>(say(sentence).size()) / audio::canonical_rate_hz;
  report(fmt::format("{}: computing time by time of audio", voice), fmt::format("{:.4f}", meter.cpu_s() / audio_s));
}

void measure_hibari() {
  const auto before = peak_mb();
  const Meter meter;
  const auto voice = hibari::Hibari::shared();
  report("hibari: reading network and lexicon", fmt::format("{:.0f} ms", meter.wall_s() * 1e3));
  for (const auto* name : {"heart", "low"}) measure(fmt::format("hibari/{}", name), [&](const std::string& text) { return voice->say(text, name, 1); });
  report("hibari: memory, everything included", fmt::format("{:.0f} MB ({:.0f} before)", peak_mb(), before));
}

}  // namespace

int main() {
  for (const auto& name : flite::voices()) measure(fmt::format("flite/{}", name), [&](const std::string& text) { return flite::say(text, name, 1); });
  try {
    hibari::provider().check("hibari/heart");
  } catch (const Error& error) {
    report("hibari", error.message());
    return 0;
  }
  measure_hibari();
}
