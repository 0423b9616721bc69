// Real programs run here, so real time passes; each test waits for what the program does, never for a while.
#include "antiphon/net/process.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

struct ProcessTest : ::testing::Test {
  std::unique_ptr<Process> sh(std::string script, ProcessOptions options = {}) {
    options.argv = {"/bin/sh", "-c", std::move(script)};
    return start_process(world.runtime, std::move(options));
  }
  std::optional<std::string> line(Process& process) { return world.run(process.read_line(world.soon())); }
  int end(Process& process) { return world.run(process.wait(world.soon())); }
  void write(Process& process, std::string text) { world.run(process.write(std::move(text), world.soon())); }

  World world;
};

Error start_error(World& world, ProcessOptions options) {
  try {
    start_process(world.runtime, std::move(options));
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

bool is_gone(int pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

TEST_F(ProcessTest, LinesGoInAndOut) {
  const auto cat = start_process(world.runtime, {.argv = {"cat"}});
  write(*cat, "one\ntwo\r\n\nthr");
  EXPECT_EQ(line(*cat), "one");
  EXPECT_EQ(line(*cat), "two");
  EXPECT_EQ(line(*cat), "");
  write(*cat, "ee\n");
  EXPECT_EQ(line(*cat), "three");
  EXPECT_EQ(cat->exit_status(), std::nullopt);
}

TEST_F(ProcessTest, ALineOfManyPipefulsTravelsWhole) {
  const auto cat = start_process(world.runtime, {.argv = {"cat"}});
  const std::string large(3'000'000, 'x');
  struct Body {
    static Task<> write(Process& process, std::string text, Deadline deadline) { co_await process.write(std::move(text), deadline); }
  };
  world.spawn(Body::write(*cat, large + "\n", world.soon()));
  EXPECT_EQ(line(*cat), large);
}

TEST_F(ProcessTest, AtTheEndThereIsTheRestAndThenNothing) {
  const auto process = sh("printf 'a\\nb'");
  EXPECT_EQ(line(*process), "a");
  EXPECT_EQ(line(*process), "b");
  EXPECT_EQ(line(*process), std::nullopt);
  EXPECT_EQ(line(*process), std::nullopt);
}

TEST_F(ProcessTest, TheExitCodeIsKeptAndASignalCountsFrom128) {
  const auto seven = sh("exit 7");
  EXPECT_EQ(end(*seven), 7);
  EXPECT_EQ(end(*seven), 7);
  EXPECT_EQ(seven->exit_status(), 7);
  EXPECT_EQ(end(*sh("kill -9 $$")), 128 + SIGKILL);
}

TEST_F(ProcessTest, TheEndOfWhatItWroteToStderrIsKept) {
  const auto process = sh("head -c 300000 /dev/zero | tr '\\0' x >&2; echo last words >&2; exit 3");
  EXPECT_EQ(end(*process), 3);
  const auto text = process->error_output();
  EXPECT_EQ(text.size(), 64u * 1024);
  EXPECT_TRUE(text.ends_with("xlast words\n"));
}

TEST_F(ProcessTest, WithoutPipesStdinIsEmptyAndStdoutIsKeptLikeStderr) {
  const auto process = sh("cat; echo out; echo err >&2", {.pipe_stdio = false});
  EXPECT_EQ(end(*process), 0);
  EXPECT_EQ(process->error_output(), "out\nerr\n");
  EXPECT_EQ(line(*process), std::nullopt);
}

TEST_F(ProcessTest, RunsInTheFolderWithTheVariablesThatAreAdded) {
  ::setenv("ANTIPHON_TEST_INHERITED", "ours", 1);
  const auto folder = std::filesystem::canonical(std::filesystem::temp_directory_path()).string();
  const auto process = sh("pwd; echo $ADDED $ANTIPHON_TEST_INHERITED", {.directory = folder, .env = {{"ADDED", "yes"}}});
  ::unsetenv("ANTIPHON_TEST_INHERITED");
  EXPECT_EQ(line(*process), folder);
  EXPECT_EQ(line(*process), "yes ours");
}

TEST_F(ProcessTest, InheritsNoDescriptorAndNoBlockedSignal) {
  const int extra = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as a careless library would
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const auto process = sh("[ -e /proc/self/fd/" + std::to_string(extra) + " ] && echo leaked || echo clean; grep SigBlk /proc/self/status");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(extra);
  EXPECT_EQ(line(*process), "clean");
  EXPECT_EQ(line(*process), "SigBlk:\t0000000000000000");
}

TEST_F(ProcessTest, IsTheLeaderOfItsOwnGroup) {
  const auto process = sh("cat");
  EXPECT_EQ(::getpgid(process->pid()), process->pid());
  EXPECT_NE(::getpgrp(), process->pid());
}

TEST_F(ProcessTest, AProgramThatDoesNotExistIsNamed) {
  const auto error = start_error(world, {.argv = {"no-such-program-here"}});
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.message(), "cannot start no-such-program-here: No such file or directory");
}

TEST_F(ProcessTest, AFolderThatDoesNotExistIsNamed) {
  const auto error = start_error(world, {.argv = {"cat"}, .directory = "/no/such/folder"});
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.message(), "cannot start cat: /no/such/folder is no folder");
}

TEST_F(ProcessTest, AFileThatIsNoProgramIsAnIoError) { EXPECT_EQ(start_error(world, {.argv = {"/etc/passwd"}}).kind(), ErrorKind::io); }

TEST_F(ProcessTest, WritingToOneThatDiedIsClosedAndRaisesNoSignal) {
  const auto process = sh("exit 0");
  end(*process);
  const auto error = error_of(world, process->write("hello\n", world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::closed);
  EXPECT_EQ(error.message(), "/bin/sh no longer reads its input");
}

// 30 ms of real time each: the far side is a process, which no virtual clock moves.
TEST_F(ProcessTest, OneThatHangsIsATimeoutOfWhatWasAwaited) {
  const auto process = sh("sleep 60");
  const auto soon = [&] { return Deadline::after(world.clock, 30ms); };
  const auto no_line = error_of(world, process->read_line(soon()));
  EXPECT_EQ(no_line.kind(), ErrorKind::timeout);
  EXPECT_THAT(no_line.message(), HasSubstr("/bin/sh wrote no line within "));
  EXPECT_THAT(error_of(world, process->wait(soon())).message(), HasSubstr("/bin/sh did not end within "));
  EXPECT_THAT(error_of(world, process->write(std::string(10'000'000, 'x'), soon())).message(), HasSubstr("/bin/sh did not read its input within "));
}

TEST_F(ProcessTest, ALineOver64MebibytesIsRefused) {
  const auto process = sh("exec cat /dev/zero");
  const auto error = error_of(world, process->read_line(world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::too_large);
  EXPECT_THAT(error.message(), HasSubstr("67108864"));
}

TEST_F(ProcessTest, StopEndsWhatListensToSigterm) {
  const auto process = sh("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(line(*process), "ready");
  world.run(process->stop(60s));
  EXPECT_EQ(process->exit_status(), 5);
}

// 30 ms of real time: the grace that is given to a real process.
TEST_F(ProcessTest, StopKillsWhatIgnoresSigterm) {
  const auto process = sh("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(line(*process), "ready");
  world.run(process->stop(30ms));
  EXPECT_EQ(process->exit_status(), 128 + SIGKILL);
}

TEST_F(ProcessTest, StopReachesTheWholeGroup) {
  const auto process = sh("sleep 600 & echo $!; exit 0");
  const int grandchild = std::stoi(*line(*process));
  EXPECT_EQ(end(*process), 0);
  world.run(process->stop(60s));
  EXPECT_TRUE(is_gone(grandchild) || ::getpgid(grandchild) != process->pid());
}

TEST_F(ProcessTest, StopAfterTheEndIsHarmless) {
  const auto process = sh("exit 4");
  EXPECT_EQ(end(*process), 4);
  world.run(process->stop(1s));
  EXPECT_EQ(process->exit_status(), 4);
}

TEST_F(ProcessTest, DestructionKillsIt) {
  auto process = sh("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(line(*process), "ready");
  const int pid = process->pid();
  process.reset();
  EXPECT_TRUE(is_gone(pid));
}

// Each in a process of its own, which SIGKILL gives no chance to do anything.
struct Orphans : ProcessTest {
  /// The pids that `script` printed, one a line, as soon as whoever started it has been killed; where `after_its_end`, once it has ended itself.
  static std::vector<int> of(const std::string& script, std::size_t count, bool after_its_end = false) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const int parent = ::fork();
    if (parent == 0) {
      World own;  // a fork keeps neither threads nor watched descriptors
      const auto process = start_process(own.runtime, {.argv = {"/bin/sh", "-c", script}});
      std::string pids;
      for (std::size_t i = 0; i < count; ++i) pids += *own.run(process->read_line(own.soon())) + "\n";
      if (after_its_end) own.run(process->wait(own.soon()));
      if (::write(ends[1], pids.data(), pids.size()) < 0) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    std::vector<int> pids;
    FILE* lines = ::fdopen(ends[0], "r");
    for (int pid = 0; pids.size() < count && std::fscanf(lines, "%d", &pid) == 1;) pids.push_back(pid);
    EXPECT_EQ(pids.size(), count);
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    std::fclose(lines);
    return pids;
  }

  // Real time, because init and the helper take some. Bounded, so that a failure shows as one. A zombie has ended, too.
  static bool ends(int pid) {
    for (int i = 0; i < 3000; ++i, ::usleep(10'000)) {
      std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
      std::string ignored, state;
      if (!(status >> ignored >> ignored >> state) || state == "Z" || state == "X") return true;
    }
    return false;
  }
};

TEST_F(Orphans, AreKilledWithTheWholeGroupWhenWhoStartedThemIsKilled) {
  for (const int pid : of("trap '' TERM HUP; echo $$; (trap '' TERM HUP; sleep 600) & echo $!; wait", 2)) EXPECT_TRUE(ends(pid)) << pid;
}

TEST_F(Orphans, AreKilledThoughTheirLeaderHasEnded) {
  for (const int pid : of("sleep 600 >/dev/null 2>&1 & echo $!", 1, true)) EXPECT_TRUE(ends(pid)) << pid;
}

TEST_F(ProcessTest, ManyAreGuardedAtOnceAndLetGoOf) {
  std::vector<std::unique_ptr<Process>> processes;
  for (int i = 0; i < 40; ++i) processes.push_back(start_process(world.runtime, {.argv = {"cat"}}));
  for (int i = 0; i < 40; i += 2) processes[static_cast<std::size_t>(i)].reset();
  for (int i = 1; i < 40; i += 2) {
    auto& process = *processes[static_cast<std::size_t>(i)];
    write(process, "still here\n");
    EXPECT_EQ(line(process), "still here");
  }
}

Task<> wait_for(Process& process, Deadline deadline) { co_await process.wait(deadline); }

TEST_F(ProcessTest, ACancelledWaitLeavesTheProcessAsItIs) {
  const auto process = sh("cat");
  asio::cancellation_signal signal;
  // Twice, since the first comes before the wait has begun.
  asio::post(world.context, [&] { asio::post(world.context, [&] { signal.emit(asio::cancellation_type::total); }); });
  EXPECT_THROW(world.run(wait_for(*process, world.soon()), signal), boost::system::system_error);
  write(*process, "still here\n");
  EXPECT_EQ(line(*process), "still here");
}

}  // namespace
}  // namespace antiphon::net
