#pragma once

#include <memory>

#include "antiphon/providers/llm/cache/call_cache.hpp"
#include "antiphon/providers/llm/cassette/cassette.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// What a run remembers of its calls to models; either may be missing.
struct CallMemory {
  std::shared_ptr<Cassette> cassette{};
  std::shared_ptr<RunCache> cache{};
};

/// Opens a model whose calls are answered from the run's cassette and cache where they know the answer, and kept there where not. A model whose
/// calls are only replayed is never opened: it needs no key. @throws Error configuration, as `ModelRegistry::open` does.
std::unique_ptr<LanguageModel> open_remembered(const ModelRegistry& models, const ModelSettings& settings, const ModelContext& context,
                                               const CallMemory& memory);

}  // namespace antiphon
