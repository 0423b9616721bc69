#include "antiphon/providers/llm/wire/sse_stream.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"

namespace antiphon::wire {

namespace {

Error ended_early() { return Error(ErrorKind::closed, "the stream ended in the middle of the answer"); }

}  // namespace

bool is_event_stream(const net::Headers& headers) {
  const auto type = net::find_header(headers, "content-type");
  return type && contains_ignoring_case(*type, "text/event-stream");
}

Task<std::string> read_all(net::HttpBody& body, Deadline deadline) {
  std::string all;
  for (auto piece = co_await body.read(deadline); !piece.empty(); piece = co_await body.read(deadline)) all += piece;
  co_return all;
}

ChatResponse decode_all(std::string_view body, StreamDecoder& decoder) {
  net::SseParser events;
  events.feed(body);
  while (!decoder.ended()) {
    const auto event = events.next();
    if (!event) break;
    decoder.add(event->data);
  }
  if (!decoder.whole()) throw ended_early();
  return decoder.response();
}

Error named(const Error& error, std::string_view model, std::string_view key) {
  return Error(error.kind(), fmt::format("{}: {}", model, masked(error.message(), key)))
      .with_hint(error.hint())
      .with_party(Party::provider)
      .with_retry_after(error.retry_after());
}

std::string SseChatStream::take(const std::string& data) {
  try {
    return decoder_->add(data);
  } catch (const Error& error) {
    throw named(error, model_, key_);
  }
}

ChatResponse SseChatStream::response() const {
  try {
    return decoder_->response();
  } catch (const Error& error) {
    throw named(error, model_, key_);
  }
}

Task<> SseChatStream::finish() {
  done_ = true;
  const auto deadline = Deadline::after(clock_, std::chrono::milliseconds(100));
  try {
    while (!(co_await body_->read(deadline)).empty()) {}
  } catch (const Error&) {  // the answer is whole; only the connection is lost
  }
}

Task<std::optional<ChatDelta>> SseChatStream::next(Deadline deadline) {
  while (!done_) {
    if (const auto event = events_.next()) {
      auto text = take(event->data);
      heard_ += text;
      if (decoder_->ended()) co_await finish();
      if (!text.empty()) co_return ChatDelta{std::move(text)};
      continue;
    }
    const auto bytes = co_await body_->read(deadline);
    if (!bytes.empty()) {
      events_.feed(bytes);
      continue;
    }
    if (!decoder_->whole()) throw named(ended_early(), model_, key_);
    done_ = true;
  }
  co_return std::nullopt;
}

}  // namespace antiphon::wire
