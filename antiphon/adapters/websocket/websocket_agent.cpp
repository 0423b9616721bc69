#include "antiphon/adapters/websocket/websocket_agent.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/websocket/message_agent.hpp"
#include "antiphon/adapters/websocket/voice_line_spec.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::uint16_t normal_closure = 1000;

net::WsRequest request_of(const WebSocketAgentOptions& options) {
  return {.url = options.url, .headers = options.headers, .subprotocols = options.subprotocols, .tls = options.tls};
}

class WebSocketTransport final : public wire::VoiceTransport {
 public:
  WebSocketTransport(std::shared_ptr<const WebSocketAgentOptions> options, const ParticipantContext& context)
      : options_(std::move(options)), runtime_(context.runtime), thread_id_(context.thread_id), place_(shown_url(options_->url)) {}

  Task<> connect(Deadline deadline) override {
    auto request = request_of(*options_);
    if (!net::find_header(request.headers, "x-antiphon-thread-id")) request.headers.emplace_back("x-antiphon-thread-id", thread_id_);
    if (options_->stream)
      socket_ = co_await net::connect_websocket(runtime_, std::move(request), options_->stream(runtime_), deadline);
    else
      socket_ = co_await net::connect_websocket(runtime_, std::move(request), deadline);
  }
  Task<std::optional<net::WsMessage>> receive(Deadline deadline) override { return socket_->receive(deadline); }
  bool listen(net::WebSocket::Listener listener) override {
    socket_->listen(std::move(listener));
    return true;
  }
  Task<> send(net::WsMessage message, Deadline deadline) override { return socket_->send(std::move(message), deadline); }
  bool send_now(const net::WsMessage& message) override { return socket_->send_now(message); }
  Task<> close(Deadline deadline) override {
    if (socket_) co_await socket_->close(normal_closure, "", deadline);
  }
  Task<AgentClosed> ending() override {
    const auto close = socket_->closed().value_or(net::WsClose{.code = 1006});
    co_return AgentClosed{
        .on_purpose = close.code == normal_closure,
        .reason = fmt::format("the agent closed the connection ({}{}{})", close.code, close.reason.empty() ? "" : ": ", cut(repair_utf8(close.reason), 200))};
  }
  const std::string& place() const override { return place_; }

 private:
  std::shared_ptr<const WebSocketAgentOptions> options_;
  Runtime& runtime_;
  std::string thread_id_, place_;
  std::unique_ptr<net::WebSocket> socket_;
};

}  // namespace

ParticipantSpec websocket_agent(WebSocketAgentOptions options) {
  net::check_request(request_of(options));
  auto settings = wire::message_settings("websocket", options.line, options.json);
  settings.encode_audio = options.encode_audio;
  settings.decode_response = options.decode_response;
  settings.tells_turn_end = options.tells_turn_end;
  settings.tells_transcripts = options.tells_transcripts;
  const auto shared = std::make_shared<const WebSocketAgentOptions>(std::move(options));
  const auto transport = [shared](const ParticipantContext& context) { return std::make_unique<WebSocketTransport>(shared, context); };
  const bool in_memory = static_cast<bool>(shared->stream);
  auto spec = wire::message_agent_spec(std::move(settings), shared->line, in_memory, transport);
  return in_memory ? spec : spec.at_address(shared->url);
}

}  // namespace antiphon
