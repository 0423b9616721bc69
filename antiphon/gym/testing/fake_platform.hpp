#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <filesystem>

#include "antiphon/gym/client.hpp"
#include "antiphon/net/local_server.hpp"
#include "antiphon/net/testing/link.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

// Included by tests alone.
namespace antiphon::gym::testing {

using namespace std::chrono_literals;
using net::testing::VirtualWorld;

/// A folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "gymXXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A backend and a platform in one, over memory, that say what a test wants.
class FakePlatform {
 public:
  /// One connection, from the platform's end.
  class Peer {
   public:
    Peer(FakePlatform& platform, net::WebSocket& socket) : platform_(platform), socket_(socket) {}
    Task<> send(const layercode::ServerMessage& message) { co_await raw(layercode::write_server_message(message)); }
    Task<> raw(std::string text) { co_await socket_.send(net::WsMessage::text(std::move(text)), Deadline::never()); }
    Task<> start(std::string id) { co_await send(layercode::TurnStart{layercode::Role::assistant, std::move(id)}); }
    Task<> text(std::string id, std::string content) { co_await send(layercode::ResponseText{std::move(content), std::move(id)}); }
    Task<> data(std::string id, json::value content) { co_await send(layercode::ResponseData{std::move(content), std::move(id)}); }
    Task<> end(std::string id) { co_await send(layercode::ResponseEnd{std::move(id)}); }
    Task<> understood(std::string content) { co_await send(layercode::UserTranscript{.content = std::move(content)}); }
    /// So much of a loud tone, in one message.
    Task<> audio(std::string id, Duration length, audio::Sample level = 8000) {
      co_await send(
          layercode::ResponseAudio{audio::bytes_from_samples(audio::Samples(audio::samples_in(length, layercode::response_rate_hz), level)), std::move(id)});
    }
    /// A whole turn of text.
    Task<> turn(std::string id, std::string content) {
      co_await start(id);
      co_await text(id, std::move(content));
      co_await end(id);
    }
    Task<> sleep(Duration duration) { return platform_.world.clock.sleep_for(duration); }
    void cut() { socket_.cut(); }
    Task<> close(std::uint16_t code, std::string reason) { return socket_.close(code, std::move(reason), Deadline::never()); }

   private:
    FakePlatform& platform_;
    net::WebSocket& socket_;
  };
  using Handler = std::function<Task<>(Peer&, std::string)>;

  struct Received {
    layercode::ClientMessage message;
    Duration at{0};
  };

  explicit FakePlatform(VirtualWorld& its_world) : world(its_world) {
    server_ = net::make_http_server(world.runtime, {}, [this](const net::ServerRequest& request, net::ServerReply& reply) { return serve(request, reply); });
    world.spawn(server_->serve());
  }

  Settings settings() {
    Settings settings;
    settings.server_url = "http://backend";
    settings.websocket_url = "ws://platform/v1/agents/web/websocket";
    settings.agent_id = "ag-1";
    settings.output_root = folder.path();
    settings.post = [this](Runtime&, net::HttpRequest request) { return authorise(std::move(request)); };
    settings.stream = [this](Runtime& runtime) { return net::connect_to(runtime, *server_); };
    return settings;
  }

  ConversationLog run(const LayercodeClient& client, ConversationStart start = {}, StopSource stop = {}, GymParts parts = {}) {
    if (!parts.environment) parts.environment = [](std::string_view) { return std::optional<std::string>(); };
    const auto http = net::make_http_client(world.runtime);
    return world.run(client.converse(world.runtime, *http, std::move(parts), std::move(start), std::move(stop)));
  }

  template <class Message>
  std::vector<Message> received_of() const {
    std::vector<Message> found;
    for (const auto& each : received)
      if (const auto* message = std::get_if<Message>(&each.message)) found.push_back(*message);
    return found;
  }

  VirtualWorld& world;
  TemporaryFolder folder;
  net::HttpReply grant{200, {}, R"({"client_session_key":"lc_sesskey_secret","conversation_id":"lc_conv_1"})"};
  Duration grant_after{0};
  std::vector<net::HttpRequest> asked;
  std::vector<std::string> targets;  ///< of WebSockets
  int refuse_socket = 0;             ///< a status instead of a connection
  Handler on_ready, on_text, on_speech, on_data;
  Duration endpoint = 400ms;  ///< of no audio ends what the user says
  std::vector<Received> received;
  std::vector<std::string> raw_received;

 private:
  Task<net::HttpReply> authorise(net::HttpRequest request) {
    asked.push_back(std::move(request));
    if (grant_after > 0s) co_await world.clock.sleep_for(grant_after);
    co_return grant;
  }

  Task<> serve(const net::ServerRequest& request, net::ServerReply& reply) {
    targets.push_back(request.target);
    if (refuse_socket != 0) co_return co_await reply.reply({refuse_socket, {}, R"({"error":"session key expired"})"});
    const auto socket = co_await reply.accept_websocket({});
    Peer peer(*this, *socket);
    try {
      co_await converse(peer, *socket);
    } catch (const Error&) {  // the client is gone
    }
  }

  Task<> converse(Peer& peer, net::WebSocket& socket) {
    std::string speech;
    for (;;) {
      std::optional<net::WsMessage> message;
      bool silent = false;
      try {
        message = co_await socket.receive(speech.empty() ? Deadline::never() : Deadline::after(world.clock, endpoint));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::timeout) throw;
        silent = true;
      }
      if (silent) {
        auto said = std::exchange(speech, {});
        if (on_speech) co_await on_speech(peer, std::move(said));
        continue;
      }
      if (!message) co_return;
      raw_received.push_back(message->data);
      const auto read = layercode::read_client_message(message->data);
      received.push_back({read, world.clock.now()});
      if (std::holds_alternative<layercode::ClientReady>(read) && on_ready) co_await on_ready(peer, "");
      if (const auto* text = std::get_if<layercode::ClientText>(&read); text && on_text) co_await on_text(peer, text->content);
      if (const auto* audio = std::get_if<layercode::ClientAudio>(&read)) speech += audio->bytes;
      if (const auto* data = std::get_if<layercode::ClientData>(&read); data && on_data) co_await on_data(peer, json::serialize(data->data));
    }
  }

  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace antiphon::gym::testing
