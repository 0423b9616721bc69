#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon {

/// The first line of a cassette.
struct CassetteHeader {
  std::string scenario;    ///< its id, for people
  std::uint64_t seed = 0;  ///< of the run that was recorded: without another, a replay takes it
  int version = 2;         ///< 1: requests stand whole in their lines, and keys are made otherwise; read and not written any more
};

/// One recorded call, of whatever kind of provider. A kind says what `answer` and `request` hold; long data (audio) belongs into files beside
/// the cassette that `answer` names.
struct RecordedCall {
  std::string kind = "llm";
  std::string key;        ///< of the request and its role: what a replay looks for
  std::string role;       ///< who asked: agent, user, judge
  int turn = 0;           ///< for people
  int attempt = 1;        ///< of the run
  Duration latency{0};    ///< until the whole answer was there
  json::object answer{};  ///< empty with a failure, and where no answer came
  std::optional<Error> failure{};
  std::string request{};  ///< JSON text as the line holds it: whole, or what differs from an earlier line's (`expand`)

  /// Neither answered nor failed when the run stopped waiting.
  bool unanswered() const { return answer.empty() && !failure; }
};

/// JSON lines without a line break. Each ends with a checksum of itself.
std::string encode(const CassetteHeader& header);
std::string encode(const RecordedCall& call);

/// @throws Error protocol, saying what is wrong with the line: other version, cut off, changed by hand, no cassette at all.
CassetteHeader decode_header(std::string_view line);
RecordedCall decode_call(std::string_view line);

}  // namespace antiphon
