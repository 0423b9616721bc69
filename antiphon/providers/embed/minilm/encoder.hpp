#pragma once

#include <span>
#include <string>
#include <vector>

#include "antiphon/base/safetensors.hpp"
#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon::minilm {

/// The sizes of an encoder, from the `config.json` of its folder.
struct EncoderSizes {
  std::size_t vocabulary = 0, positions = 0, hidden = 0, layers = 0, heads = 0, inner = 0;
  float epsilon = 1e-12F;  ///< of the normalisations

  /// @throws Error configuration for sizes that cannot be.
  static EncoderSizes from_config_json(std::string_view text);
};

/// BERT's encoder with mean pooling: token ids to a vector of length 1. Immutable; thread safe.
class Encoder {
 public:
  /// @throws Error configuration where a tensor is missing or has another shape.
  Encoder(EncoderSizes sizes, const SafeTensors& weights);
  /// @param ids at least one, `sizes().positions` at most; one that is out of the vocabulary is taken for the first of it.
  Embedding encode(std::span<const int> ids) const;
  const EncoderSizes& sizes() const { return sizes_; }

 private:
  struct Linear {
    std::size_t in = 0, out = 0;
    std::vector<float> weights;  ///< [in, out]: turned, so that a row is read along
    std::vector<float> bias;
  };
  struct Norm {
    std::vector<float> scale, shift;
  };
  struct Layer {
    Linear query, key, value, merge, widen, narrow;
    Norm after_attention, after_inner;
  };
  using Rows = std::vector<float>;  // one row per token

  static Linear read_linear(const SafeTensors& weights, const std::string& name, std::size_t in, std::size_t out);
  Norm read_norm(const SafeTensors& weights, const std::string& name) const;
  Layer read_layer(const SafeTensors& weights, std::size_t index) const;

  Rows look_up(std::span<const int> ids) const;
  Rows apply(const Linear& linear, const Rows& rows) const;
  Rows attend(const Layer& layer, const Rows& rows) const;
  void add_and_normalize(Rows& rows, const Rows& more, const Norm& norm) const;
  void normalize_rows(Rows& rows, const Norm& norm) const;

  EncoderSizes sizes_;
  std::vector<float> words_, positions_, types_;
  Norm first_norm_;
  std::vector<Layer> layers_;
};

}  // namespace antiphon::minilm
