#pragma once

#include "antiphon/net/memory.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/net/websocket.hpp"

/// WebSockets for tests: the same conversation over a socket, over memory in real time, and over memory in virtual time.
namespace antiphon::net::testing {

struct OverSocket : World {
  static constexpr bool is_virtual = false;
  std::unique_ptr<HttpServer> listen(HttpServerOptions options, HttpHandler handler) { return listen_http(runtime, std::move(options), std::move(handler)); }
  Task<std::unique_ptr<WebSocket>> dial(HttpServer& server, WsRequest request, Deadline deadline) {
    request.url = fmt::format("ws://127.0.0.1:{}{}", server.port(), request.url);
    return connect_websocket(runtime, std::move(request), deadline);
  }
};

template <class Base>
struct OverMemory : Base {
  static constexpr bool is_virtual = std::is_same_v<Base, VirtualWorld>;
  std::unique_ptr<HttpServer> listen(HttpServerOptions options, HttpHandler handler) {
    return make_http_server(this->runtime, std::move(options), std::move(handler));
  }
  Task<std::unique_ptr<WebSocket>> dial(HttpServer& server, WsRequest request, Deadline deadline) {
    auto [mine, theirs] = memory_connection(this->runtime, link);
    server.adopt(std::move(theirs));
    request.url = "ws://agent" + request.url;
    return connect_websocket(this->runtime, std::move(request), std::move(mine), deadline);
  }
  MemoryLinkOptions link;
};

/// The Error that `task` ends with.
template <class World, class T>
Error failure_of(World& world, Task<T> task) {
  try {
    world.run(std::move(task));
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& other) {
    return Error(ErrorKind::internal, std::string("no Error but: ") + other.what());
  }
  return Error(ErrorKind::internal, "nothing was thrown");
}

/// What a server answers to this header of a client's handshake.
std::string handshake_answer(std::string_view request_header, std::string_view more_fields = "");

/// A frame of a server: first byte as given, then length and payload.
std::string server_frame(unsigned char first, std::string_view payload);

/// Plays a server by hand on one end of a memory connection: answers the handshake with `answer` (of the request's header), then says `text`.
Task<> play_server(std::shared_ptr<ByteStream> stream, std::function<std::string(const std::string&)> answer, std::string text);

/// Reads what comes until the far side ends it.
Task<std::string> read_to_end(ByteStream& stream);

}  // namespace antiphon::net::testing
