#include "antiphon/protocol/layercode/reply_events.hpp"

#include <array>

#include "antiphon/protocol/layercode/fields.hpp"

namespace antiphon::layercode {

namespace {

ReplyEvent read_speech(const Fields& fields) { return ReplySpeech{fields.text("content"), fields.text_or("turn_id")}; }
ReplyEvent read_data(const Fields& fields) {
  const auto* content = fields.value("content");
  return ReplyData{content ? *content : json::value(nullptr), fields.text_or("turn_id")};
}
ReplyEvent read_end(const Fields& fields) { return ReplyEnd{fields.text_or("turn_id")}; }
ReplyEvent read_hang_up(const Fields& fields) { return ReplyHangUp{fields.text_or("turn_id")}; }
ReplyEvent read_error(const Fields& fields) {
  const auto* error = fields.value("error");
  if (!error || error->is_null()) return ReplyError{};
  return ReplyError{error->is_string() ? std::string(error->get_string()) : preview(*error, 300)};
}

struct Reader {
  std::string_view type;
  ReplyEvent (*read)(const Fields&);
};
constexpr std::array<Reader, 5> readers{{{"response.tts", read_speech},
                                         {"response.data", read_data},
                                         {"response.end", read_end},
                                         {"response.hangup", read_hang_up},
                                         {"response.error", read_error}}};

struct Writer {
  json::object operator()(const ReplySpeech& speech) const { return with_turn({{"type", "response.tts"}, {"content", speech.content}}, speech.turn_id); }
  json::object operator()(const ReplyData& data) const { return with_turn({{"type", "response.data"}, {"content", data.content}}, data.turn_id); }
  json::object operator()(const ReplyEnd& end) const { return with_turn({{"type", "response.end"}}, end.turn_id); }
  json::object operator()(const ReplyHangUp& hang_up) const { return with_turn({{"type", "response.hangup"}}, hang_up.turn_id); }
  json::object operator()(const ReplyError& error) const { return {{"type", "response.error"}, {"error", error.error}}; }
  json::object operator()(const UnknownMessage& unknown) const { return {{"type", unknown.type}}; }

 private:
  static json::object with_turn(json::object event, const std::string& turn_id) {
    if (!turn_id.empty()) event["turn_id"] = turn_id;
    return event;
  }
};

}  // namespace

ReplyEvent read_reply_event(std::string_view data) {
  const Fields fields(data, "an event of the reply");
  for (const auto& reader : readers)
    if (reader.type == fields.type()) return reader.read(fields);
  return UnknownMessage{fields.type()};
}

std::string write_reply_event(const ReplyEvent& event) { return "data: " + json::serialize(std::visit(Writer{}, event)) + "\n\n"; }

}  // namespace antiphon::layercode
