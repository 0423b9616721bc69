// What one small request over a kept connection costs in CPU time: `bench_http_client [requests] [in flight]`.
// The server runs in a process of its own, so that only the client's half is counted.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/net/http.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

struct World {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
};

Task<> echo(const net::ServerRequest& request, net::ServerReply& reply) { co_await reply.reply({200, {{"Content-Type", "application/json"}}, request.body}); }

[[noreturn]] void serve(int port_pipe) {
  World world;
  const auto server = net::listen_http(world.runtime, {}, echo);
  const auto port = server->port();
  if (write(port_pipe, &port, sizeof port) != sizeof port) std::_Exit(1);
  asio::co_spawn(world.context, server->serve(), [](std::exception_ptr) {});
  world.context.run();
  std::_Exit(0);
}

Task<> ask(World& world, net::HttpClient& client, std::string url, int& left) {
  while (left-- > 0) {
    net::HttpRequest request{.url = url, .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer abc"}}, .body = std::string(2000, 'x')};
    const auto reply = co_await client.send(std::move(request), Deadline::after(world.clock, 60s));
    if (reply.status != 200 || reply.body.size() != 2000) std::abort();
  }
}

void measure(std::uint16_t port, int requests, int in_flight) {
  World world;
  const auto client = net::make_http_client(world.runtime);
  const bench::Meter meter;
  int left = requests;
  for (int i = 0; i < in_flight; ++i)
    asio::co_spawn(world.context, ask(world, *client, fmt::format("http://127.0.0.1:{}/v1/x", port), left), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  world.context.run();
  const double cpu = meter.cpu_s(), user = meter.user_s(), wall = meter.wall_s();
  bench::report(fmt::format("HTTP request on a kept connection, 2,000 bytes each way, {} in flight: CPU", in_flight),
                fmt::format("{:.1f} us ({:.1f} in user mode)", cpu / requests * 1e6, user / requests * 1e6));
  bench::report(fmt::format("HTTP client, {} in flight: requests per second, peak memory", in_flight),
                fmt::format("{:.0f}, {:.1f} MB", requests / wall, bench::peak_mb()));
}

}  // namespace

int main(int argc, char** argv) {
  const int requests = argc > 1 ? std::atoi(argv[1]) : 20000, in_flight = argc > 2 ? std::atoi(argv[2]) : 1000;
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) serve(ends[1]);
  std::uint16_t port = 0;
  if (read(ends[0], &port, sizeof port) != sizeof port) return 1;
  measure(port, requests, 1);
  measure(port, requests, in_flight);
  rusage server{};
  kill(child, SIGKILL);
  wait4(child, nullptr, 0, &server);
  bench::report("HTTP server: CPU per request",
                fmt::format("{:.1f} us", (bench::seconds(server.ru_utime) + bench::seconds(server.ru_stime)) / (2 * requests) * 1e6));
}
