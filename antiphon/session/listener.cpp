#include "antiphon/session/listener.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/beside.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/task_group.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/session/framing.hpp"

namespace antiphon::session {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t longest_header = 272 * 1024;  // a dispatch of 256 KiB, and the usual fields beside it
constexpr std::size_t most_strangers = 1000;          // who have not said yet what they are
constexpr auto silent_start = 1s;                     // a browser or library speaks at once; who does not waits for us to, and that is frames

/// What was read of it to see what it is, then the rest.
class ReadAgain final : public net::ByteStream {
 public:
  ReadAgain(std::string begun, std::unique_ptr<net::ByteStream> rest) : begun_(std::move(begun)), rest_(std::move(rest)) {}

  Task<std::string_view> read_some() override {
    if (given_ || begun_.empty()) co_return co_await rest_->read_some();
    given_ = true;
    co_return begun_;
  }
  Task<> write(std::initializer_list<std::string_view> parts) override { return rest_->write(parts); }
  std::optional<std::size_t> write_now(std::initializer_list<std::string_view> parts) override { return rest_->write_now(parts); }
  bool read_into(std::span<char> into, OnRead done) override { return given_ && rest_->read_into(into, std::move(done)); }
  void end_writing() override { rest_->end_writing(); }
  void close() override { rest_->close(); }
  std::string far_address() const override { return rest_->far_address(); }

 private:
  std::string begun_;
  bool given_ = false;
  std::unique_ptr<net::ByteStream> rest_;
};

// Without telling, by how long it takes, how much of it was right.
bool same(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    difference |= static_cast<unsigned char>(wanted[i]) ^ static_cast<unsigned char>(i < given.size() ? given[i] : ~wanted[i]);
  return difference == 0;
}

std::string bearer(const net::ServerRequest& request) {
  const auto field = net::find_header(request.headers, "authorization");
  constexpr std::string_view scheme = "bearer ";
  if (!field || !lower(field->substr(0, scheme.size())).starts_with(scheme)) return {};
  return std::string(trim(std::string_view(*field).substr(scheme.size())));
}

net::HttpReply plain(int status, std::string text) {
  net::HttpReply reply{.status = status, .headers = {{"content-type", "text/plain; charset=utf-8"}}, .body = std::move(text) + "\n"};
  if (status == 401) reply.headers.emplace_back("www-authenticate", "Bearer");
  return reply;
}

Task<std::string> first_bytes(net::ByteStream& stream) { co_return std::string(co_await stream.read_some()); }

}  // namespace

struct SessionListener::State {
  State(Runtime& its_runtime, SessionListenOptions its_options, Handler its_handler)
      : runtime(its_runtime), options(std::move(its_options)), handler(std::move(its_handler)), connections(its_runtime.executor) {
    if (!net::is_loopback(options.place.host) && options.token.empty())
      throw Error(ErrorKind::usage, fmt::format("sessions on {} could be reached by anybody", options.place.text()))
          .with_hint("give a token, or listen on 127.0.0.1");
    listener = net::listen_tcp(runtime, options.place);
    http = net::make_http_server(runtime,
                                 {.body_limit = 0, .header_limit = longest_header, .drain = 0s, .connection_limit = options.connection_limit + most_strangers},
                                 [this](const net::ServerRequest& request, net::ServerReply& reply) { return answer(request, reply); });
  }

  Task<> accept() {
    while (!stopping) {
      auto stream = co_await listener->accept(Deadline::never());
      take(std::move(stream));
    }
  }

  void take(std::unique_ptr<net::ByteStream> stream) {
    if (stopping || open >= options.connection_limit || strangers >= most_strangers)
      stream->close();
    else
      connections.spawn(meet(std::move(stream)));
  }

  // A length begins with a zero: over the limit otherwise. So the first byte tells.
  Task<> meet(std::unique_ptr<net::ByteStream> stream) {
    std::string begun;
    const Error late(ErrorKind::timeout, "silent");
    ++strangers;
    std::shared_ptr<void> counted(nullptr, [this](void*) { --strangers; });
    try {
      begun = co_await at_most(runtime.clock, Deadline::after(runtime.clock, silent_start), first_bytes(*stream), late);
      if (begun.empty()) co_return;
    } catch (const Error&) {
      // silent so far
    }
    counted.reset();
    const bool is_http = begun.starts_with('G');
    auto whole = std::make_unique<ReadAgain>(std::move(begun), std::move(stream));
    if (is_http) {
      http->adopt(std::move(whole));
    } else if (const auto from = whole->far_address(); !from.empty() && !net::is_loopback(from)) {
      whole->close();
    } else {
      co_await serve({.transport = over_stream(runtime, std::move(whole)), .from = from});
    }
  }

  Task<> serve(SessionArrival arrival) {
    if (open >= options.connection_limit) co_return arrival.transport->cut();  // others were faster
    ++open;
    const std::shared_ptr<void> counted(nullptr, [this](void*) { --open; });
    try {
      co_await handler(std::move(arrival));
    } catch (const std::exception&) {
      // its own connection has ended; the next one is another matter
    }
  }

  Task<> answer(const net::ServerRequest& request, net::ServerReply& reply) {
    if (request.path() != "/session") co_return co_await reply.reply(plain(404, "sessions are at /session"));
    if (!options.token.empty() && !same(bearer(request), options.token)) co_return co_await reply.reply(plain(401, "a bearer token is needed"));
    if (!net::is_websocket_upgrade(request)) co_return co_await reply.reply(plain(426, "a session is a WebSocket"));
    if (open >= options.connection_limit) co_return co_await reply.reply(plain(503, "too many sessions"));
    SessionArrival arrival{.transport = {}, .from = request.from};
    std::string refusal;
    try {
      if (const auto value = net::find_header(request.headers, dispatch_header)) arrival.simulation = parse_dispatch_header(*value);
    } catch (const Error& error) {
      refusal = error.message();
    }
    if (!refusal.empty()) co_return co_await reply.reply(plain(400, refusal));
    arrival.transport = over_websocket(runtime, co_await reply.accept_websocket({.options = {.message_limit = frame_limit}}));
    co_await serve(std::move(arrival));
  }

  Runtime& runtime;
  SessionListenOptions options;
  Handler handler;
  std::unique_ptr<net::TcpListener> listener;
  std::unique_ptr<net::HttpServer> http;
  TaskGroup connections;
  Stoppable accepting;
  std::size_t open = 0, strangers = 0;
  bool stopping = false;
};

SessionListener::SessionListener(Runtime& runtime, SessionListenOptions options, Handler handler)
    : state_(std::make_shared<State>(runtime, std::move(options), std::move(handler))) {}

SessionListener::~SessionListener() = default;

std::uint16_t SessionListener::port() const { return state_->listener->port(); }

Task<> SessionListener::serve() {
  const auto state = state_;
  std::exception_ptr failure;
  const auto accept_until_stopped = [](State& its) -> Task<> {
    try {
      co_await its.accepting.run(its.accept());
    } catch (const boost::system::system_error&) {
      if (!its.stopping) throw;
    }
    its.http->stop();
    its.connections.stop();
  };
  try {
    co_await beside(state->http->serve(), accept_until_stopped(*state));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  state->stopping = true;
  state->listener->close();
  state->connections.stop();
  co_await state->connections.join();
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (failure) std::rethrow_exception(failure);
}

// Posted: a cancellation that is asked for from outside the executor would come after the end of what it is to cancel.
void SessionListener::stop() {
  if (std::exchange(state_->stopping, true)) return;
  asio::post(state_->runtime.executor, [state = state_] { state->accepting.stop(); });
}

void SessionListener::adopt(std::unique_ptr<net::ByteStream> stream) { state_->take(std::move(stream)); }

}  // namespace antiphon::session
