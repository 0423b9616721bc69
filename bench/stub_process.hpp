#pragma once

#include <climits>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

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

/// A stub of this folder in a process of its own, so that its CPU time is not ours. It lives as long as its standard input is open.
class StubOfOurs {
 public:
  StubOfOurs(const std::string& name, std::vector<std::string> arguments) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("no pipe");
    arguments.insert(arguments.begin(), directory() + "/" + name);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ == 0) {
      dup2(in[0], STDIN_FILENO), dup2(out[1], STDOUT_FILENO);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      execv(argv[0], argv.data());
      std::_Exit(127);
    }
    ::close(in[0]), ::close(out[1]);
    stdin_ = in[1];
    answers_ = fdopen(out[0], "r");
    if (std::fscanf(answers_, "port %d", &port_) != 1) throw std::runtime_error("cannot run " + arguments[0]);
  }
  ~StubOfOurs() { end(); }
  StubOfOurs(const StubOfOurs&) = delete;
  StubOfOurs& operator=(const StubOfOurs&) = delete;

  int port() const { return port_; }
  bool ended() const { return child_ < 0; }

  /// Ends it and returns the line that it says last.
  std::string end() {
    if (ended()) return {};
    ::close(stdin_);
    char line[512] = "";
    while (std::fgets(line, sizeof line, answers_) && *line == '\n') {}
    std::fclose(answers_);
    waitpid(child_, nullptr, 0);
    child_ = -1;
    return line;
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

/// `stub_llm`.
class StubProcess {
 public:
  explicit StubProcess(int delay_ms, const char* more = nullptr) : stub_("bench_stub_llm", arguments(delay_ms, more)) {}

  std::string base_url() const { return fmt::format("http://127.0.0.1:{}/v1", stub_.port()); }

  StubCounts stop() {
    if (stub_.ended()) return {};
    StubCounts counts;
    if (std::sscanf(stub_.end().c_str(), "requests %ld in %ld out %ld cpu %lf", &counts.requests, &counts.bytes_in, &counts.bytes_out, &counts.cpu_s) != 4)
      throw std::runtime_error("the stub did not say what it had counted");
    return counts;
  }

 private:
  static std::vector<std::string> arguments(int delay_ms, const char* more) {
    std::vector<std::string> all{std::to_string(delay_ms)};
    if (more) all.emplace_back(more);
    return all;
  }

  StubOfOurs stub_;
};

/// How late the frames of paced calls came to `stub_voice_agent`, in milliseconds.
struct Lateness {
  long calls = 0, frames = 0;
  double p50 = 0, p99 = 0, max = 0;
};

class StubVoiceAgent {
 public:
  /// `talk`: both, half, mute.
  StubVoiceAgent(int calls, const std::string& talk) : stub_("bench_stub_voice_agent", {std::to_string(calls), talk}) {}

  std::string url() const { return fmt::format("ws://127.0.0.1:{}/", stub_.port()); }

  Lateness stop() {
    Lateness late;
    if (std::sscanf(stub_.end().c_str(), "calls %ld frames %ld p50 %lf p99 %lf max %lf", &late.calls, &late.frames, &late.p50, &late.p99, &late.max) != 5)
      throw std::runtime_error("the stub did not say how late frames came");
    return late;
  }

 private:
  StubOfOurs stub_;
};

}  // namespace antiphon::bench
