#include "antiphon/gym/platform/backend.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/protocol/layercode/signature.hpp"

namespace antiphon::gym {

namespace {

// A backend that closes its stream right behind `response.end` leaves the connection usable for the next webhook.
constexpr auto wait_for_end_of_stream = std::chrono::milliseconds(50);

constexpr std::array<std::string_view, 8> own_headers{"content-type",      "content-length", "host",   "connection",
                                                      "transfer-encoding", "upgrade",        "expect", layercode::signature_header};

std::string problem_of_body(const Error& error) { return "its reply broke off: " + error.message(); }

}  // namespace

bool may_be_custom_header(std::string_view name, std::string_view value) {
  const auto is_token = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
  return !name.empty() && std::ranges::all_of(name, is_token) && std::ranges::all_of(value, is_plain) &&
         std::ranges::find(own_headers, lower(name)) == own_headers.end();
}

/// What has been understood of one reply so far.
class Backend::Reading {
 public:
  Reading(const BackendSettings& settings, Clock& clock, const OnEvent& on_event)
      : settings_(settings), clock_(clock), on_event_(on_event), began_(clock.now()) {}

  void take(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > settings_.most_bytes) return stop(fmt::format("its reply is longer than {} bytes", settings_.most_bytes));
    try {
      parser_.feed(bytes);
      while (!over_) {
        const auto event = parser_.next();
        if (!event) break;
        take_event(event->data);
      }
    } catch (const Error& error) {
      stop(error.message());
    }
  }
  void stop(std::string problem) {
    outcome.problem = std::move(problem);
    over_ = true;
  }
  void end_of_stream() {
    if (outcome.events > 0 && !outcome.problem) outcome.problem = "its reply ended without response.end";
  }
  bool over() const { return over_; }
  Clock::Time last_event() const { return last_event_.value_or(began_); }

  WebhookOutcome outcome;

 private:
  void take_event(std::string_view data) {
    last_event_ = clock_.now();
    std::optional<layercode::ReplyEvent> event;
    try {
      event = layercode::read_reply_event(data);
    } catch (const Error& error) {
      outcome.problem = error.message();
      if (++bad_ > settings_.most_bad_events) stop("its reply is garbage: " + error.message());
    }
    if (!event || std::holds_alternative<layercode::UnknownMessage>(*event)) return;
    if (outcome.events++ == 0) outcome.first_event = clock_.now() - began_;
    if (const auto* error = std::get_if<layercode::ReplyError>(&*event)) outcome.problem = "it says that it failed: " + cut(error->error, 300);
    outcome.ended = over_ = std::holds_alternative<layercode::ReplyEnd>(*event);
    on_event_(*event);
  }

  const BackendSettings& settings_;
  Clock& clock_;
  const OnEvent& on_event_;
  Clock::Time began_;
  std::optional<Clock::Time> last_event_;
  net::SseParser parser_;
  std::size_t bytes_ = 0, bad_ = 0;
  bool over_ = false;
};

net::HttpRequest Backend::request_for(const layercode::Webhook& webhook, const std::map<std::string, std::string>& headers) const {
  net::HttpRequest request{
      .url = settings_.webhook_url, .body = layercode::write_webhook(webhook, settings_.shape), .reply_limit = settings_.most_bytes + 1024 * 1024};
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(settings_.wall_time().time_since_epoch()).count();
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "text/event-stream"},
                     {std::string(layercode::signature_header), layercode::sign_webhook(settings_.webhook_secret, request.body, now)}};
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  return request;
}

Task<WebhookOutcome> Backend::post(layercode::Webhook webhook, std::map<std::string, std::string> headers, OnEvent on_event) {
  auto& clock = runtime_.clock;
  Reading reading(settings_, clock, on_event);
  const auto type = layercode::type_of(webhook.event);
  if (settings_.webhook_url.empty()) {
    reading.stop("there is no webhook address");
    co_return std::move(reading.outcome);
  }
  std::optional<Error> failed;
  try {
    const auto body = co_await http_.open(request_for(webhook, headers), Deadline::after(clock, settings_.first_byte));
    reading.outcome.status = body->status();
    if (body->status() < 200 || body->status() > 299)
      reading.stop(fmt::format("it answered {} with status {}", type, body->status()));
    else
      co_await read(*body, reading, Deadline::after(clock, settings_.longest_reply));
    if (reading.outcome.ended) co_await finish(*body);
  } catch (const Error& error) {
    failed = error;
  }
  if (failed) reading.stop(reading.outcome.status == 0 ? fmt::format("it did not answer {}: {}", type, failed->message()) : problem_of_body(*failed));
  co_return std::move(reading.outcome);
}

Task<> Backend::read(net::HttpBody& body, Reading& reading, Deadline deadline) {
  while (!reading.over()) {
    const auto until = deadline.sooner({reading.last_event() + settings_.next_event});
    std::string bytes;
    bool late = false;
    try {
      bytes = co_await body.read(until);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timeout) throw;
      late = true;
    }
    if (late || runtime_.clock.now() >= until.at)
      co_return reading.stop(until.at == deadline.at ? "its reply does not end" : "its reply stopped without an end");
    if (bytes.empty()) co_return reading.end_of_stream();
    reading.take(bytes);
  }
}

Task<> Backend::finish(net::HttpBody& body) {
  const auto deadline = Deadline::after(runtime_.clock, wait_for_end_of_stream);
  try {
    while (!(co_await body.read(deadline)).empty()) {}
  } catch (const Error&) {}  // an open stream behind its last event is nobody's problem
}

}  // namespace antiphon::gym
