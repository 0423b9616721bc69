#include "antiphon/cli/run/open_files.hpp"

#include <algorithm>

#include <sys/resource.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::cli {

namespace {

constexpr std::uint64_t own = 64;  // standard streams, reports, what the libraries open

}  // namespace

std::uint64_t open_files_for(std::size_t runs_at_once, OpenFileLimit limit) {
  if (const auto least = runs_at_once + own; limit.most < least)
    throw Error(ErrorKind::configuration,
                fmt::format("{} scenarios at once need {} open files and more, and this process may have {}", runs_at_once, least, limit.most))
        .with_hint(fmt::format("use -j {} or less, or raise the limit (ulimit -Hn)", limit.most > own + 1 ? limit.most - own : 1));
  return std::max(limit.now, std::min<std::uint64_t>(2 * runs_at_once + own, limit.most));
}

void allow_open_files(std::size_t runs_at_once) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = open_files_for(runs_at_once, {limit.rlim_cur, limit.rlim_max});
  if (wanted == limit.rlim_cur) return;
  limit.rlim_cur = wanted;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace antiphon::cli
