#include "antiphon/protocol/layercode/client_messages.hpp"

#include <array>

#include "antiphon/base/base64.hpp"
#include "antiphon/protocol/layercode/fields.hpp"

namespace antiphon::layercode {

namespace {

using Event = ClientVad::Event;

constexpr std::array<std::pair<std::string_view, Event>, 3> vad_events{
    {{"vad_start", Event::start}, {"vad_end", Event::end}, {"vad_model_failed", Event::model_failed}}};

ClientMessage read_ready(const Fields&) { return ClientReady{}; }
ClientMessage read_audio(const Fields& fields) { return ClientAudio{fields.audio("content")}; }
ClientMessage read_vad(const Fields& fields) {
  const auto name = fields.text("event");
  for (const auto& [text, event] : vad_events)
    if (text == name) return ClientVad{event};
  return ClientVad{Event::unknown};
}
ClientMessage read_press(const Fields&) { return ClientTrigger{true}; }
ClientMessage read_release(const Fields&) { return ClientTrigger{false}; }
ClientMessage read_text(const Fields& fields) { return ClientText{fields.text("content")}; }
ClientMessage read_data(const Fields& fields) {
  const auto* data = fields.value("data");
  if (!data) fields.refuse("data", "the data to pass on");
  return ClientData{*data};
}
ClientMessage read_finished(const Fields& fields) {
  auto reason = fields.text_or("reason");
  return ReplayFinished{fields.text_or("turn_id"), reason.empty() ? "completed" : std::move(reason)};
}
ClientMessage read_interrupted(const Fields& fields) { return ReplayInterrupted{fields.text_or("turn_id")}; }
ClientMessage read_update(const Fields& fields) { return ClientSessionUpdate{fields.flag("audio_input"), fields.flag("audio_output")}; }

struct Reader {
  std::string_view type;
  ClientMessage (*read)(const Fields&);
};
constexpr std::array<Reader, 10> readers{{{"client.audio", read_audio},
                                          {"client.ready", read_ready},
                                          {"vad_events", read_vad},
                                          {"trigger.turn.start", read_press},
                                          {"trigger.turn.end", read_release},
                                          {"client.response.text", read_text},
                                          {"client.response.data", read_data},
                                          {"trigger.response.audio.replay_finished", read_finished},
                                          {"trigger.response.audio.interrupted", read_interrupted},
                                          {"client.session.update", read_update}}};

struct Writer {
  // Audio is most of what is ever sent, and base64 needs no escapes.
  std::string operator()(const ClientAudio& audio) const { return R"({"type":"client.audio","content":")" + encode_base64(audio.bytes) + "\"}"; }
  std::string operator()(const ClientReady&) const { return R"({"type":"client.ready"})"; }
  std::string operator()(const ClientVad& vad) const {
    json::object message{{"type", "vad_events"}};
    for (const auto& [text, event] : vad_events)
      if (event == vad.event) message["event"] = text;
    if (vad.event == Event::unknown) message["event"] = "unknown";
    return json::serialize(message);
  }
  std::string operator()(const ClientTrigger& trigger) const {
    return json::serialize(json::object{{"type", trigger.starts ? "trigger.turn.start" : "trigger.turn.end"}, {"role", "user"}});
  }
  std::string operator()(const ClientText& text) const { return json::serialize(json::object{{"type", "client.response.text"}, {"content", text.content}}); }
  std::string operator()(const ClientData& data) const { return json::serialize(json::object{{"type", "client.response.data"}, {"data", data.data}}); }
  std::string operator()(const ReplayFinished& finished) const {
    json::object message{{"type", "trigger.response.audio.replay_finished"}, {"reason", finished.reason}};
    if (!finished.turn_id.empty()) message["turn_id"] = finished.turn_id;
    return json::serialize(message);
  }
  std::string operator()(const ReplayInterrupted& cut) const {
    json::object message{{"type", "trigger.response.audio.interrupted"}};
    if (!cut.turn_id.empty()) message["turn_id"] = cut.turn_id;
    return json::serialize(message);
  }
  std::string operator()(const ClientSessionUpdate& update) const {
    json::object message{{"type", "client.session.update"}};
    if (update.audio_input) message["audio_input"] = *update.audio_input;
    if (update.audio_output) message["audio_output"] = *update.audio_output;
    return json::serialize(message);
  }
  std::string operator()(const UnknownMessage& unknown) const { return json::serialize(json::object{{"type", unknown.type}}); }
};

}  // namespace

ClientMessage read_client_message(std::string_view text) {
  const Fields fields(text, "a message of the client");
  const auto& type = fields.needed_type();
  for (const auto& reader : readers)
    if (reader.type == type) return reader.read(fields);
  return UnknownMessage{type};
}

std::string write_client_message(const ClientMessage& message) { return std::visit(Writer{}, message); }

}  // namespace antiphon::layercode
