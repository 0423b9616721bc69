#include "antiphon/cli/stress/local_gateway.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/gateway/config/reach.hpp"

namespace antiphon::cli {

namespace {

constexpr auto drain_limit = std::chrono::seconds(1);  // nobody is at the other end any more

/// Calls of a test come from one address, and no person is told of them.
gateway::GatewayConfig for_stress(gateway::GatewayConfig config) {
  config = gateway::without_guards(std::move(config));
  config.webhook.reset();
  return config;
}

}  // namespace

LocalGateway::LocalGateway(gateway::GatewayConfig config, gateway::ToolFaultSettings faults, std::function<void(const std::string&)> log)
    : http_(net::make_http_client(runtime_)),
      gateway_(runtime_, for_stress(std::move(config)),
               {.http = *http_,
                .models = ModelRegistry::with_defaults(),
                .speech = SpeechRegistry::with_defaults(),
                .embedders = embedders_,
                .log = std::move(log),
                .wrap_tools =
                    [this, faults](std::shared_ptr<gateway::ToolProvider> tools) {
                      return faults.any() ? gateway::faulty_tools(std::move(tools), runtime_, faults, faults_) : tools;
                    }}),
      server_(net::listen_http(runtime_, {}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return gateway_.handle(request, reply); })) {
  auto ready = ready_.get_future();
  thread_ = std::thread([this] { run(); });
  try {
    ready.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

LocalGateway::~LocalGateway() {
  asio::post(context_,
             [this] { asio::co_spawn(context_, gateway_.drain(Deadline::after(clock_, drain_limit)), [this](std::exception_ptr) { context_.stop(); }); });
  thread_.join();
}

void LocalGateway::run() {
  asio::co_spawn(context_, server_->serve(), [](std::exception_ptr) {});
  asio::co_spawn(context_, load(), [this](std::exception_ptr failure) {
    if (!failure) return ready_.set_value();
    ready_.set_exception(failure);
    context_.stop();
  });
  context_.run();
}

Task<> LocalGateway::load() { return gateway_.load(Deadline::after(clock_, gateway::ServedAgent::longest_load)); }

std::string LocalGateway::url() const { return fmt::format("ws://127.0.0.1:{}", server_->port()); }

}  // namespace antiphon::cli
