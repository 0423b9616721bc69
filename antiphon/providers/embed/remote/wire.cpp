#include "antiphon/providers/embed/remote/wire.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::embed {

namespace {

[[noreturn]] void refuse(std::string why) { throw Error(ErrorKind::protocol, "the embedding server answered " + std::move(why)); }

Embedding read_vector(const json::value& item) {
  const auto* list = find(item, "embedding");
  if (!list || !list->is_array() || list->get_array().empty()) refuse("an item without a list of numbers: " + preview(item, 120));
  Embedding vector;
  vector.reserve(list->get_array().size());
  for (const auto& value : list->get_array()) {
    if (!value.is_number()) refuse("a vector that holds " + preview(value, 60));
    vector.push_back(static_cast<float>(value.to_number<double>()));
  }
  normalize(vector);
  return vector;
}

std::size_t index_of(const json::value& item, std::size_t otherwise) {
  const auto index = find_number(item, "index");
  if (!index) return otherwise;
  if (*index < 0 || *index > 1e6) refuse(fmt::format("index {}", *index));
  return static_cast<std::size_t>(*index);
}

std::int64_t count(const json::value& reply, std::string_view key) {
  const auto* usage = find(reply, "usage");
  const auto number = usage ? find_number(*usage, key) : std::nullopt;
  return number && *number > 0 && *number < 1e15 ? static_cast<std::int64_t>(*number) : 0;
}

}  // namespace

std::string request_body(const std::string& model, const std::vector<std::string>& texts, const json::object& extra) {
  json::object body{{"model", model}, {"input", json::array(texts.begin(), texts.end())}, {"encoding_format", "float"}};
  for (const auto& [name, value] : extra) body[name] = value;
  return json::serialize(body);
}

Embedded parse_reply(std::string_view body, std::size_t texts) {
  const auto reply = parse_json(body);
  const auto* data = find(reply, "data");
  if (!data || !data->is_array()) refuse("without `data`: " + preview(reply, 120));
  if (data->get_array().size() != texts) refuse(fmt::format("{} vectors for {} texts", data->get_array().size(), texts));
  Embedded embedded{.vectors = std::vector<Embedding>(texts), .usage = {.input_tokens = count(reply, "prompt_tokens"), .output_tokens = 0, .calls = 1}};
  std::size_t position = 0, dimensions = 0;
  for (const auto& item : data->get_array()) {
    const auto index = index_of(item, position++);
    if (index >= texts || !embedded.vectors[index].empty()) refuse(fmt::format("index {} twice or out of range", index));
    auto vector = read_vector(item);
    if (dimensions != 0 && vector.size() != dimensions) refuse(fmt::format("vectors of {} and of {} numbers", dimensions, vector.size()));
    dimensions = vector.size();
    embedded.vectors[index] = std::move(vector);
  }
  return embedded;
}

}  // namespace antiphon::embed
