#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "antiphon/providers/embed/embedder.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// Embedders by name, each made once and with a memory of the texts it has seen; shared by the runs of a batch. Thread safe.
///
/// Names: `lexical` (also where none is given), `minilm`, `minilm/DIR`, and `VENDOR/MODEL` of every vendor with OpenAI's protocol.
class EmbedderRegistry {
 public:
  /// @throws Error configuration as `check`.
  std::shared_ptr<Embedder> open(const ModelSettings& settings) const;
  /// What `open` would refuse, without loading anything. @throws Error configuration, naming what there is.
  static void check(const ModelSettings& settings);
  /// What a vendor's model costs: as its settings say, else as its vendor lists; nullopt where neither does.
  static std::optional<Price> price(const ModelSettings& settings);

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<Embedder>> open_;
};

}  // namespace antiphon
