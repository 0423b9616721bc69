#include "antiphon/net/internal/resolver.hpp"

#include <cerrno>
#include <cstring>

#include <netdb.h>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"

namespace antiphon::net {

namespace {

using asio::ip::tcp;
using Addresses = std::vector<asio::ip::address>;

asio::ip::address address_of(const sockaddr& from) {
  tcp::endpoint endpoint;
  const auto size = from.sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(endpoint.data(), &from, size);
  endpoint.resize(size);
  return endpoint.address();
}

Addresses system_addresses(const std::string& host) {
  const addrinfo wanted{.ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found); code != 0)
    throw Error(ErrorKind::refused, fmt::format("cannot look up {}: {}", host, code == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(code)))
        .with_hint("check the host's name and the network");
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  Addresses addresses;
  for (const auto* i = found; i; i = i->ai_next)
    if (i->ai_family == AF_INET || i->ai_family == AF_INET6) addresses.push_back(address_of(*i->ai_addr));
  return addresses;
}

std::vector<tcp::endpoint> with_port(const Addresses& addresses, std::uint16_t port) {
  std::vector<tcp::endpoint> endpoints;
  for (const auto& address : addresses) endpoints.emplace_back(address, port);
  return endpoints;
}

}  // namespace

struct Resolver::Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : gate(executor, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer gate;  ///< never rings: cancelling it wakes whoever waits
  bool done = false;
  Addresses addresses;
  std::exception_ptr error;
};

Task<> Resolver::look_up(Runtime& runtime, std::shared_ptr<Pending> pending, std::string host, std::shared_ptr<Lookup> lookup) {
  try {
    lookup->addresses = co_await runtime.blocking.run<Addresses>(runtime.clock, [host](std::stop_token) { return system_addresses(host); });
  } catch (...) {
    lookup->error = std::current_exception();
  }
  lookup->done = true;
  pending->erase(host);
  lookup->gate.cancel();
}

Task<std::vector<tcp::endpoint>> Resolver::resolve(std::string host, std::uint16_t port) {
  boost::system::error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return with_port({address}, port);
  auto& slot = (*pending_)[host];
  if (!slot) {
    slot = std::make_shared<Lookup>(runtime_.executor);
    // It belongs to no asker: the first may be cancelled while others still wait.
    asio::co_spawn(runtime_.executor, look_up(runtime_, pending_, host, slot), [](std::exception_ptr) {});
  }
  const auto lookup = slot;
  while (!lookup->done) {
    boost::system::error_code woken;
    co_await lookup->gate.async_wait(asio::redirect_error(use_task, woken));
    if (!lookup->done && woken) throw boost::system::system_error(woken);
  }
  if (lookup->error) std::rethrow_exception(lookup->error);
  co_return with_port(lookup->addresses, port);
}

}  // namespace antiphon::net
