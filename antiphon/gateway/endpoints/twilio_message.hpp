#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "antiphon/audio/pcm.hpp"

namespace antiphon::gateway {

/// What Twilio says on a media stream. @see https://www.twilio.com/docs/voice/media-streams/websocket-messages
struct TwilioConnected {};
struct TwilioStart {
  std::string stream, call;
  bool speaks_mulaw = true;  ///< mono at 8,000 Hz, as every stream does so far
  std::map<std::string, std::string, std::less<>> parameters{};
};
struct TwilioMedia {
  std::string stream, mulaw;  ///< of the caller
};
struct TwilioKey {
  std::string stream;
  char key = 0;  ///< 0-9, *, #, A-D
};
/// What we sent before this mark was played, or was cleared.
struct TwilioMark {
  std::string stream, name;
};
struct TwilioStop {};
using TwilioMessage = std::variant<TwilioConnected, TwilioStart, TwilioMedia, TwilioKey, TwilioMark, TwilioStop>;

/// nullopt for events that mean nothing here. @throws Error protocol for what is no JSON object, or lacks what its event needs.
std::optional<TwilioMessage> read_twilio_message(std::string_view text);

std::string twilio_media(std::string_view stream, std::string_view mulaw);
std::string twilio_mark(std::string_view stream, std::string_view name);
std::string twilio_clear(std::string_view stream);

/// For texts and attributes of XML; characters that XML cannot hold are left out.
std::string escape_xml(std::string_view text);

}  // namespace antiphon::gateway
