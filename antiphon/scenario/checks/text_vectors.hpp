#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "antiphon/providers/embed/embedder.hpp"

namespace antiphon {

/// What `similar` compares, computed before it is evaluated: each text of a run once.
class TextVectors {
 public:
  /// Those of `texts` that are not there yet, each once.
  std::vector<std::string> missing(const std::vector<std::string>& texts) const;
  void add(const std::vector<std::string>& texts, std::vector<Embedding> vectors);
  /// nullptr where it was not computed.
  const Embedding* find(const std::string& text) const;

  std::string embedder;  ///< who made them

 private:
  std::unordered_map<std::string, Embedding> vectors_;
};

}  // namespace antiphon
