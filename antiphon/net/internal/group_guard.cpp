#include "antiphon/net/internal/group_guard.hpp"

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/net/internal/child.hpp"

namespace antiphon::net {

namespace {

// Keeps the list of groups; the end of its input is the end of whoever wrote it. `for` takes the list as it was when it began.
constexpr const char* helper = R"sh(
while read -r what group; do
  case $what in
    +) set -- "$@" "$group" ;;
    -) for kept do shift; [ "$kept" = "$group" ] || set -- "$@" "$kept"; done ;;
  esac
done
for group do kill -s KILL -- "-$group"; done
)sh";

class Helper {
 public:
  void add(int group) {
    const std::lock_guard lock(mutex_);
    forget_before_fork();
    groups_.insert(group);
    if (tell('+', group)) return;
    start();
    for (const int each : groups_)
      if (!tell('+', each)) return;
  }

  void remove(int group) {
    const std::lock_guard lock(mutex_);
    forget_before_fork();
    groups_.erase(group);
    tell('-', group);
  }

 private:
  // What a forked process inherits watches over its parent.
  void forget_before_fork() {
    if (std::exchange(owner_, ::getpid()) == ::getpid()) return;
    groups_.clear();
    ours_ = Descriptor();
    pid_ = -1;
  }

  // False where nobody listens. One that is merely slow (it was stopped, say) is not replaced: it would kill what it knows of when it goes on.
  bool tell(char what, int group) {
    if (ours_.get() < 0) return false;
    const auto line = fmt::format("{} {}\n", what, group);
    return ::send(ours_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno != EPIPE;
  }

  void start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    ours_ = Descriptor(ends[0]);
    const Descriptor theirs(ends[1]);
    if (pid_ > 0) ::waitpid(pid_, nullptr, WNOHANG);  // the one before has ended, for it no longer listened
    pid_ = spawn_helper({"/bin/sh", "-c", helper, "antiphon-guard"}, theirs);
    if (pid_ < 0) ours_ = Descriptor();
  }

  std::mutex mutex_;
  std::set<int> groups_;
  Descriptor ours_;
  int pid_ = -1, owner_ = ::getpid();
};

// Of the process, as the groups are. Never destroyed: children may be let go of after everything else.
Helper& the_helper() {
  static auto* const helper_of_this_process = new Helper;
  return *helper_of_this_process;
}

}  // namespace

GroupGuard::GroupGuard(int group) : group_(group) { the_helper().add(group_); }
GroupGuard::~GroupGuard() { the_helper().remove(group_); }

}  // namespace antiphon::net
