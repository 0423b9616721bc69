#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/result/result.hpp"

namespace antiphon {

/// Whether recordings lie in the page itself: while the page stays below 25 MB, whatever its size, or never.
enum class EmbedAudio { automatic, always, never };
/// `auto`, `always`, `never`.
std::optional<EmbedAudio> embed_audio_from(std::string_view name);

struct SoundOptions {
  std::string result_folder{};  ///< from which results name their recordings
  std::string page_folder{};    ///< from which the page does
  EmbedAudio embed = EmbedAudio::automatic;
  std::size_t room = std::size_t{25} << 20;  ///< bytes of the page that `automatic` leaves to sound
};

/// What a page has of a call's recording.
struct CallSound {
  enum class Kind { none, embedded, beside, missing };
  Kind kind = Kind::none;
  std::string href{};    ///< of the recording, from the page; nothing where it is missing
  std::string why{};     ///< where it is missing, for people
  double seconds = 0;    ///< its length
  std::string opus{};    ///< an Ogg file, where it is embedded
  double step_s = 0.01;  ///< of the peaks
  std::string peaks{};   ///< lowest and highest of each step as signed bytes: all of the user's, then all of the agent's (audio::PeakMeter)
};

/// One per scenario. Recordings are read and coded on all processors; where not all have room, those of what did not pass come first.
std::vector<CallSound> call_sounds(const BatchResult& batch, const SoundOptions& options);

/// `{kind, href, why, seconds, bytes, step_s}` of the page's facts; null for a scenario without a recording.
json::value to_json(const CallSound& sound);

}  // namespace antiphon
