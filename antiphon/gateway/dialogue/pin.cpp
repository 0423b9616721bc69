#include "antiphon/gateway/dialogue/pin.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "antiphon/gateway/language/sentences.hpp"

namespace antiphon::gateway {

// --- Digits that must not be seen ------------------------------------------------------------------------------------------------------------

Pin& Pin::operator=(Pin&& other) noexcept {
  if (this != &other) take(other);
  return *this;
}

void Pin::take(Pin& other) {
  digits_ = other.digits_, size_ = other.size_;
  other.clear();
}

void Pin::add(std::string_view digits) {
  for (const char digit : digits)
    if (digit >= '0' && digit <= '9' && size_ < longest) digits_.at(size_++) = digit;
}

void Pin::clear() {
  OPENSSL_cleanse(digits_.data(), digits_.size());
  size_ = 0;
}

// --- Taking them out of a text ---------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t least_behind_a_word = 3;  // "my PIN is in two letters" gives none away
constexpr std::size_t least_in_a_sentence = 3;  // "in ten minutes"

using Runs = std::vector<DigitRun>;

void forget(std::string& digits) { OPENSSL_cleanse(digits.data(), digits.size()); }

/// Where the words for a PIN end first, in bytes; behind the text where there are none.
std::size_t end_of_pin_word(const LocaleRules& rules, std::span<const PlainWord> words, std::size_t size) {
  std::size_t first = size;
  for (const auto& match : find_all(rules.pin_words, words)) first = std::min(first, words[match.end - 1].end);
  return first;
}

/// Behind the last word for a PIN; nullopt where there is none.
std::optional<std::size_t> behind_pin_word(const LocaleRules& rules, std::span<const PlainWord> words) {
  std::optional<std::size_t> behind;
  for (const auto& match : find_all(rules.pin_words, words)) behind = std::max(behind.value_or(0), match.end);
  return behind;
}

std::size_t digits_in(const Runs& runs) {
  std::size_t count = 0;
  for (const auto& run : runs) count += run.digits.size();
  return count;
}

/// One row of the right length among others is the PIN: "for my two orders, it is one two three four".
const DigitRun* only_whole_one(const Runs& runs, std::size_t digits) {
  const auto fits = [&](const DigitRun& run) { return run.digits.size() == digits; };
  const auto found = std::ranges::find_if(runs, fits);
  return found != runs.end() && std::ranges::count_if(runs, fits) == 1 ? &*found : nullptr;
}

std::string without(std::string_view text, const Runs& runs) {
  std::string rest;
  std::size_t at = 0;
  for (const auto& run : runs) {
    rest += text.substr(at, run.begin - at);
    rest += pin_mask;
    at = run.end;
  }
  return rest += text.substr(at);
}

/// Letters and figures in one word ("1234a") are no number, and a PIN all the same.
void add_mixed_words(Runs& runs, std::span<const PlainWord> words) {
  for (const auto& word : words) {
    const auto is_figure = [](char c) { return c >= '0' && c <= '9'; };
    const auto count = std::ranges::count_if(word.text, is_figure);
    if (count == 0 || count == static_cast<std::ptrdiff_t>(word.text.size())) continue;
    DigitRun run{.begin = word.begin, .end = word.end};
    std::ranges::copy_if(word.text, std::back_inserter(run.digits), is_figure);
    runs.push_back(std::move(run));
  }
  std::ranges::sort(runs, {}, &DigitRun::begin);
}

/// The words of a text and the digits in it, wiped when it is gone.
struct DigitsOf {
  std::vector<PlainWord> words;
  Runs runs;

  DigitsOf(std::string_view text, const LocaleRules& rules) : words(plain_words(text)), runs(digit_runs(text, words, rules.numbers, true)) {
    add_mixed_words(runs, words);
  }
  DigitsOf(const DigitsOf&) = delete;
  DigitsOf& operator=(const DigitsOf&) = delete;
  ~DigitsOf() {
    for (auto& run : runs) forget(run.digits);
    for (auto& word : words) forget(word.text);
  }
  void keep(const std::function<bool(const DigitRun&)>& wanted) {
    const auto rest = std::ranges::partition(runs, wanted);
    for (auto& run : rest) forget(run.digits);
    runs.erase(rest.begin(), rest.end());
    std::ranges::sort(runs, {}, &DigitRun::begin);
  }
};

/// The same `count` digits, once or over and over.
bool repeats(std::string_view digits, std::size_t count) {
  if (digits.empty() || digits.size() % count != 0) return false;
  return digits.substr(count) == digits.substr(0, digits.size() - count);
}

PinTaken taken_from(std::string_view text, const Runs& runs, const PinOptions& options) {
  PinTaken taken{.text = without(text, runs)};
  if (const auto* whole = only_whole_one(runs, static_cast<std::size_t>(options.digits))) {
    taken.digits.add(whole->digits);
    return taken;
  }
  const auto wanted = static_cast<std::size_t>(options.digits);
  taken.too_many = std::ranges::any_of(runs, [&](const DigitRun& run) { return run.digits.size() > wanted && !repeats(run.digits, wanted); });
  if (taken.too_many) return taken;
  std::string all;
  for (const auto& run : runs) all += run.digits;
  taken.digits.add(std::string_view(all).substr(0, repeats(all, wanted) ? wanted : all.size()));
  forget(all);
  return taken;
}

/// From `at_least` digits up to a PIN's, or those of a PIN said again and again.
bool has_length_of_pin(const Runs& runs, std::size_t at_least, std::size_t wanted) {
  std::string all;
  for (const auto& run : runs) all += run.digits;
  const bool fits = !all.empty() && all.size() >= at_least && (all.size() <= wanted || repeats(all, wanted));
  forget(all);
  return fits;
}

bool is_digit(const DigitsOf& found, const PlainWord& word) {
  return std::ranges::any_of(found.runs, [&](const DigitRun& run) { return word.begin >= run.begin && word.end <= run.end; });
}

/// Nothing outside the digits but words that people say around them; "A 1234" is a number of something.
bool stands_bare(const DigitsOf& found, const LocaleRules& rules) {
  return std::ranges::all_of(found.words, [&](const PlainWord& word) { return is_digit(found, word) || rules.pin_around.contains(word.text); });
}

/// "My PIN is", "my PIN is four two, uh": its digits, or the rest of them, are to come. "My PIN is right" wants nothing more.
bool announces(const DigitsOf& found, const LocaleRules& rules) {
  const auto behind = behind_pin_word(rules, found.words);
  bool to_come = false;
  for (auto at = behind.value_or(found.words.size()); at < found.words.size(); ++at) {
    const auto& word = found.words[at];
    if (is_digit(found, word) || rules.pin_is.contains(word.text))
      to_come = true;
    else if (!rules.pin_around.contains(word.text))
      return false;
    else if (!rules.numbers.pauses.contains(word.text))
      to_come = false;
  }
  return to_come;
}

}  // namespace

PinTaken take_pin(std::string_view text, const LocaleRules& rules, bool awaited, const PinOptions& options) {
  DigitsOf found(text, rules);
  if (!awaited) {
    const auto from = end_of_pin_word(rules, found.words, text.size());
    const bool more_to_come = announces(found, rules);
    found.keep([&](const DigitRun& run) { return run.begin >= from; });
    if (!more_to_come && digits_in(found.runs) < least_behind_a_word) found.keep([](const DigitRun&) { return false; });
  }
  return taken_from(text, found.runs, options);
}

PinTaken take_bare_pin(std::string_view text, const LocaleRules& rules, const PinOptions& options, std::size_t at_least) {
  const DigitsOf found(text, rules);
  if (!has_length_of_pin(found.runs, at_least, static_cast<std::size_t>(options.digits)) || !stands_bare(found, rules)) return {.text = std::string(text)};
  return taken_from(text, found.runs, options);
}

std::string without_pin(std::string_view text, const LocaleRules& rules, const Pin& pin) {
  if (pin.empty()) return std::string(text);
  DigitsOf found(text, rules);
  // A number said right behind it runs into it.
  found.keep([&](const DigitRun& run) { return run.digits.find(pin.reveal()) != std::string::npos; });
  return without(text, found.runs);
}

bool announces_pin(std::string_view text, const LocaleRules& rules) { return announces(DigitsOf(text, rules), rules); }

bool says_a_number(std::string_view text, const LocaleRules& rules) {
  const DigitsOf found(text, rules);
  return digits_in(found.runs) >= least_in_a_sentence || (!found.runs.empty() && stands_bare(found, rules));
}

Asked what_is_asked(std::string_view text, const LocaleRules& rules, bool before) {
  auto asked = Asked::nothing;
  const auto ask = [&](bool number) {
    before = number;
    asked = number ? Asked::number : Asked::another_thing;
  };
  for (const auto sentence : whole_sentences(text, rules.abbreviations)) {
    const auto words = plain_words(sentence);
    const auto holds = [&](const PhraseList& list) { return find_phrase(list, words).has_value(); };
    const bool of_pin = holds(rules.pin_words), of_number = !of_pin && holds(rules.number_questions);
    if (has_question_mark(sentence))
      ask(of_number || (before && !of_pin && holds(rules.number_follow_ups)));
    else if ((of_pin || of_number) && holds(rules.number_requests))
      ask(of_number);
  }
  return asked;
}

// --- Adding up -------------------------------------------------------------------------------------------------------------------------------

PinEntry::Event PinEntry::press(char key, Clock::Time now) {
  if (key == '#') return close();
  if (key == '*') digits_.clear(), complete_ = false;
  return add({&key, 1}, now);
}

PinEntry::Event PinEntry::say(const Pin& digits, Clock::Time now) { return add(digits.reveal(), now); }

PinEntry::Event PinEntry::refuse() {
  digits_.clear();
  complete_ = false;
  return Event::incomplete;
}

PinEntry::Event PinEntry::add(std::string_view digits, Clock::Time now) {
  const auto before = digits_.size();
  const auto wanted = static_cast<std::size_t>(options_.digits);
  if (complete_ || before >= wanted) return Event::none;
  Pin more(digits);
  digits_.add(more.reveal().substr(0, wanted - before));
  if (digits_.size() > before) last_ = now;
  complete_ = digits_.size() == wanted;
  return complete_ ? Event::complete : Event::none;
}

PinEntry::Event PinEntry::close() {
  if (complete_ || digits_.empty()) return Event::none;
  digits_.clear();
  return Event::incomplete;
}

void PinEntry::set_speaking(bool speaking, Clock::Time now) {
  if (speaking_ && !speaking) last_ = std::max(last_, now);
  speaking_ = speaking;
}

std::optional<Clock::Time> PinEntry::due() const {
  if (complete_ || digits_.empty() || speaking_) return std::nullopt;
  return last_ + options_.pause;
}

PinEntry::Event PinEntry::poll(Clock::Time now) {
  const auto at = due();
  return at && now >= *at ? close() : Event::none;
}

Pin PinEntry::take() {
  complete_ = false;
  return std::move(digits_);
}

PolicyDecision settle_pin(SessionState& session, bool right, const PinOptions& options) {
  using Action = PolicyDecision::Action;
  if (right) {
    session.authenticated = true, session.wrong_pins = 0;
    return {.reason = "pin_accepted"};
  }
  ++session.wrong_pins;
  auto reason = fmt::format("pin_wrong {}", session.wrong_pins);
  if (session.wrong_pins < options.tries) return {Action::authenticate, std::move(reason)};
  return {Action::escalate, std::move(reason), EscalationReason::pin};
}

}  // namespace antiphon::gateway
