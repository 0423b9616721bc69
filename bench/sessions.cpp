// Requests of a session over TCP on loopback, a thousand a second for ten seconds: from when each was due until its answer is there. The host is on a thread
// of its own.
#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/session/listener.hpp"
#include "antiphon/session/remote_session.hpp"
#include "antiphon/session/session_host.hpp"
#include "bench/measure.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

constexpr int rate_hz = 1000;
constexpr int requests = 10 * rate_hz;

class Echo final : public session::HostedAgent {
 public:
  session::AgentInfo info() const override { return {.id = "echo"}; }
  Task<> answer(std::string text, session::AgentTurn& turn) override { co_await turn.say(std::move(text)); }
};

struct Place {
  asio::io_context context{1};
  WallClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
};

class Host {
 public:
  Host()
      : listener_(place_.runtime, {}, [this](session::SessionArrival arrival) { return serve(std::move(arrival)); }), thread_([this] {
          asio::co_spawn(place_.context, listener_.serve(), [](std::exception_ptr) {});
          place_.context.run();
        }) {}
  ~Host() {
    asio::post(place_.context, [this] { listener_.stop(); });
    thread_.join();
  }
  net::HostPort place() const { return {"127.0.0.1", listener_.port()}; }

 private:
  Task<> serve(session::SessionArrival arrival) {
    Echo agent;
    session::SessionHost host(place_.runtime, std::move(arrival.transport), agent);
    co_await host.serve();
  }

  Place place_;
  session::SessionListener listener_;
  std::thread thread_;
};

Task<> pace(Clock& clock, session::RemoteSession& remote, bool texts, std::vector<double>& took_ms) {
  co_await remote.wait_for_ready();
  const auto began = clock.now() + 10ms;
  for (int i = 0; i < requests; ++i) {
    const auto due = began + i * Duration(1s) / rate_hz;
    co_await clock.sleep_until(due);
    if (texts)
      co_await remote.run("Is there a room for tonight?");
    else
      co_await remote.ping();
    took_ms.push_back(std::chrono::duration<double, std::milli>(clock.now() - due).count());
  }
}

void measure(bool texts, std::string_view limit) {
  const Host host;
  Place place;
  session::RemoteSession remote(place.runtime, session::dial_stream(place.runtime, host.place()));
  std::vector<double> took_ms;
  std::exception_ptr failure;
  asio::co_spawn(place.context, pace(place.clock, remote, texts, took_ms), [&](std::exception_ptr error) {
    failure = error;
    place.context.stop();
  });
  place.context.run();
  if (failure) std::rethrow_exception(failure);
  std::sort(took_ms.begin(), took_ms.end());
  const auto at = [&](double part) { return took_ms[static_cast<std::size_t>(part * static_cast<double>(took_ms.size() - 1))]; };
  bench::report(fmt::format("session over TCP, {} {} a second: round trip p50, p99, max", rate_hz, texts ? "texts" : "pings"),
                fmt::format("{:.3f} ms, {:.3f} ms, {:.2f} ms", at(0.5), at(0.99), at(1)), limit);
}

}  // namespace

int main() {
  measure(false, "");
  measure(true, "p99 under 1 ms");
}
