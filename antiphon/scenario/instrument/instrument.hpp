#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/scenario/instrument/known_call.hpp"
#include "antiphon/scenario/stop_source.hpp"

namespace antiphon::instrument {

/// Differences between what was read and what is true, in seconds.
struct Errors {
  std::size_t n = 0;
  double least = 0, most = 0;
  void add(double difference);
  double worst() const;
};

/// What one detector read of calls on one kind of line.
struct Reading {
  std::string line;
  double tolerance_s = 0;
  std::size_t turns = 0;     ///< that there are, on both sides
  std::size_t found = 0;     ///< of them: one and no other was read at its time
  std::size_t invented = 0;  ///< were read where there is none
  Errors starts{}, ends{};   ///< of turns, and of what is voiced before and after a pause of more than the hangover
  Errors latency{}, stop{};  ///< of answers; of the time to stop for a cut-in
  Errors cut_in{};           ///< when our user cut in against when it meant to
  std::string failure{};     ///< why a call could not be held; empty: it could
  /// Nothing lost, invented or further off than the tolerance; cut-ins within 100 ms.
  bool holds() const;
};

struct DetectorSheet {
  std::string detector;  ///< as results name it
  audio::VoiceEngine engine = audio::VoiceEngine::energy;
  bool usual = false;  ///< the one that is used where nobody says otherwise
  std::vector<Reading> readings{};
  bool holds() const;
};

struct Sheet {
  std::vector<DetectorSheet> detectors;
  std::vector<std::string> voices;
  std::vector<std::string> notes{};  ///< what could not be measured here
  /// The usual detector meets its goals.
  bool holds() const;
};

/// What was read of one call against what is true.
void compare(const KnownTruth& truth, const CallRecord& record, Reading& reading);

/// Calls on each line in each voice, on the virtual clock, through the engine that any call goes through; the same on every run. Blocks.
/// @throws Error cancelled once `stop` is requested: part of a sheet is none.
DetectorSheet measure(const audio::VoiceSettings& detector, const std::vector<std::shared_ptr<const KnownVoice>>& voices,
                      const std::vector<Case>& cases = known_cases(), const StopSource& stop = {});
/// With each detector of this build, the usual one first. @throws as `measure`.
Sheet measure_all(const StopSource& stop = {});

/// `antiphon.instrument/1`.
json::object to_json(const Sheet& sheet);

}  // namespace antiphon::instrument
