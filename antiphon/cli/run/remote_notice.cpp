#include "antiphon/cli/run/remote_notice.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

std::optional<fs::path> memory(const Environment& environment) {
  if (const auto cache = environment.variable("XDG_CACHE_HOME"); cache && !cache->empty()) return fs::path(*cache) / "antiphon" / "told-remote-agents";
  if (const auto home = environment.variable("HOME"); home && !home->empty()) return fs::path(*home) / ".cache" / "antiphon" / "told-remote-agents";
  return std::nullopt;
}

std::set<std::string> told_before(const std::optional<fs::path>& file) {
  if (!file || !fs::exists(*file)) return {};
  try {
    const auto lines = split(read_file(file->string()), '\n');
    return {lines.begin(), lines.end()};
  } catch (const Error&) {
    return {};  // then it is said once more
  }
}

void remember(const fs::path& file, const std::set<std::string>& told) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  std::string text;
  for (const auto& line : told)
    if (!line.empty()) text += line + "\n";
  try {
    write_file_atomically(file.string(), text);
  } catch (const Error&) {
    // A cache that cannot be written costs nothing but the line again.
  }
}

}  // namespace

std::optional<std::string> remote_host(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  auto authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string::npos) authority = authority.substr(at + 1);
  const auto host = lower(authority.starts_with('[') ? authority.substr(1, authority.find(']') - 1) : authority.substr(0, authority.find(':')));
  const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;  // 127.example.com is a name
  if (host.empty() || host == "localhost" || host.ends_with(".localhost") || host == "::1" || (numeric && host.starts_with("127."))) return std::nullopt;
  return host;
}

void tell_of_remote_agents(const std::vector<Scenario>& scenarios, Environment& environment) {
  if (environment.variable("ANTIPHON_REMOTE_NOTICE") == "off") return;
  const auto file = memory(environment);
  auto told = told_before(file);
  const auto before = told.size();
  for (const auto& scenario : scenarios) {
    const auto host = remote_host(scenario.agent.address());
    if (!host || !told.insert(fmt::format("{} {}", scenario.file, *host)).second) continue;
    environment.err << fmt::format(
        "note: the agent at {} is not on this machine, so what its tools do is real (ANTIPHON_REMOTE_NOTICE=off silences this line)\n", *host);
  }
  if (file && told.size() != before) remember(*file, told);
}

}  // namespace antiphon::cli
