#include <memory>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/net/byte_stream.hpp"
#include "antiphon/session/remote_session.hpp"
#include "antiphon/session/session_host.hpp"

/// Any bytes to a host, or to a controller that waits for an answer: neither hangs, nor crashes, nor keeps the other waiting for ever.
namespace {

using namespace antiphon;
using namespace std::chrono_literals;

class Echo final : public session::HostedAgent {
 public:
  session::AgentInfo info() const override { return {.id = "echo"}; }
  Task<> answer(std::string text, session::AgentTurn& turn) override {
    co_await turn.add(session::FunctionCall{.call_id = "c", .name = "n", .arguments = text});
    co_await turn.say(std::move(text));
    co_await turn.play({.samples = std::vector<std::int16_t>(480)});
  }
};

Task<> feed(net::ByteStream& stream, std::string bytes, std::size_t slice) {
  try {
    for (std::size_t at = 0; at < bytes.size(); at += slice) co_await stream.write({std::string_view(bytes).substr(at, slice)});
    stream.end_writing();
  } catch (const std::exception&) {
    // it hung up
  }
}

Task<> swallow(net::ByteStream& stream) {
  try {
    while (!(co_await stream.read_some()).empty()) {}
  } catch (const std::exception&) {
    // it was cut
  }
}

Task<> serve(session::SessionHost& host, bool& done) {
  try {
    co_await host.serve();
  } catch (const Error&) {
    // told
  }
  done = true;
}

Task<> drive(session::RemoteSession& remote, bool& done) {
  try {
    co_await remote.start();
    const auto reply = co_await remote.run("hi", 5s);
    for (const auto& item : reply.items) session::to_json(item);
  } catch (const Error&) {
    // told
  }
  co_await remote.close();
  done = true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool to_host = data[0] & 1;
  const std::size_t slice = data[0] & 2 ? 1 : 4096;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  asio::io_context context(1);
  VirtualClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  auto [near, far] = net::memory_connection(runtime);
  bool done = false;
  Echo agent;
  std::optional<session::SessionHost> host;
  std::optional<session::RemoteSession> remote;
  if (to_host) {
    host.emplace(runtime, session::over_stream(runtime, std::move(far)), agent,
                 session::SessionHostOptions{.io = {.input_audio = true, .output_audio = true}, .simulation = session::SimulationDispatch{.run_id = "r"}});
    asio::co_spawn(context, serve(*host, done), asio::detached);
  } else {
    remote.emplace(runtime, session::over_stream(runtime, std::move(far)), session::RemoteSessionOptions{.on_audio = [](const session::SessionAudio&) {}});
    asio::co_spawn(context, drive(*remote, done), asio::detached);
  }
  asio::co_spawn(context, feed(*near, std::move(bytes), slice), asio::detached);
  asio::co_spawn(context, swallow(*near), asio::detached);
  clock.run([&] { return done; }, 20s, [] { std::abort(); });
  if (!done) std::abort();  // it waits for what never comes
  return 0;
}
