// The server behind TLS: spoken to by our client, and by clients that mean no good. The certificates are made by the openssl program.
#include <cstdlib>
#include <filesystem>

#include <boost/asio/write.hpp>

#include "antiphon/base/files.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/net/memory.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

Task<> echo(const ServerRequest& request, ServerReply& reply) {
  if (!is_websocket_upgrade(request)) co_return co_await reply.reply({200, {}, request.from + " said " + request.body});
  const auto socket = co_await reply.accept_websocket({});
  while (auto message = co_await socket->receive(Deadline::never())) co_await socket->send(*message, Deadline::never());
}

struct HttpsServerTest : ::testing::Test {
  HttpsServerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "antiphon-https-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    make_certificate("");
  }
  ~HttpsServerTest() override { std::filesystem::remove_all(folder); }

  std::string file(const std::string& name) const { return (folder / name).string(); }
  void make_certificate(const std::string& prefix) {
    auto openssl = start_process(world.runtime, {.argv = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                                          "-keyout", file(prefix + "key.pem"), "-out", file(prefix + "cert.pem"), "-days", "2", "-subj",
                                                          "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"},
                                                 .pipe_stdio = false});
    ASSERT_EQ(world.run(openssl->wait(world.soon())), 0) << openssl->error_output();
  }
  ServerTls tls() const { return {.certificate_file = file("cert.pem"), .key_file = file("key.pem")}; }
  void serve() {
    server = listen_https(world.runtime, {}, tls(), echo);
    world.spawn(server->serve());
  }
  std::string url(std::string_view scheme) const { return fmt::format("{}://127.0.0.1:{}/", scheme, server->port()); }
  std::string post(std::string body) {
    return world.run(client->send({.url = url("https"), .body = std::move(body), .tls = {.ca_file = file("cert.pem")}}, world.soon())).body;
  }
  /// What a client of bytes alone gets for `bytes`, until the server ends it.
  std::string say_plainly(std::string bytes) {
    return world.run([](asio::io_context& context, std::uint16_t port, std::string said) -> Task<std::string> {
      tcp::socket socket(context);
      co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, use_task);
      co_await asio::async_write(socket, asio::buffer(said), use_task);
      std::string all;
      char piece[1024];
      try {
        for (;;) all.append(piece, co_await socket.async_read_some(asio::buffer(piece), use_task));
      } catch (const boost::system::system_error&) {}
      co_return all;
    }(world.context, server->port(), std::move(bytes)));
  }
  std::string failure_of_files(ServerTls files) {
    try {
      make_https_server(world.runtime, {}, files, echo);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      EXPECT_FALSE(error.hint().empty());
      return error.message();
    }
    return "nothing was thrown";
  }

  World world;
  std::filesystem::path folder;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client = make_http_client(world.runtime);
};

TEST_F(HttpsServerTest, AnswersOverTlsOnKeptConnections_GTW13) {
  serve();
  EXPECT_EQ(post("hello"), "127.0.0.1 said hello");
  EXPECT_EQ(post(std::string(300'000, 'x')).size(), 300'000U + 15);
}

TEST_F(HttpsServerTest, CarriesWebSockets_GTW13) {
  serve();
  const auto socket = world.run(connect_websocket(world.runtime, {.url = url("wss"), .tls = {.ca_file = file("cert.pem")}}, world.soon()));
  world.run(socket->send(WsMessage::text("over TLS"), world.soon()));
  EXPECT_EQ(world.run(socket->receive(world.soon()))->data, "over TLS");
  world.run(socket->close(1000, "", world.soon()));
}

TEST_F(HttpsServerTest, ClientsThatSpeakNoTlsHurtNobody_GTW13) {
  serve();
  for (const auto& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(5000, '\xff'), std::string("\x16\x03\x01\xff\xff\x01", 6) + std::string(70'000, 'x')})
    EXPECT_THAT(say_plainly(bytes), ::testing::Not(HasSubstr("HTTP/1.1 200")));
  EXPECT_EQ(post("hello"), "127.0.0.1 said hello");
}

TEST_F(HttpsServerTest, StopsWhileAClientIsInItsHandshake_GTW13) {
  server = make_https_server(world.runtime, {}, tls(), echo);
  bool ended = false;
  world.spawn([](HttpServer& of, bool& done) -> Task<> {
    co_await of.serve();
    done = true;
  }(*server, ended));
  auto [mine, theirs] = memory_connection(world.runtime);
  server->adopt(std::move(theirs));
  asio::post(world.context, [this] { server->stop(); });
  world.run_until([&] { return ended; });
  EXPECT_EQ(std::string(world.run(mine->read_some())), "");
}

TEST_F(HttpsServerTest, FilesThatCannotBeUsedAreNamed_GTW13) {
  make_certificate("other-");
  write_file_atomically(file("garbage.pem"), "no certificate");
  EXPECT_THAT(failure_of_files({.certificate_file = file("missing.pem"), .key_file = file("key.pem")}),
              HasSubstr("missing.pem holds no certificate that can be read"));
  EXPECT_THAT(failure_of_files({.certificate_file = file("garbage.pem"), .key_file = file("key.pem")}), HasSubstr("garbage.pem"));
  EXPECT_THAT(failure_of_files({.certificate_file = file("cert.pem"), .key_file = file("other-key.pem")}),
              HasSubstr("other-key.pem holds no key that goes with"));
}

TEST_F(HttpsServerTest, WhoeverDoesNotShakeHandsIsLeftAfterItsTime_GTW13) {
  VirtualWorld quick;
  auto slow = tls();
  slow.handshake_timeout = 3s;
  const auto waiting = make_https_server(quick.runtime, {}, slow, echo);
  quick.spawn(waiting->serve());
  auto [mine, theirs] = memory_connection(quick.runtime);
  waiting->adopt(std::move(theirs));
  const auto began = quick.clock.now();
  EXPECT_EQ(std::string(quick.run(mine->read_some())), "");
  EXPECT_EQ(quick.clock.now() - began, 3s);
}

}  // namespace
}  // namespace antiphon::net
