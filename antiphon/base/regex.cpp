#include "antiphon/base/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::uint32_t match_limit = 200'000;

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

std::optional<Regex::Match> Regex::search(std::string_view subject, std::size_t from) const {
  const MatchData data(pcre2_match_data_create_from_pattern(code_->code, nullptr));
  const MatchContext context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), match_limit);
  const auto run = [&](std::uint32_t options) {
    return pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), from, options, data.get(), context.get());
  };
  int count = run(0);
  if (count == PCRE2_ERROR_JIT_STACKLIMIT) count = run(PCRE2_NO_JIT);  // compiled code has 32 KiB of stack, the interpreter uses the heap
  if (count == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (count < 0) {
    const auto kind =
        count == PCRE2_ERROR_MATCHLIMIT || count == PCRE2_ERROR_DEPTHLIMIT || count == PCRE2_ERROR_JIT_STACKLIMIT ? ErrorKind::too_large : ErrorKind::io;
    throw Error(kind, fmt::format("the regular expression {} gave up: {}", quote(pattern_), message_of(count))).with_hint("simplify the pattern");
  }
  const auto* ends = pcre2_get_ovector_pointer(data.get());
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

std::string escape_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}-/").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace antiphon
