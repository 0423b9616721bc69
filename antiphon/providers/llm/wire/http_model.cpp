#include "antiphon/providers/llm/wire/http_model.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/providers/llm/wire/failure.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"

namespace antiphon::wire {

HttpModel::HttpModel(std::string name, Endpoint endpoint, std::unique_ptr<const Wire> wire, net::HttpClient& http, Clock& clock)
    : name_(std::move(name)), endpoint_(std::move(endpoint)), wire_(std::move(wire)), http_(http), clock_(clock) {}

net::HttpRequest HttpModel::wire_request(const ChatRequest& request, bool streamed) const {
  auto sent = wire_->request(request, streamed, refused_);
  sent.headers.emplace_back("content-type", "application/json");
  if (streamed) sent.headers.emplace_back("accept", "text/event-stream");
  if (!endpoint_.is_vendor && !request.tags.thread_id.empty()) {
    sent.headers.emplace_back("x-antiphon-thread-id", request.tags.thread_id);
    sent.headers.emplace_back("x-antiphon-role", request.tags.role);
    sent.headers.emplace_back("x-antiphon-turn", fmt::format("{}", request.tags.turn));
  }
  return sent;
}

ChatResponse HttpModel::read(const net::HttpReply& reply, const ChatRequest& request) const {
  try {
    // `extra: {stream: true}` gets a stream where none was expected.
    return is_event_stream(reply.headers) ? decode_all(reply.body, *wire_->decoder(request)) : wire_->parse(reply.body, request);
  } catch (const Error& error) {
    throw named(error, name_, endpoint_.key);
  }
}

bool HttpModel::adapts(const net::HttpReply& reply) {
  if (reply.status == 400 || reply.status == 422)
    if (auto parameter = wire_->refused_parameter(reply.body); parameter && refused_.add(std::move(*parameter))) return true;
  const FailureContext context{.model = name_, .url = endpoint_.base_url, .key = endpoint_.key, .key_variable = endpoint_.key_variable};
  throw failure(reply, context, std::chrono::system_clock::now(), wire_->kind_of(reply), wire_->wait_in(reply.body));
}

Task<ChatResponse> HttpModel::complete(ChatRequest request, Deadline deadline) {
  for (;;) {
    const auto reply = co_await http_.send(wire_request(request, false), deadline);
    if (reply.status < 400) co_return read(reply, request);
    adapts(reply);
  }
}

Task<std::unique_ptr<ChatStream>> HttpModel::stream(ChatRequest request, Deadline deadline) {
  for (;;) {
    auto body = co_await http_.open(wire_request(request, true), deadline);
    if (body->status() < 400 && is_event_stream(body->headers()))
      co_return std::make_unique<SseChatStream>(std::move(body), clock_, name_, endpoint_.key, wire_->decoder(request));
    // An error, or a server that does not stream and answers whole.
    const net::HttpReply reply{.status = body->status(), .headers = body->headers(), .body = co_await read_all(*body, deadline)};
    if (reply.status < 400) co_return std::make_unique<WholeChatStream>(read(reply, request));
    adapts(reply);
  }
}

}  // namespace antiphon::wire
