#include "antiphon/net/internal/child.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"

extern char** environ;

namespace antiphon::net {

namespace {

using asio::posix::stream_descriptor;

struct Pipe {
  Descriptor read, write;
};

Error cannot_start(const ProcessOptions& options, int error) {
  const auto kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found : ErrorKind::io;
  const auto where = options.directory.empty() ? std::string() : fmt::format(" in {}", options.directory);
  return Error(kind, fmt::format("cannot start {}{}: {}", options.argv.front(), where, std::strerror(error)))
      .with_hint(kind == ErrorKind::not_found ? "check that the program is installed and in PATH" : "check that the program may be executed");
}

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorKind::io, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Only our own end: programs do not expect a standard stream that does not block.
void do_not_block(const Descriptor& descriptor) { ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK); }

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  void use(const Descriptor& descriptor, int as) { posix_spawn_file_actions_adddup2(&actions_, descriptor.get(), as); }
  void open_null(int as, int mode = O_RDONLY) { posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", mode, 0); }
  void change_directory(const std::string& directory) { posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()); }
  void close_all_others() { posix_spawn_file_actions_addclosefrom_np(&actions_, 3); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// A group of its own, and signals as a fresh process has them, whatever this one blocks or ignores.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

void check(const ProcessOptions& options) {
  if (options.argv.empty() || options.argv.front().empty()) throw Error(ErrorKind::configuration, "a command to run is empty");
  std::error_code ignored;
  if (!options.directory.empty() && !std::filesystem::is_directory(options.directory, ignored))
    throw Error(ErrorKind::not_found, fmt::format("cannot start {}: {} is no folder", options.argv.front(), options.directory))
        .with_hint("correct the working folder of the command");
}

}  // namespace

Spawned spawn(const ProcessOptions& options) {
  check(options);
  Pipe input, output, errors = make_pipe();
  SpawnActions actions;
  if (!options.directory.empty()) actions.change_directory(options.directory);
  if (options.pipe_stdio) {
    input = make_pipe();
    output = make_pipe();
    do_not_block(input.write);
    do_not_block(output.read);
    actions.use(input.read, 0);
    actions.use(output.write, 1);
  } else {
    actions.open_null(0);
    actions.use(errors.write, 1);
  }
  do_not_block(errors.read);
  actions.use(errors.write, 2);
  actions.close_all_others();

  auto arguments = options.argv;
  auto environment = environment_with(options.env);
  const SpawnAttributes attributes;
  Spawned spawned;
  const int error = ::posix_spawnp(&spawned.pid, options.argv.front().c_str(), actions.get(), attributes.get(), pointers_to(arguments).data(),
                                   pointers_to(environment).data());
  if (error != 0) throw cannot_start(options, error);
  spawned.input = std::move(input.write);
  spawned.output = std::move(output.read);
  spawned.errors = std::move(errors.read);
  return spawned;
}

int spawn_helper(std::vector<std::string> argv, const Descriptor& input) {
  SpawnActions actions;
  actions.change_directory("/");
  actions.use(input, 0);
  actions.open_null(1, O_WRONLY);
  actions.open_null(2, O_WRONLY);
  actions.close_all_others();
  const SpawnAttributes attributes;
  char* no_variables[] = {nullptr};
  int pid = -1;
  return ::posix_spawn(&pid, argv.front().c_str(), actions.get(), attributes.get(), pointers_to(argv).data(), no_variables) == 0 ? pid : -1;
}

Child::Child(const asio::any_io_executor& executor, int pid) : pid_(pid), handle_(executor), gate_(executor, std::chrono::steady_clock::time_point::max()) {
  guard_.emplace(pid);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));  // close-on-exec by itself
  if (handle < 0) {
    const int error = errno;
    kill_now();
    throw Error(ErrorKind::io, fmt::format("cannot watch a process: {}", std::strerror(error))).with_hint("Linux 5.3 or newer is needed");
  }
  handle_.assign(handle);
}

void Child::watch(std::function<void()> ended) {
  on_end_ = std::move(ended);
  watch_on();
}

// The handle may be readable a moment before the child can be reaped: then it is looked at again, for nothing else would tell.
void Child::watch_on() {
  handle_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->reap();
    if (!self->status_) self->watch_on();
  });
}

Task<> Child::ended() {
  while (!status()) {
    boost::system::error_code woken;
    co_await gate_.async_wait(asio::redirect_error(use_task, woken));
  }
}

std::optional<int> Child::status() {
  if (!status_) reap();
  return status_;
}

void Child::reap() {
  if (status_) return;
  int how = 0;
  if (::waitpid(pid_, &how, WNOHANG) != pid_) return;
  status_ = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  if (!group_lives()) guard_.reset();
  if (const auto action = std::exchange(on_end_, nullptr)) action();
  gate_.cancel();
}

// Its number stays taken while the group has members, so that no stranger can be hit; with none, there is nothing to signal.
void Child::signal_group(int signal) {
  if (group_lives()) ::kill(-pid_, signal);
}

bool Child::group_lives() {
  status();  // a child that waits to be reaped would count as alive
  return ::kill(-pid_, 0) == 0;
}

void Child::kill_now() {
  signal_group(SIGKILL);
  int ignored = 0;
  if (!status_)
    while (::waitpid(pid_, &ignored, 0) < 0 && errno == EINTR) {  // at once: nothing survives SIGKILL
    }
  if (!status_) status_ = 128 + SIGKILL;
  guard_.reset();
  boost::system::error_code closed;
  handle_.close(closed);
  gate_.cancel();
}

}  // namespace antiphon::net
