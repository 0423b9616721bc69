// The instrument sheet (docs/metrics.md): what each voice detector reads of calls whose edges are known, with edges of ours and by itself, and how long a call
// takes to measure.
#include <algorithm>
#include <cmath>

#include "antiphon/scenario/instrument/instrument.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;

std::string summary(const instrument::DetectorSheet& sheet) {
  std::size_t turns = 0, found = 0, invented = 0, good = 0;
  double clean = 0, rough = 0;
  for (const auto& reading : sheet.readings) {
    turns += reading.turns, found += reading.found, invented += reading.invented, good += reading.holds() ? 1 : 0;
    auto& worst = reading.tolerance_s > 0.02 ? rough : clean;
    worst = std::max({worst, reading.starts.worst(), reading.ends.worst()});
  }
  return fmt::format("{} of {} lines; {} of {} turns found, {} invented; worst edge {:.0f} ms clean, {:.0f} ms in noise and channel", good,
                     sheet.readings.size(), found, turns, invented, clean * 1e3, rough * 1e3);
}

}  // namespace

int main() {
  const auto voices = instrument::known_voices();
  for (const auto engine : {audio::VoiceEngine::energy, audio::VoiceEngine::webrtc, audio::VoiceEngine::silero}) {
    for (const bool fine : {true, false}) {
      try {
        const bench::Meter meter;
        const auto sheet = instrument::measure({.engine = engine, .fine_edges = fine}, voices);
        const auto calls = static_cast<double>(sheet.readings.size() * voices.size());
        const auto what = fmt::format("instrument: {}{}", to_string(engine), fine ? "" : " by itself");
        bench::report(what, summary(sheet), fine ? "20 ms clean, 50 ms in noise and channel" : "");
        if (fine) bench::report(what + ": CPU per call", fmt::format("{:.0f} ms", meter.cpu_s() / calls * 1e3));
      } catch (const Error& error) {
        bench::report(fmt::format("instrument: {}", to_string(engine)), error.message());
      }
    }
  }
}
