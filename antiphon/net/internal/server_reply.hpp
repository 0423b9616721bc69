#pragma once

#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/byte_stream.hpp"
#include "antiphon/net/internal/http_text.hpp"

namespace antiphon::net {

/// Writes one reply in the way that the request allows.
class StreamReply final : public ServerReply {
 public:
  struct Terms {
    bool head_only;  ///< the request was HEAD
    bool http_1_0;
    bool keep_alive;
  };
  StreamReply(ByteStream& stream, Terms terms, const bool& stopping) : stream_(stream), terms_(terms), stopping_(stopping) {}

  Task<> reply(HttpReply reply) override;
  Task<> begin(int status, Headers headers) override;
  Task<> write(std::string bytes) override;
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
  Framing framing_ = Framing::length;
  bool begun_ = false, ended_ = false, aborted_ = false, keeps_ = false;
};

}  // namespace antiphon::net
