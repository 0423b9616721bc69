#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/adapters/agents.hpp"
#include "antiphon/adapters/http_span.hpp"
#include "antiphon/adapters/template.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

std::string answer_in(const net::HttpReply& reply, const std::string& pointer) {
  const auto value = try_parse_json(reply.body);
  if (!value) {
    if (pointer.empty()) return is_utf8(reply.body) ? reply.body : repair_utf8(reply.body);
    throw Error(ErrorKind::protocol, fmt::format("the agent's reply is no JSON: {}", quote(cut(reply.body, 160)))).with_party(Party::agent);
  }
  const auto* answer = at_pointer(*value, pointer);
  if (!answer)
    throw Error(ErrorKind::protocol, fmt::format("the agent's reply has nothing at {}: {}", pointer, preview(*value, 200)))
        .with_party(Party::agent)
        .with_hint("check `reply:` of the agent");
  if (answer->is_null()) return {};
  return answer->is_string() ? std::string(answer->get_string()) : json::serialize(*answer);
}

class HttpAgent final : public Participant {
 public:
  HttpAgent(const HttpAgentOptions& options, const ParticipantContext& context) : options_(options), http_(context.http), spans_(context.spans) {}

  Task<AgentReply> call(AgentInput input) override {
    HttpSpan span(spans_.get(), options_.method, options_.url);
    co_return co_await trace::within(span.get(), exchange(span, std::move(input)));
  }

 private:
  Task<AgentReply> exchange(HttpSpan& span, AgentInput input) {
    net::HttpRequest request{.method = options_.method, .url = options_.url, .headers = options_.headers, .tls = options_.tls};
    request.headers.emplace_back("x-antiphon-thread-id", input.thread_id);
    request.headers.emplace_back("traceparent", traceparent_of(span.get()));
    if (!options_.body.is_null()) {
      if (!net::find_header(request.headers, "content-type")) request.headers.emplace_back("content-type", "application/json");
      request.body = json::serialize(fill_template(options_.body, input));
    }
    const auto reply = co_await as_agent(http_.send(span.sending(std::move(request)), input.deadline));
    span.received(reply);
    require_success(reply, options_.url);
    co_return answer_in(reply, options_.reply);
  }

  HttpAgentOptions options_;
  net::HttpClient& http_;
  std::shared_ptr<const trace::Scope> spans_;
};

}  // namespace

ParticipantSpec http_agent(HttpAgentOptions options) {
  const auto url = options.url;
  return ParticipantSpec(
             "http", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<HttpAgent>(options, context); }, false)
      .at_address(url);
}

}  // namespace antiphon
