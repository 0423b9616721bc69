#include "antiphon/adapters/http_span.hpp"

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {

namespace attr = trace::attr;

HttpSpan::HttpSpan(const trace::Scope* spans, const std::string& method, const std::string& url) : span_(trace::begin(spans, method, trace::SpanKind::client)) {
  if (span_) span_.set(attr::http_method, method).set(attr::url, shown_url(url));
}

net::HttpRequest HttpSpan::sending(net::HttpRequest request) {
  span_.set(attr::http_request_bytes, request.body.size());
  return request;
}

void HttpSpan::began(int status) {
  span_.set(attr::http_status, status);
  span_.add_event(attr::first_byte);
}

void HttpSpan::received(const net::HttpReply& reply) { span_.set(attr::http_status, reply.status).set(attr::http_response_bytes, reply.body.size()); }

std::string traceparent_of(const trace::ActiveSpan& span) { return span ? span.traceparent() : fmt::format("00-{}-{}-01", make_trace_id(), make_span_id()); }

}  // namespace antiphon
