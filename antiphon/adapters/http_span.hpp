#pragma once

#include <string>

#include "antiphon/net/http.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// One request to an agent and its reply, as a span (OBS-1).
class HttpSpan {
 public:
  HttpSpan(const trace::Scope* spans, const std::string& method, const std::string& url);

  trace::ActiveSpan& get() { return span_; }
  /// Tells what is sent, and hands it back.
  net::HttpRequest sending(net::HttpRequest request);
  /// The header of a reply whose body comes bit by bit.
  void began(int status);
  void received(const net::HttpReply& reply);

 private:
  trace::ActiveSpan span_;
};

/// The W3C header by which the agent's spans join this one; an id of its own where nothing is recorded.
std::string traceparent_of(const trace::ActiveSpan& span);

}  // namespace antiphon
