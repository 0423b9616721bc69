#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// A direction: of length 1, or all zero for a text that has nothing to compare.
using Embedding = std::vector<float>;

/// The cosine of the angle between two embeddings of one embedder, in [-1, 1]; 0 where one of them is all zero or their sizes differ.
double similarity(const Embedding& a, const Embedding& b);
/// Scales to length 1; leaves zero (and what is not finite) as zero.
void normalize(Embedding& vector);

struct EmbedderCapabilities {
  std::size_t dimensions = 0;   ///< 0: told by the first answer
  bool semantic = false;        ///< knows that different words may mean the same
  bool remote = false;          ///< asks a server
  std::size_t most_tokens = 0;  ///< what is longer is cut; 0: nothing is
};

struct Embedded {
  std::vector<Embedding> vectors;  ///< one per text
  Usage usage;
};

/// Makes texts comparable. An implementation computes and nothing else; remembering texts wraps this interface.
///
/// Blocks, so that a run in virtual time may use it (its clock stands still meanwhile): call it on a `BlockingPool`. Thread safe.
class Embedder {
 public:
  virtual ~Embedder() = default;
  /// @param limit longest time, on the wall clock.
  /// @throws Error as `LanguageModel` does; cancelled when `stop` was requested.
  virtual Embedded embed(const std::vector<std::string>& texts, Duration limit, std::stop_token stop) = 0;
  /// As in suites: `lexical`, `openai/text-embedding-3-small`.
  virtual const std::string& name() const = 0;
  virtual const EmbedderCapabilities& capabilities() const = 0;
};

}  // namespace antiphon
