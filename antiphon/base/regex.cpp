#include "antiphon/base/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::uint32_t match_limit = 200'000;
// Of a search, PCRE2 counts the steps at each place where a match may begin, not those of all places together.
constexpr std::size_t steps_of_a_text = 2'000'000, least_steps = 1000;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using MatchData = std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>>;

std::string message_of(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

Error gave_up(std::string_view pattern, int code) {
  const bool is_limit = code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT || code == PCRE2_ERROR_JIT_STACKLIMIT;
  return Error(is_limit ? ErrorKind::too_large : ErrorKind::io, fmt::format("the regular expression {} gave up: {}", quote(pattern), message_of(code)))
      .with_hint("simplify the pattern");
}

/// What a match writes to, for as many as are made one after another.
class Attempt {
 public:
  Attempt(const pcre2_code* code, std::uint32_t limit)
      : code_(code), data_(pcre2_match_data_create_from_pattern(code, nullptr)), context_(pcre2_match_context_create(nullptr)) {
    pcre2_set_match_limit(context_.get(), limit);
  }
  /// As `pcre2_match`.
  int run(std::string_view subject, std::size_t from, std::uint32_t options) const {
    const auto match = [&](std::uint32_t more) {
      return pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), from, options | more, data_.get(), context_.get());
    };
    const int count = match(0);
    return count == PCRE2_ERROR_JIT_STACKLIMIT ? match(PCRE2_NO_JIT) : count;  // compiled code has 32 KiB of stack, the interpreter uses the heap
  }
  const PCRE2_SIZE* ends() const { return pcre2_get_ovector_pointer(data_.get()); }

 private:
  const pcre2_code* code_;
  MatchData data_;
  MatchContext context_;
};

std::size_t next_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

}  // namespace

struct Regex::Code {
  pcre2_code* code;
  std::vector<std::pair<std::string, std::uint32_t>> names;
  explicit Code(pcre2_code* c) : code(c) { read_names(); }
  ~Code() { pcre2_code_free(code); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

 private:
  void read_names() {
    std::uint32_t count = 0, size = 0;
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    for (std::uint32_t i = 0; i < count; ++i, table += size) {
      const auto number = static_cast<std::uint32_t>(table[0] << 8 | table[1]);
      names.emplace_back(reinterpret_cast<const char*>(table + 2), number);
    }
  }
};

Regex::Regex(std::string_view pattern, bool ignore_case) : pattern_(pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | (ignore_case ? PCRE2_CASELESS : 0);
  auto* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error, &offset, nullptr);
  if (!code)
    throw Error(ErrorKind::configuration, fmt::format("the regular expression {} is wrong at character {}: {}", quote(pattern), offset + 1, message_of(error)))
        .with_hint("patterns are PCRE2");
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  code_ = std::make_shared<const Code>(code);
}

bool Regex::may_match_nothing() const {
  std::uint32_t may = 0;
  pcre2_pattern_info(code_->code, PCRE2_INFO_MATCHEMPTY, &may);
  return may != 0;
}

std::optional<Regex::Match> Regex::search(std::string_view subject, std::size_t from) const {
  const Attempt attempt(code_->code, match_limit);
  const int count = attempt.run(subject, from, 0);
  if (count == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (count < 0) throw gave_up(pattern_, count);
  const auto* ends = attempt.ends();
  Match match{.begin = ends[0], .end = ends[1], .groups = {}, .named = {}};
  const auto group = [&](std::uint32_t i) -> std::string_view {
    if (i >= static_cast<std::uint32_t>(count) || ends[2 * i] == PCRE2_UNSET) return {};
    return subject.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]);
  };
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i) match.groups.emplace_back(group(i));
  for (const auto& [name, number] : code_->names)
    if (number < static_cast<std::uint32_t>(count) && ends[2 * number] != PCRE2_UNSET) match.named.emplace(name, group(number));
  return match;
}

std::vector<Regex::Range> Regex::find_all(std::string_view subject) const {
  std::vector<Range> all;
  const auto steps = std::clamp<std::size_t>(steps_of_a_text / std::max<std::size_t>(subject.size(), 1), least_steps, match_limit);
  const Attempt attempt(code_->code, static_cast<std::uint32_t>(steps));
  std::uint32_t checked = 0;  // the whole of it need not be read again for each match
  for (std::size_t from = 0; from < subject.size(); checked = PCRE2_NO_UTF_CHECK) {
    const int count = attempt.run(subject, from, checked | PCRE2_NOTEMPTY);
    if (count == PCRE2_ERROR_NOMATCH) break;
    if (count < 0) throw gave_up(pattern_, count);
    const auto [begin, end] = std::pair(attempt.ends()[0], attempt.ends()[1]);
    if (end > begin) all.push_back({begin, end});  // a look-ahead may put the end before the begin
    from = end > from ? end : next_character(subject, from);
  }
  return all;
}

std::string escape_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-/").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace antiphon
