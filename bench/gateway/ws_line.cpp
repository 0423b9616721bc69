#include "bench/gateway/ws_line.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace antiphon::bench {

namespace {

constexpr std::uint8_t text = 1, binary = 2, close_code = 8, ping = 9, pong = 10;
constexpr std::uint8_t whole = 0x80, masked = 0x80;
constexpr std::string_view mask = "\x5a\x13\xc7\x2e";

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

std::string masked_frame(std::uint8_t opcode, std::string_view payload) {
  std::string frame{static_cast<char>(whole | opcode)};
  if (payload.size() < 126) {
    frame += static_cast<char>(masked | payload.size());
  } else {
    frame += static_cast<char>(masked | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  }
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  return frame;
}

WsLine::WsLine(int port, const std::string& target) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool begun = descriptor_ >= 0 && (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS);
  if (!begun) throw std::runtime_error("no connection can be made: too few open files are allowed");
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  unsent_ = fmt::format(
      "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: YW50aXBob24gYmVuY2hlcw==\r\n\r\n",
      target, port);
}

WsLine::~WsLine() { ::close(descriptor_); }

void WsLine::send(std::string_view frame) {
  if (over()) return;
  if (unsent_.empty()) {
    const auto sent = ::send(descriptor_, frame.data(), frame.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return end();
    if (sent > 0) frame.remove_prefix(static_cast<std::size_t>(sent));
  }
  unsent_ += frame;
}

void WsLine::write_unsent() {
  while (!unsent_.empty() && !over()) {
    const auto sent = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) end();
      return;
    }
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
}

void WsLine::read(const OnMessage& on_message) {
  static std::array<char, 128 * 1024> buffer;
  const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return end();
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  if (open() || read_handshake()) read_frames(on_message);
}

bool WsLine::read_handshake() {
  const auto head_end = received_.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  if (!received_.starts_with("HTTP/1.1 101")) {
    refused_ = true;
    end();
    return false;
  }
  received_.erase(0, head_end + 4);
  state_ = State::open;
  return true;
}

void WsLine::read_frames(const OnMessage& on_message) {
  std::string_view rest = received_;
  while (!over() && rest.size() >= 2) {
    std::size_t length = static_cast<unsigned char>(rest[1]) & 0x7f, head = 2;
    if (const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0; more > 0) {
      head += more;
      if (rest.size() < head) break;
      length = big_endian(rest.substr(2, more));
    }
    if (rest.size() < head + length) break;
    take(static_cast<std::uint8_t>(rest[0] & 0x0f), rest.substr(head, length), on_message);
    rest.remove_prefix(head + length);
  }
  received_.erase(0, received_.size() - rest.size());
}

void WsLine::take(std::uint8_t opcode, std::string_view payload, const OnMessage& on_message) {
  if (opcode == text) on_message(Kind::text, payload);
  if (opcode == binary) on_message(Kind::binary, payload);
  if (opcode == ping) send(masked_frame(pong, payload));
  if (opcode == close_code) end();
}

}  // namespace antiphon::bench
