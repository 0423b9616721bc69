#include "antiphon/scenario/instrument/instrument.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/audio/vad/silero.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/measures/measures.hpp"
#include "antiphon/scenario/run.hpp"

namespace antiphon::instrument {

namespace {

using namespace std::chrono_literals;

constexpr auto near = 300ms;  // a turn that was read is the one that it overlaps, or that is so near
constexpr double cut_in_tolerance_s = 0.1;

using Spans = std::vector<VoicedSpan>;

double difference(Duration read, Duration truth) { return to_seconds(read) - to_seconds(truth); }

bool belong(const Spans& read, const Spans& truth) {
  return !read.empty() && read.front().start < truth.back().end + near && read.back().end > truth.front().start - near;
}

/// A gap of more than the hangover shows inside a turn; which of those read is meant is told by its middle.
void compare_pauses(const Spans& read, const Spans& truth, Duration hangover, Reading& reading) {
  for (std::size_t i = 0; i + 1 < truth.size(); ++i) {
    const auto gap = truth[i + 1].start - truth[i].end;
    if (gap <= hangover + 100ms) continue;
    const auto middle = truth[i].end + gap / 2;
    ++reading.turns;
    for (std::size_t k = 0; k + 1 < read.size(); ++k) {
      if (read[k].end > middle || read[k + 1].start < middle) continue;
      ++reading.found;
      reading.ends.add(difference(read[k].end, truth[i].end));
      reading.starts.add(difference(read[k + 1].start, truth[i + 1].start));
      break;
    }
  }
}

/// Side by side: whoever reads two turns as one has lost one, and whoever reads one as two has invented one.
void compare_turns(const std::vector<Spans>& read, const std::vector<Spans>& truth, Reading& reading) {
  std::vector<bool> taken(read.size());
  reading.turns += truth.size();
  for (const auto& turn : truth) {
    for (std::size_t i = 0; i < read.size(); ++i) {
      if (taken[i] || !belong(read[i], turn)) continue;
      taken[i] = true;
      ++reading.found;
      reading.starts.add(difference(read[i].front().start, turn.front().start));
      reading.ends.add(difference(read[i].back().end, turn.back().end));
      compare_pauses(read[i], turn, audio::VoiceTiming{}.hangover, reading);
      break;
    }
  }
  reading.invented += static_cast<std::size_t>(std::ranges::count(taken, false));
}

std::vector<Spans> user_spans(const CallRecord& record) {
  std::vector<Spans> spans;
  for (const auto& utterance : record.utterances) spans.push_back(utterance.voiced);
  return spans;
}

std::vector<Spans> agent_spans(const CallRecord& record) {
  std::vector<Spans> spans;
  for (const auto& turn : record.turns) {
    auto voiced = turn.voiced;
    if (voiced.empty()) voiced.push_back({turn.start, turn.end});
    voiced.front().start = turn.start, voiced.back().end = turn.end;
    spans.push_back(std::move(voiced));
  }
  return spans;
}

Reading read_line(const audio::VoiceSettings& detector, const Case& line, const std::vector<std::shared_ptr<const KnownVoice>>& voices, const StopSource& stop,
                  std::string& name) {
  Reading reading{.line = line.name, .tolerance_s = to_seconds(line.tolerance)};
  for (const auto& voice : voices) {
    auto call = make_call(line, *voice, detector);
    const auto result = run(std::move(call.scenario), {.seed = 1, .speech = known_speech(line, *voice), .keep_audio = false, .stop = stop, .tracing = false});
    if (stop.requested()) throw Error(ErrorKind::cancelled, "interrupted: the instrument was not measured to its end");
    if (result.error) reading.failure = fmt::format("{}: {}", voice->name(), result.error->message);
    if (!result.call) continue;
    name = result.call->detector;
    compare(*call.truth, *result.call, reading);
  }
  return reading;
}

json::value json_of(const Errors& errors) {
  if (errors.n == 0) return nullptr;
  return json::object{{"n", errors.n}, {"least_s", errors.least}, {"most_s", errors.most}};
}

json::object json_of(const Reading& reading) {
  return {{"line", reading.line},
          {"tolerance_s", reading.tolerance_s},
          {"turns", reading.turns},
          {"found", reading.found},
          {"invented", reading.invented},
          {"starts", json_of(reading.starts)},
          {"ends", json_of(reading.ends)},
          {"latency", json_of(reading.latency)},
          {"stop", json_of(reading.stop)},
          {"cut_in", json_of(reading.cut_in)},
          {"failure", reading.failure.empty() ? json::value(nullptr) : json::value(reading.failure)},
          {"holds", reading.holds()}};
}

}  // namespace

void Errors::add(double difference) {
  least = n == 0 ? difference : std::min(least, difference);
  most = n == 0 ? difference : std::max(most, difference);
  ++n;
}

double Errors::worst() const { return std::max(std::abs(least), std::abs(most)); }

bool Reading::holds() const {
  const auto within = [&](const Errors& errors) { return errors.n > 0 && errors.worst() <= tolerance_s; };  // what was not measured holds nothing
  return failure.empty() && turns > 0 && found == turns && invented == 0 && within(starts) && within(ends) && within(latency) && within(stop) && cut_in.n > 0 &&
         cut_in.worst() <= cut_in_tolerance_s;
}

bool DetectorSheet::holds() const {
  return !readings.empty() && std::ranges::all_of(readings, [](const Reading& reading) { return reading.holds(); });
}

bool Sheet::holds() const {
  const auto usual = std::ranges::find(detectors, true, &DetectorSheet::usual);
  return usual != detectors.end() && usual->holds();
}

void compare(const KnownTruth& truth, const CallRecord& record, Reading& reading) {
  compare_turns(user_spans(record), truth.user, reading);
  compare_turns(agent_spans(record), truth.agent, reading);
  const auto measures = voice::measure(record);
  for (const auto& turn : measures.user_turns)
    if (turn.latency_s && turn.utterance < truth.latency.size()) reading.latency.add(*turn.latency_s - to_seconds(truth.latency[turn.utterance]));
  for (const auto& cut : record.interruptions) {
    if (!cut.achieved) continue;
    if (cut.agent_stopped) reading.stop.add(difference(*cut.agent_stopped - *cut.achieved, truth.stops_after));
    if (cut.intended) reading.cut_in.add(difference(*cut.achieved, *cut.intended));
  }
}

DetectorSheet measure(const audio::VoiceSettings& detector, const std::vector<std::shared_ptr<const KnownVoice>>& voices, const std::vector<Case>& cases,
                      const StopSource& stop) {
  DetectorSheet sheet{.engine = detector.engine, .usual = detector.engine == audio::VoiceSettings{}.engine};
  for (const auto& line : cases) sheet.readings.push_back(read_line(detector, line, voices, stop, sheet.detector));
  return sheet;
}

Sheet measure_all(const StopSource& stop) {
  Sheet sheet;
  const auto voices = known_voices();
  for (const auto& voice : voices) sheet.voices.push_back(voice->name());
  for (const auto engine : {audio::VoiceEngine::energy, audio::VoiceEngine::webrtc, audio::VoiceEngine::silero}) {
    try {
      sheet.detectors.push_back(measure({.engine = engine}, voices, known_cases(), stop));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      sheet.notes.push_back(fmt::format("{}: {}", to_string(engine), error.message()));
    }
  }
  return sheet;
}

json::object to_json(const Sheet& sheet) {
  json::array detectors;
  for (const auto& detector : sheet.detectors) {
    json::array readings;
    for (const auto& reading : detector.readings) readings.push_back(json_of(reading));
    detectors.push_back(json::object{
        {"engine", to_string(detector.engine)}, {"name", detector.detector}, {"usual", detector.usual}, {"holds", detector.holds()}, {"readings", readings}});
  }
  json::array voices(sheet.voices.begin(), sheet.voices.end()), notes(sheet.notes.begin(), sheet.notes.end());
  return {{"schema", "antiphon.instrument/1"}, {"ok", sheet.holds()}, {"voices", voices}, {"detectors", detectors}, {"notes", notes}};
}

}  // namespace antiphon::instrument
