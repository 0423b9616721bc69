#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/base/json.hpp"

namespace antiphon {

/// What one role of a run used of one model. Counts are the provider's; 0 where it says nothing.
struct ModelUsage {
  std::string role;   ///< user, agent, judge; check for embeddings
  std::string model;  ///< `provider/name`
  std::int64_t calls = 0;
  std::int64_t input_tokens = 0;         ///< all of them
  std::int64_t output_tokens = 0;        ///< all of them
  std::int64_t cached_input_tokens = 0;  ///< of the input: read from the provider's cache
  std::int64_t cache_write_tokens = 0;   ///< of the input: written into it
  std::int64_t reasoning_tokens = 0;     ///< of the output: thought and not said
  std::int64_t audio_input_tokens = 0;   ///< of the input: sound
  std::int64_t audio_output_tokens = 0;  ///< of the output: sound
  std::optional<double> cost_usd{};      ///< nullopt where the price is unknown

  bool operator==(const ModelUsage&) const = default;
};

/// The member `usage` of a result.
json::object usage_json(const std::vector<ModelUsage>& usage, std::int64_t input_tokens, std::int64_t output_tokens, std::int64_t calls);

/// Names every model whose price is unknown and which was used; nullopt where there is none.
std::optional<std::string> price_notice(const std::vector<ModelUsage>& usage);
/// Whether a notice is such a one: where many runs end, it is told once for all of them.
bool is_price_notice(std::string_view notice);

}  // namespace antiphon
