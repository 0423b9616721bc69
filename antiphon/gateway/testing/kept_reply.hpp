#pragma once

#include <string>
#include <utility>

#include "antiphon/net/http.hpp"

namespace antiphon::gateway::testing {

/// A reply that stays here.
class KeptReply final : public net::ServerReply {
 public:
  Task<> reply(net::HttpReply given) override {
    got = std::move(given);
    co_return;
  }
  Task<> begin(int, net::Headers) override { co_return; }
  Task<> write(std::string) override { co_return; }
  void abort() override {}
  net::HttpReply got;
};

}  // namespace antiphon::gateway::testing
