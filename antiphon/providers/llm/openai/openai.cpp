#include "antiphon/providers/llm/openai/openai.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/openai/failure.hpp"
#include "antiphon/providers/llm/openai/response.hpp"
#include "antiphon/providers/llm/openai/stream.hpp"

namespace antiphon::openai {

OpenAiModel::OpenAiModel(Endpoint endpoint, const ModelSettings& settings, net::HttpClient& http, Clock& clock)
    : endpoint_(std::move(endpoint)),
      name_(settings.model),
      options_{.model = endpoint_.model, .temperature = settings.temperature, .max_tokens = settings.max_tokens, .extra = settings.extra},
      http_(http),
      clock_(clock) {}

net::HttpRequest OpenAiModel::wire_request(const ChatRequest& request, bool streamed) const {
  net::HttpRequest wire{.url = endpoint_.base_url + "/chat/completions", .headers = {{"content-type", "application/json"}}};
  if (streamed) wire.headers.emplace_back("accept", "text/event-stream");
  if (!endpoint_.key.empty()) wire.headers.emplace_back("authorization", "Bearer " + endpoint_.key);
  if (!endpoint_.is_vendor && !request.tags.thread_id.empty()) {
    wire.headers.emplace_back("x-antiphon-thread-id", request.tags.thread_id);
    wire.headers.emplace_back("x-antiphon-role", request.tags.role);
    wire.headers.emplace_back("x-antiphon-turn", fmt::format("{}", request.tags.turn));
  }
  auto options = options_;
  options.stream = streamed;
  wire.body = chat_body(request, options, refused_);
  return wire;
}

bool OpenAiModel::adapts(const net::HttpReply& reply) {
  if (reply.status == 400 || reply.status == 422)
    if (auto parameter = refused_parameter(reply.body, options_.extra); parameter && refused_.add(std::move(*parameter))) return true;
  throw failure(reply, {.model = name_, .url = endpoint_.base_url, .key = endpoint_.key, .key_variable = endpoint_.key_variable},
                std::chrono::system_clock::now());
}

Error OpenAiModel::cleaned(const Error& error) const {
  return Error(error.kind(), fmt::format("{}: {}", name_, masked(error.message(), endpoint_.key))).with_hint(error.hint()).with_party(Party::provider);
}

Task<ChatResponse> OpenAiModel::complete(ChatRequest request, Deadline deadline) {
  for (;;) {
    const auto reply = co_await http_.send(wire_request(request, false), deadline);
    if (reply.status >= 400) {
      adapts(reply);
      continue;
    }
    try {
      co_return parse_response(reply.body);
    } catch (const Error& error) {
      throw cleaned(error);
    }
  }
}

Task<std::unique_ptr<ChatStream>> OpenAiModel::stream(ChatRequest request, Deadline deadline) {
  for (;;) {
    auto body = co_await http_.open(wire_request(request, true), deadline);
    if (body->status() >= 400) {
      adapts({.status = body->status(), .headers = body->headers(), .body = co_await read_all(*body, deadline)});
      continue;
    }
    if (is_event_stream(*body)) co_return std::make_unique<SseChatStream>(std::move(body), clock_, name_, endpoint_.key);
    // A server that does not stream answers whole.
    const auto whole = co_await read_all(*body, deadline);
    try {
      co_return std::make_unique<WholeChatStream>(parse_response(whole));
    } catch (const Error& error) {
      throw cleaned(error);
    }
  }
}

}  // namespace antiphon::openai
