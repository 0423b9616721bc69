#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/protocol/layercode/reply_events.hpp"

namespace antiphon::gym {

/// What a backend answered one webhook.
struct ProbeAnswer {
  int status = 0;                               ///< 0: nothing came
  std::vector<layercode::ReplyEvent> events{};  ///< those of known types
  std::size_t bad_events = 0;                   ///< that are no JSON object, or lack what their type needs
  bool ended = false;                           ///< by `response.end`
  std::size_t events_behind_end = 0;
  bool cut = false;              ///< by us, at its first event
  std::optional<Error> error{};  ///< no answer, or one that broke off or took too long

  bool accepted() const { return status >= 200 && status < 300; }
  bool refused() const { return status >= 400 && status < 500; }
  std::string words() const;  ///< of all `response.tts`
  std::string data() const;   ///< of all `response.data`, as JSON texts
  /// For people: "status 500", "no answer in time".
  std::string outcome() const;
};

/// Posts webhooks as they are, well signed or badly.
class Probe {
 public:
  struct Request {
    std::string body;
    std::string signature{};  ///< empty: no such header
    bool cut_at_first_event = false;
  };

  Probe(Runtime& runtime, net::HttpClient& http, std::string url, Duration timeout) : runtime_(runtime), http_(http), url_(std::move(url)), timeout_(timeout) {}

  /// Errors are told in the answer. @throws only the cancellation of the awaiting task
  Task<ProbeAnswer> send(Request request);

 private:
  Task<> read(net::HttpBody& body, ProbeAnswer& answer, bool cut_at_first_event, Deadline deadline);

  Runtime& runtime_;
  net::HttpClient& http_;
  std::string url_;
  Duration timeout_;
};

}  // namespace antiphon::gym
