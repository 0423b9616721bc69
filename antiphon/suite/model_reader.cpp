#include "antiphon/suite/model_reader.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

// `../desk.rules.yaml`, `rules.yaml` with a folder before it: somebody means a file.
bool is_a_path(std::string_view name) {
  return name.starts_with('.') || name.starts_with('/') || name.starts_with('~') || (!name.starts_with("rules/") && name.ends_with(".rules.yaml"));
}

void set_name(ReadContext& context, const Node& node, ModelSettings& settings) {
  const auto name = context.reader.text(node, "model");
  if (!name) return;
  if (is_a_path(*name)) {
    context.reader.report(node, fmt::format("{} is a path, and what stands here is read as provider/name", quote(*name)),
                          fmt::format("write a rules file as `rules/FILE`, relative to this file: rules/{}", *name));
    return;
  }
  const auto slash = name->find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == name->size()) {
    context.reader.report(node, fmt::format("{} is no model", quote(*name)), "write `provider/name`, such as openai/gpt-4.1-mini or rules/support.rules.yaml");
    return;
  }
  settings.model = *name;
  settings.directory = directory_of(node.where);
}

std::optional<Price> read_price(ReadContext& context, const Node& node) {
  constexpr double most = 1e6;
  Fields fields(context.reader, node, "a price", "price: {input: 0.40, output: 1.60}");
  const auto number = [&](const Node* value, std::string_view key) { return value ? context.reader.number(*value, key, 0, most) : std::nullopt; };
  const auto input = number(fields.require("input", "input: 0.40"), "input"), output = number(fields.require("output", "output: 1.60"), "output");
  const auto part = [&](std::string_view key) { return number(fields.get(key), key); };
  Price price{
      .cached_input = part("cached_input"), .cache_write = part("cache_write"), .audio_input = part("audio_input"), .audio_output = part("audio_output")};
  fields.finish();
  if (!input || !output) return std::nullopt;
  price.input = *input, price.output = *output;
  return price;
}

// Embedding models say nothing.
std::optional<Price> read_embedding_price(ReadContext& context, const Node& node) {
  Fields fields(context.reader, node, "the price of an embedding model", "price: {input: 0.02}");
  const auto* value = fields.require("input", "input: 0.02");
  const auto input = value ? context.reader.number(*value, "input", 0, 1e6) : std::nullopt;
  fields.finish();
  return input ? std::optional(Price{.input = *input}) : std::nullopt;
}

}  // namespace

const std::vector<std::string>& model_keys() {
  static const std::vector<std::string> keys{"model", "base_url", "key", "temperature", "max_tokens", "extra", "price"};
  return keys;
}

ModelSettings read_model_keys(ReadContext& context, Fields& fields) {
  ModelSettings settings;
  if (const auto* node = fields.get("model")) set_name(context, *node, settings);
  if (const auto* node = fields.get("base_url")) settings.base_url = context.reader.url(*node, "base_url").value_or("");
  settings.key = fields.text("key").value_or("");
  if (const auto* node = fields.get("temperature")) settings.temperature = context.reader.number(*node, "temperature", 0, 2);
  settings.max_tokens = fields.integer("max_tokens", 1);
  if (const auto* node = fields.get("price")) settings.price = read_price(context, *node);
  settings.extra = fields.object("extra").value_or(json::object{});
  return settings;
}

ModelSettings read_embedding(ReadContext& context, const Node& node) {
  ModelSettings settings;
  const auto take_name = [&](const Node& name) {
    settings.model = context.reader.text(name, "embedding").value_or("");
    settings.directory = directory_of(name.where);
  };
  if (node.is_scalar()) {
    take_name(node);
    return settings;
  }
  Fields fields(context.reader, node, "an embedding", "embedding: openai/text-embedding-3-small");
  if (!fields.is_mapping()) return settings;
  if (const auto* name = fields.require("model", "model: openai/text-embedding-3-small")) take_name(*name);
  if (const auto* url = fields.get("base_url")) settings.base_url = context.reader.url(*url, "base_url").value_or("");
  settings.key = fields.text("key").value_or("");
  settings.extra = fields.object("extra").value_or(json::object{});
  if (const auto* price = fields.get("price")) settings.price = read_embedding_price(context, *price);
  fields.finish();
  return settings;
}

ModelSettings read_audit(ReadContext& context, const Node& node) {
  if (node.is_scalar() && node.text == "off") return "off";
  return read_model(context, node);
}

ModelSettings read_model(ReadContext& context, const Node& node) {
  ModelSettings settings;
  if (node.is_scalar()) {
    set_name(context, node, settings);
    return settings;
  }
  Fields fields(context.reader, node, "a model", "model: provider/name");
  settings = read_model_keys(context, fields);
  fields.finish();
  return settings;
}

}  // namespace antiphon::suite
