#include "antiphon/gateway/sessions/redis_link.hpp"

#include <memory>

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <sys/time.h>
#include <boost/url/parse.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

timeval as_timeval(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return {.tv_sec = static_cast<time_t>(us / 1'000'000), .tv_usec = static_cast<suseconds_t>(us % 1'000'000)};
}

Error no_address() {
  return Error(ErrorKind::configuration, "the address of Redis is none")
      .with_hint("write it as redis://HOST:6379/0; the password belongs into a file or variable");
}

}  // namespace

RedisAddress redis_address(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->host_address().empty()) throw no_address();
  if (url->scheme() == "rediss")
    throw Error(ErrorKind::configuration, "Redis over TLS is not spoken here")
        .with_hint("put a TLS proxy (stunnel) beside the gateway, and write redis://127.0.0.1:PORT");
  if (url->scheme() != "redis" || (url->has_port() && url->port_number() == 0)) throw no_address();
  RedisAddress address{.host = url->host_address()};
  if (url->has_port()) address.port = url->port_number();
  address.user = url->user();
  address.password = url->password();
  const std::string path(url->encoded_path());
  if (path.empty() || path == "/") return address;
  const auto database = parse_integer(std::string_view(path).substr(1));
  if (!database || *database < 0) throw no_address();
  address.database = *database;
  return address;
}

RedisLink::RedisLink(RedisAddress address, Duration connect, Duration answer) : address_(std::move(address)), connect_limit_(connect), answer_limit_(answer) {}

RedisLink::~RedisLink() { drop(); }

void RedisLink::drop() {
  if (context_) redisFree(context_);
  context_ = nullptr;
}

void RedisLink::fail() {
  const auto why = context_ && context_->err != 0 ? std::string(context_->errstr) : std::string("no memory");
  drop();
  throw Error(ErrorKind::unavailable, fmt::format("Redis at {}:{}: {}", address_.host, address_.port, why));
}

void RedisLink::connect() {
  context_ = redisConnectWithTimeout(address_.host.c_str(), address_.port, as_timeval(connect_limit_));
  if (!context_ || context_->err != 0 || redisSetTimeout(context_, as_timeval(answer_limit_)) != REDIS_OK) fail();
  std::vector<RedisCommand> greeting;
  if (!address_.password.empty()) {
    greeting.push_back({"AUTH"});
    if (!address_.user.empty()) greeting.back().push_back(address_.user);
    greeting.back().push_back(address_.password);
  }
  if (address_.database != 0) greeting.push_back({"SELECT", std::to_string(address_.database)});
  try {
    exchange(greeting);
  } catch (const Error&) {
    drop();  // what is not greeted as it has to be would answer for another database
    throw;
  }
}

std::vector<RedisAnswer> RedisLink::run(const std::vector<RedisCommand>& commands) {
  if (context_) {
    try {
      return exchange(commands);
    } catch (const Error&) {
      if (context_) throw;  // it answered, and refused
    }
  }
  connect();
  return exchange(commands);
}

std::vector<RedisAnswer> RedisLink::exchange(const std::vector<RedisCommand>& commands) {
  for (const auto& command : commands) {
    std::vector<const char*> words;
    std::vector<std::size_t> sizes;
    for (const auto& word : command) words.push_back(word.data()), sizes.push_back(word.size());
    if (redisAppendCommandArgv(context_, static_cast<int>(words.size()), words.data(), sizes.data()) != REDIS_OK) fail();
  }
  std::vector<RedisAnswer> answers;
  std::optional<Error> refused;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    try {
      answers.push_back(answer());
    } catch (const Error& error) {
      if (!context_) throw;
      refused = error;  // what the others were answered has to be read all the same
    }
  }
  if (refused) throw std::move(*refused);
  return answers;
}

RedisAnswer RedisLink::answer() {
  void* read = nullptr;
  if (redisGetReply(context_, &read) != REDIS_OK) fail();
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(read));
  switch (reply->type) {
    case REDIS_REPLY_NIL: return std::nullopt;
    case REDIS_REPLY_INTEGER: return std::to_string(reply->integer);
    case REDIS_REPLY_ERROR:
      throw Error(ErrorKind::unavailable,
                  fmt::format("Redis at {}:{} refuses: {}", address_.host, address_.port, cut(repair_utf8({reply->str, reply->len}), 200)));
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS: return std::string(reply->str, reply->len);
    default: throw Error(ErrorKind::unavailable, fmt::format("Redis at {}:{} answers with something else", address_.host, address_.port));
  }
}

}  // namespace antiphon::gateway
