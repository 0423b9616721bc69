#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/gateway/language/locale_rules.hpp"
#include "antiphon/gateway/speaking/speakable.hpp"

namespace antiphon::gateway {

struct FlushOptions {
  int sentences = 2;                              ///< that may be said of one answer (GTW-30); 0: all
  Duration hold = std::chrono::milliseconds(60);  ///< how long a doubtful full stop waits for the next token
  Duration patience = std::chrono::seconds(3);    ///< after which what is there of a sentence is said, though its end has not come
  std::size_t least_words = 4;                    ///< of what is said so first: less leaves the turn to another model
  std::size_t most_words = 40;                    ///< of a sentence, after which it is said in pieces; those are cut behind commas, else between words
  std::size_t longest_number = 100;               ///< words; a piece may end within a longer one, which is no number but endless
  std::size_t longest_answer = 500;               ///< words; where `sentences` are limited
};

/// Makes sentences for synthesis of a model's tokens (contracts.md §10), without Markdown.
///
/// A sentence leaves at its end mark at once. Only where a full stop follows a figure, a single letter or an abbreviation of the locale ("3.", "p.m.",
/// "Dr.") it waits for the next token, which shows if it was an end, or for `hold`. A full stop between letters ("example.com") is none where both stand in
/// one token. A sentence that comes slowly, or is long, is said in pieces, which count as one, and none of which ends beside a number: whoever masks what is
/// said sees numbers whole. Tells no time itself: whoever holds it calls `poll` at `due`.
class SentenceFlush {
 public:
  explicit SentenceFlush(std::shared_ptr<const LocaleRules> rules, FlushOptions options = {}) : rules_(std::move(rules)), options_(options) {}

  /// Sentences that are whole now, each one line that has something to say, with its (first) end mark.
  std::vector<std::string> push(std::string_view token, Clock::Time now);
  /// A sentence that waited, when its time has come.
  std::vector<std::string> poll(Clock::Time now);
  /// What may be said now of a sentence that is not whole; nothing where that is little.
  std::vector<std::string> hurry(Clock::Time now);
  /// What is left at the end of the answer.
  std::vector<std::string> finish();

  /// When to poll next.
  std::optional<Clock::Time> due() const { return due_ ? due_ : piece_due_; }
  /// As many sentences as may be said are out: the rest of the answer is for nobody.
  bool is_full() const { return options_.sentences > 0 && (said_ >= options_.sentences || words_ >= options_.longest_answer); }

 private:
  struct Mark {
    std::size_t begin = 0;  ///< of the first end mark
    std::size_t length = 0;
    std::size_t end = 0;  ///< behind all marks and what closes with them
  };
  enum class Verdict { ends, goes_on, unknown };

  void cut(Clock::Time now, std::vector<std::string>& sentences);
  std::optional<Mark> next_mark() const;
  Verdict judge(const Mark& mark) const;
  bool is_doubtful(std::string_view word) const;
  bool ends_before(std::string_view word, std::string_view follows) const;
  void emit(const Mark& mark, std::vector<std::string>& sentences);
  void add(std::string_view text, std::vector<std::string>& sentences);
  void watch_piece(Clock::Time now, std::vector<std::string>& sentences);
  std::size_t end_of_piece() const;
  bool parts_number(std::span<const PlainWord> words, std::size_t at) const;
  void emit_piece(std::size_t end, Clock::Time now, std::vector<std::string>& sentences);

  std::shared_ptr<const LocaleRules> rules_;
  FlushOptions options_;
  Speakable speakable_;
  std::string torn_;           ///< a character whose last bytes are still to come
  std::string text_;           ///< not yet said
  std::size_t looked_at_ = 0;  ///< of it: no sentence ends there
  bool after_mark_ = false;    ///< more marks of the sentence that is out may follow
  int said_ = 0;
  std::size_t words_ = 0;  ///< that were said
  bool midway_ = false;    ///< a piece of the sentence is out
  std::optional<Clock::Time> due_{}, piece_due_{};
  std::optional<Clock::Time> began_{};  ///< when the first of `text_` came
};

}  // namespace antiphon::gateway
