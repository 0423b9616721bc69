#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tools/mcp/transport.hpp"
#include "antiphon/net/http_status.hpp"
#include "antiphon/net/sse.hpp"

namespace antiphon::gateway::mcp {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t reply_limit = std::size_t{4} * 1024 * 1024;
constexpr auto goodbye_limit = 2s;

bool is_stream(const net::HttpBody& body) {
  const auto type = net::find_header(body.headers(), "content-type");
  return type && lower(*type).starts_with("text/event-stream");
}

/// Whether a text that came with an error status is an answer to our request all the same.
std::optional<Response> answer_in(std::string_view text, std::int64_t id) {
  try {
    for (auto& message : decode(text))
      if (auto* response = std::get_if<Response>(&message); response && (!response->id || *response->id == id)) return std::move(*response);
  } catch (const Error&) {
    // A page of a proxy, or nothing.
  }
  return std::nullopt;
}

class HttpTransport final : public Transport {
 public:
  HttpTransport(net::HttpClient& http, Runtime& runtime, std::string url, net::Headers headers, net::TlsOptions tls)
      : http_(http), runtime_(runtime), url_(std::move(url)), headers_(std::move(headers)), tls_(std::move(tls)) {}

  Task<Response> exchange(Outgoing request, Deadline deadline) override {
    const auto body = co_await http_.open(post(std::move(request.text), request.headers), deadline);
    if (const auto session = net::find_header(body->headers(), "mcp-session-id"); session && request.method == "initialize") session_ = *session;
    if (body->status() >= 400) co_return co_await refused(*body, request.id, deadline);
    if (is_stream(*body)) co_return co_await from_stream(*body, request.id, deadline);
    const auto text = co_await whole(*body, deadline);
    for (auto& message : decode(text))
      if (auto* response = std::get_if<Response>(&message); response && (!response->id || *response->id == request.id)) co_return std::move(*response);
    throw Error(ErrorKind::protocol, "the server's reply holds no answer to the request");
  }

  Task<> notify(std::string text, Deadline deadline) override {
    const auto body = co_await http_.open(post(std::move(text), {}), deadline);
    co_await whole(*body, deadline);
    if (body->status() >= 400) throw Error(error_kind_of(body->status()), fmt::format("the server answered {}", body->status())).with_status(body->status());
  }

  void agree(std::string_view version) override { version_ = version; }
  bool usable() const override { return !session_lost_; }
  bool take_tools_changed() override { return std::exchange(tools_changed_, false); }

  Task<> close() override {
    if (session_.empty() || session_lost_) co_return;
    auto request = post({}, {});
    request.method = "DELETE";
    try {
      co_await http_.send(std::move(request), Deadline::after(runtime_.clock, goodbye_limit));
    } catch (const Error&) {
      // It will forget us by itself.
    }
    session_.clear();
  }

 private:
  net::HttpRequest post(std::string text, const net::Headers& more) const {
    net::HttpRequest request{.url = url_, .headers = headers_, .body = std::move(text), .reply_limit = reply_limit, .tls = tls_};
    request.headers.emplace_back("content-type", "application/json");
    request.headers.emplace_back("accept", "application/json, text/event-stream");
    if (!session_.empty()) request.headers.emplace_back("mcp-session-id", session_);
    if (!version_.empty() && version_ != "2024-11-05" && version_ != "2025-03-26") request.headers.emplace_back("mcp-protocol-version", version_);
    request.headers.insert(request.headers.end(), more.begin(), more.end());
    return request;
  }

  static Task<std::string> whole(net::HttpBody& body, Deadline deadline) {
    std::string text;
    for (;;) {
      const auto piece = co_await body.read(deadline);
      if (piece.empty()) co_return text;
      text += piece;
    }
  }

  Task<Response> refused(net::HttpBody& body, std::int64_t id, Deadline deadline) {
    const auto status = body.status();
    const auto text = co_await whole(body, deadline);
    if (status == 404 && !session_.empty()) {
      session_lost_ = true;  // "the session is over: begin a new one"; the request was not looked at
      throw Error(ErrorKind::refused, "the server ended the session").with_status(status);
    }
    if (auto answer = answer_in(text, id)) co_return std::move(*answer);
    const auto words = trim(text);
    throw Error(error_kind_of(status), fmt::format("the server answered {}{}{}", status, words.empty() ? "" : ": ", cut(repair_utf8(words), 160)))
        .with_status(status);
  }

  Task<Response> from_stream(net::HttpBody& body, std::int64_t id, Deadline deadline) {
    net::SseParser events;
    for (;;) {
      const auto piece = co_await body.read(deadline);
      if (piece.empty()) throw Error(ErrorKind::closed, "the server's stream ended without the answer");
      events.feed(piece);
      while (const auto event = events.next()) {
        if (event->data.empty()) continue;  // 2025-11-25 begins streams with one that only carries an id
        if (auto response = co_await take(event->data, id, deadline)) co_return std::move(*response);
      }
    }
  }

  Task<std::optional<Response>> take(const std::string& data, std::int64_t id, Deadline deadline) {
    std::optional<Response> found;
    for (auto& message : decode(data)) {
      if (auto* response = std::get_if<Response>(&message)) {
        if (!response->id || *response->id == id) found = std::move(*response);
      } else if (const auto* notification = std::get_if<Notification>(&message)) {
        if (notification->method == "notifications/tools/list_changed") tools_changed_ = true;
      } else {
        const auto& asked = std::get<ServerRequest>(message);
        co_await notify(asked.method == "ping" ? encode_pong(asked.id) : encode_refusal(asked.id, asked.method), deadline);
      }
    }
    co_return found;
  }

  net::HttpClient& http_;
  Runtime& runtime_;
  std::string url_, session_, version_;
  net::Headers headers_;
  net::TlsOptions tls_;
  bool session_lost_ = false, tools_changed_ = false;
};

}  // namespace

std::unique_ptr<Transport> http_transport(net::HttpClient& http, Runtime& runtime, std::string url, net::Headers headers, net::TlsOptions tls) {
  return std::make_unique<HttpTransport>(http, runtime, std::move(url), std::move(headers), std::move(tls));
}

}  // namespace antiphon::gateway::mcp
