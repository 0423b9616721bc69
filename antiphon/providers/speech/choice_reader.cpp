#include "antiphon/providers/speech/choice_reader.hpp"

namespace antiphon {

namespace {

EarChoice read_primed(DocumentReader& reader, const Node::Member& member) {
  EarChoice ear(member.key);
  DocumentFields fields(reader, member.value, "a recogniser", "pocketsphinx: {phrases: [order number]}");
  ear.phrases = fields.texts("phrases").value_or(std::vector<std::string>{});
  ear.language = fields.text("language").value_or("");
  fields.finish();
  return ear;
}

}  // namespace

VoiceChoice read_voice_fields(DocumentReader& reader, DocumentFields& fields, const std::string& usual) {
  VoiceChoice choice;
  choice.voice = fields.text("voice").value_or(usual);
  choice.base_url = fields.text("base_url").value_or("");
  choice.key = fields.text("key").value_or("");
  if (const auto* speed = fields.get("speed")) choice.speed = reader.number(*speed, "speed", 0.5, 2);
  choice.style = fields.text("style").value_or("");
  choice.language = fields.text("language").value_or("");
  if (const auto* lexicon = fields.get("lexicon"))
    for (auto& [word, said] : reader.named_texts(*lexicon, "lexicon").value_or(std::vector<std::pair<std::string, std::string>>{})) choice.lexicon[word] = said;
  choice.extra = fields.object("extra").value_or(json::object{});
  fields.finish();
  return choice;
}

EarChoice read_ear_mapping(DocumentReader& reader, const Node& node, const std::string& usual, const std::string& example) {
  if (node.is_mapping() && node.members.size() == 1 && node.members.front().value.is_mapping()) return read_primed(reader, node.members.front());
  DocumentFields fields(reader, node, "a recogniser", example);
  EarChoice choice;
  choice.recogniser = fields.text("recogniser").value_or(usual);
  choice.base_url = fields.text("base_url").value_or("");
  choice.key = fields.text("key").value_or("");
  choice.language = fields.text("language").value_or("");
  choice.phrases = fields.texts("phrases").value_or(std::vector<std::string>{});
  choice.extra = fields.object("extra").value_or(json::object{});
  fields.finish();
  return choice;
}

}  // namespace antiphon
