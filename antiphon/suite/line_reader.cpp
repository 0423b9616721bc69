#include "antiphon/suite/line_reader.hpp"

#include <fmt/format.h>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/suite/voice_reader.hpp"

namespace antiphon::suite {

namespace {

/// `true` is the usual one, `false` none, anything else the thing itself.
template <class T, class Read>
void read_choice(const Node* node, std::optional<T>& value, const T& usual, Read read) {
  if (!node) return;
  if (const auto chosen = node->as_bool())
    value = *chosen ? std::optional(usual) : std::nullopt;
  else
    value = read(*node);
}

class MessageReader {
 public:
  explicit MessageReader(ReadContext& context) : context_(context) {}

  void sent(const Node& node) {
    Fields fields(context_.reader, node, "the messages we send", "send: {audio: {type: audio, audio: \"${audio}\"}}");
    const auto* audio = fields.get("audio");
    if (audio && audio->is_scalar() && audio->text == "binary")
      shape_.audio.reset();
    else
      template_of(audio, shape_.audio, *VoiceMessages().audio);
    template_of(fields.get("start"), shape_.start, VoiceMessages::usual_start());
    template_of(fields.get("utterance_end"), shape_.utterance_end, VoiceMessages::usual_utterance_end());
    template_of(fields.get("interrupt"), shape_.interrupt, VoiceMessages::usual_interrupt());
    template_of(fields.get("dtmf"), shape_.dtmf, VoiceMessages::usual_dtmf());
    template_of(fields.get("text"), shape_.text, VoiceMessages::usual_text());
    template_of(fields.get("hang_up"), shape_.hang_up, VoiceMessages::usual_hang_up());
    fields.finish();
  }

  void received(const Node& node) {
    const VoiceMessages usual;
    Fields fields(context_.reader, node, "the messages of the agent", "receive: {turn_end: true}");
    rule(fields.get("audio"), "audio", shape_.agent_audio, *usual.agent_audio);
    transcript(fields.get("transcript"));
    rule(fields.get("understood"), "understood", shape_.understood, *usual.understood);
    rule(fields.get("turn_end"), "turn_end", shape_.turn_end, VoiceMessages::usual_turn_end());
    rule(fields.get("clear"), "clear", shape_.clear, *usual.clear);
    rule(fields.get("error"), "error", shape_.error, *usual.error);
    rule(fields.get("hang_up"), "hang_up", shape_.closing, *usual.closing);
    latency(fields.get("latency"));
    fields.finish();
  }

  VoiceMessages take() && { return std::move(shape_); }

 private:
  static void template_of(const Node* node, std::optional<json::value>& message, const json::value& usual) {
    read_choice(node, message, usual, [](const Node& given) { return std::optional(given.to_json()); });
  }

  VoiceMessageRule rule_in(Fields& fields) {
    VoiceMessageRule rule;
    if (const auto* when = fields.get("when")) rule.when = context_.reader.object(*when, "when").value_or(json::object{});
    rule.at = fields.text("at").value_or("");
    return rule;
  }

  void rule(const Node* node, std::string_view name, std::optional<VoiceMessageRule>& rule, const VoiceMessageRule& usual) {
    read_choice(node, rule, usual, [&](const Node& given) {
      Fields fields(context_.reader, given, fmt::format("the messages for {}", name), fmt::format("{}: {{when: {{type: {}}}}}", name, name));
      auto read = rule_in(fields);
      fields.finish();
      return std::optional(std::move(read));
    });
  }

  void transcript(const Node* node) {
    read_choice(node, shape_.transcript, VoiceMessages::usual_transcript(), [&](const Node& given) {
      Fields fields(context_.reader, given, "the messages for transcript", "transcript: {when: {type: transcript}, at: /text}");
      auto read = rule_in(fields);
      shape_.transcript_is_whole = fields.boolean("whole").value_or(false);
      fields.finish();
      return std::optional(std::move(read));
    });
  }

  void latency(const Node* node) {
    read_choice(node, shape_.latency, *VoiceMessages().latency, [&](const Node& given) {
      Fields fields(context_.reader, given, "the messages for latency", "latency: {when: {type: metrics}, at: /ms}");
      auto read = rule_in(fields);
      shape_.latency_of = fields.text("of").value_or("");
      fields.finish();
      return std::optional(std::move(read));
    });
  }

  ReadContext& context_;
  VoiceMessages shape_;
};

}  // namespace

std::optional<audio::AudioFormat> read_line_format(ReadContext& context, Fields& fields, std::string_view key) {
  const auto* node = fields.get(key);
  if (!node) return std::nullopt;
  const auto text = context.reader.text(*node, key);
  if (!text) return std::nullopt;
  try {
    const auto format = audio::parse_format(*text);
    audio::require_line_format(format);
    return format;
  } catch (const Error& error) {
    context.reader.report(*node, error.message(), error.hint().empty() ? "use pcm16/16000, mulaw/8000, alaw/8000 or opus/48000" : error.hint());
    return std::nullopt;
  }
}

VoiceLineOptions read_line(ReadContext& context, Fields& fields) {
  VoiceLineOptions line;
  if (const auto format = read_line_format(context, fields, "send")) line.send = *format;
  line.receive = read_line_format(context, fields, "receive");
  if (const auto* greeting = fields.get("greeting")) line.greeting = read_greeting(context, *greeting);
  line.tail_silence = fields.duration("tail_silence");
  line.response_timeout = fields.duration("response_timeout");
  return line;
}

VoiceMessages read_voice_messages(ReadContext& context, const Node& node) {
  MessageReader messages(context);
  if (node.as_bool() == true) return {};
  Fields fields(context.reader, node, "the messages of a line", "json: {receive: {turn_end: true}}");
  if (const auto* sent = fields.get("send")) messages.sent(*sent);
  if (const auto* received = fields.get("receive")) messages.received(*received);
  fields.finish();
  return std::move(messages).take();
}

}  // namespace antiphon::suite
