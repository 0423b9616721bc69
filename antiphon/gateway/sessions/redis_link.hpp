#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"

struct redisContext;

namespace antiphon::gateway {

/// Where a Redis is and who we are there.
struct RedisAddress {
  std::string host;
  int port = 6379;
  std::string user{}, password{};
  int database = 0;
};
/// @throws Error configuration.
RedisAddress redis_address(std::string_view url);

using RedisCommand = std::vector<std::string>;

/// What Redis answered: text or a number as text; nullopt: nil.
using RedisAnswer = std::optional<std::string>;

/// One connection, used by one thread at a time, which it blocks.
class RedisLink {
 public:
  RedisLink(RedisAddress address, Duration connect, Duration answer);
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  /// All at once, answers in their order. A connection that was lost since the last time is made again, once. @throws Error unavailable: then none may have
  /// been carried out, or all.
  std::vector<RedisAnswer> run(const std::vector<RedisCommand>& commands);

 private:
  void connect();
  std::vector<RedisAnswer> exchange(const std::vector<RedisCommand>& commands);
  RedisAnswer answer();
  [[noreturn]] void fail();
  void drop();

  RedisAddress address_;
  Duration connect_limit_, answer_limit_;
  redisContext* context_ = nullptr;
};

}  // namespace antiphon::gateway
