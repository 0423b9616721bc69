#pragma once

namespace antiphon::net {

/// While it lives, the process group is killed as soon as this process is gone, however it ended: SIGKILL and a crash included.
///
/// One helper per process keeps watch, a shell at the other end of a socket, started with the first group. (The kernel's own way, PR_SET_PDEATHSIG,
/// follows the thread that forked and reaches nobody but the child itself.) Where no shell can be started groups go unguarded. Any thread.
class GroupGuard {
 public:
  explicit GroupGuard(int group);
  ~GroupGuard();
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;

 private:
  int group_;
};

}  // namespace antiphon::net
