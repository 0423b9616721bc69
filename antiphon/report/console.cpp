#include "antiphon/report/console.hpp"

#include <chrono>
#include <mutex>
#include <ostream>

#include <fmt/format.h>

#include "antiphon/report/agreement_lines.hpp"
#include "antiphon/report/outcome_lines.hpp"
#include "antiphon/report/progress.hpp"
#include "antiphon/report/transcript.hpp"

namespace antiphon {

namespace {

constexpr Duration redraw_every = std::chrono::milliseconds(100);
constexpr Duration progress_every = std::chrono::seconds(30);
constexpr std::string_view clear_line = "\r\x1b[2K";

ConsoleOptions completed(ConsoleOptions options) {
  if (!options.now) options.now = [] { return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()); };
  return options;
}

}  // namespace

struct ConsoleReporter::State {
  explicit State(ConsoleOptions given)
      : options(completed(std::move(given))),
        style(options.terminal),
        transcript(style, options.terminal.out_tty ? options.terminal.width : 0, options.jobs > 1 && options.total > 1),
        began(options.now()),
        drawn_at(began) {
    progress.total = options.total;
  }

  bool quiet() const { return options.verbosity == Verbosity::quiet; }
  bool verbose() const { return options.verbosity == Verbosity::verbose; }
  bool has_live_line() const { return options.terminal.err_tty && options.verbosity == Verbosity::normal; }

  // The two streams may be the same terminal: the live line goes before a result is written.
  void write(const std::string& text) {
    if (text.empty()) return;
    erase();
    *options.terminal.out << text << std::flush;
    spaced = false;
  }

  void erase() {
    if (live.empty()) return;
    *options.terminal.err << clear_line << std::flush;
    live.clear();
  }

  void draw() {
    progress.elapsed = options.now() - began;
    auto line = live_line(progress, options.terminal.width - 1, options.terminal.utf8);
    drawn_at = options.now();
    if (line == live) return;
    *options.terminal.err << (live.empty() ? "" : clear_line) << line << std::flush;
    live = std::move(line);
  }

  void tell_progress() {
    progress.elapsed = options.now() - began;
    drawn_at = options.now();
    *options.terminal.err << progress_line(progress) << "\n" << std::flush;
  }

  void refresh() {
    const auto since = options.now() - drawn_at;
    if (has_live_line() && since >= redraw_every) draw();
    if (!options.terminal.err_tty && options.verbosity == Verbosity::normal && since >= progress_every) tell_progress();
  }

  std::string finished(const ScenarioResult& result) {
    progress.add(result);
    if (quiet()) return {};
    const int width = options.terminal.out_tty ? options.terminal.width : 0;
    const auto beside = notice_lines(result, style, width) + agreement_lines(result, style, width);
    if (!options.terminal.out_tty) return outcome_line(result, style, options.base_dir) + beside;
    if (result.outcome == RunOutcome::passed && !verbose() && beside.empty()) return {};
    return outcome_block(result, style, options.terminal.width, options.base_dir) + beside;
  }

  void handle(const RunStarted&) {}
  void handle(const MessageAdded& event) {
    if (verbose()) write(transcript.lines(event));
  }
  void handle(const VerdictGiven& event) {
    if (verbose()) write(transcript.lines(event));
  }
  void handle(const CheckEvaluated& event) {
    if (verbose()) write(transcript.lines(event));
  }
  void handle(const FaultAudited& event) {
    if (verbose()) write(transcript.lines(event));
  }
  void handle(const AttemptFinished& event) {
    if (verbose()) write(transcript.close(event.result.id));
    if (!quiet()) write(again_line(event.result, style));
  }
  void handle(const RunFinished& event) {
    if (verbose()) write(transcript.close(event.result.id));
    write(finished(event.result));
  }

  ConsoleOptions options;
  Style style;
  Transcript transcript;
  Duration began, drawn_at;
  Progress progress;
  std::string live;     ///< what stands on the line now
  bool spaced = false;  ///< the output ends with an empty line
  std::mutex mutex;
};

ConsoleReporter::ConsoleReporter(ConsoleOptions options) : state_(std::make_unique<State>(std::move(options))) {}
ConsoleReporter::~ConsoleReporter() { state_->erase(); }

void ConsoleReporter::start() {
  const std::lock_guard lock(state_->mutex);
  const auto& options = state_->options;
  if (state_->quiet()) return;
  const auto at_once = options.jobs > 1 ? fmt::format(", {} at a time", options.jobs) : "";
  const auto command = state_->style.line(options.command);
  const auto scenarios = options.scenarios ? options.scenarios : options.total;
  const auto runs = scenarios == options.total ? "" : fmt::format(" in {} runs", options.total);
  state_->write(fmt::format("antiphon {}   {} scenario{}{}{}, seed {}\n\n", command, scenarios, scenarios == 1 ? "" : "s", runs, at_once, options.seed));
  state_->spaced = true;
  if (state_->has_live_line()) state_->draw();
}

void ConsoleReporter::add(const RunEvent& event) {
  const std::lock_guard lock(state_->mutex);
  std::visit([&](const auto& one) { state_->handle(one); }, event);
  state_->refresh();
}

void ConsoleReporter::tick() {
  const std::lock_guard lock(state_->mutex);
  state_->refresh();
}

void ConsoleReporter::finish(const BatchResult& batch) {
  const std::lock_guard lock(state_->mutex);
  const auto& options = state_->options;
  const auto paths = options.written ? options.written(options.paths) : options.paths;
  state_->write((state_->quiet() || state_->spaced ? "" : "\n") + summary_lines(batch, paths, state_->style));
}

}  // namespace antiphon
