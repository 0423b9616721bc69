#pragma once

#include <memory>
#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/net/sse.hpp"
#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/openai/response.hpp"

namespace antiphon::openai {

/// Whether a reply says that it is a stream of events; some servers answer whole although a stream was asked for.
bool is_event_stream(const net::HttpBody& body);
/// The rest of a body, as one text.
Task<std::string> read_all(net::HttpBody& body, Deadline deadline);

/// An answer that arrives as server-sent events, ended by `[DONE]` or, with servers that send none, by the end of the body.
class SseChatStream final : public ChatStream {
 public:
  SseChatStream(std::unique_ptr<net::HttpBody> body, Clock& clock, std::string model, std::string key)
      : body_(std::move(body)), clock_(clock), model_(std::move(model)), key_(std::move(key)) {}

  /// @throws Error closed when the body ends before the answer does; what `ChunkAccumulator` throws.
  Task<std::optional<ChatDelta>> next(Deadline deadline) override;
  ChatResponse response() const override { return chunks_.response(); }
  /// What came so far; all that there is of a stream that broke off.
  const std::string& heard() const { return chunks_.text(); }

 private:
  std::string take_chunk(const std::string& data);
  /// Nothing more is wanted; reads on to the end, briefly, so that the connection can be kept.
  Task<> finish();

  std::unique_ptr<net::HttpBody> body_;
  Clock& clock_;
  std::string model_;
  std::string key_;
  net::SseParser events_;
  ChunkAccumulator chunks_;
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

}  // namespace antiphon::openai
