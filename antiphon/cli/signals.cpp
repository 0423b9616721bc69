#include "antiphon/cli/signals.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

namespace antiphon::cli {

namespace {

constexpr int interrupted = 130;
// For the handler, which may touch nothing else, and which two signals may run at once, on two threads.
std::atomic<int> signal_pipe{-1};
std::atomic<std::int64_t> first_signal_ms{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);
// timeout(1) signals its child and then its group, a wrapper passes on what the terminal has sent to both: nobody meant to ask twice.
constexpr std::int64_t same_signal_ms = 100;

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000 + 1;
}

// The second one must end the process even when no thread of ours gets to run. SIGHUP is never meant as that: of a terminal that is closed, both the system
// and the shell tell.
void on_signal(int number) {
  const auto now = now_ms();
  std::int64_t first = 0;
  if (!first_signal_ms.compare_exchange_strong(first, now)) {
    if (number != SIGHUP && now - first >= same_signal_ms) ::_exit(interrupted);
    return;
  }
  const int saved = errno;
  const char byte = 's';
  (void)!::write(signal_pipe, &byte, 1);
  errno = saved;
}

bool is_ignored(int number) {
  struct sigaction now{};
  return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void install(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  if (!is_ignored(SIGHUP)) ::sigaction(SIGHUP, &action, nullptr);  // as nohup(1) wants it
}

}  // namespace

SignalWatcher::SignalWatcher(StopSource stop) {
  if (::pipe2(wake_, O_CLOEXEC) != 0) return;  // without it Ctrl-C ends the process, as it does by default
  signal_pipe = wake_[1];
  thread_ = std::thread([fd = wake_[0], stop]() mutable {
    char byte = 0;
    while (::read(fd, &byte, 1) < 0 && errno == EINTR) continue;
    if (byte == 's') stop.request();
  });
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(), not our end
  install(on_signal);
}

SignalWatcher::~SignalWatcher() {
  if (!thread_.joinable()) return;
  install(SIG_DFL);
  const char byte = 'q';
  (void)!::write(wake_[1], &byte, 1);
  thread_.join();
  ::close(wake_[0]);
  ::close(wake_[1]);
}

}  // namespace antiphon::cli
