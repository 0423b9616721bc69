#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/gateway/language/numbers.hpp"
#include "antiphon/gateway/language/phrase.hpp"

namespace antiphon::gateway {

/// What the gateway says of itself; the names are those of the policy file.
enum class Reply {
  greeting,
  ask_pin,
  pin_incomplete,
  pin_wrong,
  pin_accepted,
  pin_unavailable,
  blocked,
  escalation,
  nobody_there,
  turn_limit,
  time_limit,
  nobody_heard,
  call_ended,
  apology,
  filler,
  say_again,
  still_there,
  goodbye
};
inline constexpr std::size_t reply_count = static_cast<std::size_t>(Reply::goodbye) + 1;
std::string_view to_string(Reply reply);

/// After which words a full stop ends no sentence; in small letters, without their last dot ("p.ej").
struct Abbreviations {
  std::set<std::string, std::less<>> before_names{};    ///< "dr": never
  std::set<std::string, std::less<>> before_numbers{};  ///< "no": where a figure follows
  std::set<std::string, std::less<>> others{};          ///< "etc": unless a capital follows
};
/// Those that the voices know (English).
Abbreviations spoken_abbreviations();

/// All that the gateway knows of a locale: words to listen for, and what to say. Immutable once it is read.
struct LocaleRules {
  std::string locale{};  ///< "en-GB"
  PhraseList unsafe{}, human{}, authentication{};
  PhraseList pin_words{};
  PhraseList number_questions{};   ///< in a question of the agent: digits that the caller says then are an answer, and no PIN
  PhraseList number_requests{};    ///< what makes a question of the agent's sentence that has no question mark ("tell me")
  PhraseList number_follow_ups{};  ///< in a question behind one for a number: it is about the same ("do you have it at hand?")
  std::array<std::string, reply_count> replies{};
  std::vector<std::string> hints{};    ///< words that the recogniser should expect
  std::optional<std::string> voice{};  ///< of the remote voices; absent: that of the settings
  NumberWords numbers{};
  std::set<std::string> function_words{};  ///< `joined_words`
  std::set<std::string> pin_around{};      ///< the same: what people say around the bare digits of a PIN
  std::set<std::string> pin_is{};          ///< the same: behind a word for a PIN, its digits follow ("is")
  std::set<std::string> backchannels{};    ///< the same: what shows only that somebody listens
  Abbreviations abbreviations{};

  /// `{digits}` in it becomes how many a PIN has.
  std::string reply(Reply which, int pin_digits = 4) const;
};

}  // namespace antiphon::gateway
