#include <cerrno>
#include <list>

#include <sys/socket.h>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/net/internal/gate.hpp"
#include "antiphon/net/internal/server_connection.hpp"
#include "antiphon/net/internal/tcp_stream.hpp"

namespace antiphon::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::system_error;

constexpr auto accept_pause = 100ms;  // when the system has no descriptor left

// Outlives the server object where a connection of it still unwinds.
struct Connections {
  struct Entry {
    explicit Entry(std::shared_ptr<ServerConnection> made) : connection(std::move(made)) {}
    std::shared_ptr<ServerConnection> connection;
    asio::cancellation_signal signal;
  };
  explicit Connections(const asio::any_io_executor& executor) : gate(executor, std::chrono::steady_clock::time_point::max()) {}

  void wind_down() {
    for (auto& entry : entries)
      if (entry.connection->is_idle())
        entry.connection->close();
      else
        entry.connection->go_away();
  }
  void cut() {
    for (auto& entry : entries) {
      entry.connection->close();
      entry.signal.emit(asio::cancellation_type::total);
    }
  }

  std::list<Entry> entries;
  asio::steady_timer gate;  ///< never rings: cancelled whenever the last connection ended
};

Task<> run_connection(std::shared_ptr<ServerConnection> connection) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await connection->run();
  co_await asio::this_coro::throw_if_cancelled(false);
}

class TcpHttpServer final : public HttpServer {
 public:
  TcpHttpServer(Runtime& runtime, HttpServerOptions options, HttpHandler handler, std::shared_ptr<const ServerTlsCore> tls = {})
      : core_(std::make_shared<ServerCore>(ServerCore{runtime, std::move(options), std::move(handler), std::move(tls)})),
        acceptor_(runtime.executor),
        connections_(std::make_shared<Connections>(runtime.executor)),
        stopped_(runtime.executor) {}

  void listen() {
    const auto& options = core_->options;
    try {
      const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
      acceptor_.open(endpoint.protocol());
      close_on_exec(acceptor_.native_handle());
      acceptor_.set_option(tcp::acceptor::reuse_address(true));
      acceptor_.bind(endpoint);
      acceptor_.listen(4096);
      port_ = acceptor_.local_endpoint().port();
    } catch (const system_error& error) {
      throw Error(ErrorKind::refused, fmt::format("cannot listen on {}:{}: {}", options.address, options.port, lower(error.code().message())))
          .with_hint("choose another port, or free this one");
    }
  }

  std::uint16_t port() const override { return port_; }

  Task<> serve() override {
    std::exception_ptr cancelled;
    try {
      co_await accept_all();
      const ScopedAlarm alarm(core_->runtime.clock, Deadline::after(core_->runtime.clock, core_->options.drain).at, [this] { connections_->cut(); });
      co_await all_ended();
    } catch (...) {
      cancelled = std::current_exception();
    }
    if (!cancelled) co_return;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    stop();
    connections_->cut();
    co_await all_ended();
    std::rethrow_exception(cancelled);
  }

  void adopt(std::unique_ptr<ByteStream> stream) override {
    if (core_->stopping || is_full())
      stream->close();
    else
      start(std::move(stream));
  }

  void stop() override {
    core_->stopping = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    connections_->wind_down();
    stopped_.open();
  }

 private:
  Task<> accept_all() {
    while (!core_->stopping && !acceptor_.is_open()) co_await stopped_.pass();  // nothing to accept: there is only what is adopted
    while (!core_->stopping) {
      boost::system::error_code closed;
      co_await acceptor_.async_wait(tcp::acceptor::wait_read, asio::redirect_error(use_task, closed));
      if (core_->stopping) co_return;
      if (closed) throw system_error(closed);
      if (!accept_waiting()) co_await core_->runtime.clock.sleep_for(accept_pause);
    }
  }

  // False when the system has no room for another one.
  bool accept_waiting() {
    for (;;) {
      const int descriptor = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (descriptor >= 0)
        start(descriptor);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        return false;
      else if (errno != EINTR && errno != ECONNABORTED)
        return true;
    }
  }

  void start(int descriptor) {
    tcp::socket socket(core_->runtime.executor, acceptor_.local_endpoint().protocol(), descriptor);
    if (is_full()) {
      constexpr std::string_view full = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      ::send(descriptor, full.data(), full.size(), MSG_DONTWAIT | MSG_NOSIGNAL);  // what does not fit into a fresh socket is no loss
    } else {
      start(make_tcp_stream(std::move(socket)));
    }
  }

  bool is_full() const { return connections_->entries.size() >= core_->options.connection_limit; }

  void start(std::unique_ptr<ByteStream> stream) {
    connections_->entries.emplace_back(std::make_shared<ServerConnection>(core_, std::move(stream)));
    const auto entry = std::prev(connections_->entries.end());
    const auto ended = [all = connections_, entry](std::exception_ptr) {
      all->entries.erase(entry);
      if (all->entries.empty()) all->gate.cancel();
    };
    asio::co_spawn(core_->runtime.executor, run_connection(entry->connection), asio::bind_cancellation_slot(entry->signal.slot(), ended));
  }

  Task<> all_ended() {
    while (!connections_->entries.empty()) {
      boost::system::error_code woken;
      co_await connections_->gate.async_wait(asio::redirect_error(use_task, woken));
    }
  }

  std::shared_ptr<ServerCore> core_;
  tcp::acceptor acceptor_;
  std::shared_ptr<Connections> connections_;
  Gate stopped_;
  std::uint16_t port_ = 0;
};

}  // namespace

std::unique_ptr<HttpServer> listen_http(Runtime& runtime, HttpServerOptions options, HttpHandler handler) {
  auto server = std::make_unique<TcpHttpServer>(runtime, std::move(options), std::move(handler));
  server->listen();
  return server;
}

std::unique_ptr<HttpServer> make_http_server(Runtime& runtime, HttpServerOptions options, HttpHandler handler) {
  return std::make_unique<TcpHttpServer>(runtime, std::move(options), std::move(handler));
}

void check_files(const ServerTls& tls) { (void)TlsServerContext(tls); }

void check_files(const TlsOptions& tls) { (void)TlsContext::shared(tls); }

std::unique_ptr<HttpServer> make_https_server(Runtime& runtime, HttpServerOptions options, const ServerTls& tls, HttpHandler handler) {
  return std::make_unique<TcpHttpServer>(runtime, std::move(options), std::move(handler), std::make_shared<const ServerTlsCore>(tls));
}

std::unique_ptr<HttpServer> listen_https(Runtime& runtime, HttpServerOptions options, const ServerTls& tls, HttpHandler handler) {
  auto server = std::make_unique<TcpHttpServer>(runtime, std::move(options), std::move(handler), std::make_shared<const ServerTlsCore>(tls));
  server->listen();
  return server;
}

}  // namespace antiphon::net
