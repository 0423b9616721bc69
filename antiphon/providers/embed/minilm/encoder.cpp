#include "antiphon/providers/embed/minilm/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/providers/embed/minilm/matrix.hpp"

namespace antiphon::minilm {

namespace {

constexpr double largest_size = 1e6;

std::size_t size_of(const json::value& config, const char* name) {
  const auto number = find_number(config, name);
  if (!number || *number < 1 || *number > largest_size || *number != std::floor(*number))
    throw Error(ErrorKind::configuration, fmt::format("config.json has no usable {}", name));
  return static_cast<std::size_t>(*number);
}

float gelu(float x) { return 0.5F * x * (1 + std::erf(x / std::numbers::sqrt2_v<float>)); }

void softmax(std::vector<float>& scores) {
  const float highest = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - highest);
  for (float& score : scores) score /= sum;
}

}  // namespace

EncoderSizes EncoderSizes::from_config_json(std::string_view text) {
  const auto config = parse_json(text);
  EncoderSizes sizes{.vocabulary = size_of(config, "vocab_size"),
                     .positions = size_of(config, "max_position_embeddings"),
                     .hidden = size_of(config, "hidden_size"),
                     .layers = size_of(config, "num_hidden_layers"),
                     .heads = size_of(config, "num_attention_heads"),
                     .inner = size_of(config, "intermediate_size")};
  if (sizes.hidden % sizes.heads != 0 || sizes.positions < 2)
    throw Error(ErrorKind::configuration, fmt::format("config.json: hidden_size {} cannot be shared by {} heads", sizes.hidden, sizes.heads));
  if (const auto epsilon = find_number(config, "layer_norm_eps")) sizes.epsilon = static_cast<float>(*epsilon);
  return sizes;
}

Encoder::Linear Encoder::read_linear(const SafeTensors& weights, const std::string& name, std::size_t in, std::size_t out) {
  const auto stored = weights.floats(name + ".weight", {out, in});
  Linear linear{.in = in, .out = out, .weights = std::vector<float>(stored.size()), .bias = weights.floats(name + ".bias", {out})};
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i) linear.weights[i * out + o] = stored[o * in + i];
  return linear;
}

Encoder::Norm Encoder::read_norm(const SafeTensors& weights, const std::string& name) const {
  return {.scale = weights.floats(name + ".weight", {sizes_.hidden}), .shift = weights.floats(name + ".bias", {sizes_.hidden})};
}

Encoder::Layer Encoder::read_layer(const SafeTensors& weights, std::size_t index) const {
  const auto at = fmt::format("encoder.layer.{}.", index);
  const auto square = [&](const char* name) { return read_linear(weights, at + name, sizes_.hidden, sizes_.hidden); };
  return {.query = square("attention.self.query"),
          .key = square("attention.self.key"),
          .value = square("attention.self.value"),
          .merge = square("attention.output.dense"),
          .widen = read_linear(weights, at + "intermediate.dense", sizes_.hidden, sizes_.inner),
          .narrow = read_linear(weights, at + "output.dense", sizes_.inner, sizes_.hidden),
          .after_attention = read_norm(weights, at + "attention.output.LayerNorm"),
          .after_inner = read_norm(weights, at + "output.LayerNorm")};
}

Encoder::Encoder(EncoderSizes sizes, const SafeTensors& weights) : sizes_(sizes) {
  words_ = weights.floats("embeddings.word_embeddings.weight", {sizes_.vocabulary, sizes_.hidden});
  positions_ = weights.floats("embeddings.position_embeddings.weight", {sizes_.positions, sizes_.hidden});
  types_ = weights.floats("embeddings.token_type_embeddings.weight", {2, sizes_.hidden});
  first_norm_ = read_norm(weights, "embeddings.LayerNorm");
  for (std::size_t i = 0; i < sizes_.layers; ++i) layers_.push_back(read_layer(weights, i));
}

Encoder::Rows Encoder::look_up(std::span<const int> ids) const {
  const auto hidden = sizes_.hidden;
  Rows rows(ids.size() * hidden);
  for (std::size_t t = 0; t < ids.size(); ++t) {
    const auto id = ids[t] >= 0 && static_cast<std::size_t>(ids[t]) < sizes_.vocabulary ? static_cast<std::size_t>(ids[t]) : 0;
    for (std::size_t h = 0; h < hidden; ++h) rows[t * hidden + h] = words_[id * hidden + h] + positions_[t * hidden + h] + types_[h];
  }
  return rows;
}

Encoder::Rows Encoder::apply(const Linear& linear, const Rows& rows) const {
  const auto count = rows.size() / linear.in;
  Rows out(count * linear.out);
  multiply(rows.data(), count, linear.in, linear.weights.data(), linear.bias.data(), linear.out, out.data());
  return out;
}

Encoder::Rows Encoder::attend(const Layer& layer, const Rows& rows) const {
  const auto hidden = sizes_.hidden, count = rows.size() / hidden, width = hidden / sizes_.heads;
  const auto query = apply(layer.query, rows), key = apply(layer.key, rows), value = apply(layer.value, rows);
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  Rows mixed(rows.size());
  std::vector<float> scores(count);
  for (std::size_t first = 0; first < hidden; first += width)  // one head
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t s = 0; s < count; ++s) {
        float sum = 0;
        for (std::size_t h = first; h < first + width; ++h) sum += query[t * hidden + h] * key[s * hidden + h];
        scores[s] = sum * scale;
      }
      softmax(scores);
      for (std::size_t s = 0; s < count; ++s)
        for (std::size_t h = first; h < first + width; ++h) mixed[t * hidden + h] += scores[s] * value[s * hidden + h];
    }
  return apply(layer.merge, mixed);
}

void Encoder::normalize_rows(Rows& rows, const Norm& norm) const {
  const auto hidden = sizes_.hidden;
  for (std::size_t begin = 0; begin < rows.size(); begin += hidden) {
    float mean = 0, variance = 0;
    for (std::size_t h = 0; h < hidden; ++h) mean += rows[begin + h];
    mean /= static_cast<float>(hidden);
    for (std::size_t h = 0; h < hidden; ++h) variance += (rows[begin + h] - mean) * (rows[begin + h] - mean);
    const float scale = 1 / std::sqrt(variance / static_cast<float>(hidden) + sizes_.epsilon);
    for (std::size_t h = 0; h < hidden; ++h) rows[begin + h] = (rows[begin + h] - mean) * scale * norm.scale[h] + norm.shift[h];
  }
}

void Encoder::add_and_normalize(Rows& rows, const Rows& more, const Norm& norm) const {
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += more[i];
  normalize_rows(rows, norm);
}

Embedding Encoder::encode(std::span<const int> ids) const {
  ids = ids.first(std::min(ids.size(), sizes_.positions));
  auto rows = look_up(ids);
  normalize_rows(rows, first_norm_);
  for (const auto& layer : layers_) {
    add_and_normalize(rows, attend(layer, rows), layer.after_attention);
    auto inner = apply(layer.widen, rows);
    for (float& x : inner) x = gelu(x);
    add_and_normalize(rows, apply(layer.narrow, inner), layer.after_inner);
  }
  Embedding pooled(sizes_.hidden, 0.0F);  // a sum and a mean point the same way
  for (std::size_t i = 0; i < rows.size(); ++i) pooled[i % sizes_.hidden] += rows[i];
  normalize(pooled);
  return pooled;
}

}  // namespace antiphon::minilm
