#pragma once

#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/http_text.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::net {

/// Writes one reply in the way that the request allows.
class StreamReply final : public ServerReply {
 public:
  struct Terms {
    bool head_only;  ///< the request was HEAD
    bool http_1_0;
    bool keep_alive;
  };
  /// Takes the connection away from this reply.
  using Upgrade = std::function<Task<std::unique_ptr<WebSocket>>(WsAcceptance)>;
  StreamReply(ByteStream& stream, Terms terms, const bool& stopping, Upgrade upgrade)
      : stream_(stream), terms_(terms), stopping_(stopping), upgrade_(std::move(upgrade)) {}

  Task<> reply(HttpReply reply) override;
  Task<> begin(int status, Headers headers) override;
  Task<> write(std::string bytes) override;
  Task<std::unique_ptr<WebSocket>> accept_websocket(WsAcceptance acceptance) override;
  void abort() override;

  /// Ends a reply that was begun.
  Task<> finish();
  bool begun() const { return begun_; }
  bool aborted() const { return aborted_; }
  /// Whether another request may follow on this connection.
  bool keeps() const { return keeps_ && !aborted_; }

 private:
  Task<> send(std::initializer_list<std::string_view> parts);
  void start();

  ByteStream& stream_;
  Terms terms_;
  const bool& stopping_;
  Upgrade upgrade_;
  Framing framing_ = Framing::length;
  bool begun_ = false, ended_ = false, aborted_ = false, keeps_ = false, upgraded_ = false;
};

}  // namespace antiphon::net
