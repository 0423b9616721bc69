#include "antiphon/net/tcp.hpp"

#include <cerrno>

#include <sys/socket.h>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/internal/resolver.hpp"
#include "antiphon/net/internal/tcp_stream.hpp"

namespace antiphon::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::system_error;

constexpr auto accept_pause = 100ms;  // when the system has no descriptor left

std::string sentence(const boost::system::error_code& error) { return lower(error.message()); }

Task<std::unique_ptr<ByteStream>> dial(Runtime& runtime, HostPort place) {
  const auto endpoints = co_await Resolver(runtime).resolve(place.host, place.port);
  std::string reason = "the name has no address";
  for (const auto& endpoint : endpoints) {
    try {
      co_return co_await connect_tcp(endpoint);
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      reason = sentence(error.code());
    }
  }
  throw Error(ErrorKind::refused, fmt::format("cannot connect to {}: {}", place.text(), reason))
      .with_hint("check the address, and that something listens there");
}

class Listener final : public TcpListener {
 public:
  Listener(Runtime& runtime, const HostPort& place) : runtime_(runtime), acceptor_(runtime.executor) {
    try {
      const tcp::endpoint endpoint(asio::ip::make_address(place.host == "localhost" ? "127.0.0.1" : place.host), place.port);
      acceptor_.open(endpoint.protocol());
      close_on_exec(acceptor_.native_handle());
      acceptor_.set_option(tcp::acceptor::reuse_address(true));
      acceptor_.bind(endpoint);
      acceptor_.listen();
      port_ = acceptor_.local_endpoint().port();
    } catch (const system_error& error) {
      throw Error(ErrorKind::refused, fmt::format("cannot listen on {}: {}", place.text(), sentence(error.code())))
          .with_hint("choose another port, or free this one");
    }
  }

  std::uint16_t port() const override { return port_; }

  Task<std::unique_ptr<ByteStream>> accept(Deadline deadline) override {
    Error late(ErrorKind::timeout, fmt::format("nobody connected to port {}", port_));
    co_return co_await at_most(runtime_.clock, deadline, accept_one(), std::move(late));
  }

  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  Task<std::unique_ptr<ByteStream>> accept_one() {
    for (;;) {
      co_await acceptor_.async_wait(tcp::acceptor::wait_read, use_task);
      const int descriptor = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (descriptor >= 0) co_return make_tcp_stream(tcp::socket(runtime_.executor, acceptor_.local_endpoint().protocol(), descriptor));
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) co_await runtime_.clock.sleep_for(accept_pause);
    }
  }

  Runtime& runtime_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace

std::string HostPort::text() const { return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port); }

HostPort parse_host_port(std::string_view text, std::string_view what) {
  const auto colon = text.rfind(':');
  HostPort place;
  if (colon != std::string_view::npos) {
    place.host = text.substr(0, colon);
    const bool bracketed = place.host.starts_with('[') && place.host.ends_with(']');
    if (bracketed) place.host = place.host.substr(1, place.host.size() - 2);
    const auto port = parse_integer(text.substr(colon + 1));
    const bool plain = bracketed || place.host.find(':') == std::string::npos;
    if (plain && !place.host.empty() && place.host.find_first_of("/ ") == std::string::npos && port && *port >= 0 && *port <= 65535) {
      place.port = static_cast<std::uint16_t>(*port);
      return place;
    }
  }
  throw Error(ErrorKind::usage, fmt::format("{} {} is no HOST:PORT", what, quote(text)))
      .with_hint("write for example 127.0.0.1:8775; an address with colons in brackets");
}

bool is_loopback(std::string_view host) {
  if (lower(host) == "localhost") return true;
  boost::system::error_code none;
  const auto address = asio::ip::make_address(std::string(host), none);
  if (none) return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

Task<std::unique_ptr<ByteStream>> dial_tcp(Runtime& runtime, HostPort place, Deadline deadline) {
  auto late = Error(ErrorKind::timeout, fmt::format("no connection to {} in time", place.text())).with_party(Party::transport);
  co_return co_await at_most(runtime.clock, deadline, dial(runtime, std::move(place)), std::move(late));
}

std::unique_ptr<TcpListener> listen_tcp(Runtime& runtime, const HostPort& place) { return std::make_unique<Listener>(runtime, place); }

}  // namespace antiphon::net
