#include "antiphon/suite/problem_report.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

constexpr std::size_t file_limit = std::size_t{16} << 20;
constexpr std::size_t shown_characters = 160;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

class Sources {
 public:
  std::optional<std::string> line(const Location& where) {
    const auto& lines = lines_of(where.file);
    if (where.line < 1 || static_cast<std::size_t>(where.line) > lines.size()) return std::nullopt;
    return lines[static_cast<std::size_t>(where.line) - 1];
  }

 private:
  const std::vector<std::string>& lines_of(const std::string& file) {
    const auto known = files_.find(file);
    if (known != files_.end()) return known->second;
    auto& lines = files_[file];
    try {
      for (auto& line : split(repair_utf8(read_file(file, file_limit)), '\n')) {
        if (line.ends_with('\r')) line.pop_back();
        // A tab stays one column wide: that is how columns are counted.
        std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
        lines.push_back(std::move(line));
      }
    } catch (const Error&) {
      lines.clear();
    }
    return lines;
  }

  std::map<std::string, std::vector<std::string>> files_;
};

// Bytes of the token at `begin`: quoted text with its quotes, else up to a blank or whatever ends a value in brackets.
std::size_t token_length(std::string_view line, std::size_t begin) {
  if (begin >= line.size()) return 1;
  const char quote = line[begin];
  if (quote == '"' || quote == '\'') {
    const auto end = line.find(quote, begin + 1);
    return (end == std::string_view::npos ? line.size() : end + 1) - begin;
  }
  auto end = line.find_first_of(" ,]}", begin);
  const auto reference = line.find("${", begin);
  if (reference < end) end = std::min(line.find('}', reference), line.size() - 1) + 1;
  return std::max<std::size_t>((end == std::string_view::npos ? line.size() : end) - begin, 1);
}

// Columns count characters, from 1.
std::size_t offset_of(std::string_view line, int column) {
  std::size_t offset = 0;
  for (int i = 1; i < column && offset < line.size(); ++i) {
    do {
      ++offset;
    } while (offset < line.size() && continues_character(line[offset]));
  }
  return offset;
}

struct Excerpt {
  std::string line;
  std::string padding;
  std::size_t carets = 1;
};

Excerpt make_excerpt(std::string line, const Problem& problem) {
  const auto begin = offset_of(line, problem.where.column);
  const auto length = problem.width > 0 ? static_cast<std::size_t>(problem.width) : token_length(line, begin);
  Excerpt excerpt;
  excerpt.carets = std::max<std::size_t>(count_characters(std::string_view(line).substr(begin, length)), 1);
  std::size_t from = 0;
  if (line.size() > shown_characters && begin > shown_characters / 2) from = begin - shown_characters / 2;
  while (from > 0 && continues_character(line[from])) --from;
  excerpt.padding = std::string(count_characters(std::string_view(line).substr(from, begin - from)), ' ');
  excerpt.line = cut(std::string_view(line).substr(from), shown_characters);
  excerpt.carets = std::min(excerpt.carets, std::max<std::size_t>(count_characters(excerpt.line), excerpt.padding.size() + 1) - excerpt.padding.size());
  return excerpt;
}

class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string operator()(std::string_view sgr, std::string_view text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
  }

 private:
  bool colour_;
};

Location shown(Location where, const std::string& base_dir) {
  where.file = below(where.file, base_dir);
  return where;
}

std::string format_problem(const Problem& problem, Sources& sources, const Painter& paint, const std::string& base_dir) {
  std::string out = fmt::format("{} {}\n  {}\n", paint("1;31", "error:"), problem.message, paint("2", to_string(shown(problem.where, base_dir))));
  if (auto line = problem.where.column > 0 ? sources.line(problem.where) : std::nullopt) {
    const auto excerpt = make_excerpt(*std::move(line), problem);
    const auto number = std::to_string(problem.where.line);
    const auto carets = std::string(excerpt.carets, '^');
    out += fmt::format("{} | {}\n", number, excerpt.line);
    out += fmt::format("{} | {}{}{}\n", std::string(number.size(), ' '), excerpt.padding, paint("1;31", carets),
                       problem.underline.empty() ? "" : " " + problem.underline);
  }
  if (!problem.hint.empty()) out += fmt::format("{}   {}\n", paint("1", "fix:"), problem.hint);
  return out;
}

}  // namespace

std::string format_problems(std::span<const Problem> problems, ReportStyle style) {
  Sources sources;
  const Painter paint(style.colour);
  std::set<std::string> files;
  std::string out;
  for (const auto& problem : problems) {
    if (!out.empty()) out += '\n';
    out += format_problem(problem, sources, paint, style.base_dir);
    files.insert(problem.where.file);
  }
  if (problems.size() > 1) out += fmt::format("\n{} errors in {} {}, nothing was run\n", problems.size(), files.size(), files.size() == 1 ? "file" : "files");
  return out;
}

}  // namespace antiphon::suite
