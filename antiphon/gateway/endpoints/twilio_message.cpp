#include "antiphon/gateway/endpoints/twilio_message.hpp"

#include <fmt/format.h>

#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"

namespace antiphon::gateway {

namespace {

constexpr std::string_view keys = "0123456789*#ABCD";

Error lacks(std::string_view event, std::string_view what) {
  return Error(ErrorKind::protocol, fmt::format("a message \"{}\" of the media stream has no {}", event, what));
}

std::string text_of(const json::value& message, std::string_view event, const char* part, const char* name) {
  const auto* inner = find(message, part);
  auto text = inner ? find_string(*inner, name) : std::nullopt;
  if (!text) throw lacks(event, fmt::format("{}.{}", part, name));
  return std::move(*text);
}

std::string stream_of(const json::value& message) { return find_string(message, "streamSid").value_or(""); }

TwilioStart read_start(const json::value& message) {
  TwilioStart start{.stream = text_of(message, "start", "start", "streamSid"), .call = text_of(message, "start", "start", "callSid")};
  const auto& inner = *find(message, "start");
  if (const auto* format = find(inner, "mediaFormat")) {
    const auto encoding = find_string(*format, "encoding");
    const auto rate = find_number(*format, "sampleRate"), channels = find_number(*format, "channels");
    start.speaks_mulaw = (!encoding || *encoding == "audio/x-mulaw") && (!rate || *rate == 8000) && (!channels || *channels == 1);
  }
  if (const auto* own = find(inner, "customParameters"); own && own->is_object())
    for (const auto& [name, value] : own->get_object())
      if (value.is_string()) start.parameters.emplace(name, std::string(value.get_string()));
  return start;
}

/// Only what the caller says: a stream may carry our own audio as well.
std::optional<TwilioMessage> read_media(const json::value& message) {
  if (const auto track = find_string(*find(message, "media"), "track"); track && *track != "inbound") return std::nullopt;
  auto bytes = decode_base64(text_of(message, "media", "media", "payload"));
  if (!bytes) throw Error(ErrorKind::protocol, "the payload of a message \"media\" is no base64");
  return TwilioMedia{stream_of(message), std::move(*bytes)};
}

std::optional<TwilioMessage> read_key(const json::value& message) {
  const auto digit = text_of(message, "dtmf", "dtmf", "digit");
  if (digit.size() != 1 || keys.find(digit.front()) == std::string_view::npos) return std::nullopt;
  return TwilioKey{stream_of(message), digit.front()};
}

}  // namespace

std::optional<TwilioMessage> read_twilio_message(std::string_view text) {
  const auto message = try_parse_json(text);
  if (!message || !message->is_object()) throw Error(ErrorKind::protocol, "a message of a media stream is one JSON object");
  const auto event = find_string(*message, "event").value_or("");
  if (event == "media") {
    if (!find(*message, "media")) throw lacks(event, "media");
    return read_media(*message);
  }
  if (event == "connected") return TwilioConnected{};
  if (event == "start") return read_start(*message);
  if (event == "dtmf") return read_key(*message);
  if (event == "mark") return TwilioMark{stream_of(*message), text_of(*message, event, "mark", "name")};
  if (event == "stop") return TwilioStop{};
  return std::nullopt;
}

std::string twilio_media(std::string_view stream, std::string_view mulaw) {
  std::string text = R"({"event":"media","streamSid":)";
  append_json_string(text, stream);
  return text.append(R"(,"media":{"payload":")").append(encode_base64(mulaw)).append(R"("}})");
}

std::string twilio_mark(std::string_view stream, std::string_view name) {
  return json::serialize(json::object{{"event", "mark"}, {"streamSid", stream}, {"mark", {{"name", name}}}});
}

std::string twilio_clear(std::string_view stream) { return json::serialize(json::object{{"event", "clear"}, {"streamSid", stream}}); }

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r') escaped += c;
    }
  }
  return escaped;
}

}  // namespace antiphon::gateway
