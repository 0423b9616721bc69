#include "antiphon/net/internal/group_guard.hpp"

#include <cerrno>
#include <csignal>
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

// Keeps a variable for each group, which costs the same however many there are; the end of its input is the end of whoever wrote it.
constexpr const char* helper = R"sh(
while read -r what group; do
  case $what in
    +) eval "g$group=" ;;
    -) unset "g$group" ;;
  esac
done
set | while IFS== read -r name value; do
  case $name in
    g[0-9]*) kill -s KILL -- "-${name#g}" ;;
  esac
done
)sh";

class Helper {
 public:
  void add(int group) {
    const std::lock_guard lock(mutex_);
    forget_before_fork();
    groups_.insert(group);
    if (!tell(line('+', group))) replace();
  }

  void remove(int group) {
    const std::lock_guard lock(mutex_);
    forget_before_fork();
    groups_.erase(group);
    // A number that the helper goes on keeping would one day be somebody else's.
    if (ours_.get() >= 0 && !tell(line('-', group))) replace();
  }

 private:
  // What a forked process inherits watches over its parent.
  void forget_before_fork() {
    if (std::exchange(owner_, ::getpid()) == ::getpid()) return;
    groups_.clear();
    ours_ = Descriptor();
    pid_ = -1;
  }

  static std::string line(char what, int group) { return fmt::format("{} {}\n", what, group); }

  // False where nobody listens, or not fast enough: it was stopped, say.
  bool tell(const std::string& lines) {
    if (ours_.get() < 0) return false;
    const auto sent = ::send(ours_.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    is_slow_ = sent >= 0 || errno == EAGAIN;
    return sent == static_cast<ssize_t>(lines.size());
  }

  void replace() {
    end();
    if (!groups_.empty()) start();
  }

  // One that is slow is killed before its input ends: what it knows of is not what it should kill.
  void end() {
    if (pid_ > 0 && is_slow_) ::kill(pid_, SIGKILL);
    if (pid_ > 0) ::waitpid(pid_, nullptr, is_slow_ ? 0 : WNOHANG);
    pid_ = -1;
    ours_ = Descriptor();
    is_slow_ = false;
  }

  void start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    ours_ = Descriptor(ends[0]);
    const Descriptor theirs(ends[1]);
    pid_ = spawn_helper({"/bin/sh", "-c", helper, "antiphon-guard"}, theirs);
    std::string lines;
    for (const int each : groups_) lines += line('+', each);
    if (pid_ < 0 || !tell(lines)) end();
  }

  std::mutex mutex_;
  std::set<int> groups_;
  Descriptor ours_;
  int pid_ = -1, owner_ = ::getpid();
  bool is_slow_ = false;  ///< it lives, and did not take all that it was told last
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
