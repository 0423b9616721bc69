#pragma once

#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "antiphon/net/byte_stream.hpp"

namespace antiphon::net {

std::unique_ptr<ByteStream> make_tcp_stream(asio::ip::tcp::socket socket);

/// Connects to the endpoint. @throws boost::system::system_error.
Task<std::unique_ptr<ByteStream>> connect_tcp(asio::ip::tcp::endpoint endpoint);

/// Children that we start must not inherit it: Asio makes sockets that they would.
void close_on_exec(int descriptor);

}  // namespace antiphon::net
