#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/net/websocket.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

namespace antiphon::speech {

/// What one stream of a vendor's says, message by message. Pure: no I/O, no clock. Belongs to one stream.
class LiveReader {
 public:
  virtual ~LiveReader() = default;
  /// What a text message tells, in order; empty for what tells nothing.
  /// @throws Error protocol for what is no message of this vendor's; unavailable, or what the vendor says, for an error that it reports.
  virtual std::vector<RecognitionEvent> read(std::string_view message) = 0;
};

/// How one vendor is spoken to while somebody speaks. Pure translation.
class LiveWire {
 public:
  virtual ~LiveWire() = default;
  /// Key and headers included; what is sent afterwards is PCM16, mono, 24 kHz, in binary messages.
  virtual net::WsRequest request(const RecognitionSettings& settings) const = 0;
  virtual std::unique_ptr<LiveReader> reader() const = 0;
  /// The text message that says that no more audio comes.
  virtual std::string end() const = 0;
  /// What keeps a line open on which nothing was sent for `quiet`; empty where nothing does, or needs to.
  virtual std::string keep_alive() const { return {}; }
  virtual Duration quiet() const { return std::chrono::seconds(4); }
};

}  // namespace antiphon::speech
