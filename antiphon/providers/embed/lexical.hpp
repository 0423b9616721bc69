#pragma once

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon {

/// Compares how texts are written, not what they mean: words and pieces of words, hashed into a vector. Needs nothing, is exact and fast, and
/// takes two sentences without a common word for strangers whatever they say.
class LexicalEmbedder final : public Embedder {
 public:
  Embedded embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) override;
  const std::string& name() const override { return name_; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }

 private:
  std::string name_ = "lexical";
  EmbedderCapabilities capabilities_{.dimensions = 4096};
};

}  // namespace antiphon
