#include "antiphon/cli/serve_http.hpp"

#include <charconv>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::cli {

ListenAddress parse_listen(const std::string& text, std::string_view what) {
  const auto colon = text.rfind(':');
  ListenAddress address;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
    address.host = text.substr(0, colon);
    if (address.host.starts_with('[') && address.host.ends_with(']')) address.host = address.host.substr(1, address.host.size() - 2);
    if (address.host == "localhost") address.host = "127.0.0.1";
    if (error == std::errc() && stop == end && !address.host.empty()) return address;
  }
  throw Error(ErrorKind::usage, fmt::format("{} {} is no HOST:PORT", what, quote(text))).with_hint("write for example 127.0.0.1:8080; port 0 is any free one");
}

std::string shown_address(const std::string& host, std::uint16_t port) {
  return fmt::format("{}:{}", host.find(':') == std::string::npos ? host : "[" + host + "]", port);
}

int serve_http(Environment& environment, const std::string& listen, const std::function<net::HttpHandler(Runtime&)>& make_handler) {
  const auto address = parse_listen(listen);
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto server = net::listen_http(runtime, {.address = address.host, .port = address.port}, make_handler(runtime));
  environment.out << "listening on " << shown_address(address.host, server->port()) << std::endl;
  const auto stop = environment.stop.on_request([&] { asio::post(context, [&] { server->stop(); }); });
  asio::co_spawn(context, server->serve(), [&context](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    context.stop();  // kept connections of a client would wait for their own ends
  });
  context.run();
  return 0;
}

}  // namespace antiphon::cli
