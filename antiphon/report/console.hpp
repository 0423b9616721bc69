#pragma once

#include <functional>
#include <memory>
#include <string>

#include "antiphon/report/reporter.hpp"
#include "antiphon/report/summary_lines.hpp"
#include "antiphon/report/terminal.hpp"

namespace antiphon {

enum class Verbosity { quiet, normal, verbose };

struct ConsoleOptions {
  Terminal terminal;
  Verbosity verbosity = Verbosity::normal;
  std::string command;        ///< what was asked for, such as `run suites`
  std::size_t total = 0;      ///< runs
  std::size_t scenarios = 0;  ///< played by them, where repeats make that fewer
  int jobs = 1;
  std::uint64_t seed = 0;
  std::string base_dir;                                 ///< paths below it are shown relative to it
  SummaryPaths paths;                                   ///< named by the summary
  std::function<SummaryPaths(SummaryPaths)> written{};  ///< leaves of the paths those that were written in the end; empty: all were
  std::function<Duration()> now;                        ///< monotonic; empty: the steady clock
};

/// The report on the terminal: what does not pass as it comes, a live line, a summary.
///
/// At a terminal the live line is redrawn at most ten times a second; elsewhere every run is a line and progress is told every 30 s. `quiet`
/// leaves the summary; `verbose` tells the conversations instead of the live line (SCN-73). Thread safe.
class ConsoleReporter final : public Reporter {
 public:
  explicit ConsoleReporter(ConsoleOptions options);
  ~ConsoleReporter() override;

  void start();
  void add(const RunEvent& event) override;
  /// Brings the live line up to date where nothing happened for a while; call it a few times a second.
  void tick();
  void finish(const BatchResult& batch) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace antiphon
