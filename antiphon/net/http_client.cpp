#include <cstdlib>

#include "antiphon/net/http.hpp"
#include "antiphon/net/internal/exchange.hpp"

namespace antiphon::net {

namespace {

class StreamedBody final : public HttpBody {
 public:
  explicit StreamedBody(std::unique_ptr<Exchange> exchange) : exchange_(std::move(exchange)), headers_(std::move(exchange_->reply().headers)) {}

  int status() const override { return exchange_->reply().status; }
  const Headers& headers() const override { return headers_; }

  Task<std::string> read(Deadline deadline) override {
    auto& body = exchange_->reply().body;
    while (body.empty() && co_await exchange_->more(deadline)) {}
    co_return std::exchange(body, {});
  }

 private:
  std::unique_ptr<Exchange> exchange_;
  Headers headers_;
};

class BeastHttpClient final : public HttpClient {
 public:
  explicit BeastHttpClient(std::shared_ptr<ClientCore> core) : core_(std::move(core)) {}

  Task<HttpReply> send(HttpRequest request, Deadline deadline) override {
    Exchange exchange(core_, std::move(request));
    co_await exchange.begin(deadline);
    while (co_await exchange.more(deadline)) {}
    auto& reply = exchange.reply();
    co_return HttpReply{reply.status, std::move(reply.headers), std::move(reply.body)};
  }

  Task<std::unique_ptr<HttpBody>> open(HttpRequest request, Deadline deadline) override {
    auto exchange = std::make_unique<Exchange>(core_, std::move(request));
    co_await exchange->begin(deadline);
    co_return std::make_unique<StreamedBody>(std::move(exchange));
  }

 private:
  std::shared_ptr<ClientCore> core_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(Runtime& runtime, HttpClientOptions options) {
  auto proxies =
      options.use_proxy_from_environment ? ProxySettings::from_environment([](const char* name) -> const char* { return std::getenv(name); }) : ProxySettings();
  return std::make_unique<BeastHttpClient>(std::make_shared<ClientCore>(runtime, options, std::move(proxies)));
}

}  // namespace antiphon::net
