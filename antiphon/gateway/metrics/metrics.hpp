#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/gateway/observe/call_note.hpp"

namespace antiphon::gateway {

/// What Prometheus is told of all calls of a gateway (GTW-50): the names, labels and buckets are fixed, dashboards and alerts depend on them.
///
/// No label holds anything of a caller: each has a closed set of values, but `tool_name`, which holds names of configured tools, `most_tools` of them at most.
/// Thread safe.
class GatewayMetrics {
 public:
  static constexpr std::size_t most_tools = 200;

  /// @param limit of calls at once; told as `voice_session_limit`, and again by `limit`
  explicit GatewayMetrics(std::size_t limit);
  ~GatewayMetrics();
  GatewayMetrics(const GatewayMetrics&) = delete;
  GatewayMetrics& operator=(const GatewayMetrics&) = delete;

  void limit(std::size_t calls);
  /// Of any call, its texts unused.
  void note(const CallNote& note);
  /// A call was not taken: full, draining, too often, by somebody who may not, or not as the protocol wants it. @param status of HTTP.
  void refused(int status);
  /// Shows the series of these tools before their first call, so that their first failure counts as a rise.
  void expect_tools(const std::vector<std::string>& names);

  /// In Prometheus' text format 0.0.4, in the same order each time.
  std::string text() const;
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace antiphon::gateway
