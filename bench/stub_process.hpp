#pragma once

#include <climits>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace antiphon::bench {

/// What a stub has seen in its life.
struct StubCounts {
  long requests = 0;
  long bytes_in = 0;  ///< from the tester: headers and bodies
  long bytes_out = 0;
  double cpu_s = 0;
};

/// `stub_llm` in a process of its own, so that its CPU time is not ours. It lives as long as its standard input is open.
class StubProcess {
 public:
  explicit StubProcess(int delay_ms, const char* more = nullptr) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("no pipe");
    const auto program = directory() + "/bench_stub_llm", delay = std::to_string(delay_ms);
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], STDIN_FILENO), dup2(out[1], STDOUT_FILENO);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      execl(program.c_str(), program.c_str(), delay.c_str(), more, nullptr);
      std::_Exit(127);
    }
    ::close(in[0]), ::close(out[1]);
    stdin_ = in[1];
    answers_ = fdopen(out[0], "r");
    if (std::fscanf(answers_, "port %d", &port_) != 1) throw std::runtime_error("cannot run " + program);
  }
  ~StubProcess() { stop(); }
  StubProcess(const StubProcess&) = delete;
  StubProcess& operator=(const StubProcess&) = delete;

  std::string base_url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

  StubCounts stop() {
    if (child_ < 0) return {};
    ::close(stdin_);
    StubCounts counts;
    if (std::fscanf(answers_, " requests %ld in %ld out %ld cpu %lf", &counts.requests, &counts.bytes_in, &counts.bytes_out, &counts.cpu_s) != 4)
      throw std::runtime_error("the stub did not say what it had counted");
    std::fclose(answers_);
    waitpid(child_, nullptr, 0);
    child_ = -1;
    return counts;
  }

 private:
  static std::string directory() {
    char path[PATH_MAX];
    const auto length = readlink("/proc/self/exe", path, sizeof path);
    const std::string whole(path, static_cast<std::size_t>(length));
    return whole.substr(0, whole.rfind('/'));
  }

  pid_t child_ = -1;
  int stdin_ = -1, port_ = 0;
  std::FILE* answers_ = nullptr;
};

}  // namespace antiphon::bench
