#include "antiphon/cli/doctor/instrument.hpp"

#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

std::string range_of(const instrument::Errors& errors) {
  if (errors.n == 0) return "none";
  const auto ms = [](double seconds) { return std::lround(seconds * 1000); };
  return fmt::format("{:+}..{:+}", ms(errors.least), ms(errors.most));
}

std::string row(const instrument::Reading& reading, bool usual) {
  const auto word = reading.holds() ? "ok" : usual ? "wrong" : "note";
  auto found = fmt::format("{}/{}", reading.found, reading.turns);
  if (reading.invented > 0) found += fmt::format(" +{}", reading.invented);
  auto line = fmt::format("  {:<5}  {:<22} {:>8} {:>10} {:>9} {:>9} {:>9}\n", word, reading.line, found, range_of(reading.starts), range_of(reading.ends),
                          range_of(reading.latency), range_of(reading.stop));
  if (!reading.failure.empty()) line += fmt::format("         {}\n", reading.failure);
  return line;
}

}  // namespace

std::string shown(const instrument::Sheet& sheet) {
  auto out = fmt::format("instrument: calls of which every edge is known, spoken by {}\nread minus true, in ms; within 20, and 50 where marked *\n",
                         join(sheet.voices, ", "));
  for (const auto& detector : sheet.detectors) {
    out += fmt::format("\n{}{}\n  {:5}  {:<22} {:>8} {:>10} {:>9} {:>9} {:>9}\n", detector.detector, detector.usual ? " (the usual one)" : "", "", "line",
                       "turns", "starts", "ends", "answers", "stops");
    for (auto reading : detector.readings) {
      if (reading.tolerance_s > 0.02) reading.line += " *";
      out += row(reading, detector.usual);
    }
  }
  for (const auto& note : sheet.notes) out += fmt::format("\nnote   {}\n", note);
  return out + (sheet.holds() ? "\nthe usual detector meets its goals\n" : "\nthe usual detector misses its goals\n");
}

}  // namespace antiphon::cli
