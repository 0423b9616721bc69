#include "antiphon/net/testing/world.hpp"

#include <boost/asio/redirect_error.hpp>

namespace antiphon::net::testing {

Task<std::string> read_until(tcp::socket& socket, std::string_view end) {
  std::string all;
  boost::system::error_code error;
  while (!error && (end.empty() || all.find(end) == std::string::npos)) {
    char piece[4096];
    const auto n = co_await socket.async_read_some(asio::buffer(piece), asio::redirect_error(use_task, error));
    all.append(piece, n);
  }
  co_return all;
}

Task<> write_all(tcp::socket& socket, std::string text) {
  for (std::size_t done = 0; done < text.size();) done += co_await socket.async_write_some(asio::buffer(text.data() + done, text.size() - done), use_task);
}

Task<std::string> ask(std::uint16_t port, std::string text) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, use_task);
  co_await write_all(socket, std::move(text));
  co_return co_await read_until(socket, "");
}

}  // namespace antiphon::net::testing
