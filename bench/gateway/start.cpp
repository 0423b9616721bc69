// bench_gateway_start PORT COMMAND…: from the start of a gateway's process to the first /ready with 200, the median of eleven.
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/gateway/server_usage.hpp"
#include "bench/gateway/spread.hpp"
#include "bench/measure.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int repetitions = 11;
constexpr auto longest = 30s;

bool is_ready(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr std::string_view request = "GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  std::array<char, 16> head{};
  const bool answered = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                        ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0 && ::recv(socket, head.data(), head.size(), MSG_WAITALL) > 12;
  ::close(socket);
  return answered && std::string_view(head.data(), head.size()).starts_with("HTTP/1.1 200");
}

int start(char** command) {
  const int process = fork();
  if (process != 0) return process;
  const int nowhere = ::open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO), dup2(nowhere, STDERR_FILENO);
  execvp(command[0], command);
  std::_Exit(127);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace antiphon::bench;
  if (argc < 3) return fmt::print(stderr, "usage: bench_gateway_start PORT COMMAND…\n"), 2;
  const int port = std::atoi(argv[1]);
  Spread ready;
  double resident_mb = 0;
  for (int i = 0; i < repetitions; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const int process = start(argv + 2);
    while (!is_ready(port)) {
      if (std::chrono::steady_clock::now() > begin + longest || waitpid(process, nullptr, WNOHANG) != 0)
        return fmt::print(stderr, "it does not get ready\n"), 1;
      std::this_thread::sleep_for(200us);  // what is measured has the processor
    }
    ready.add(std::chrono::steady_clock::now() - begin);
    resident_mb = resident_kb_of(process) / 1024;
    ::kill(process, SIGTERM);
    waitpid(process, nullptr, 0);
  }
  report("gateway: start of the process to ready, no models", fmt::format("{:.1f} ms, at most {:.1f} ms", ready.at(.5), ready.at(1)), "100 ms");
  report("gateway: resident when ready", fmt::format("{:.1f} MB", resident_mb));
}
