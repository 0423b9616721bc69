#include "antiphon/scenario/checks/text_vectors.hpp"

#include <algorithm>

namespace antiphon {

std::vector<std::string> TextVectors::missing(const std::vector<std::string>& texts) const {
  std::vector<std::string> list;
  for (const auto& text : texts)
    if (!vectors_.contains(text) && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  return list;
}

void TextVectors::add(const std::vector<std::string>& texts, std::vector<Embedding> vectors) {
  for (std::size_t i = 0; i < texts.size() && i < vectors.size(); ++i) vectors_.insert_or_assign(texts[i], std::move(vectors[i]));
}

const Embedding* TextVectors::find(const std::string& text) const {
  const auto found = vectors_.find(text);
  return found == vectors_.end() ? nullptr : &found->second;
}

}  // namespace antiphon
