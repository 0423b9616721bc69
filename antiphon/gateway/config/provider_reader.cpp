#include "antiphon/gateway/config/provider_reader.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/choice_reader.hpp"

namespace antiphon::gateway {

namespace {

/// The one key of a mapping that makes it a stub.
const Node* stub_of(const Node& node) { return node.is_mapping() && node.members.size() == 1 ? node.find("stub") : nullptr; }

StubFailure read_failure(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "a failure of a stub", "fail: {rate: 5%, kind: timeout}");
  StubFailure failure;
  if (const auto* rate = fields.require("rate", "rate: 5%")) failure.rate = reader.ratio(*rate, "rate").value_or(0);
  if (const auto* kind = fields.get("kind")) {
    const auto name = reader.choice(*kind, "kind", {"timeout", "429", "garbage", "stall"});
    using enum StubFailure::Kind;
    failure.kind = !name || *name == "timeout" ? timeout : *name == "429" ? rate_limited : *name == "garbage" ? garbage : stall;
  }
  fields.finish();
  return failure;
}

/// The keys of one stub.
class StubFields {
 public:
  StubFields(DocumentReader& reader, const Node& node, std::string owner)
      : reader_(reader), empty_(node.is_null()), fields_(reader, empty_ ? nothing() : node, std::move(owner), "stub: {}") {}

  void duration(std::string_view key, Duration& value) {
    if (const auto given = fields_.duration(key)) value = *given;
  }
  void number(std::string_view key, double& value, double least, double most) {
    if (const auto* node = fields_.get(key)) value = reader_.number(*node, key, least, most).value_or(value);
  }
  void text(std::string_view key, std::string& value) {
    if (auto given = fields_.text(key)) value = *std::move(given);
  }
  void finish(StubFailure& failure) {
    if (const auto* node = fields_.get("fail")) failure = read_failure(reader_, *node);
    fields_.finish();
  }

 private:
  static const Node& nothing() {
    static const Node mapping = [] {
      Node node;
      node.kind = Node::Kind::mapping;
      return node;
    }();
    return mapping;
  }

  DocumentReader& reader_;
  bool empty_;
  DocumentFields fields_;
};

StubEarSettings read_stub_ear(DocumentReader& reader, const Node& node) {
  StubEarSettings settings;
  StubFields fields(reader, node, "a stub that hears");
  fields.duration("final_after", settings.final_after);
  fields.duration("min_speech", settings.min_speech);
  fields.number("rms", settings.rms, 1, 32767);
  fields.text("text", settings.text);
  fields.finish(settings.fail);
  return settings;
}

StubModelSettings read_stub_model(DocumentReader& reader, const Node& node) {
  StubModelSettings settings;
  StubFields fields(reader, node, "a stub of a model");
  fields.duration("first_token", settings.first_token);
  fields.duration("token", settings.token);
  fields.text("text", settings.text);
  fields.finish(settings.fail);
  return settings;
}

StubVoiceSettings read_stub_voice(DocumentReader& reader, const Node& node) {
  StubVoiceSettings settings;
  StubFields fields(reader, node, "a stub of a voice");
  fields.duration("first_chunk", settings.first_chunk);
  fields.duration("chunk", settings.chunk);
  fields.duration("word", settings.word);
  fields.number("speed", settings.speed, 0.1, 1000);
  fields.finish(settings.fail);
  return settings;
}

EarProvider read_ear(DocumentReader& reader, const Node& node) {
  if (const auto* stub = stub_of(node)) return read_stub_ear(reader, *stub);
  if (node.is_scalar()) return EarChoice(reader.text(node, "asr").value_or("auto"));
  return read_ear_mapping(reader, node, "auto", "asr: moonshine");
}

std::string model_name(DocumentReader& reader, const Node& node) {
  const auto name = reader.text(node, "model").value_or("");
  const auto slash = name.find('/');
  if (name.empty() || (slash != 0 && slash != std::string::npos && slash + 1 < name.size() && name.front() != '.')) return name;
  reader.report(node, fmt::format("{} is no model", quote(name)), "write `provider/name`, such as openai/gpt-4o or rules/desk.rules.yaml");
  return {};
}

ModelProvider read_model(DocumentReader& reader, const Node& node) {
  if (const auto* stub = stub_of(node)) return read_stub_model(reader, *stub);
  ModelSettings settings;
  settings.directory = directory_of(node.where);
  if (node.is_scalar()) {
    settings.model = model_name(reader, node);
    return settings;
  }
  DocumentFields fields(reader, node, "a model", "llm: openai/gpt-4o");
  if (const auto* name = fields.require("model", "model: openai/gpt-4o")) settings.model = model_name(reader, *name);
  settings.base_url = fields.text("base_url").value_or("");
  settings.key = fields.text("key").value_or("");
  if (const auto* value = fields.get("temperature")) settings.temperature = reader.number(*value, "temperature", 0, 2);
  settings.max_tokens = fields.integer("max_tokens", 1);
  settings.extra = fields.object("extra").value_or(json::object{});
  fields.finish();
  return settings;
}

VoiceProvider read_voice(DocumentReader& reader, const Node& node) {
  if (const auto* stub = stub_of(node)) return read_stub_voice(reader, *stub);
  if (node.is_scalar()) return VoiceChoice(reader.text(node, "tts").value_or("auto"));
  DocumentFields fields(reader, node, "a voice", "tts: {voice: hibari/heart, speed: 1.1}");
  return read_voice_fields(reader, fields, "auto");
}

/// One, or a list of which the later ones stand in for those before them.
template <class Provider>
std::vector<Provider> read_chain(DocumentReader& reader, const Node& node, std::string_view key, Provider (*read_one)(DocumentReader&, const Node&)) {
  std::vector<Provider> all;
  if (!node.is_sequence()) return {read_one(reader, node)};
  for (const auto& item : node.items) all.push_back(read_one(reader, item));
  if (all.empty()) reader.report(node, fmt::format("`{}` is an empty list", key), "name at least one, or leave it out");
  return all;
}

bool is_same(const EarChoice& one, const EarChoice& other) { return one == other; }
bool is_same(const VoiceChoice& one, const VoiceChoice& other) { return one == other; }
bool is_same(const ModelSettings& one, const ModelSettings& other) {
  return !one.empty() && one.model == other.model && one.base_url == other.base_url && one.key == other.key;
}

/// Stubs differ in what they draw.
template <class Choice, class Stub>
bool is_same(const std::variant<Choice, Stub>& one, const std::variant<Choice, Stub>& other) {
  const auto *first = std::get_if<Choice>(&one), *second = std::get_if<Choice>(&other);
  return first && second && is_same(*first, *second);
}

/// Where something fails, the same once more does not help.
template <class Provider>
void refuse_twins(DocumentReader& reader, const Node& node, const std::vector<Provider>& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i)
    for (std::size_t before = 0; before < i; ++before)
      if (is_same(chain[i], chain[before])) {
        reader.report(node.items[i], "it stands in for itself: the same stands before it in this list", "name another one, or leave it out");
        break;
      }
}

}  // namespace

ProviderConfig read_providers(DocumentReader& reader, const Node& node) {
  DocumentFields fields(reader, node, "`providers`", "providers: {asr: auto, llm: rules/desk.rules.yaml, tts: auto}");
  ProviderConfig config;
  if (const auto* ears = fields.get("asr")) config.ears = read_chain<EarProvider>(reader, *ears, "asr", read_ear);
  if (const auto* models = fields.get("llm")) config.models = read_chain<ModelProvider>(reader, *models, "llm", read_model);
  if (const auto* voices = fields.get("tts")) config.voices = read_chain<VoiceProvider>(reader, *voices, "tts", read_voice);
  fields.finish();
  if (const auto* ears = node.find("asr")) refuse_twins(reader, *ears, config.ears);
  if (const auto* models = node.find("llm")) refuse_twins(reader, *models, config.models);
  if (const auto* voices = node.find("tts")) refuse_twins(reader, *voices, config.voices);
  return config;
}

}  // namespace antiphon::gateway
