#pragma once

#include <memory>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"

namespace antiphon::gateway::testing {

/// No server is reached. For tests alone.
class NoHttp final : public net::HttpClient {
 public:
  Task<net::HttpReply> send(net::HttpRequest, Deadline) override { throw Error(ErrorKind::refused, "there is no network"); }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest, Deadline) override { throw Error(ErrorKind::refused, "there is no network"); }
};

}  // namespace antiphon::gateway::testing
