// TLS, and HTTP, against a server that is not ours: Python's. The certificates are made by the openssl program.
#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>

#include "antiphon/base/files.hpp"
#include "antiphon/net/internal/connector.hpp"
#include "antiphon/net/internal/tls_stream.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/net/testing/world.hpp"

namespace antiphon::net {
namespace {

using namespace antiphon::net::testing;
using ::testing::HasSubstr;

constexpr auto python_server = R"(
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for part in (body[:1], body[1:]):
            self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
        self.wfile.write(b'0\r\n\r\n')
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
)";

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "antiphon-tls-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

struct TlsTest : ::testing::Test {
  /// A certificate that signs itself, for `names` (subjectAltName).
  void make_certificate(const std::string& names) {
    auto openssl = start_process(world.runtime, {.argv = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                                          "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"), "-days", "2", "-subj", "/CN=test",
                                                          "-addext", "subjectAltName=" + names},
                                                 .pipe_stdio = false});
    ASSERT_EQ(world.run(openssl->wait(world.soon())), 0) << openssl->error_output();
  }
  void start_python(bool tls) {
    std::vector<std::string> argv = {"python3", "-c", python_server};
    if (tls) argv.insert(argv.end(), {folder.file("cert.pem"), folder.file("key.pem")});
    server = start_process(world.runtime, {.argv = argv});
    const auto line = world.run(server->read_line(world.soon()));
    ASSERT_TRUE(line) << server->error_output();
    port = static_cast<std::uint16_t>(std::stoi(*line));
  }
  void start(const std::string& names) {
    make_certificate(names);
    start_python(true);
  }
  HttpRequest request(std::string_view host, TlsOptions tls) const {
    return {.url = fmt::format("https://{}:{}/", host, port), .body = "hello", .tls = std::move(tls)};
  }

  World world;
  Folder folder;
  std::unique_ptr<Process> server;
  std::uint16_t port = 0;
  std::unique_ptr<HttpClient> client = make_http_client(world.runtime);
};

TEST_F(TlsTest, AForeignServerIsUnderstoodWithoutTls) {
  start_python(false);
  for (int i = 0; i < 3; ++i) {
    const auto reply = world.run(client->send({.url = fmt::format("http://localhost:{}/", port), .body = "hello"}, world.soon()));
    EXPECT_EQ(reply.body, "hello");
  }
}

TEST_F(TlsTest, AServerWhoseAuthorityIsTrustedIsSpokenTo) {
  start("DNS:localhost,IP:127.0.0.1");
  for (const auto* host : {"localhost", "127.0.0.1", "localhost"})
    EXPECT_EQ(world.run(client->send(request(host, {.ca_file = folder.file("cert.pem")}), world.soon())).body, "hello") << host;
}

TEST_F(TlsTest, AServerWhoseAuthorityIsUnknownIsRefusedWithTheReason) {
  start("DNS:localhost");
  const auto error = error_of(world, client->send(request("localhost", {}), world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::refused);
  EXPECT_EQ(error.message(), fmt::format("no TLS with localhost:{}: self-signed certificate", port));
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefused) {
  start("DNS:other.test");
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    const auto error = error_of(world, client->send(request(host, {.ca_file = folder.file("cert.pem")}), world.soon()));
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_THAT(error.message(), HasSubstr("mismatch")) << host;
  }
}

TEST_F(TlsTest, VerificationCanBeSwitchedOff) {
  start("DNS:other.test");
  EXPECT_EQ(world.run(client->send(request("localhost", {.verify = false}), world.soon())).body, "hello");
}

TEST_F(TlsTest, AServerWithoutTlsIsRefusedWithAReason) {
  start_python(false);
  const auto error = error_of(world, client->send(request("localhost", {}), world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::refused);
  EXPECT_THAT(error.message(), HasSubstr(fmt::format("no TLS with localhost:{}: ", port)));
}

TEST_F(TlsTest, AuthoritiesAreLoadedOnceForAllConnections_TRN4) {
  make_certificate("DNS:localhost");
  const TlsOptions options{.ca_file = folder.file("cert.pem")};
  const auto first = TlsContext::shared(options);
  EXPECT_EQ(TlsContext::shared(options), first);
  EXPECT_NE(TlsContext::shared({.ca_file = options.ca_file, .verify = false}), first);
  std::filesystem::last_write_time(options.ca_file, std::filesystem::last_write_time(options.ca_file) + 1s);
  EXPECT_NE(TlsContext::shared(options), first);
}

TEST_F(TlsTest, AFileWithoutCertificatesIsAConfigurationError) {
  write_file_atomically(folder.file("empty.pem"), "nothing");
  start("DNS:localhost");
  const auto error = error_of(world, client->send(request("localhost", {.ca_file = folder.file("empty.pem")}), world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::configuration);
  EXPECT_THAT(error.message(), HasSubstr("empty.pem"));
}

TEST_F(TlsTest, AFileOfAuthoritiesThatIsNoneSaysWhatItIs_TRN21) {
  write_file_atomically(folder.file("empty.pem"), "nothing");
  std::filesystem::create_directory(folder.file("folder.pem"));
  ASSERT_EQ(::mkfifo(folder.file("pipe.pem").c_str(), 0600), 0);
  const auto error_with = [this](const std::string& name) {
    try {
      check_files(TlsOptions{.ca_file = folder.file(name)});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::configuration);
      EXPECT_EQ(error.party(), Party::harness);
      EXPECT_NE(error.hint(), "");
      return error.message();
    }
    return std::string();
  };
  EXPECT_EQ(error_with("gone.pem"), folder.file("gone.pem") + " cannot be read: no such file or directory");
  EXPECT_EQ(error_with("folder.pem"), folder.file("folder.pem") + " cannot be read: it is a folder");
  EXPECT_EQ(error_with("pipe.pem"), folder.file("pipe.pem") + " cannot be read: it is no file");
  EXPECT_THAT(error_with("empty.pem"), HasSubstr("empty.pem holds no certificates that can be read"));
}

TEST_F(TlsTest, AServerThatNeverShakesHandsIsATimeoutOfTheHandshake_TRN21) {
  const RawServer silent(world, [](tcp::socket& socket, int) -> Task<> { co_await read_until(socket, ""); });
  // 50 ms of real time: the far side is a socket.
  const auto error = error_of(world, client->send({.url = "https://" + silent.place()}, Deadline::after(world.clock, 50ms)));
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_EQ(error.party(), Party::transport);
  const auto limit = error.message().find("within ");
  EXPECT_EQ(error.message().substr(0, limit), "no TLS handshake with " + silent.place() + " ");
  EXPECT_LE(std::stod(error.message().substr(limit + 7)), 47.5) << "it is told before whoever set the deadline has an alarm of its own";
}

Task<> copy(tcp::socket& from, tcp::socket& to) {
  char piece[4096];
  for (;;) co_await write_all(to, std::string(piece, co_await from.async_read_some(asio::buffer(piece), use_task)));
}

Task<> copy_back(std::shared_ptr<tcp::socket> from, tcp::socket& to) { co_await copy(*from, to); }

struct ProxyEnvironment {
  explicit ProxyEnvironment(const std::string& place) {
    ::setenv("https_proxy", place.c_str(), 1);
    ::setenv("http_proxy", place.c_str(), 1);
  }
  ~ProxyEnvironment() {
    ::unsetenv("https_proxy");
    ::unsetenv("http_proxy");
  }
};

TEST_F(TlsTest, AConnectionHasAnEndOfItsOwnForWhoHasALotOfTime_TRN21) {
  const RawServer silent(world, [](tcp::socket& socket, int) -> Task<> { co_await read_until(socket, ""); });
  Connector connector(world.runtime, {}, 50ms);  // of real time: the far side is a socket
  const auto url = parse_url("https://" + silent.place());
  const auto error = error_of(world, connector.connect(url, {}, Deadline::never()));
  EXPECT_EQ(error.message(), "no TLS handshake with " + silent.place() + " within 50.0 ms");
}

TEST_F(TlsTest, AProxyTunnelsToTheNameThatTheCertificateIsFor) {
  start("DNS:service.test");
  std::string asked;
  const RawServer proxy(world, [&](tcp::socket& socket, int) -> Task<> {
    asked = co_await read_until(socket, "\r\n\r\n");
    auto far = std::make_shared<tcp::socket>(socket.get_executor());
    co_await far->async_connect({asio::ip::address_v4::loopback(), port}, use_task);
    co_await write_all(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
    world.spawn(copy_back(far, socket));
    co_await copy(socket, *far);
  });
  const ProxyEnvironment environment("http://me:pw@" + proxy.place());
  const auto proxied = make_http_client(world.runtime);
  EXPECT_EQ(world.run(proxied->send(request("service.test", {.ca_file = folder.file("cert.pem")}), world.soon())).body, "hello");
  EXPECT_EQ(asked, fmt::format("CONNECT service.test:{0} HTTP/1.1\r\nHost: service.test:{0}\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n", port));
}

TEST_F(TlsTest, AProxyThatRefusesIsNamed) {
  const Served proxy(world, [](const ServerRequest&, ServerReply& reply) -> Task<> { co_await reply.reply({407, {}, "who are you?"}); });
  const ProxyEnvironment environment(proxy.url());
  const auto proxied = make_http_client(world.runtime);
  const auto error = error_of(world, proxied->send({.url = "https://service.test/"}, world.soon()));
  EXPECT_EQ(error.kind(), ErrorKind::refused);
  EXPECT_EQ(error.message(), fmt::format("cannot connect to service.test:443: the proxy 127.0.0.1:{} answered 407", proxy.server->port()));
}

TEST_F(TlsTest, AProxyThatNeverAnswersIsNamed_TRN21) {
  const RawServer silent(world, [](tcp::socket& socket, int) -> Task<> { co_await read_until(socket, ""); });
  const ProxyEnvironment environment("http://" + silent.place());
  client = make_http_client(world.runtime, {.use_proxy_from_environment = true});
  // 50 ms of real time: the far side is a socket.
  const auto error = error_of(world, client->send({.url = "https://agent.example"}, Deadline::after(world.clock, 50ms)));
  EXPECT_EQ(error.kind(), ErrorKind::timeout);
  EXPECT_EQ(error.party(), Party::transport);
  EXPECT_THAT(error.message(), HasSubstr("the proxy " + silent.place() + " opened no way to agent.example:443 within "));
}

TEST_F(TlsTest, AProxyIsToldTheWholeAddressOfAPlainRequest) {
  const Served proxy(world, [](const ServerRequest& request, ServerReply& reply) -> Task<> { co_await reply.reply({200, {}, request.target}); });
  const ProxyEnvironment environment(proxy.url());
  const auto proxied = make_http_client(world.runtime);
  EXPECT_EQ(world.run(proxied->send({.url = "http://service.test/a?b"}, world.soon())).body, "http://service.test/a?b");
}

}  // namespace
}  // namespace antiphon::net
