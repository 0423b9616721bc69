#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "antiphon/gateway/server/gateway_server.hpp"
#include "antiphon/gateway/stress/faulty_tools.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::cli {

/// A gateway on 127.0.0.1, on a thread of its own, so that whoever calls it takes none of its time but the processor's.
class LocalGateway {
 public:
  /// Returns once it takes calls. @throws Error, Problems as the gateway does.
  LocalGateway(gateway::GatewayConfig config, gateway::ToolFaultSettings faults, std::function<void(const std::string& line)> log);
  /// Ends its calls at once.
  ~LocalGateway();
  LocalGateway(const LocalGateway&) = delete;
  LocalGateway& operator=(const LocalGateway&) = delete;

  std::string url() const;
  const gateway::ToolFaultCount& faults() const { return *faults_; }

 private:
  Task<> load();
  void run();

  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_;
  EmbedderRegistry embedders_;
  std::shared_ptr<gateway::ToolFaultCount> faults_ = std::make_shared<gateway::ToolFaultCount>();
  gateway::GatewayServer gateway_;
  std::unique_ptr<net::HttpServer> server_;
  std::promise<void> ready_;
  std::thread thread_;
};

}  // namespace antiphon::cli
