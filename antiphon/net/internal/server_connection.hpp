#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/byte_stream.hpp"
#include "antiphon/net/internal/http_parser.hpp"

namespace antiphon::net {

/// What the connections of one server share.
struct ServerCore {
  Runtime& runtime;
  HttpServerOptions options;
  HttpHandler handler;
  bool stopping = false;
};

/// One connection of a server: requests one after the other.
class ServerConnection {
 public:
  ServerConnection(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream);
  ~ServerConnection();
  Task<> run();
  /// Between requests: nothing is lost when it is closed.
  bool is_idle() const { return !busy_; }
  void close() { stream_->close(); }

 private:
  enum class Got { request, end };
  Task<Got> read_request(RequestParser& parser);
  Task<> answer(RequestParser& parser);
  Task<> refuse(int status, std::string message);
  Task<> linger();
  void set_limit(Duration limit);
  void watch(Clock::Time at);

  std::shared_ptr<ServerCore> core_;
  std::unique_ptr<ByteStream> stream_;
  std::string unread_;
  bool busy_ = false, keep_ = true;
  Clock::Time limit_ = Clock::Time::max();
  std::optional<Clock::Alarm> alarm_;
  Clock::Time alarm_at_ = Clock::Time::max();
  std::weak_ptr<const void> clock_alive_;
};

}  // namespace antiphon::net
