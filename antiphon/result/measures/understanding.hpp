#pragma once

#include <string>
#include <vector>

#include "antiphon/base/spoken_text.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon::voice {

/// A turn as it was said, and as the other side understood it.
struct HeardTurn {
  std::size_t place = 0;    ///< index of the utterance or of the agent's turn
  std::string said, heard;  ///< the first 8 kB of each: what nobody says in one turn need not be compared
};

/// What one side understood of the other.
struct Understanding {
  std::vector<HeardTurn> turns{};
  std::size_t left_out = 0;  ///< turns whose words nobody knows (a file without text, keys, silence), that ask to be ignored, or that were cut off
  bool told = false;         ///< the other side told at least once what it understood
};

/// What we spoke against the agent's own transcripts of it. A transcript belongs to the last utterance that had begun before it came.
Understanding understood_by_agent(const CallRecord& call);
/// The agent's own text against what our recogniser made of its audio.
Understanding understood_by_user(const CallRecord& call);

/// The most that our recogniser may not know of the agent's words and still be asked what it understood (contracts.md §12).
inline constexpr double most_unknown_words = 0.05;

/// Summed over turns, so that long ones weigh more.
WordErrors word_errors(const Understanding& understanding);

/// Entities of a text that should be found in another.
struct EntityCount {
  std::size_t said = 0, understood = 0;
  std::vector<std::string> missed{};
};
/// Of those given, wherever they were said; where none are given, of all that `entities_in` finds.
EntityCount count_entities(const Understanding& understanding, const std::vector<std::string>& entities = {});

}  // namespace antiphon::voice
