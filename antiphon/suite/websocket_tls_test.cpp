// A voice agent behind TLS: a server that is not ours, with a certificate of an authority that the test makes.
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/adapters/agents.hpp"
#include "antiphon/net/process.hpp"
#include "antiphon/net/testing/world.hpp"
#include "antiphon/scenario/run.hpp"
#include "antiphon/scenario/testing/spoken.hpp"

namespace antiphon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Says half a second of a tone once it has heard something and then 200 ms of nothing. Tells the request that each connection began with.
constexpr auto tone_server = R"(
import base64, hashlib, json, math, socket, ssl, struct, sys
def read(stream, count):
    data = stream.read(count)
    if len(data) < count: raise EOFError
    return data
def frame(stream):
    first, length = read(stream, 2)
    length &= 127
    if length == 126: length = struct.unpack('>H', read(stream, 2))[0]
    mask = read(stream, 4)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(read(stream, length)))
tone = b''.join(struct.pack('<h', int(9000 * math.sin(2 * math.pi * 440 * i / 16000))) for i in range(8000))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
while True:
    plain, _ = listener.accept()
    try:
        line = context.wrap_socket(plain, server_side=True)
        stream = line.makefile('rb')
        request = stream.readline().decode().split()[1]
        fields = {}
        while (field := stream.readline().decode().strip()):
            name, value = field.split(':', 1)
            fields[name.lower()] = value.strip()
        print(json.dumps({'request': request, 'fields': fields}), flush=True)
        key = fields['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        line.sendall(f'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n'
                     f'Sec-WebSocket-Protocol: voice.v2\r\n\r\n'.encode())
        heard, quiet = False, 0
        while True:
            kind, payload = frame(stream)
            if kind == 8: break
            loud = max((abs(each[0]) for each in struct.iter_unpack('<h', payload)), default=0) > 1000
            heard, quiet = heard or loud, 0 if loud else quiet + 1
            if heard and quiet == 10:
                heard = False
                line.sendall(struct.pack('>BBH', 0x82, 126, len(tone)) + tone)
    except (OSError, EOFError):
        pass
)";

struct WebSocketAgentOverTls : ::testing::Test {
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "antiphon-wss-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days",
             "2", "-subj", "/CN=an authority of the test"});
    openssl({"req",
             "-x509",
             "-CA",
             file("ca.pem"),
             "-CAkey",
             file("ca.key"),
             "-newkey",
             "ec",
             "-pkeyopt",
             "ec_paramgen_curve:prime256v1",
             "-nodes",
             "-keyout",
             file("key.pem"),
             "-out",
             file("cert.pem"),
             "-days",
             "2",
             "-subj",
             "/CN=agent",
             "-addext",
             "subjectAltName=DNS:localhost",
             "-addext",
             "basicConstraints=critical,CA:FALSE"});
    server = net::start_process(world.runtime, {.argv = {"python3", "-c", tone_server, file("cert.pem"), file("key.pem")}});
    const auto line = world.run(server->read_line(world.soon()));
    ASSERT_TRUE(line) << server->error_output();
    place = "localhost:" + *line;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    auto program = net::start_process(world.runtime, {.argv = std::move(arguments), .pipe_stdio = false});
    ASSERT_EQ(world.run(program->wait(world.soon())), 0) << program->error_output();
  }
  std::string file(const std::string& name) const { return (folder / name).string(); }

  ScenarioResult call(net::TlsOptions tls) const {
    WebSocketAgentOptions options{.url = "wss://" + place + "/voice?caller=7",
                                  .headers = {{"authorization", "Bearer of-the-test"}, {"x-tenant", "corner shop"}},
                                  .subprotocols = {"voice.v1", "voice.v2"},
                                  .tls = std::move(tls),
                                  .line = {.send = {audio::Encoding::pcm16, 16000}}};
    return run({.name = "a call", .agent = websocket_agent(std::move(options)), .script = {user("hi"), agent(), succeed("")}},
               {.seed = 7, .speech = testing_support::tone_speech()});
  }

  net::testing::World world;
  std::filesystem::path folder;
  std::unique_ptr<net::Process> server;
  std::string place;
};

TEST_F(WebSocketAgentOverTls, IsSpokenToWithHeadersAndSubprotocols_TRN4) {
  const auto result = call({.ca_file = file("ca.pem")});

  ASSERT_FALSE(result.error) << result.error->message;
  ASSERT_EQ(result.call->turns.size(), 1U);
  EXPECT_NEAR(to_seconds(result.call->turns[0].end - result.call->turns[0].start), 0.5, 0.05);
  const auto asked = world.run(server->read_line(world.soon()));
  ASSERT_TRUE(asked);
  const auto request = json::parse(*asked).as_object();
  EXPECT_EQ(request.at("request"), "/voice?caller=7");
  const auto& fields = request.at("fields").as_object();
  EXPECT_EQ(fields.at("authorization"), "Bearer of-the-test");
  EXPECT_EQ(fields.at("x-tenant"), "corner shop");
  EXPECT_EQ(fields.at("sec-websocket-protocol"), "voice.v1, voice.v2");
  EXPECT_EQ(fields.at("host").as_string(), place);
  EXPECT_EQ(fields.at("x-antiphon-thread-id").as_string(), result.thread_id);
}

TEST_F(WebSocketAgentOverTls, WhoseAuthorityIsUnknownIsTheTransports_TRN21) {
  const auto result = call({});

  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->party, Party::transport);
  EXPECT_THAT(result.error->message, AllOf(HasSubstr("no TLS with " + place), HasSubstr("certificate")));
}

TEST_F(WebSocketAgentOverTls, NeedsNoAuthorityWhereNothingIsVerified_TRN4) {
  const auto result = call({.verify = false});
  EXPECT_FALSE(result.error) << result.error->message;
}

}  // namespace
}  // namespace antiphon
