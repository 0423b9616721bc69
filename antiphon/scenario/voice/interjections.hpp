#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/random.hpp"
#include "antiphon/result/call_record.hpp"
#include "antiphon/scenario/voice/voice_options.hpp"

namespace antiphon::voice {

/// A short sound of our user while the agent speaks (VOX-35).
struct Interjection {
  UtteranceKind kind = UtteranceKind::backchannel;
  std::string word;
  std::shared_ptr<const audio::Samples> samples{};  ///< without effects
};

/// Decides when our user makes them, by chance: what one turn of the agent draws shifts nothing in another. Pure: whoever drives it says what time it is.
class Interjections {
 public:
  /// @param seed @param scenario_id key its random streams, with the kind of sound and the turn.
  Interjections(const VoiceOptions& options, std::uint64_t seed, std::string scenario_id);

  bool none() const { return series_.empty(); }
  /// Every sound that may be made; whoever speaks fills in its samples.
  std::vector<Interjection*> sounds();
  /// What is to be said now; nullptr: nothing. A chance that comes while our user is not `free` to take it is gone.
  /// @param turn of the agent, from 0. @param heard of it so far, since its first voiced frame.
  const Interjection* due(std::size_t turn, Duration heard, bool free);

 private:
  struct Series {
    UtteranceKind kind;
    InterjectionConfig config;
    std::vector<Interjection> sounds{};
    std::optional<std::size_t> turn{};
    RandomStream random{0};
    Duration next{0};
  };
  void add(UtteranceKind kind, const std::optional<InterjectionConfig>& config, const std::vector<std::string>& stock);
  Duration delay(Series& series);

  std::vector<Series> series_;
  std::uint64_t seed_;
  std::string scenario_id_;
};

/// Whether this is a noise rather than a word, such as "uh-huh": recognisers write these as they like, where they write them at all.
bool is_a_noise(std::string_view word);

}  // namespace antiphon::voice
