#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "antiphon/base/clock.hpp"
#include "antiphon/net/byte_stream.hpp"

namespace antiphon::net {

/// Connections kept for the next request to the same place with the same TLS settings.
class ConnectionPool {
 public:
  ConnectionPool(Clock& clock, std::size_t idle_per_place, Duration idle_timeout)
      : clock_(clock), idle_per_place_(idle_per_place), idle_timeout_(idle_timeout) {}

  /// The one used last, which is the least likely to have been closed; null when none is kept.
  std::unique_ptr<ByteStream> take(const std::string& key);
  void put_back(const std::string& key, std::unique_ptr<ByteStream> stream);

 private:
  struct Idle {
    std::unique_ptr<ByteStream> stream;
    Clock::Time since;
  };
  void drop_old(Clock::Time now);

  Clock& clock_;
  std::size_t idle_per_place_;
  Duration idle_timeout_;
  Clock::Time swept_{0};
  std::unordered_map<std::string, std::deque<Idle>> places_;
};

}  // namespace antiphon::net
