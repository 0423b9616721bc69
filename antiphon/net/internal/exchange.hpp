#pragma once

#include <memory>
#include <optional>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/connection_pool.hpp"
#include "antiphon/net/internal/connector.hpp"
#include "antiphon/net/internal/http_parser.hpp"

namespace antiphon::net {

/// What all requests of a client share.
struct ClientCore {
  ClientCore(Runtime& used, const HttpClientOptions& options, ProxySettings proxies)
      : runtime(used), connector(used, std::move(proxies)), pool(used.clock, options.idle_per_host, options.idle_timeout) {}
  Runtime& runtime;
  Connector connector;
  ConnectionPool pool;
};

/// One request and its reply. Destroyed before the reply was read to its end, it closes the connection.
class Exchange {
 public:
  Exchange(std::shared_ptr<ClientCore> core, HttpRequest request);

  /// Sends the request and reads until the header of the reply is there, on a second connection when a kept one turns out to be dead.
  Task<> begin(Deadline deadline);
  /// Reads on; false when the reply is complete, and then the connection is kept for others where it can be.
  Task<bool> more(Deadline deadline);
  ReplyParser& reply() { return *parser_; }

 private:
  enum class Attempt { answered, stale };
  Task<Attempt> attempt(Deadline deadline);
  Task<> send_and_read_header();
  Task<> send();
  Task<> read_once();
  void finish();
  /// What an exception of the stream means. @throws always.
  [[noreturn]] void explain(std::exception_ptr failure, Duration limit) const;
  [[noreturn]] void explain_parse(const boost::system::error_code& error) const;

  std::shared_ptr<ClientCore> core_;
  HttpRequest request_;
  Url url_;
  std::string head_, key_, unread_;
  std::unique_ptr<ByteStream> stream_;
  std::optional<ReplyParser> parser_;
  bool kept_ = false;      ///< the connection had been used before
  bool answered_ = false;  ///< a byte of the reply was seen
  bool late_ = false;      ///< the deadline closed the connection
};

}  // namespace antiphon::net
