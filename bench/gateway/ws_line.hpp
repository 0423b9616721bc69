#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace antiphon::bench {

/// A frame as a client sends it (RFC 6455), masked once for all: what a load sends is nobody's secret.
std::string masked_frame(std::uint8_t opcode, std::string_view payload);

/// The client's end of a WebSocket on a socket that never blocks. What it costs is meant to be next to nothing: no library of ours.
class WsLine {
 public:
  enum class Kind { text, binary };
  using OnMessage = std::function<void(Kind, std::string_view)>;

  /// Begins to connect to 127.0.0.1. @throws std::runtime_error
  WsLine(int port, const std::string& target);
  ~WsLine();
  WsLine(const WsLine&) = delete;
  WsLine& operator=(const WsLine&) = delete;

  int descriptor() const { return descriptor_; }
  bool open() const { return state_ == State::open; }
  bool over() const { return state_ == State::over; }
  bool was_refused() const { return refused_; }
  bool waits_to_write() const { return !unsent_.empty(); }

  /// @param frame of `masked_frame`
  void send(std::string_view frame);
  void write_unsent();
  /// Everything that has come.
  void read(const OnMessage& on_message);

 private:
  enum class State { connecting, open, over };

  bool read_handshake();
  void read_frames(const OnMessage& on_message);
  void take(std::uint8_t opcode, std::string_view payload, const OnMessage& on_message);
  void end() { state_ = State::over; }

  int descriptor_ = -1;
  State state_ = State::connecting;
  bool refused_ = false;
  std::string received_, unsent_;
};

}  // namespace antiphon::bench
