#pragma once

#include <atomic>
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
  explicit HostThread(ScriptedAgent& agent, SessionHostOptions options = {}, std::string token = {})
      : agent_(agent),
        options_(std::move(options)),
        listener_(runtime_, {.token = std::move(token)}, [this](SessionArrival arrival) { return serve(std::move(arrival)); }),
        thread_([this] {
          asio::co_spawn(context_, listener_.serve(), [](std::exception_ptr) {});
          context_.run();
        }) {}
  ~HostThread() {
    asio::post(context_, [this] { listener_.stop(); });
    thread_.join();
  }
  std::atomic<int> troubles = 0;  ///< that it tells whoever comes, before anything else
  std::string place() const { return fmt::format("127.0.0.1:{}", listener_.port()); }

 private:
  Task<> serve(SessionArrival arrival) {
    auto options = options_;
    if (arrival.simulation) options.simulation = std::move(arrival.simulation);
    SessionHost host(runtime_, std::move(arrival.transport), agent_, std::move(options));
    for (int i = 0; i < troubles; ++i) host.emit({.what = SessionTrouble{fmt::format("trouble {}", i)}});
    co_await host.serve();
  }

  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  ScriptedAgent& agent_;
  SessionHostOptions options_;
  SessionListener listener_;
  std::thread thread_;
};

}  // namespace antiphon::session::testing
