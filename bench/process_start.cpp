// From exec of the program to its first step: `bench_process_start PROGRAM [SUITE…]`. The step is a call of the agent, which this process
// plays: the clock stops when the request is here, and the memory is the child's at that moment. For each further SUITE: exec to exit.
#include <algorithm>
#include <fstream>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/measure.hpp"

namespace {

using namespace antiphon;

constexpr int repeats = 21;

struct Sample {
  double first_step_ms = 0, exit_ms = 0;
  double first_step_mb = 0, peak_mb = 0;
};

[[noreturn]] void die(const std::string& why) {
  fmt::print(stderr, "bench_process_start: {}\n", why);
  std::exit(1);
}

int listen_somewhere(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 16) != 0) die("cannot listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

double resident_mb(pid_t child) {
  std::ifstream status(fmt::format("/proc/{}/status", child));
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

pid_t start(const std::string& program, const std::string& suite, const std::string& out) {
  const pid_t child = fork();
  if (child != 0) return child;
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO), dup2(null, STDOUT_FILENO), dup2(null, STDERR_FILENO);
  execl(program.c_str(), program.c_str(), "run", suite.c_str(), "--out", out.c_str(), nullptr);
  std::_Exit(127);
}

void answer(int listener) {
  const int connection = accept(listener, nullptr, nullptr);
  char buffer[65536];
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto n = recv(connection, buffer, sizeof buffer, 0);
    if (n <= 0) die("the first step did not come");
    request.append(buffer, static_cast<std::size_t>(n));
  }
  const std::string body = R"({"choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]})";
  const auto reply = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  if (send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) die("cannot answer");
  close(connection);
}

void wait_for(pid_t child, const bench::Meter& meter, Sample& sample) {
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  sample.exit_ms = meter.wall_s() * 1e3, sample.peak_mb = bench::peak_mb(used);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) die(fmt::format("the program ended with status {}", status));
}

template <class Member>
double median(std::vector<Sample> samples, Member member) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end(), [&](const Sample& a, const Sample& b) { return a.*member < b.*member; });
  return *middle.*member;
}

void measure_first_step(const std::string& program, const std::string& folder) {
  int port = 0;
  const int listener = listen_somewhere(port);
  const auto suite = folder + "/suite.yaml";
  std::ofstream(suite) << "antiphon: 1\nagent:\n  chat: {url: \"http://127.0.0.1:" << port
                       << "/v1\"}\nscenarios:\n  - name: first step\n    script:\n      - user: hello\n      - agent\n      - succeed\n";
  std::vector<Sample> samples;
  for (int i = 0; i < repeats; ++i) {
    Sample sample;
    const bench::Meter meter;
    const auto child = start(program, suite, folder + "/out");
    fd_set ready;
    FD_ZERO(&ready);
    FD_SET(listener, &ready);
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    if (select(listener + 1, &ready, nullptr, nullptr, &patience) != 1) die("the first step did not come");
    sample.first_step_ms = meter.wall_s() * 1e3, sample.first_step_mb = resident_mb(child);
    answer(listener);
    wait_for(child, meter, sample);
    samples.push_back(sample);
  }
  bench::report("process start to first step", fmt::format("{:.1f} ms", median(samples, &Sample::first_step_ms)), "30 ms");
  bench::report("resident at the first step", fmt::format("{:.1f} MB", median(samples, &Sample::first_step_mb)), "30 MB");
}

void measure_whole(const std::string& program, const std::string& suite, const std::string& folder) {
  std::vector<Sample> samples;
  for (int i = 0; i < repeats; ++i) {
    const bench::Meter meter;
    wait_for(start(program, suite, folder + "/out"), meter, samples.emplace_back());
  }
  bench::report(fmt::format("antiphon run {}: whole process", suite),
                fmt::format("{:.1f} ms, peak {:.1f} MB", median(samples, &Sample::exit_ms), median(samples, &Sample::peak_mb)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) die("usage: bench_process_start PROGRAM [SUITE…]");
  char folder[] = "/tmp/antiphon-bench-XXXXXX";
  if (!mkdtemp(folder)) die("no temporary folder");
  measure_first_step(argv[1], folder);
  for (int i = 2; i < argc; ++i) measure_whole(argv[1], argv[i], folder);
  if (std::system(fmt::format("rm -rf {}", folder).c_str()) != 0) die("cannot remove the temporary folder");
}
