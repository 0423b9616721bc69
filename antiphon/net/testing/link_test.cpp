#include "antiphon/net/testing/link.hpp"

#include <openssl/sha.h>

#include "antiphon/base/base64.hpp"

namespace antiphon::net::testing {

std::string handshake_answer(std::string_view request_header, std::string_view more_fields) {
  constexpr std::string_view field = "Sec-WebSocket-Key: ";
  const auto begin = request_header.find(field) + field.size();
  const auto text = std::string(request_header.substr(begin, request_header.find('\r', begin) - begin)) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  const auto accept = encode_base64({reinterpret_cast<const char*>(digest), sizeof digest});
  return fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n{}\r\n", accept,
                     more_fields);
}

std::string server_frame(unsigned char first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  const auto size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(size);
  } else if (size < 65536) {
    frame += {static_cast<char>(126), static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    frame += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(static_cast<std::uint64_t>(size) >> shift);
  }
  return frame.append(payload);
}

Task<> play_server(std::shared_ptr<ByteStream> stream, std::function<std::string(const std::string&)> answer, std::string text) {
  std::string header;
  while (header.find("\r\n\r\n") == std::string::npos) {
    const auto bytes = co_await stream->read_some();
    if (bytes.empty()) co_return;  // the client gave up before it said anything
    header += bytes;
  }
  const auto bytes = answer(header) + text;
  co_await stream->write({bytes});
}

Task<std::string> read_to_end(ByteStream& stream) {
  std::string all;
  for (;;) {
    const auto bytes = co_await stream.read_some();
    if (bytes.empty()) co_return all;
    all += bytes;
  }
}

}  // namespace antiphon::net::testing
