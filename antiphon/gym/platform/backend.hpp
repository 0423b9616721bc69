#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "antiphon/base/runtime.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/sse.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"

namespace antiphon::gym {

/// How a webhook went.
struct WebhookOutcome {
  int status = 0;                         ///< 0: no reply came
  bool ended = false;                     ///< by `response.end`
  std::size_t events = 0;                 ///< of types that are known
  std::optional<std::string> problem{};   ///< what a person should know
  std::optional<Duration> first_event{};  ///< after the request was sent
};

/// Posts signed webhooks to a backend, and reads its replies as they come. One executor.
class Backend {
 public:
  /// `settings` and `http` outlive it. The settings' address may change between two calls.
  Backend(Runtime& runtime, net::HttpClient& http, const BackendSettings& settings) : runtime_(runtime), http_(http), settings_(settings) {}

  using OnEvent = std::function<void(const layercode::ReplyEvent&)>;
  /// Hands each event of the reply to `on_event` at once, and returns at its end: `response.end`, the end of the stream, or a limit. Whatever goes wrong is
  /// told in the outcome; only the cancellation of the awaiting task is thrown, and cuts the request.
  Task<WebhookOutcome> post(layercode::Webhook webhook, std::map<std::string, std::string> headers, OnEvent on_event);

 private:
  class Reading;

  net::HttpRequest request_for(const layercode::Webhook& webhook, const std::map<std::string, std::string>& headers) const;
  Task<> read(net::HttpBody& body, Reading& reading, Deadline deadline);
  Task<> finish(net::HttpBody& body);

  Runtime& runtime_;
  net::HttpClient& http_;
  const BackendSettings& settings_;
};

/// Whether a client may have this field added to webhooks: a name and value that are one line, and nothing that the request itself says.
bool may_be_custom_header(std::string_view name, std::string_view value);

}  // namespace antiphon::gym
