#pragma once

#include <memory>
#include <string>
#include <utility>

#include "antiphon/gateway/metrics/metrics.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

/// Counts the calls that are refused through it. Refers to both.
class CountedReply final : public net::ServerReply {
 public:
  CountedReply(net::ServerReply& to, GatewayMetrics& metrics) : to_(to), metrics_(metrics) {}

  Task<> reply(net::HttpReply reply) override {
    if (reply.status >= 400) metrics_.refused(reply.status);
    return to_.reply(std::move(reply));
  }
  Task<> begin(int status, net::Headers headers) override { return to_.begin(status, std::move(headers)); }
  Task<> write(std::string bytes) override { return to_.write(std::move(bytes)); }
  Task<std::unique_ptr<net::WebSocket>> accept_websocket(net::WsAcceptance acceptance) override { return to_.accept_websocket(std::move(acceptance)); }
  void abort() override { to_.abort(); }

 private:
  net::ServerReply& to_;
  GatewayMetrics& metrics_;
};

}  // namespace antiphon::gateway
