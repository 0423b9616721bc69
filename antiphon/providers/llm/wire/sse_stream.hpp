#pragma once

#include <memory>
#include <string>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/sse.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/wire/wire.hpp"

namespace antiphon::wire {

/// Whether a reply says that it is a stream of events; some servers answer whole although a stream was asked for.
bool is_event_stream(const net::Headers& headers);
/// The rest of a body, as one text.
Task<std::string> read_all(net::HttpBody& body, Deadline deadline);
/// The answer in a body of events that is all there. @throws Error closed when it ends before the answer does; what `decoder` throws.
ChatResponse decode_all(std::string_view body, StreamDecoder& decoder);
/// `error` with the model's name before it, the key masked, and party provider.
Error named(const Error& error, std::string_view model, std::string_view key);

/// An answer that arrives as server-sent events, until its decoder has its end or, with servers that mark none, the body ends.
class SseChatStream final : public ChatStream {
 public:
  SseChatStream(std::unique_ptr<net::HttpBody> body, Clock& clock, std::string model, std::string key, std::unique_ptr<StreamDecoder> decoder)
      : body_(std::move(body)), clock_(clock), model_(std::move(model)), key_(std::move(key)), decoder_(std::move(decoder)) {}

  /// @throws Error closed when the body ends before the answer does; what the decoder throws.
  Task<std::optional<ChatDelta>> next(Deadline deadline) override;
  ChatResponse response() const override;
  /// What came so far; all that there is of a stream that broke off.
  const std::string& heard() const { return heard_; }

 private:
  std::string take(const std::string& data);
  /// Nothing more is wanted; reads on to the end, briefly, so that the connection can be kept.
  Task<> finish();

  std::unique_ptr<net::HttpBody> body_;
  Clock& clock_;
  std::string model_;
  std::string key_;
  net::SseParser events_;
  std::unique_ptr<StreamDecoder> decoder_;
  std::string heard_;
  bool done_ = false;
};

/// An answer that came whole.
class WholeChatStream final : public ChatStream {
 public:
  explicit WholeChatStream(ChatResponse response) : response_(std::move(response)) {}

  Task<std::optional<ChatDelta>> next(Deadline) override {
    if (std::exchange(said_, true) || response_.message.text().empty()) co_return std::nullopt;
    co_return ChatDelta{response_.message.text()};
  }
  ChatResponse response() const override { return response_; }

 private:
  ChatResponse response_;
  bool said_ = false;
};

}  // namespace antiphon::wire
