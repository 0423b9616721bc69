#include "antiphon/gym/conformance/probe.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/net/sse.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

namespace antiphon::gym {

namespace {

constexpr std::size_t longest_answer = 1024 * 1024;

void take(ProbeAnswer& answer, std::string_view data) {
  std::optional<layercode::ReplyEvent> event;
  try {
    event = layercode::read_reply_event(data);
  } catch (const Error&) {
    ++answer.bad_events;
  }
  if (!event || std::holds_alternative<layercode::UnknownMessage>(*event)) return;
  if (answer.ended) ++answer.events_behind_end;
  if (std::holds_alternative<layercode::ReplyEnd>(*event)) answer.ended = true;
  answer.events.push_back(*std::move(event));
}

}  // namespace

std::string ProbeAnswer::words() const {
  std::string text;
  for (const auto& event : events)
    if (const auto* speech = std::get_if<layercode::ReplySpeech>(&event)) text += speech->content;
  return text;
}

std::string ProbeAnswer::data() const {
  std::string text;
  for (const auto& event : events)
    if (const auto* data = std::get_if<layercode::ReplyData>(&event)) text += json::serialize(data->content) + "\n";
  return text;
}

std::string ProbeAnswer::outcome() const {
  if (status == 0) return error ? error->message() : "no answer";
  if (error) return fmt::format("status {}, then: {}", status, error->message());
  return fmt::format("status {}", status);
}

Task<ProbeAnswer> Probe::send(Request request) {
  net::HttpRequest http{.url = url_,
                        .headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}},
                        .body = std::move(request.body),
                        .reply_limit = longest_answer};
  if (!request.signature.empty()) http.headers.emplace_back(layercode::signature_header, std::move(request.signature));
  const auto deadline = Deadline::after(runtime_.clock, timeout_);
  ProbeAnswer answer;
  try {
    const auto body = co_await http_.open(std::move(http), deadline);
    answer.status = body->status();
    co_await read(*body, answer, request.cut_at_first_event, deadline);
  } catch (const Error& error) {
    answer.error = error;
    if (error.kind() == ErrorKind::timeout && answer.status != 0)
      answer.error = Error(error.kind(), fmt::format("the reply did not end within {}", format_duration(timeout_)));
  }
  co_return answer;
}

Task<> Probe::read(net::HttpBody& body, ProbeAnswer& answer, bool cut_at_first_event, Deadline deadline) {
  net::SseParser parser;
  for (;;) {
    const auto bytes = co_await body.read(deadline);
    if (bytes.empty()) co_return;
    if (!answer.accepted()) continue;  // what an error page says is no event
    parser.feed(bytes);
    while (const auto event = parser.next()) take(answer, event->data);
    if (cut_at_first_event && !answer.events.empty()) {
      answer.cut = true;
      co_return;
    }
  }
}

}  // namespace antiphon::gym
