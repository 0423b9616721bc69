#pragma once

#include <optional>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// What a model's tokens cost, in US dollars per million.
struct Price {
  double input = 0;
  double output = 0;
  std::optional<double> cached_input{};  ///< read from the provider's cache; unset: as any input
  std::optional<double> cache_write{};   ///< written into it; unset: as any input
  std::optional<double> audio_input{};   ///< unset: as any input
  std::optional<double> audio_output{};  ///< unset: as any output
};

/// The price that a vendor lists for `provider/name`; dated versions of a name (`-2025-04-14`, `-20250514`, `-latest`) cost what the name does.
/// Embedding models too. nullopt for names that are not in the table: a guess would be worse than none.
std::optional<Price> list_price(std::string_view model);

double cost_usd(const Price& price, const Usage& usage);

}  // namespace antiphon
