#include "antiphon/providers/embed/lexical.hpp"

#include <cmath>
#include <cstdint>
#include <map>

#include "antiphon/base/unicode.hpp"

namespace antiphon {

namespace {

constexpr double word_weight = 1.0, piece_weight = 0.5;
constexpr std::size_t shortest_piece = 3, longest_piece = 5;

std::uint64_t hash(std::u32string_view text, std::uint64_t kind) {
  std::uint64_t value = 14695981039346656037ULL ^ kind;
  for (const char32_t c : text) value = (value ^ c) * 1099511628211ULL;
  value ^= value >> 29;  // FNV alone leaves the low bits of short texts alike
  value *= 0xbf58476d1ce4e5b9ULL;
  return value ^ (value >> 32);
}

/// How often each word and each piece of a word stands in a text.
class Features {
 public:
  explicit Features(std::string_view text) {
    for (const auto& word : words_of(text)) add_word(word);
  }

  Embedding vector(std::size_t dimensions) const {
    Embedding sums(dimensions, 0.0F);
    for (const auto& [feature, count] : counts_) {
      // The sign comes from another bit than the place, so that features that share a place cancel on average instead of adding up.
      const double weight = (feature.second == 0 ? word_weight : piece_weight) * (1 + std::log(static_cast<double>(count)));
      sums[feature.first % dimensions] += static_cast<float>((feature.first >> 63) != 0 ? -weight : weight);
    }
    normalize(sums);
    return sums;
  }

 private:
  void add_word(const std::u32string& word) {
    ++counts_[{hash(word, 0), 0}];
    const auto framed = U"<" + word + U">";  // beginnings and ends of words are pieces of their own
    for (std::size_t size = shortest_piece; size <= longest_piece; ++size)
      for (std::size_t at = 0; at + size <= framed.size(); ++at) ++counts_[{hash(std::u32string_view(framed).substr(at, size), size), size}];
  }

  std::map<std::pair<std::uint64_t, std::size_t>, int> counts_;
};

}  // namespace

Embedded LexicalEmbedder::embed(const std::vector<std::string>& texts, Duration, std::stop_token) {
  Embedded embedded;
  for (const auto& text : texts) embedded.vectors.push_back(Features(text).vector(capabilities_.dimensions));
  return embedded;
}

}  // namespace antiphon
