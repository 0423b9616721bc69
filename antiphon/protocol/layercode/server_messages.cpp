#include "antiphon/protocol/layercode/server_messages.hpp"

#include <array>

#include "antiphon/base/base64.hpp"
#include "antiphon/protocol/layercode/fields.hpp"

namespace antiphon::layercode {

namespace {

using Kind = UserTranscript::Kind;

Role role_of(const Fields& fields) {
  const auto role = fields.text("role");
  if (role != "user" && role != "assistant") fields.refuse("role", "user or assistant");
  return role == "user" ? Role::user : Role::assistant;
}

ServerMessage read_start(const Fields& fields) { return TurnStart{role_of(fields), fields.text_or("turn_id")}; }
ServerMessage read_turn_end(const Fields& fields) { return TurnEnd{role_of(fields), fields.text_or("turn_id")}; }
ServerMessage read_audio(const Fields& fields) { return ResponseAudio{fields.audio("content"), fields.text_or("turn_id"), fields.text_or("delta_id")}; }
ServerMessage read_text(const Fields& fields) { return ResponseText{fields.text("content"), fields.text_or("turn_id")}; }
ServerMessage read_text_delta(const Fields& fields) { return ResponseText{fields.text("content"), fields.text_or("turn_id"), true}; }
ServerMessage read_data(const Fields& fields) {
  const auto* content = fields.value("content");
  if (!content) fields.refuse("content", "the data that is passed on");
  return ResponseData{*content, fields.text_or("turn_id")};
}
ServerMessage read_end(const Fields& fields) { return ResponseEnd{fields.text_or("turn_id")}; }
template <Kind kind>
ServerMessage read_transcript(const Fields& fields) {
  return UserTranscript{kind, fields.text("content"), fields.text_or("turn_id"), fields.integer("delta_counter")};
}

struct Reader {
  std::string_view type;
  ServerMessage (*read)(const Fields&);
};
constexpr std::array<Reader, 10> readers{{{"response.audio", read_audio},
                                          {"response.text", read_text},
                                          {"response.text.delta", read_text_delta},
                                          {"response.data", read_data},
                                          {"response.end", read_end},
                                          {"turn.start", read_start},
                                          {"turn.end", read_turn_end},
                                          {"user.transcript", read_transcript<Kind::final>},
                                          {"user.transcript.delta", read_transcript<Kind::delta>},
                                          {"user.transcript.interim_delta", read_transcript<Kind::interim>}}};

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::interim: return "user.transcript.interim_delta";
    case Kind::delta: return "user.transcript.delta";
    case Kind::final: break;
  }
  return "user.transcript";
}

std::string with_turn(json::object message, const std::string& turn_id) {
  if (!turn_id.empty()) message["turn_id"] = turn_id;
  return json::serialize(message);
}

struct Writer {
  std::string operator()(const TurnStart& turn) const { return with_turn({{"type", "turn.start"}, {"role", to_string(turn.role)}}, turn.turn_id); }
  std::string operator()(const TurnEnd& turn) const { return with_turn({{"type", "turn.end"}, {"role", to_string(turn.role)}}, turn.turn_id); }
  // Audio is most of what is ever sent, and base64 needs no escapes.
  std::string operator()(const ResponseAudio& audio) const {
    auto text = R"({"type":"response.audio","content":")" + encode_base64(audio.bytes) + '"';
    if (!audio.delta_id.empty()) append_member(text, "delta_id", audio.delta_id);
    if (!audio.turn_id.empty()) append_member(text, "turn_id", audio.turn_id);
    return text += '}';
  }
  std::string operator()(const ResponseText& text) const {
    return with_turn({{"type", text.delta ? "response.text.delta" : "response.text"}, {"content", text.content}}, text.turn_id);
  }
  std::string operator()(const ResponseData& data) const { return with_turn({{"type", "response.data"}, {"content", data.content}}, data.turn_id); }
  std::string operator()(const ResponseEnd& end) const { return with_turn({{"type", "response.end"}}, end.turn_id); }
  std::string operator()(const UserTranscript& heard) const {
    json::object message{{"type", type_of(heard.kind)}, {"content", heard.content}};
    if (heard.delta_counter) message["delta_counter"] = *heard.delta_counter;
    return with_turn(std::move(message), heard.turn_id);
  }
  std::string operator()(const UnknownMessage& unknown) const { return json::serialize(json::object{{"type", unknown.type}}); }

 private:
  static void append_member(std::string& text, std::string_view key, std::string_view value) {
    text.append(",\"").append(key).append("\":");
    append_json_string(text, value);
  }
};

}  // namespace

std::string_view to_string(Role role) { return role == Role::user ? "user" : "assistant"; }

ServerMessage read_server_message(std::string_view text) {
  const Fields fields(text, "a message of the platform");
  const auto& type = fields.needed_type();
  for (const auto& reader : readers)
    if (reader.type == type) return reader.read(fields);
  return UnknownMessage{type};
}

std::string write_server_message(const ServerMessage& message) { return std::visit(Writer{}, message); }

}  // namespace antiphon::layercode
