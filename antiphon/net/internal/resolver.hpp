#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "antiphon/base/runtime.hpp"

namespace antiphon::net {

/// Looks names up on the pool of blocking threads, where one that hangs can be abandoned. Many askers of one name share one look-up.
class Resolver {
 public:
  explicit Resolver(Runtime& runtime) : runtime_(runtime), pending_(std::make_shared<Pending>()) {}

  /// @throws Error refused with the system's reason.
  Task<std::vector<asio::ip::tcp::endpoint>> resolve(std::string host, std::uint16_t port);

 private:
  struct Lookup;
  using Pending = std::map<std::string, std::shared_ptr<Lookup>>;
  static Task<> look_up(Runtime& runtime, std::shared_ptr<Pending> pending, std::string host, std::shared_ptr<Lookup> lookup);

  Runtime& runtime_;
  std::shared_ptr<Pending> pending_;
};

}  // namespace antiphon::net
