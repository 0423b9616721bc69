#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/http_span.hpp"
#include "antiphon/adapters/tool_loop.hpp"
#include "antiphon/providers/llm/openai/request.hpp"
#include "antiphon/providers/llm/openai/response.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"

namespace antiphon {

namespace {

// Never asks twice: an agent that answers 500 once has answered 500 (contracts.md §1).
class ChatAgent final : public Participant, private ChatAsker {
 public:
  ChatAgent(const ChatAgentOptions& options, const ParticipantContext& context)
      : options_(options), http_(context.http), clock_(context.runtime.clock), thread_id_(context.thread_id), tools_(context.tools), spans_(context.spans) {
    while (options_.url.ends_with('/')) options_.url.pop_back();
    options_.url += "/chat/completions";
  }

  Task<AgentReply> call(AgentInput input) override {
    co_await agent_turn(*this, input.messages, tools_, input.deadline, said_);
    co_return AgentReply(std::exchange(said_, {}));
  }
  std::vector<Message> take_partial() override { return std::exchange(said_, {}); }

 private:
  Task<ChatResponse> ask(const History& messages, Deadline deadline) override {
    HttpSpan span(spans_.get(), "POST", options_.url);
    co_return co_await trace::within(span.get(), as_agent(options_.stream ? ask_streamed(span, messages, deadline) : ask_whole(span, messages, deadline)));
  }

  const trace::Scope* spans() const override { return spans_.get(); }

  net::HttpRequest request(const History& messages, const trace::ActiveSpan& span) const {
    net::HttpRequest wire{.url = options_.url, .headers = options_.headers, .tls = options_.tls};
    if (!net::find_header(wire.headers, "content-type")) wire.headers.emplace_back("content-type", "application/json");
    if (!options_.key.empty()) wire.headers.emplace_back("authorization", "Bearer " + options_.key);
    wire.headers.emplace_back("x-antiphon-thread-id", thread_id_);
    wire.headers.emplace_back("traceparent", traceparent_of(span));
    wire.body = openai::chat_body({.messages = messages}, {.model = options_.model, .stream = options_.stream, .extra = options_.extra});
    return wire;
  }

  ChatResponse response_in(const net::HttpReply& reply) const {
    require_success(reply, options_.url);
    try {
      return openai::parse_response(reply.body);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("the agent at {} answered HTTP {}: {}", shown_url(options_.url), reply.status, error.message()))
          .with_status(reply.status)
          .with_hint(error.hint());
    }
  }

  Task<ChatResponse> ask_whole(HttpSpan& span, const History& messages, Deadline deadline) {
    const auto reply = co_await http_.send(span.sending(request(messages, span.get())), deadline);
    span.received(reply);
    co_return response_in(reply);
  }

  Task<ChatResponse> ask_streamed(HttpSpan& span, const History& messages, Deadline deadline) {
    auto body = co_await http_.open(span.sending(request(messages, span.get())), deadline);
    span.began(body->status());
    if (body->status() >= 300 || !wire::is_event_stream(body->headers())) {  // an error, or a server that answers whole
      const net::HttpReply reply{.status = body->status(), .headers = body->headers(), .body = co_await wire::read_all(*body, deadline)};
      co_return response_in(reply);
    }
    wire::SseChatStream stream(std::move(body), clock_, "the agent", options_.key, std::make_unique<openai::ChunkAccumulator>());
    std::exception_ptr broken;
    try {
      while (co_await stream.next(deadline)) continue;
    } catch (...) {
      broken = std::current_exception();
    }
    if (broken) {  // what was heard before it broke off was said
      if (!stream.heard().empty()) said_.push_back(Message::assistant(stream.heard()));
      std::rethrow_exception(broken);
    }
    co_return stream.response();
  }

  ChatAgentOptions options_;
  net::HttpClient& http_;
  Clock& clock_;
  std::string thread_id_;
  std::shared_ptr<const json::object> tools_;
  std::shared_ptr<const trace::Scope> spans_;
  std::vector<Message> said_;  // in the turn under way
};

}  // namespace

ParticipantSpec chat_agent(ChatAgentOptions options) {
  const auto url = options.url;
  return ParticipantSpec(
             "chat", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<ChatAgent>(options, context); }, false)
      .at_address(url);
}

}  // namespace antiphon
