#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/base/clock.hpp"
#include "antiphon/gateway/language/locale_rules.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// Digits that must not be seen: no way leads into a text but `reveal`, and their memory is wiped.
class Pin {
 public:
  static constexpr std::size_t longest = 16;
  static constexpr std::size_t most_digits = 12;  ///< of one that a gateway asks for

  Pin() = default;
  explicit Pin(std::string_view digits) { add(digits); }  ///< other characters are left out
  Pin(Pin&& other) noexcept { take(other); }
  Pin& operator=(Pin&& other) noexcept;
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() { clear(); }

  /// Digits beyond `longest` are dropped.
  void add(std::string_view digits);
  void clear();
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// For a verifier, and for nobody else.
  std::string_view reveal() const { return {digits_.data(), size_}; }
  /// For whoever has to know it again later.
  Pin twin() const { return Pin(reveal()); }

 private:
  void take(Pin& other);

  std::array<char, longest> digits_{};
  std::size_t size_ = 0;
};

struct PinOptions {
  int digits = 4;                            ///< 3 to 12
  Duration pause = std::chrono::seconds(2);  ///< after the last digit, which then was the last
  int tries = 3;                             ///< wrong ones, after which the call goes to a person
};

/// Instead of a PIN's digits in a text.
inline constexpr std::string_view pin_mask = "[PIN_MASKED]";

/// A turn's text without the PIN that was in it.
struct PinTaken {
  Pin digits{};
  std::string text{};     ///< `pin_mask` where digits stood: what logs, traces, transcripts, messages and the model may see
  bool too_many = false;  ///< a number longer than a PIN was said, and none that is one: there are no `digits`
};

/// Takes the PIN out of what was said, before anything else sees the text; partial transcripts as well as final ones.
///
/// While a PIN is awaited, every digit in the text counts as one of it, in figures, in words ("double seven", "twelve thirty four", "oh") and as recognisers
/// misspell them ("one two for"); where one row of them alone has `digits` digits, that row is the PIN. Else only digits behind a word for it are taken:
/// "my PIN is one two three four", of fewer than three only those that `announces_pin` knows. Linear in the text. Thread safe.
PinTaken take_pin(std::string_view text, const LocaleRules& rules, bool awaited, const PinOptions& options = {});

/// Takes the PIN out of a text that is nothing but a PIN: its digits, and around them words that say nothing ("it is 1234", `LocaleRules::pin_around`).
/// Anything else stays as it is.
/// @param at_least digits, `options.digits` at most: fewer of a text that is not over
PinTaken take_bare_pin(std::string_view text, const LocaleRules& rules, const PinOptions& options, std::size_t at_least);

/// `text` with `pin_mask` wherever these digits are said, whatever stands around them.
std::string without_pin(std::string_view text, const LocaleRules& rules, const Pin& pin);

/// Whether the text ends where the digits of a PIN are to come, or the rest of them: "my PIN is", "my PIN is four two".
bool announces_pin(std::string_view text, const LocaleRules& rules);

/// Whether a text may be the answer to a question for a number: it says nothing else, or a number of three digits at least. "Thirty seconds" is none.
bool says_a_number(std::string_view text, const LocaleRules& rules);

enum class Asked {
  nothing,
  number,  ///< that is no PIN
  another_thing
};

/// What the agent's words ask for. What counts is the last question, and where one without a question mark asks for a number or a
/// PIN behind it ("tell me your PIN") that one. A question about the same number ("do you have it at hand?") leaves it asked.
/// @param before whether the agent's words before these asked for a number: "could you say that again?"
Asked what_is_asked(std::string_view text, const LocaleRules& rules, bool before = false);

/// Adds up the digits of a PIN over turns and keys (GTW-32). Tells no time itself: whoever holds it calls `poll` at `due`.
class PinEntry {
 public:
  enum class Event {
    none,
    complete,   ///< `take` it and have it checked
    incomplete  ///< too few, or too many: ask again; that was no try. What there was is forgotten
  };

  explicit PinEntry(PinOptions options = {}) : options_(options) {}

  /// A key of the telephone: 0–9; `#` ends the entry; `*` takes it back. Others mean nothing, as `#` does where no digit was given.
  Event press(char key, Clock::Time now);
  /// Digits of a turn, heard at its end.
  Event say(const Pin& digits, Clock::Time now);
  /// A number was said that is none.
  Event refuse();
  /// The caller began or ceased to speak: the pause counts from the end of the voice.
  void set_speaking(bool speaking, Clock::Time now);
  Event poll(Clock::Time now);
  /// When to poll next.
  std::optional<Clock::Time> due() const;
  /// The complete PIN; the entry is empty again.
  Pin take();

 private:
  Event add(std::string_view digits, Clock::Time now);
  Event close();

  PinOptions options_;
  Pin digits_;
  Clock::Time last_{0};  ///< digit, or end of the voice
  bool speaking_ = false;
  bool complete_ = false;
};

/// What follows from a checked PIN, written into the session: authenticated, asked again, or handed to a person after too many wrong tries.
PolicyDecision settle_pin(SessionState& session, bool right, const PinOptions& options = {});

}  // namespace antiphon::gateway
