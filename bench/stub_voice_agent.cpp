// A voice agent behind a WebSocket that costs next to nothing: `bench_stub_voice_agent CALLS both|half|mute`. It prints its port, takes raw mu-law frames of
// 20 ms, sends one back for each (all the time, every other second so that half of the calls are spoken to at any time, or never), and ends when standard input
// does, saying how late frames came while all CALLS were there, from a second after the last was connected to the moment the first hung up: each against the
// earliest of its call, so that clocks and routes cancel out. One thread, epoll.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/stub_sockets.hpp"

namespace {

constexpr std::size_t frame_bytes = 160;  // 20 ms at 8 kHz

// Frames are taken in rounds: to be woken for each of them would be paid for by the sender, within its own system call, since both live on one machine.
// Frames are told to be later than they are by that much at most.
constexpr useconds_t round_us = 500;
// After the last call was connected: that they all begin at once is this benchmark's doing.
constexpr double settled_after_ms = 1000;

struct Call {
  std::size_t number;
  std::string received{};
  bool open = false;
  long frames = 0;
  std::vector<double> arrived_ms{};  // less 20 ms for each frame before it
};

double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 4.2.2
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string encoded(28, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), digest.data(), digest.size());
  return encoded;
}

// Loud enough for every detector: a tone whose pitch moves, as mu-law would hold it.
std::string frame_of_speech(long k) {
  std::string frame = {'\x82', '\x7e', '\x00', static_cast<char>(frame_bytes)};
  for (std::size_t i = 0; i < frame_bytes; ++i) {
    const double t = static_cast<double>(k) * 0.02 + static_cast<double>(i) / 8000;
    const double s = std::sin(2 * std::numbers::pi * 180 * t) * (0.6 + 0.4 * std::sin(2 * std::numbers::pi * 4 * t));
    const auto level = static_cast<unsigned>(std::lround(100 * std::abs(s)));
    frame += static_cast<char>(~((s < 0 ? 0x80U : 0U) | (level & 0x7fU)));
  }
  return frame;
}

class Stub {
 public:
  Stub(std::size_t expected, std::string_view talk) : expected_(expected), talk_(talk), epoll_(epoll_create1(0)) {
    for (long k = 0; k < 50; ++k) speech_.push_back(frame_of_speech(k));
    listener_ = antiphon::bench::listen_and_say_where(epoll_);
  }

  void serve() {
    std::vector<epoll_event> events(1024);
    for (;;) {
      usleep(round_us);
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return;
        fd == listener_ ? accept_all() : receive(fd);
      }
    }
  }

  void tell() const {
    std::vector<double> late;
    for (const auto& call : calls_) {
      if (!call || call->arrived_ms.empty()) continue;
      const double earliest = *std::min_element(call->arrived_ms.begin(), call->arrived_ms.end());
      for (const double at : call->arrived_ms) late.push_back(at - earliest);
    }
    std::sort(late.begin(), late.end());
    const auto at = [&](double p) { return late.empty() ? -1 : late[static_cast<std::size_t>(std::ceil(p * static_cast<double>(late.size() - 1)))]; };
    std::printf("calls %zu frames %zu p50 %.3f p99 %.3f max %.3f\n", most_, late.size(), at(0.5), at(0.99), at(1));
  }

 private:
  void accept_all() {
    antiphon::bench::accept_all(epoll_, listener_, [this](int fd) {
      if (at_.size() <= static_cast<std::size_t>(fd)) at_.resize(static_cast<std::size_t>(fd) + 1);
      calls_.push_back(std::make_unique<Call>(Call{.number = calls_.size()}));
      at_[static_cast<std::size_t>(fd)] = calls_.back().get();
    });
  }

  void receive(int fd) {
    static char buffer[64 * 1024];
    const auto n = recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    auto& call = *at_[static_cast<std::size_t>(fd)];
    if (n <= 0) {
      open_ -= call.open;
      counting_ = counting_ && !call.open;
      close(fd);
      return;
    }
    call.received.append(buffer, static_cast<std::size_t>(n));
    if (!call.open && !greet(fd, call)) return;
    take_frames(fd, call);
  }

  bool greet(int fd, Call& call) {
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto end = call.received.find("\r\n\r\n"), key = call.received.find(name);
    if (end == std::string::npos || key == std::string::npos) return false;
    const auto begin = key + name.size();
    put(fd, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                accept_of(std::string_view(call.received).substr(begin, call.received.find("\r\n", begin) - begin)) + "\r\n\r\n");
    call.received.erase(0, end + 4);
    call.open = true;
    most_ = std::max(most_, ++open_);
    if (open_ == expected_) counts_from_ms_ = now_ms() + settled_after_ms;
    return true;
  }

  // A client's frames are masked: the header of a short one has 6 bytes, of one beyond 125 bytes 8.
  void take_frames(int fd, Call& call) {
    std::size_t at = 0;
    while (call.received.size() - at >= 6) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(call.received[at + i]); };
      const bool close = (byte(0) & 0x0f) == 8;
      std::size_t length = byte(1) & 0x7f, header = 6;
      if (length == 126) length = byte(2) * 256U + byte(3), header = 8;
      if (call.received.size() - at < header + length) break;
      at += header + length;
      if (close)
        counting_ = false, put(fd, std::string{'\x88', '\x00'});
      else if (length == frame_bytes)
        took_frame(fd, call);
    }
    call.received.erase(0, at);
  }

  void took_frame(int fd, Call& call) {
    const long k = call.frames++;
    if (const double now = now_ms(); counting_ && now >= counts_from_ms_) call.arrived_ms.push_back(now - 20.0 * static_cast<double>(k));
    if (talk_ == "both" || (talk_ == "half" && (static_cast<std::size_t>(k / 50) + call.number) % 2 == 0))
      put(fd, speech_[static_cast<std::size_t>(k) % speech_.size()]);
  }

  // What is sent is small: where the caller does not read, its buffer fills up and the measurement is worth nothing.
  static void put(int fd, std::string_view bytes) {
    if (send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()) && errno != EPIPE && errno != ECONNRESET) std::abort();
  }

  std::size_t expected_, open_ = 0, most_ = 0;
  double counts_from_ms_ = std::numeric_limits<double>::infinity();
  bool counting_ = true;  // nobody has hung up
  std::string talk_;
  int epoll_, listener_ = -1;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<Call*> at_;  // by descriptor
  std::vector<std::string> speech_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: bench_stub_voice_agent CALLS both|half|mute\n"), 2;
  Stub stub(static_cast<std::size_t>(std::atol(argv[1])), argv[2]);
  stub.serve();
  stub.tell();
}
