#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/net/http.hpp"

/// Peers for the tests of this module. Sockets and processes live in real time, so the clock is the wall's; waits end with what they wait for.
namespace antiphon::net::testing {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// Runs until `done` answers true; what else is under way goes on beside it.
inline void drive(asio::io_context& context, WallClock&, const std::function<bool()>& done, asio::cancellation_signal&) {
  context.restart();
  while (!done() && context.run_one() > 0) {}
}
inline void drive(asio::io_context&, VirtualClock& clock, const std::function<bool()>& done, asio::cancellation_signal& signal) {
  clock.run(done, 60s, [&] { signal.emit(asio::cancellation_type::total); });
}

/// An executor with a clock.
template <class ItsClock>
struct WorldOn {
  asio::io_context context{1};
  ItsClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};

  Deadline soon() { return Deadline::after(clock, 60s); }  ///< reached only by a test that hangs

  /// Runs until `task` has ended; what else is under way goes on beside it.
  template <class T>
  T run(Task<T> task) {
    asio::cancellation_signal never;
    return run(std::move(task), never);
  }
  template <class T>
  T run(Task<T> task, asio::cancellation_signal& signal) {
    detail::Outcome<T> outcome;
    bool done = false;
    auto state = std::make_shared<detail::StopState>();
    asio::co_spawn(context, detail::run_into(&outcome, std::move(task), state),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { done = true; }));
    drive(context, clock, [&] { return done; }, signal);
    if (!done) throw std::logic_error("the task waits for something that never comes");
    return outcome.take();
  }
  void spawn(Task<> task) {
    asio::co_spawn(context, std::move(task), [](std::exception_ptr) {});
  }
};

struct World : WorldOn<WallClock> {
  /// Runs until `done` answers true.
  void run_until(const std::function<bool()>& done) {
    asio::cancellation_signal never;
    drive(context, clock, done, never);
  }
};
/// Time jumps in it.
struct VirtualWorld : WorldOn<VirtualClock> {};

/// Serves `handler` until destroyed.
struct Served {
  Served(World& world, HttpHandler handler, HttpServerOptions options = {}) : server(listen_http(world.runtime, std::move(options), std::move(handler))) {
    world.spawn(server->serve());
  }
  std::string url(std::string_view path = "/") const { return fmt::format("http://127.0.0.1:{}{}", server->port(), path); }
  std::unique_ptr<HttpServer> server;
};

/// Serves `handler` on a thread of its own, beside something that blocks.
class ServerThread {
 public:
  explicit ServerThread(HttpHandler handler)
      : server_(listen_http(world_.runtime, {}, std::move(handler))), thread_([this] { world_.run(server_->serve()); }) {}
  ~ServerThread() {
    asio::post(world_.context, [this] { server_->stop(); });
    thread_.join();
  }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;
  std::string url(std::string_view path) const { return fmt::format("http://127.0.0.1:{}{}", server_->port(), path); }

 private:
  World world_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

/// A server that says exactly what a test wants: one call of `talk` per connection.
class RawServer {
 public:
  using Talk = std::function<Task<>(tcp::socket&, int connection)>;

  RawServer(World& world, Talk talk)
      : state_(std::make_shared<State>(State{tcp::acceptor(world.context, {asio::ip::address_v4::loopback(), 0}), std::move(talk)})) {
    world.spawn(accept(state_));
  }
  ~RawServer() { state_->acceptor.close(); }
  std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
  std::string place() const { return fmt::format("127.0.0.1:{}", port()); }
  std::string url(std::string_view path = "/") const { return fmt::format("http://{}{}", place(), path); }
  int connections() const { return state_->connections; }

 private:
  struct State {
    tcp::acceptor acceptor;
    Talk talk;
    int connections = 0;
  };
  static Task<> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto socket = co_await state->acceptor.async_accept(use_task);
      asio::co_spawn(socket.get_executor(), converse(state, std::move(socket), ++state->connections), [](std::exception_ptr) {});
    }
  }
  static Task<> converse(std::shared_ptr<State> state, tcp::socket socket, int number) { co_await state->talk(socket, number); }
  std::shared_ptr<State> state_;
};

/// Reads until `end` was seen or the far side hung up; returns all of it.
Task<std::string> read_until(tcp::socket& socket, std::string_view end);
Task<> write_all(tcp::socket& socket, std::string text);
/// Connects, sends `text`, returns what comes until the far side hangs up.
Task<std::string> ask(std::uint16_t port, std::string text);

/// The Error that `task` ends with.
template <class T>
Error error_of(World& world, Task<T> task) {
  try {
    world.run(std::move(task));
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& other) {
    return Error(ErrorKind::internal, std::string("no Error but: ") + other.what());
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

}  // namespace antiphon::net::testing

namespace antiphon {
/// For gtest: kinds by name.
inline void PrintTo(ErrorKind kind, std::ostream* out) { *out << to_string(kind); }
}  // namespace antiphon
