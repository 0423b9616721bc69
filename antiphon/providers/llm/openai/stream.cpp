#include "antiphon/providers/llm/openai/stream.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/openai/failure.hpp"

namespace antiphon::openai {

bool is_event_stream(const net::HttpBody& body) {
  const auto type = net::find_header(body.headers(), "content-type");
  return type && contains_ignoring_case(*type, "text/event-stream");
}

Task<std::string> read_all(net::HttpBody& body, Deadline deadline) {
  std::string all;
  for (auto piece = co_await body.read(deadline); !piece.empty(); piece = co_await body.read(deadline)) all += piece;
  co_return all;
}

std::string SseChatStream::take_chunk(const std::string& data) {
  try {
    return chunks_.add(data);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", model_, masked(error.message(), key_))).with_party(Party::provider);
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
      if (event->data == "[DONE]")
        co_await finish();
      else if (auto text = take_chunk(event->data); !text.empty())
        co_return ChatDelta{std::move(text)};
      continue;
    }
    const auto bytes = co_await body_->read(deadline);
    if (!bytes.empty()) {
      events_.feed(bytes);
      continue;
    }
    if (!chunks_.finished())
      throw Error(ErrorKind::closed, fmt::format("{}: the stream ended in the middle of the answer", model_)).with_party(Party::provider);
    done_ = true;
  }
  co_return std::nullopt;
}

}  // namespace antiphon::openai
