#include "antiphon/adapters/antiphon/gateway_line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/query.hpp"

namespace antiphon::wire {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t normal_closure = 1000, going_away = 1001, no_goodbye = 1006, restarting = 1012;
constexpr auto usual_tail = 800ms;  // longer than gaps within what is said in one go
constexpr auto resume_limit = 20s;  // of the 60 s for which a gateway remembers the call: an agent that is silent for longer is none
constexpr Duration first_pause = 250ms, longest_pause = 4s;

Duration length_of(std::size_t bytes, const audio::AudioFormat& format) {
  return audio::duration_of(format.encoding == audio::Encoding::pcm16 ? bytes / 2 : bytes, format.rate_hz);
}

void add_parameter(std::string& url, std::string_view name, std::string_view value) {
  url += fmt::format("{}{}={}", url.find('?') == std::string::npos ? "?" : "&", name, percent_encode(value));
}

/// Where the path of an address begins, or else its query, or its end.
std::size_t path_of(const std::string& url) { return std::min(url.find_first_of("/?", url.find("://") + 3), url.size()); }

}  // namespace

std::string gateway_url(const GatewayAgentOptions& options) {
  auto url = options.url.empty() && options.local.make ? "ws://gateway" : options.url;
  net::check_request({.url = url});
  if (const auto path = path_of(url); path == url.size() || url[path] == '?')
    url.insert(path, "/ws/call");
  else if (const auto behind = path + 1; behind == url.size() || url[behind] == '?')
    url.insert(behind, "ws/call");
  const auto known = net::query_of(url.substr(path_of(url)));
  if (net::find_parameter(known, "signature")) return url;  // whatever is added to it breaks it
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty() && !net::find_parameter(known, name)) add_parameter(url, name, value);
  };
  add("caller_id", options.caller_id);
  add("locale", options.locale);
  if (options.send != GatewayAgentOptions().send) add("in", to_string(options.send));
  if (options.receive != GatewayAgentOptions().receive) add("out", to_string(options.receive));
  add("events", "1");
  return url;
}

GatewayLine::GatewayLine(std::shared_ptr<const GatewayAgentOptions> options, std::shared_ptr<GatewayEvents> events, const ParticipantContext& context)
    : options_(std::move(options)),
      events_(std::move(events)),
      runtime_(context.runtime),
      http_(context.http),
      clock_(context.runtime.clock),
      thread_id_(context.thread_id),
      url_(gateway_url(*options_)),
      place_(shown_url(url_)) {}

Task<std::shared_ptr<net::WebSocket>> GatewayLine::dial(const std::string& token, Deadline deadline) {
  net::WsRequest request{.url = url_, .headers = options_->headers, .tls = options_->tls};
  if (!token.empty()) add_parameter(request.url, "resume", token);
  if (!options_->token.empty()) request.headers.emplace_back("Authorization", "Bearer " + options_->token);
  if (!net::find_header(request.headers, "x-antiphon-thread-id")) request.headers.emplace_back("x-antiphon-thread-id", thread_id_);
  std::unique_ptr<net::WebSocket> socket;
  if (local_)
    socket = co_await net::connect_websocket(runtime_, std::move(request), local_->connect(), deadline);
  else if (options_->stream)
    socket = co_await net::connect_websocket(runtime_, std::move(request), options_->stream(runtime_), deadline);
  else
    socket = co_await net::connect_websocket(runtime_, std::move(request), deadline);
  co_return std::shared_ptr<net::WebSocket>(std::move(socket));
}

Task<> GatewayLine::connect(Deadline deadline) {
  if (options_->local.make) local_ = options_->local.make(runtime_, http_);
  std::exception_ptr failure;
  try {
    socket_ = co_await dial("", deadline);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) co_await end_local(Deadline::after(clock_, 0s));
  if (failure) std::rethrow_exception(failure);
  began_ = clock_.now();
}

/// Nothing of it may outlive this line, whoever wants to hurry.
Task<> GatewayLine::end_local(Deadline deadline) {
  if (!local_) co_return;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await local_->end(deadline);
  local_notices_ = local_->notices();
  local_.reset();
}

bool GatewayLine::listen(net::WebSocket::Listener listener) {
  listener_ = std::move(listener);
  listen_to_socket();
  return true;
}

void GatewayLine::listen_to_socket() {
  socket_->listen([this](const net::WsMessage& message) { arrived(message); });
}

void GatewayLine::arrived(const net::WsMessage& message) {
  if (message.is_binary()) heard_until_ = std::max(heard_until_, clock_.now()) + length_of(message.data.size(), options_->receive);
  listener_(message);
  watch_silence();
}

/// More audio moves the moment: the alarm then rings once in vain.
void GatewayLine::watch_silence() {
  if (silence_ || closing_ || !events_->awaits_silence()) return;
  const auto due = std::max(heard_until_, clock_.now()) + options_->tail_silence.value_or(usual_tail);
  silence_.emplace(clock_, due, [this] {
    silence_.reset();
    if (closing_ || !events_->awaits_silence()) return;
    if (clock_.now() < heard_until_ + options_->tail_silence.value_or(usual_tail)) return watch_silence();
    listener_(GatewayEvents::silent_message());
  });
}

Task<std::optional<net::WsMessage>> GatewayLine::receive(Deadline deadline) {
  for (;;) {
    std::optional<Error> cut;
    try {
      const auto socket = socket_;
      if (auto message = co_await socket->receive(deadline)) co_return message;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::closed) throw;
      cut = error;
    }
    if (!may_resume()) {
      if (cut) throw *std::move(cut);
      co_return std::nullopt;
    }
    co_await resume();
  }
}

bool GatewayLine::may_resume() const {
  if (!options_->resume || closing_ || events_->ended() || events_->resume_token().empty()) return false;
  const auto closed = socket_->closed();
  return !closed || closed->code == going_away || closed->code == no_goodbye || closed->code == restarting;
}

Task<> GatewayLine::resume() {
  lost_ = true;
  const auto lost_at = clock_.now();
  const auto until = Deadline::after(clock_, resume_limit);
  std::shared_ptr<net::WebSocket> socket;
  for (Duration pause = first_pause; !socket; pause = std::min<Duration>(pause * 2, longest_pause)) {
    std::optional<Error> failed;
    try {
      socket = co_await dial(events_->resume_token(), until);
    } catch (const Error& error) {
      failed = error;
    }
    if (!failed) break;
    const bool in_vain = failed->kind() == ErrorKind::not_found || failed->kind() == ErrorKind::unauthorized || failed->kind() == ErrorKind::invalid_input;
    if (in_vain || clock_.now() + pause >= until.at)
      throw Error(ErrorKind::closed, fmt::format("the connection was lost, and the call could not be resumed: {}", failed->message()));
    co_await clock_.sleep_for(pause);
  }
  socket_ = std::move(socket);
  lost_ = false;
  events_->resumed();
  resumed_.push_back(fmt::format("the connection was lost {:.2f} s into the call, and the call resumed after {}", to_seconds(lost_at - began_),
                                 format_duration(clock_.now() - lost_at)));
  if (listener_) listen_to_socket();
  watch_silence();
}

Task<> GatewayLine::send(net::WsMessage message, Deadline deadline) {
  if (lost_) co_return;
  const auto socket = socket_;
  try {
    co_await socket->send(std::move(message), deadline);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::closed || !may_resume()) throw;  // else whoever receives makes the connection again
  }
}

Task<> GatewayLine::close(Deadline deadline) {
  closing_ = true;
  silence_.reset();
  if (const auto socket = socket_; socket && !lost_) co_await socket->close(normal_closure, "", deadline);
  co_await end_local(deadline);
}

Task<AgentClosed> GatewayLine::ending() {
  const auto close = socket_->closed().value_or(net::WsClose{.code = no_goodbye});
  co_return AgentClosed{
      .on_purpose = close.code == normal_closure,
      .reason = fmt::format("the gateway closed the connection ({}{}{})", close.code, close.reason.empty() ? "" : ": ", cut(repair_utf8(close.reason), 200))};
}

std::vector<std::string> GatewayLine::notices() const {
  auto all = events_->notices();
  all.insert(all.end(), resumed_.begin(), resumed_.end());
  for (auto& notice : local_ ? local_->notices() : local_notices_) all.push_back(notice);
  return all;
}

}  // namespace antiphon::wire
