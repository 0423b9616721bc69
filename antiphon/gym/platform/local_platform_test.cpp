#include "antiphon/gym/platform/local_platform.hpp"

#include <fmt/format.h>

#include "antiphon/gym/testing/platform_stage.hpp"

namespace antiphon::gym {
namespace {

using namespace testing;  // NOLINT: tools of tests

Task<std::string> converse(Runtime& runtime, net::WebSocket& socket, Deadline deadline) {
  co_await socket.send(net::WsMessage::text(layercode::write_client_message(layercode::ClientReady{})), deadline);
  co_await socket.send(net::WsMessage::text(layercode::write_client_message(layercode::ClientText{"Is it there?"})), deadline);
  std::string words;
  while (auto message = co_await socket.receive(deadline)) {
    const auto said = layercode::read_server_message(message->data);
    if (const auto* text = std::get_if<layercode::ResponseText>(&said)) words += text->content;
    if (std::holds_alternative<layercode::ResponseEnd>(said)) break;
  }
  co_await socket.close(1000, "", Deadline::after(runtime.clock, 1s));
  co_return words;
}

Task<std::string> all_of(net::ByteStream& stream) {
  std::string text;
  for (;;) {
    const auto bytes = std::string(co_await stream.read_some());
    if (bytes.empty()) co_return text;
    text += bytes;
  }
}

TEST(LocalPlatform, IsReachedOverMemoryAloneAndEndsInOrder_GYM9) {
  VirtualMedium medium;
  ScriptedBackend backend(medium.clock);
  backend.on("message").say("Yes, it is.").finish();
  HandlerHttp http(medium.runtime, [&](const net::ServerRequest& request, net::ServerReply& reply) { return backend.handle(request, reply); });
  PlatformSettings settings;
  settings.backend.webhook_url = "http://backend/hook";
  settings.backend.webhook_secret = "s";
  const auto spec = local_platform(settings, [](Runtime&, net::HttpClient&) { return PlatformSpeech{}; }, true);
  EXPECT_TRUE(spec.waits_on_clock_alone);
  const auto platform = spec.make(medium.runtime, http);

  // Nobody has authorised this one.
  auto refused = net::testing::failure_of(medium, net::connect_websocket(medium.runtime, {.url = "ws://platform/v1/agents/web/websocket?client_session_key=x"},
                                                                         platform->connect(), medium.soon()));
  EXPECT_EQ(refused.kind(), ErrorKind::unauthorized);

  auto stream = platform->connect();
  const std::string body = R"({"agent_id":"desk"})";
  const auto request = fmt::format("POST /api/authorize HTTP/1.1\r\nHost: platform\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  medium.run(stream->write({request}));
  const auto answer = medium.run(all_of(*stream));
  const auto session = layercode::read_authorise_reply(answer.substr(answer.find("\r\n\r\n") + 4));

  const auto url = "ws://platform/v1/agents/web/websocket?client_session_key=" + session.client_session_key;
  const auto socket = medium.run(net::connect_websocket(medium.runtime, {.url = url}, platform->connect(), medium.soon()));
  EXPECT_EQ(medium.run(converse(medium.runtime, *socket, medium.soon())), "Yes, it is.");
  medium.run(platform->end(Deadline::after(medium.clock, 5s)));
  EXPECT_EQ(backend.of("session.end").size(), 1U);
}

}  // namespace
}  // namespace antiphon::gym
