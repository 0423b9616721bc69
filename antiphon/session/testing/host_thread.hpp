#pragma once

#include <functional>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/session/listener.hpp"
#include "antiphon/session/testing/scripted_agent.hpp"

namespace antiphon::session::testing {

/// A host on a thread of its own; one agent for all its sessions.
class HostThread {
 public:
  /// @param first what each session tells before anything else
  explicit HostThread(ScriptedAgent& agent, SessionHostOptions options = {}, std::string token = {}, std::function<void(SessionHost&)> first = {})
      : agent_(agent),
        options_(std::move(options)),
        first_(std::move(first)),
        listener_(runtime_, {.token = std::move(token)}, [this](SessionArrival arrival) { return serve(std::move(arrival)); }),
        thread_([this] {
          asio::co_spawn(context_, listener_.serve(), [](std::exception_ptr) {});
          context_.run();
        }) {}
  ~HostThread() {
    asio::post(context_, [this] { listener_.stop(); });
    thread_.join();
  }
  std::string place() const { return fmt::format("127.0.0.1:{}", listener_.port()); }

 private:
  Task<> serve(SessionArrival arrival) {
    auto options = options_;
    if (arrival.simulation) options.simulation = std::move(arrival.simulation);
    SessionHost host(runtime_, std::move(arrival.transport), agent_, std::move(options));
    if (first_) first_(host);
    co_await host.serve();
  }

  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  ScriptedAgent& agent_;
  SessionHostOptions options_;
  std::function<void(SessionHost&)> first_;
  SessionListener listener_;
  std::thread thread_;
};

}  // namespace antiphon::session::testing
