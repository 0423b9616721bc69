#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

namespace antiphon::bench {

/// What the process under load has used so far, all of its threads together. @throws std::runtime_error where it is gone.
inline double cpu_seconds_of(int process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string all;
  if (!std::getline(file, all)) throw std::runtime_error("the gateway has ended");
  const auto after_name = all.substr(all.rfind(')') + 2);
  unsigned long user = 0, system = 0;
  if (std::sscanf(after_name.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    throw std::runtime_error("/proc/PID/stat is not as it was");
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// Resident memory, by the sums of its mappings. @throws as above.
inline double resident_kb_of(int process) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", process));
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Rss:")) return std::atof(line.c_str() + 4);
  throw std::runtime_error("the gateway has ended");
}

}  // namespace antiphon::bench
