#include "antiphon/net/sse.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {

namespace {

constexpr std::size_t event_limit = 16 * 1024 * 1024;  // one event holds some tokens, at most a picture in base64 (a few MB)
constexpr std::size_t compact_above = 64 * 1024;       // what was read already is moved away so seldom that each byte moves about once
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

void check_size(std::size_t size) {
  if (size > event_limit) throw Error(ErrorKind::too_large, fmt::format("a server-sent event is over the limit of {} bytes", event_limit));
}

}  // namespace

void SseParser::feed(std::string_view bytes) {
  if (position_ == buffer_.size() || position_ > compact_above) {
    buffer_.erase(0, position_);
    scanned_ -= std::min(scanned_, position_);
    position_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<ServerSentEvent> SseParser::next() {
  while (const auto line = next_line()) {
    if (!line->empty())
      take_field(*line);
    else if (auto event = finish_event())
      return event;
  }
  check_size(event_.data.size() + buffer_.size() - position_);
  return std::nullopt;
}

std::optional<std::string_view> SseParser::next_line() {
  if (!started_ && !skip_byte_order_mark()) return std::nullopt;
  if (after_cr_ && position_ < buffer_.size()) {
    if (buffer_[position_] == '\n') ++position_;
    after_cr_ = false;
  }
  const auto end = buffer_.find_first_of("\r\n", std::max(position_, scanned_));
  scanned_ = std::min(end, buffer_.size());
  if (end == std::string::npos) return std::nullopt;
  // A carriage return ends its line at once, for the line feed after it may be long in coming.
  after_cr_ = buffer_[end] == '\r';
  const auto line = std::string_view(buffer_).substr(position_, end - position_);
  position_ = end + 1;
  return line;
}

// False while the bytes so far may yet become the mark.
bool SseParser::skip_byte_order_mark() {
  if (buffer_.size() < byte_order_mark.size() && byte_order_mark.starts_with(buffer_)) return false;
  started_ = true;
  if (std::string_view(buffer_).starts_with(byte_order_mark)) position_ = byte_order_mark.size();
  return true;
}

void SseParser::take_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    check_size(event_.data.size() + value.size() + 1);
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

std::optional<ServerSentEvent> SseParser::finish_event() {
  std::optional<ServerSentEvent> event;
  if (has_data_) event = event_;
  event_.event.clear();
  event_.data.clear();
  has_data_ = false;
  return event;
}

}  // namespace antiphon::net
