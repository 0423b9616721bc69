#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <glob.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/suite/load.hpp"

namespace antiphon::suite {

namespace {

namespace fs = std::filesystem;

bool has_suite_ending(const fs::path& path) {
  const auto ending = lower(path.extension().string());
  return ending == ".yaml" || ending == ".yml" || ending == ".json";
}

// A file that is broken but means to be a suite must not be passed over in silence.
bool means_to_be_suite(const std::string& text) {
  for (const auto& line : split(text, '\n')) {
    const auto trimmed = trim(line);
    if (line.starts_with("antiphon:") || trimmed.starts_with("\"antiphon\"") || trimmed.starts_with("{\"antiphon\"")) return true;
  }
  return false;
}

// A file with scenarios whose version has another key: `antifon: 1`. Parts that suites include have none at all.
std::optional<Problem> misspelt_version(const std::string& text, const std::string& file) {
  if (text.find("scenarios") == std::string::npos) return std::nullopt;
  static const std::vector<std::string> wanted{"antiphon"};
  int number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto begin = line.find_first_not_of("{\" \t");
    const auto key = begin == std::string::npos ? std::string() : line.substr(begin, line.find_first_of("\": \t", begin) - begin);
    const bool at_the_top = begin == 0 || line.starts_with('"') || line.starts_with('{') || text.starts_with('{');
    if (!at_the_top || key == "antiphon" || !nearest(lower(key), wanted)) continue;
    return Problem{.message = fmt::format("unknown key {} at the top of what looks like a suite", quote(key)),
                   .where = {file, number, static_cast<int>(begin) + 1},
                   .hint = "rename it: a suite begins with `antiphon: 1`",
                   .width = static_cast<int>(key.size()),
                   .underline = "did you mean \"antiphon\"?"};
  }
  return std::nullopt;
}

enum class Found { suite, nothing, broken };

Found look_at(const std::string& file, std::vector<Problem>& problems) {
  constexpr std::size_t limit = std::size_t{16} << 20;
  std::string text;
  try {
    text = read_file(file, limit);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::too_large || error.kind() == ErrorKind::not_found) return Found::nothing;  // no suite, or gone since it was listed
    problems.push_back({.message = error.message(), .where = {file, 0, 0}, .hint = "mend its permissions, or move it out of the folder"});
    return Found::broken;
  }
  // Cheap refusals first: result files below a folder can be large.
  if (text.find("antiphon") != std::string::npos) {
    try {
      if (is_suite(parse_document(text, file))) return Found::suite;
    } catch (const Problems&) {
      if (means_to_be_suite(text)) return Found::suite;
    }
  }
  auto misspelt = misspelt_version(text, file);
  if (!misspelt) return Found::nothing;
  problems.push_back(*std::move(misspelt));
  return Found::broken;
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end; !error && it != end; it.increment(error)) {
    const bool hidden = it->path().filename().string().starts_with('.');
    if (hidden && it->is_directory(error)) it.disable_recursion_pending();
    if (!hidden && it->is_regular_file(error) && has_suite_ending(it->path())) files.push_back(it->path().lexically_normal().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

class Finder {
 public:
  explicit Finder(std::string directory) : directory_(std::move(directory)) {}

  void add(const std::string& path) {
    const auto place = within(path);
    std::error_code error;
    if (fs::is_directory(place, error))
      add_folder(place);
    else if (fs::exists(place, error))
      add_named(place);
    else
      add_pattern(path, place);
  }

  std::vector<std::string> take(const std::vector<std::string>& paths) {
    if (!problems_.empty()) throw Problems(std::move(problems_));
    if (files_.empty())
      throw Error(ErrorKind::usage, fmt::format("no suite in {}", join(paths, ", ")))
          .with_hint("a suite is a .yaml, .yml or .json file with `antiphon: 1` at its top; `antiphon init` writes one");
    return std::move(files_);
  }

 private:
  std::string within(const std::string& path) const {
    return directory_ == "." ? fs::path(path).lexically_normal().string() : (fs::path(directory_) / path).lexically_normal().string();
  }

  void keep(const std::string& file) {
    std::error_code error;
    const auto real = fs::weakly_canonical(file, error);
    if (seen_.insert(error ? file : real.string()).second) files_.push_back(file);
  }

  void add_folder(const std::string& folder) {
    for (const auto& file : files_below(folder))
      if (look_at(file, problems_) == Found::suite) keep(file);
  }

  void add_named(const std::string& file) {
    if (!fs::is_regular_file(file)) {
      refuse(file, "this is no file", "name a suite file or a folder");
      return;
    }
    try {
      if (is_suite(read_document(file)))
        keep(file);
      else if (look_at(file, problems_) != Found::broken)
        refuse(file, "this is no suite", "a suite has `antiphon: 1` at its top");
    } catch (const Problems& problems) {
      problems_.insert(problems_.end(), problems.list().begin(), problems.list().end());
    }
  }

  void add_pattern(const std::string& path, const std::string& place) {
    const bool pattern = path.find_first_of("*?[") != std::string::npos;
    const auto matches = pattern ? expand_glob(place) : std::vector<std::string>{};
    if (matches.empty()) refuse(path, pattern ? "nothing matches" : "no such file or folder", "check the path");
    for (const auto& match : matches) {
      std::error_code error;
      if (fs::is_directory(match, error))
        add_folder(match);
      else if (look_at(match, problems_) == Found::suite)
        keep(match);
    }
  }

  void refuse(const std::string& file, std::string message, std::string hint) {
    problems_.push_back({.message = std::move(message), .where = {file, 0, 0}, .hint = std::move(hint)});
  }

  std::string directory_;
  std::vector<std::string> files_;
  std::set<std::string> seen_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<std::string> find_suite_files(const std::vector<std::string>& paths, const std::string& directory) {
  Finder finder(directory);
  for (const auto& path : paths) finder.add(path);
  return finder.take(paths);
}

}  // namespace antiphon::suite
