#include "antiphon/net/process.hpp"

#include <fmt/format.h>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/child.hpp"
#include "antiphon/net/internal/pipes.hpp"

namespace antiphon::net {

namespace {

using namespace std::chrono_literals;

// A line may hold pictures or sound in base64, of which vendors take some 20 MB; a program that forgot its line ends is noticed before memory is short.
constexpr std::size_t line_limit = 64 * 1024 * 1024;
constexpr std::size_t kept_output = 64 * 1024;  // what a pipe holds, and more than anybody reads of a program's last words
constexpr auto group_poll = 10ms;               // a hook that left something behind takes that much longer at most

class PosixProcess final : public Process {
 public:
  PosixProcess(Runtime& runtime, const ProcessOptions& options, Spawned spawned)
      : runtime_(runtime),
        name_(options.argv.front()),
        child_(std::make_shared<Child>(runtime.executor, spawned.pid)),
        input_(runtime.executor, std::move(spawned.input)),
        output_(runtime.executor, std::move(spawned.output)),
        errors_(std::make_shared<Tail>(runtime.executor, std::move(spawned.errors), kept_output)) {
    child_->watch([errors = errors_] { errors->drain(); });
    errors_->collect();
  }

  ~PosixProcess() override {
    child_->kill_now();
    errors_->close();
  }

  Task<> write(std::string bytes, Deadline deadline) override {
    const auto left = deadline.left(runtime_.clock);
    return at_most(runtime_.clock, deadline, write_now(std::move(bytes)), late("did not read its input", left));
  }

  Task<std::optional<std::string>> read_line(Deadline deadline) override {
    if (auto line = take_line()) co_return line;  // the usual case pays for no timer
    const auto left = deadline.left(runtime_.clock);
    co_return co_await at_most(runtime_.clock, deadline, read_line_now(), late("wrote no line", left));
  }

  std::string take_unread() override {
    output_.drain(lines_);
    scanned_ = 0;
    return std::exchange(lines_, {});
  }

  Task<int> wait(Deadline deadline) override {
    const auto left = deadline.left(runtime_.clock);
    co_await at_most(runtime_.clock, deadline, child_->ended(), late("did not end", left));
    co_return *child_->status();
  }

  std::optional<int> exit_status() override { return child_->status(); }

  Task<> stop(Duration grace) override {
    input_.close();
    const auto deadline = Deadline::after(runtime_.clock, grace);
    child_->signal_group(SIGTERM);
    while (child_->group_lives() && deadline.left(runtime_.clock) > Duration::zero()) {
      // The group may outlive its first process, and nothing tells when its last one ends.
      co_await runtime_.clock.sleep_for(std::min<Duration>(group_poll, deadline.left(runtime_.clock)));
    }
    child_->signal_group(SIGKILL);
    co_await child_->ended();
  }

  std::string error_output() const override { return errors_->text(); }
  int pid() const override { return child_->pid(); }

 private:
  Error late(std::string_view what, Duration left) const {
    return Error(ErrorKind::timeout, fmt::format("{} {} within {}", name_, what, format_duration(std::max(left, Duration::zero()))));
  }

  Task<> write_now(std::string bytes) {
    if (!co_await input_.write(bytes)) throw Error(ErrorKind::closed, fmt::format("{} no longer reads its input", name_));
  }

  std::optional<std::string> take_line() {
    const auto end = lines_.find('\n', scanned_);
    scanned_ = end == std::string::npos ? lines_.size() : 0;
    if (end == std::string::npos) return std::nullopt;
    std::string line = lines_.substr(0, end);
    lines_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

  Task<std::optional<std::string>> read_line_now() {
    for (;;) {
      if (auto line = take_line()) co_return line;
      if (lines_.size() > line_limit) throw Error(ErrorKind::too_large, fmt::format("{} wrote a line of over {} bytes", name_, line_limit));
      if (co_await output_.read(lines_)) continue;
      if (lines_.empty()) co_return std::nullopt;
      scanned_ = 0;
      co_return std::exchange(lines_, {});  // the last line may lack its end
    }
  }

  Runtime& runtime_;
  std::string name_;
  std::shared_ptr<Child> child_;
  WriteEnd input_;
  ReadEnd output_;
  std::shared_ptr<Tail> errors_;
  std::string lines_;
  std::size_t scanned_ = 0;
};

}  // namespace

std::unique_ptr<Process> start_process(Runtime& runtime, ProcessOptions options) {
  auto spawned = spawn(options);
  return std::make_unique<PosixProcess>(runtime, options, std::move(spawned));
}

}  // namespace antiphon::net
