#include "antiphon/gateway/endpoints/twilio_endpoint.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/endpoints/access.hpp"
#include "antiphon/gateway/endpoints/twilio_caller.hpp"
#include "antiphon/gateway/language/spoken_locale.hpp"
#include "antiphon/gateway/sessions/seal.hpp"
#include "antiphon/net/query.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view voice_path = "/twilio/voice", stream_path = "/twilio/stream", next_path = "/twilio/next";
constexpr std::size_t longest_form = 64 * 1024, most_transfers = 1000;
constexpr int most_parts = 1000;
// A gateway that is started anew takes as long until the next one has its calls.
constexpr int most_attempts = 10;
constexpr std::string_view pause_between_attempts = "<Pause length=\"2\"/>";
constexpr Duration store_patience = std::chrono::seconds(2);
constexpr std::uint16_t policy_violation = 1008, try_again_later = 1013;

net::HttpReply twiml(const std::string& verbs) {
  return {200, {{"Content-Type", "text/xml; charset=utf-8"}}, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" + verbs + "</Response>"};
}

/// `+` and 7 to 15 digits.
bool is_number(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text.front() == '+' && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

Error wrong(std::string message, std::string hint) { return Error(ErrorKind::configuration, std::move(message)).with_hint(std::move(hint)); }

/// `wss://host` for `https://host`.
std::string socket_url(const std::string& url) { return "ws" + url.substr(std::string_view("http").size()); }

std::int64_t seconds_of(TwilioEndpoint::WallTime time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

int number_of(const std::string& text, int most) { return std::clamp(parse_integer(text).value_or(1), 1, most); }

Task<> done() { co_return; }

std::string parameter(const TwilioStart& start, std::string_view name) {
  const auto found = start.parameters.find(name);
  return found == start.parameters.end() ? std::string() : found->second;
}

}  // namespace

TwilioSettings checked(TwilioSettings settings) {
  auto& url = settings.public_url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    throw wrong("Twilio needs the public address of this gateway", "set `public_url: \"https://voice.example.com\"`, as Twilio reaches it");
  if (settings.auth_token.empty())
    throw wrong("Twilio needs the auth token of the account", "give it in the variable TWILIO_AUTH_TOKEN: it is what signatures are checked by");
  for (const auto& number : settings.allowed_callers)
    if (!is_number(number)) throw wrong(fmt::format("{} is no telephone number", quote(number)), "write it as +14155550100");
  if (!settings.transfer_to.empty() && !is_number(settings.transfer_to))
    throw wrong(fmt::format("{} is no telephone number", quote(settings.transfer_to)), "write it as +14155550100");
  return settings;
}

TwilioEndpoint::TwilioEndpoint(Runtime& runtime, CallHost& host, TwilioSettings settings, std::function<WallTime()> wall_time)
    : runtime_(runtime), host_(host), settings_(checked(std::move(settings))), wall_time_(std::move(wall_time)) {}

Task<> TwilioEndpoint::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  const auto path = request.path();
  if (path == stream_path) co_return co_await stream(request, reply);
  if (path != voice_path && path != next_path) co_return co_await reply.reply(refusal(404, "there are /twilio/voice, /twilio/stream and /twilio/next"));
  Asked asked;
  if (auto refused = refuse(request, asked)) co_return co_await reply.reply(std::move(*refused));
  if (path == voice_path) co_return co_await reply.reply(answer_call(request, asked));
  co_await reply.reply(co_await next(request, std::move(asked)));
}

bool TwilioEndpoint::is_signed(const net::ServerRequest& request, std::string_view scheme, const net::FormFields& fields) const {
  const auto base = scheme == "ws" ? socket_url(settings_.public_url) : settings_.public_url;
  const auto signature = net::find_header(request.headers, net::twilio_signature_header).value_or("");
  return net::is_twilio_signature(signature, settings_.auth_token, base + request.target, fields);
}

std::optional<net::HttpReply> TwilioEndpoint::refuse(const net::ServerRequest& request, Asked& asked) {
  if (request.method != "POST") return refusal(405, "Twilio POSTs here", {{"Allow", "POST"}});
  if (request.body.size() > longest_form) return refusal(413, "the form is longer than any of Twilio's");
  try {
    asked.fields = net::read_form(request.body);
  } catch (const Error& error) {
    return refusal(400, error.message());
  }
  if (settings_.check_signature && !is_signed(request, "http", asked.fields)) return refuse_unsigned(request);
  asked.call = net::form_field(asked.fields, "CallSid");
  if (asked.call.empty()) return refusal(400, "CallSid is missing");
  return std::nullopt;
}

/// Known only once it was looked at: whoever tries many signatures has to wait like whoever calls often.
net::HttpReply TwilioEndpoint::refuse_unsigned(const net::ServerRequest& request) {
  ++rejected_;
  if (auto too_many = host_.refuse_address(request.from)) return std::move(*too_many);
  return refusal(403, "this is not signed by the account's auth token, or not for this address");
}

std::string TwilioEndpoint::locale_of(const net::ServerRequest& request) const {
  return spoken(net::find_parameter(net::query_of(request.target), "locale").value_or(""));
}

/// Another configuration may speak others than were named to Twilio.
std::string TwilioEndpoint::spoken(std::string_view locale) const { return choose_locale(host_.locales(), locale).locale; }

net::HttpReply TwilioEndpoint::answer_call(const net::ServerRequest& request, const Asked& asked) {
  CallRequest call{.caller_id = net::form_field(asked.fields, "From"), .locale = locale_of(request)};
  if (call.caller_id.empty()) call.caller_id = asked.call;
  const auto& allowed = settings_.allowed_callers;
  if (!allowed.empty() && std::ranges::find(allowed, call.caller_id) == allowed.end()) return twiml("<Reject/>");
  // Told to the telephone network in its own words: the caller hears that the line is busy.
  // Signed, it comes from Twilio's few addresses, as all other callers do.
  const auto address = settings_.check_signature ? std::nullopt : std::optional<std::string_view>(request.from);
  if (host_.refuse_for_now(call, address)) return twiml("<Reject reason=\"busy\"/>");
  return connect(asked.call, call.caller_id, call.locale, 1);
}

net::HttpReply TwilioEndpoint::connect(const std::string& call, const std::string& caller, const std::string& locale, int part, int attempt) const {
  const auto until = std::to_string(seconds_of(wall_time_() + settings_.ticket_life));
  std::string parameters;
  const auto add = [&](std::string_view name, std::string_view value) {
    parameters += fmt::format("<Parameter name=\"{}\" value=\"{}\"/>", name, escape_xml(value));
  };
  add("caller", caller);
  add("locale", locale);
  add("part", std::to_string(part));
  add("until", until);
  add("ticket", ticket(call, caller, locale, std::to_string(part), until));
  auto action = fmt::format("{}{}?locale={}&part={}", settings_.public_url, next_path, percent_encode(locale), part);
  if (attempt > 1) action += fmt::format("&attempt={}", attempt);
  return twiml(fmt::format("{}<Connect action=\"{}\"><Stream url=\"{}\">{}</Stream></Connect>", attempt > 1 ? pause_between_attempts : "", escape_xml(action),
                           escape_xml(socket_url(settings_.public_url) + std::string(stream_path)), parameters));
}

/// So that who opens a stream is who was called in: a stream itself does not say who the caller is.
std::string TwilioEndpoint::ticket(std::string_view call, std::string_view caller, std::string_view locale, std::string_view part,
                                   std::string_view until) const {
  return derived_token(settings_.auth_token, fmt::format("ticket\n{}\n{}\n{}\n{}\n{}", call, caller, locale, part, until));
}

/// Of each stream of a call, the first of which is part 1. Known to every instance that has the auth token, and to nobody else.
std::string TwilioEndpoint::token_of(std::string_view call, int part) const {
  return derived_token(settings_.auth_token, fmt::format("call\n{}\n{}", call, part));
}

Task<net::HttpReply> TwilioEndpoint::next(const net::ServerRequest& request, Asked asked) {
  if (co_await take_transfer(asked.call)) co_return twiml(fmt::format("<Dial>{}</Dial>", settings_.transfer_to));
  if (net::form_field(asked.fields, "CallStatus") != "in-progress") co_return twiml("<Hangup/>");
  const auto locale = locale_of(request);
  const auto query = net::query_of(request.target);
  const auto part = number_of(net::find_parameter(query, "part").value_or(""), most_parts);
  const auto attempt = number_of(net::find_parameter(query, "attempt").value_or(""), most_attempts);
  auto caller = net::form_field(asked.fields, "From");
  if (caller.empty()) caller = asked.call;
  if (co_await host_.is_kept(token_of(asked.call, part))) co_return connect(asked.call, caller, locale, part + 1);
  // Nobody took it over that stream, where all lines are busy or the gateway drains: it waits for another try, maybe at another instance.
  if (part > 1 && attempt < most_attempts && co_await host_.is_kept(token_of(asked.call, part - 1)))
    co_return connect(asked.call, caller, locale, part, attempt + 1);
  co_return twiml("<Hangup/>");
}

std::string TwilioEndpoint::transfer_name(std::string_view call) const {
  return SessionSeal(derived_token(settings_.auth_token, fmt::format("transfer\n{}", call))).name();
}

/// What comes next may be asked of another instance: it is the store that tells.
Task<> TwilioEndpoint::note_transfer(std::string call) {
  bool stored = false;
  try {
    co_await host_.store().save(transfer_name(call), "1", settings_.ticket_life, Deadline::after(runtime_.clock, store_patience));
    stored = true;
  } catch (const Error&) {}
  if (stored) co_return;
  if (to_transfer_.size() == most_transfers) to_transfer_.erase(to_transfer_.begin());
  to_transfer_.push_back(std::move(call));
}

Task<bool> TwilioEndpoint::take_transfer(std::string call) {
  if (settings_.transfer_to.empty()) co_return false;
  if (std::erase(to_transfer_, call) > 0) co_return true;
  try {
    co_return (co_await host_.store().claim(transfer_name(call), Deadline::after(runtime_.clock, store_patience))).has_value();
  } catch (const Error&) {
    co_return false;
  }
}

// --- The stream -------------------------------------------------------------------------------------------------------------------------------

Task<> TwilioEndpoint::stream(const net::ServerRequest& request, net::ServerReply& reply) {
  if (!net::is_websocket_upgrade(request)) co_return co_await reply.reply(refusal(426, "/twilio/stream is a WebSocket", {{"Upgrade", "websocket"}}));
  if (settings_.check_signature && !is_signed(request, "ws", {}) && !is_signed(request, "http", {})) co_return co_await reply.reply(refuse_unsigned(request));
  auto socket = co_await reply.accept_websocket({.options = {.message_limit = longest_twilio_message}});
  co_await talk(std::move(socket));
}

Task<std::optional<TwilioStart>> TwilioEndpoint::start_of(net::WebSocket& socket) {
  const auto deadline = Deadline::after(runtime_.clock, settings_.handshake);
  while (auto message = co_await socket.receive(deadline)) {
    if (message->is_binary()) throw Error(ErrorKind::protocol, "a media stream has no binary messages");
    auto read = read_twilio_message(message->data);
    if (!read || std::holds_alternative<TwilioConnected>(*read)) continue;
    auto* start = std::get_if<TwilioStart>(&*read);
    if (!start) throw Error(ErrorKind::protocol, "a media stream begins with \"start\"");
    co_return std::move(*start);
  }
  co_return std::nullopt;
}

std::optional<CallRequest> TwilioEndpoint::request_of(const TwilioStart& start) const {
  const auto caller = parameter(start, "caller"), locale = parameter(start, "locale"), until = parameter(start, "until");
  const auto signature = ticket(start.call, caller, locale, parameter(start, "part"), until);
  if (settings_.check_signature) {
    const auto end = parse_integer(until);
    if (!end || *end < seconds_of(wall_time_()) || !same_secret(parameter(start, "ticket"), signature)) return std::nullopt;
  }
  CallRequest asked{.caller_id = caller.empty() ? start.call : caller, .locale = spoken(locale)};
  asked.in = asked.out = {audio::Encoding::mulaw, 8000};
  return asked;
}

Task<> TwilioEndpoint::talk(std::unique_ptr<net::WebSocket> socket) {
  auto& line = *socket;
  const auto soon = [this] { return Deadline::after(runtime_.clock, settings_.handshake); };
  std::optional<TwilioStart> start;
  std::string why;
  try {
    start = co_await start_of(line);
  } catch (const Error& error) {
    why = error.message();
  }
  if (!start) co_return co_await line.close(policy_violation, why, soon());
  auto asked = request_of(*start);
  if (!asked) co_return co_await line.close(policy_violation, "the ticket of this call is none, or too old", soon());
  if (!start->speaks_mulaw) co_return co_await line.close(1003, "mu-law at 8,000 Hz is what a stream carries here", soon());

  const auto part = number_of(parameter(*start, "part"), most_parts);
  const auto earlier = part > 1 ? token_of(start->call, part - 1) : std::string();
  const auto before_close = [this, call = start->call](CallEnd end) -> Task<> {
    return end == CallEnd::escalated && !settings_.transfer_to.empty() ? note_transfer(call) : done();
  };
  TwilioCaller caller(runtime_.clock, std::move(socket), *start, before_close);
  bool held = false;
  try {
    co_await host_.hold(std::move(*asked), caller, earlier, token_of(start->call, part), "twilio");
    held = true;
  } catch (const Error& error) {
    why = error.message();
  }
  if (!held) co_await line.close(try_again_later, why, soon());
}

}  // namespace antiphon::gateway
