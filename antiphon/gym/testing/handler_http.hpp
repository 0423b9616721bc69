#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"

/// For tests and benches alone.
namespace antiphon::gym::testing {

/// An HTTP client whose every request is answered by one handler in this process, in the same time: with a virtual clock, in virtual time. Replies come as the
/// handler writes them; who lets go of a body cuts the handler's reply (Error closed).
class HandlerHttp final : public net::HttpClient {
 public:
  HandlerHttp(Runtime& runtime, net::HttpHandler handler) : runtime_(runtime), handler_(std::make_shared<net::HttpHandler>(std::move(handler))) {}

  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest request, Deadline deadline) override {
    auto exchange = std::make_shared<Exchange>();
    asio::co_spawn(runtime_.executor, serve(handler_, exchange, to_server(std::move(request))), asio::detached);
    auto body = std::make_unique<Body>(runtime_, exchange);
    co_await at_most(runtime_.clock, deadline, header(exchange), Error(ErrorKind::timeout, "the server did not answer in time"));
    if (exchange->status == 0) throw Error(ErrorKind::closed, "the server closed the connection without an answer");
    co_return std::move(body);
  }
  Task<net::HttpReply> send(net::HttpRequest request, Deadline deadline) override {
    const auto body = co_await open(std::move(request), deadline);
    net::HttpReply reply{.status = body->status(), .headers = body->headers()};
    for (;;) {
      const auto piece = co_await body->read(deadline);
      if (piece.empty()) break;
      reply.body += piece;
    }
    co_return reply;
  }

 private:
  struct Exchange {
    int status = 0;
    net::Headers headers;
    std::deque<std::string> pieces;
    bool ended = false, cut = false, abandoned = false;
    Pulse changed;
  };

  class Body final : public net::HttpBody {
   public:
    Body(Runtime& runtime, std::shared_ptr<Exchange> exchange) : runtime_(runtime), exchange_(std::move(exchange)) {}
    ~Body() override {
      exchange_->abandoned = true;
      exchange_->changed.beat();
    }
    int status() const override { return exchange_->status; }
    const net::Headers& headers() const override { return exchange_->headers; }
    Task<std::string> read(Deadline deadline) override {
      co_await at_most(runtime_.clock, deadline, more(exchange_), Error(ErrorKind::timeout, "nothing came in time"));
      if (exchange_->pieces.empty()) {
        if (exchange_->cut) throw Error(ErrorKind::closed, "the server closed the connection in the middle of an answer");
        co_return std::string();
      }
      auto piece = std::move(exchange_->pieces.front());
      exchange_->pieces.pop_front();
      co_return piece;
    }

   private:
    Runtime& runtime_;
    std::shared_ptr<Exchange> exchange_;
  };

  class Reply final : public net::ServerReply {
   public:
    explicit Reply(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
    Task<> reply(net::HttpReply reply) override {
      exchange_->status = reply.status;
      exchange_->headers = std::move(reply.headers);
      if (!reply.body.empty()) exchange_->pieces.push_back(std::move(reply.body));
      exchange_->ended = true;
      exchange_->changed.beat();
      co_return;
    }
    Task<> begin(int status, net::Headers headers) override {
      exchange_->status = status;
      exchange_->headers = std::move(headers);
      exchange_->changed.beat();
      co_return;
    }
    Task<> write(std::string bytes) override {
      if (exchange_->abandoned) throw Error(ErrorKind::closed, "the client is gone");
      if (!bytes.empty()) exchange_->pieces.push_back(std::move(bytes));
      exchange_->changed.beat();
      co_return;
    }
    void abort() override {
      exchange_->cut = exchange_->ended = true;
      exchange_->changed.beat();
    }

   private:
    std::shared_ptr<Exchange> exchange_;
  };

  static net::ServerRequest to_server(net::HttpRequest request) {
    const auto scheme = request.url.find("://");
    const auto slash = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    return {.method = std::move(request.method),
            .target = slash == std::string::npos ? "/" : request.url.substr(slash),
            .headers = std::move(request.headers),
            .body = std::move(request.body)};
  }
  static Task<> serve(std::shared_ptr<net::HttpHandler> handler, std::shared_ptr<Exchange> exchange, net::ServerRequest request) {
    Reply reply(exchange);
    bool failed = false;
    try {
      co_await (*handler)(request, reply);
    } catch (const std::exception&) {
      failed = true;
    }
    if (failed && exchange->status == 0) exchange->status = 500;
    exchange->ended = true;
    exchange->changed.beat();
  }
  static Task<> header(std::shared_ptr<Exchange> exchange) {
    while (exchange->status == 0 && !exchange->ended) co_await exchange->changed.wait();
  }
  static Task<> more(std::shared_ptr<Exchange> exchange) {
    while (exchange->pieces.empty() && !exchange->ended) co_await exchange->changed.wait();
  }

  Runtime& runtime_;
  std::shared_ptr<net::HttpHandler> handler_;
};

}  // namespace antiphon::gym::testing
