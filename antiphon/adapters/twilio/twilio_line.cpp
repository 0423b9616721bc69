#include "antiphon/adapters/twilio/twilio_line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/adapters/agent_error.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::wire {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t normal_closure = 1000;
constexpr auto per_sample = 125us;  // at 8,000 Hz
constexpr std::size_t longest_answer = 64 * 1024;
constexpr auto echo_limit = 5s;  // an agent that takes no message for so long does not listen

/// Twilio's names: two letters and 32 hexadecimal digits.
std::string make_sid(std::string_view letters) { return std::string(letters) + make_trace_id(); }

Error broken(std::string message) { return Error(ErrorKind::protocol, std::move(message)).with_party(Party::agent); }

std::string text_at(const json::value& message, std::string_view event, std::string_view pointer) {
  const auto* value = at_pointer(message, pointer);
  if (!value || !value->is_string()) throw broken(fmt::format("the agent's message \"{}\" has no text at {}", event, pointer));
  return std::string(value->get_string());
}

}  // namespace

TwilioLine::TwilioLine(std::shared_ptr<const TwilioAgentOptions> options, const ParticipantContext& context)
    : options_(std::move(options)),
      runtime_(context.runtime),
      clock_(context.runtime.clock),
      place_(shown_url(options_->url)),
      account_(options_->account_sid.empty() ? make_sid("AC") : options_->account_sid),
      call_(make_sid("CA")),
      stream_(make_sid("MZ")) {}

Task<> TwilioLine::connect(Deadline deadline) {
  auto stream = co_await call(deadline);
  co_await open(std::move(stream), deadline);
}

net::Headers TwilioLine::with_signature(const std::string& url, const net::FormFields& fields) const {
  auto headers = options_->headers;
  if (!options_->auth_token.empty()) headers.emplace_back(net::twilio_signature_header, net::twilio_signature(options_->auth_token, url, fields));
  return headers;
}

// --- The webhook ------------------------------------------------------------------------------------------------------------------------------

Task<TwimlStream> TwilioLine::call(Deadline deadline) {
  const net::FormFields fields{{"AccountSid", account_},  {"ApiVersion", "2010-04-01"}, {"CallSid", call_},
                               {"CallStatus", "ringing"}, {"Called", options_->to},     {"Caller", options_->from},
                               {"Direction", "inbound"},  {"From", options_->from},     {"To", options_->to}};
  auto headers = with_signature(options_->signed_url.empty() ? options_->url : options_->signed_url, fields);
  headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  net::HttpRequest request{
      .url = options_->url, .headers = std::move(headers), .body = net::write_form(fields), .reply_limit = longest_answer, .tls = options_->tls};
  if (!options_->post && !http_) http_ = net::make_http_client(runtime_);
  const auto reply = co_await as_agent(options_->post ? options_->post(runtime_, std::move(request)) : http_->send(std::move(request), deadline));
  if (reply.status == 403)
    throw Error(ErrorKind::unauthorized,
                fmt::format("the webhook refuses the call: 403{}{}", reply.body.empty() ? "" : ": ", cut(repair_utf8(reply.body), 200)))
        .with_party(Party::agent)
        .with_status(reply.status)
        .with_hint("give `auth_token` that of the agent's account, and `signed_url` the webhook's address as the agent knows it");
  require_success(reply, options_->url);
  co_return stream_of(read_twiml(reply.body));
}

// --- The stream -------------------------------------------------------------------------------------------------------------------------------

Task<> TwilioLine::open(TwimlStream stream, Deadline deadline) {
  net::WsRequest request{
      .url = options_->stream_url.empty() ? stream.url : options_->stream_url, .headers = with_signature(stream.url, {}), .tls = options_->tls};
  if (options_->stream)
    socket_ = co_await net::connect_websocket(runtime_, std::move(request), options_->stream(runtime_), deadline);
  else
    socket_ = co_await net::connect_websocket(runtime_, std::move(request), deadline);
  began_ = clock_.now();
  co_await begin(stream, deadline);
}

Task<> TwilioLine::begin(const TwimlStream& stream, Deadline deadline) {
  json::object parameters;
  for (const auto& [name, value] : stream.parameters) parameters[name] = value;
  co_await say({{"event", "connected"}, {"protocol", "Call"}, {"version", "1.0.0"}}, deadline);
  json::object start{{"accountSid", account_}, {"streamSid", stream_}, {"callSid", call_}, {"tracks", json::array{"inbound"}}};
  start["mediaFormat"] = json::object{{"encoding", "audio/x-mulaw"}, {"sampleRate", 8000}, {"channels", 1}};
  start["customParameters"] = std::move(parameters);
  co_await say({{"event", "start"}, {"sequenceNumber", next_number()}, {"start", std::move(start)}, {"streamSid", stream_}}, deadline);
}

Task<> TwilioLine::say(json::object message, Deadline deadline) { return socket_->send(net::WsMessage::text(json::serialize(message)), deadline); }

std::string TwilioLine::elapsed_ms() const { return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_).count()); }

Task<> TwilioLine::say_media(std::string_view mulaw, Deadline deadline) {
  return say({{"event", "media"},
              {"sequenceNumber", next_number()},
              {"media", {{"track", "inbound"}, {"chunk", std::to_string(++chunk_)}, {"timestamp", elapsed_ms()}, {"payload", encode_base64(mulaw)}}},
              {"streamSid", stream_}},
             deadline);
}

Task<> TwilioLine::send(net::WsMessage message, Deadline deadline) {
  if (message.is_binary()) return say_media(message.data, deadline);
  return act(message.data, deadline);
}

Task<> TwilioLine::act(std::string_view text, Deadline deadline) {
  const auto message = parse_json(text);
  if (const auto keys = find_string(message, "keys")) {
    for (const char key : *keys)
      co_await say({{"event", "dtmf"},
                    {"streamSid", stream_},
                    {"sequenceNumber", next_number()},
                    {"dtmf", {{"track", "inbound_track"}, {"digit", std::string(1, key)}}}},
                   deadline);
    co_return;
  }
  if (!std::exchange(stopped_, true))
    co_await say({{"event", "stop"}, {"sequenceNumber", next_number()}, {"stop", {{"accountSid", account_}, {"callSid", call_}}}, {"streamSid", stream_}},
                 deadline);
}

/// Between the agent's messages its marks come due.
Task<std::optional<net::WsMessage>> TwilioLine::receive(Deadline deadline) {
  for (;;) {
    co_await echo_due_marks();
    const auto until = marks_.empty() ? deadline : deadline.sooner({marks_.front().due});
    std::optional<net::WsMessage> message;
    bool in_time = true;
    try {
      message = co_await socket_->receive(until);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::timeout || until.at == deadline.at) throw;
      in_time = false;
    }
    if (!in_time) continue;
    if (!message) co_return std::nullopt;
    if (auto meant = take(*message)) co_return meant;
  }
}

Task<> TwilioLine::echo_due_marks() {
  while (!marks_.empty() && marks_.front().due <= clock_.now()) {
    auto name = std::move(marks_.front().name);
    marks_.pop_front();
    co_await say({{"event", "mark"}, {"sequenceNumber", next_number()}, {"streamSid", stream_}, {"mark", {{"name", name}}}},
                 Deadline::after(clock_, echo_limit));
  }
}

std::optional<net::WsMessage> TwilioLine::take(const net::WsMessage& message) {
  if (message.is_binary()) throw broken("the agent sends binary messages on a media stream, which has texts alone");
  const auto value = try_parse_json(message.data);
  if (!value || !value->is_object()) throw broken(fmt::format("the agent's message is no JSON object: {}", quote(cut(message.data, 120))));
  const auto event = find_string(*value, "event").value_or("");
  if (event != "media" && event != "mark" && event != "clear")
    throw broken(fmt::format("the agent sends an event that media streams do not know: {}", quote(cut(event, 40))));
  if (const auto stream = text_at(*value, event, "/streamSid"); stream != stream_)
    throw broken(fmt::format("the agent's message \"{}\" is for stream {}, and this is {}", event, quote(cut(stream, 60)), stream_));
  if (event == "media") return play(*value, message.arrived_at);
  if (event == "mark") {
    marks_.push_back({std::max(played_until_, clock_.now()), text_at(*value, event, "/mark/name")});
    return std::nullopt;
  }
  clear();
  auto cleared = net::WsMessage::text(R"({"type":"clear"})");
  cleared.arrived_at = message.arrived_at;
  return cleared;
}

std::optional<net::WsMessage> TwilioLine::play(const json::value& message, Clock::Time arrived_at) {
  auto mulaw = decode_base64(text_at(message, "media", "/media/payload"));
  if (!mulaw) throw broken("the payload of the agent's message \"media\" is no base64");
  if (mulaw->starts_with("RIFF")) throw broken("the agent sends a WAV file where raw mu-law belongs");
  played_until_ = std::max(played_until_, clock_.now()) + static_cast<std::int64_t>(mulaw->size()) * per_sample;
  auto audio = net::WsMessage::binary(std::move(*mulaw));
  audio.arrived_at = arrived_at;
  return audio;
}

/// Marks of what is not played any more come back at once.
void TwilioLine::clear() {
  played_until_ = clock_.now();
  for (auto& mark : marks_) mark.due = std::min(mark.due, clock_.now());
}

Task<> TwilioLine::close(Deadline deadline) {
  if (socket_) co_await socket_->close(normal_closure, "", deadline);
}

Task<AgentClosed> TwilioLine::ending() {
  const auto close = socket_->closed().value_or(net::WsClose{.code = 1006});
  co_return AgentClosed{
      .on_purpose = close.code == normal_closure,
      .reason = fmt::format("the agent ended the media stream ({}{}{})", close.code, close.reason.empty() ? "" : ": ", cut(repair_utf8(close.reason), 200))};
}

}  // namespace antiphon::wire
