#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "antiphon/net/internal/group_guard.hpp"
#include "antiphon/net/internal/pipes.hpp"
#include "antiphon/net/process.hpp"

namespace antiphon::net {

/// A process that was started, and our ends of its pipes.
struct Spawned {
  int pid = -1;
  Descriptor input, output, errors;
};

/// @throws Error not_found, io.
Spawned spawn(const ProcessOptions& options);

/// Starts a program of our own that reads `input`, prints nothing, and stands in the root folder and in a group of its own. -1 where it cannot be started.
int spawn_helper(std::vector<std::string> argv, const Descriptor& input);

/// A child and its group. Its end is learnt from a pidfd, so no signal handler is needed and no other child is touched. Should this process end
/// without a chance to do anything about it, the group is killed.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(const asio::any_io_executor& executor, int pid);
  /// Calls `ended` once it has.
  void watch(std::function<void()> ended);
  Task<> ended();
  /// Exit code, or 128 + signal; nullopt while it runs.
  std::optional<int> status();
  void signal_group(int signal);
  /// True while a process of the group runs.
  bool group_lives();
  /// Kills the group and forgets the child.
  void kill_now();
  int pid() const { return pid_; }

 private:
  void watch_on();
  void reap();

  int pid_;
  asio::posix::stream_descriptor handle_;
  asio::steady_timer gate_;  ///< never rings: cancelled when the child ended
  std::optional<int> status_;
  std::optional<GroupGuard> guard_;  ///< gone with the group: its number may then become somebody else's
  std::function<void()> on_end_;
};

}  // namespace antiphon::net
