#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <sys/resource.h>

#include <fmt/format.h>

/// What the benchmarks share: CPU time and memory of this process, and the line that run.sh puts into its table.
namespace antiphon::bench {

inline double seconds(timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }

inline rusage usage(int whose = RUSAGE_SELF) {
  rusage r{};
  getrusage(whose, &r);
  return r;
}

inline double peak_mb(const rusage& used = usage()) { return static_cast<double>(used.ru_maxrss) / 1024; }

/// Time since it was made: CPU of all threads of this process (user and system), or of the thread that made it, and wall.
class Meter {
 public:
  double cpu_s() const {
    const auto now = usage();
    return seconds(now.ru_utime) + seconds(now.ru_stime) - seconds(before_.ru_utime) - seconds(before_.ru_stime);
  }
  double thread_cpu_s() const {
    const auto now = usage(RUSAGE_THREAD);
    return seconds(now.ru_utime) + seconds(now.ru_stime) - seconds(thread_before_.ru_utime) - seconds(thread_before_.ru_stime);
  }
  double user_s() const { return seconds(usage().ru_utime) - seconds(before_.ru_utime); }
  double wall_s() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  rusage before_ = usage(), thread_before_ = usage(RUSAGE_THREAD);
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// What a turn cost since `meter` was made.
inline std::string cpu_per_turn(const Meter& meter, int turns) {
  return fmt::format("{:.3f} ms ({:.3f} in user mode)", meter.cpu_s() / turns * 1e3, meter.user_s() / turns * 1e3);
}

/// `limit` may be empty: the figure is only told.
inline void report(std::string_view what, const std::string& figure, std::string_view limit = {}) {
  fmt::print("{}\t{}\t{}\n", what, figure, limit);
  std::fflush(stdout);
}

}  // namespace antiphon::bench
