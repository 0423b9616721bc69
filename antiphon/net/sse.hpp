#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace antiphon::net {

struct ServerSentEvent {
  std::string event;  ///< empty: "message"
  std::string data;
  std::string id;  ///< the last one that the stream gave, perhaps with an earlier event
};

/// Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2); any chunking, LF, CR and CRLF. No I/O.
class SseParser {
 public:
  void feed(std::string_view bytes);
  /// The next complete event, or nullopt until more bytes are fed. @throws Error too_large when one event is over 16 MiB.
  std::optional<ServerSentEvent> next();

 private:
  std::optional<std::string_view> next_line();
  bool skip_byte_order_mark();
  void take_field(std::string_view line);
  std::optional<ServerSentEvent> finish_event();

  std::string buffer_;
  std::size_t position_ = 0;  ///< what lies before it is used up
  std::size_t scanned_ = 0;   ///< no line ends before it
  bool started_ = false;
  bool after_cr_ = false;  ///< a line feed that comes next belongs to the line before
  bool has_data_ = false;
  ServerSentEvent event_;
};

}  // namespace antiphon::net
