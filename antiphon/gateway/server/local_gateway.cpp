#include "antiphon/gateway/server/local_gateway.hpp"

#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/gateway/config/reach.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"

namespace antiphon::gateway {

namespace {

GatewayConfig without_others(GatewayConfig config) {
  config = without_guards(std::move(config));
  config.tracing.on = false;
  config.log.reset();
  return config;
}

class LocalGateway final : public net::LocalServer {
 public:
  LocalGateway(Runtime& runtime, net::HttpClient& http, const GatewayConfig& config, std::shared_ptr<const LocalGatewayParts> parts)
      : runtime_(runtime),
        parts_(std::move(parts)),
        gateway_(runtime, config,
                 {.http = http,
                  .models = parts_->models,
                  .speech = parts_->speech,
                  .embedders = *parts_->embedders,
                  .log = [this](const std::string& line) { notices_.push_back(line); }}),
        server_(net::make_http_server(runtime, {}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return handle(request, reply); })) {
    tasks_.spawn(server_->serve());
    tasks_.spawn(load());
  }

  std::unique_ptr<net::ByteStream> connect() override { return net::connect_to(runtime_, *server_); }

  std::vector<std::string> notices() const override { return notices_; }

  Task<> end(Deadline deadline) override {
    co_await gateway_.drain(deadline);
    server_->stop();
    co_await tasks_.join();
  }

 private:
  Task<> load() {
    try {
      co_await gateway_.load(Deadline::after(runtime_.clock, ServedAgent::longest_load));
    } catch (const Error& error) {
      failure_ = error;
    }
    ended_ = true;
    loaded_.beat();
  }

  Task<> handle(const net::ServerRequest& request, net::ServerReply& reply) {
    while (!ended_) co_await loaded_.wait();
    if (failure_) co_return co_await reply.reply(refusal(503, failure_->message()));
    co_await gateway_.handle(request, reply);
  }

  Runtime& runtime_;
  std::shared_ptr<const LocalGatewayParts> parts_;
  std::vector<std::string> notices_;
  GatewayServer gateway_;
  std::unique_ptr<net::HttpServer> server_;
  TaskGroup tasks_{runtime_.executor};
  bool ended_ = false;
  std::optional<Error> failure_;
  Pulse loaded_;
};

}  // namespace

net::LocalServerSpec local_gateway(GatewayConfig config, LocalGatewayParts parts) {
  const bool waits = waits_on_clock_alone(config, *parts.models, *parts.speech);
  const auto shared = std::make_shared<const LocalGatewayParts>(std::move(parts));
  const auto kept = std::make_shared<const GatewayConfig>(without_others(std::move(config)));
  return {.make = [kept, shared](Runtime& runtime, net::HttpClient& http) { return std::make_unique<LocalGateway>(runtime, http, *kept, shared); },
          .waits_on_clock_alone = waits};
}

}  // namespace antiphon::gateway
