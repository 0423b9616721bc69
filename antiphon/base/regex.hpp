#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// A PCRE2 pattern (UTF-8, with match and depth limits, so that no pattern can hang a run). Copies share the compiled code. Thread safe.
class Regex {
 public:
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::string> groups;           ///< 0 is the whole match
    std::map<std::string, std::string> named;  ///< only groups that took part
  };

  /// @throws Error configuration, with the position in the pattern.
  explicit Regex(std::string_view pattern, bool ignore_case = false);

  /// The first match that begins at byte `from` or later; what stands before `from` is seen by look-behinds. @throws Error too_large when the match limit is
  /// reached, io for invalid UTF-8 in the subject.
  std::optional<Match> search(std::string_view subject, std::size_t from = 0) const;
  bool matches(std::string_view subject) const { return search(subject).has_value(); }
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// All matches that are not empty, each behind the one before. For texts of strangers: the longer one is, the fewer steps may be taken at each of its
  /// places, so that all together take a tenth of a second at most for some thousand characters. @throws Error as `search`, sooner for a long text.
  std::vector<Range> find_all(std::string_view subject) const;
  /// Whether it may match where there is nothing to match: `a*`, `\b`.
  bool may_match_nothing() const;
  const std::string& pattern() const { return pattern_; }

 private:
  struct Code;
  std::string pattern_;
  std::shared_ptr<const Code> code_;
};

/// Text as a pattern that matches just that text.
std::string escape_regex(std::string_view text);

}  // namespace antiphon
