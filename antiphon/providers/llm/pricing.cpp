#include "antiphon/providers/llm/pricing.hpp"

#include <algorithm>
#include <cctype>

namespace antiphon {

namespace {

struct Entry {
  std::string_view model;
  Price price;
};

// Standard prices of the vendors' own pages, without batch discounts: input, output, read from a cache, written into one (for five minutes, where
// there is a choice), sound. They change: `price:` of a model wins over this table. Models that cost more for long prompts are left out.
constexpr Entry table[] = {
    {"openai/gpt-4.1", {2.00, 8.00, 0.50}},
    {"openai/gpt-4.1-mini", {0.40, 1.60, 0.10}},
    {"openai/gpt-4.1-nano", {0.10, 0.40, 0.025}},
    {"openai/gpt-4o-2024-05-13", {5.00, 15.00}},  // the one version that costs more
    {"openai/gpt-4o", {2.50, 10.00, 1.25}},
    {"openai/gpt-4o-mini", {0.15, 0.60, 0.075}},
    {"openai/gpt-5", {1.25, 10.00, 0.125}},
    {"openai/gpt-5-mini", {0.25, 2.00, 0.025}},
    {"openai/gpt-5-nano", {0.05, 0.40, 0.005}},
    {"openai/o3", {2.00, 8.00, 0.50}},
    {"openai/o4-mini", {1.10, 4.40, 0.275}},
    {"anthropic/claude-opus-4-1", {15.00, 75.00, 1.50, 18.75}},
    {"anthropic/claude-sonnet-4-5", {3.00, 15.00, 0.30, 3.75}},
    {"anthropic/claude-sonnet-4", {3.00, 15.00, 0.30, 3.75}},
    {"anthropic/claude-haiku-4-5", {1.00, 5.00, 0.10, 1.25}},
    {"anthropic/claude-3-5-haiku", {0.80, 4.00, 0.08, 1.00}},
    {"gemini/gemini-2.5-flash", {0.30, 2.50, 0.03, {}, 1.00}},
    {"gemini/gemini-2.5-flash-lite", {0.10, 0.40, 0.01, {}, 0.30}},
    {"gemini/gemini-2.0-flash", {0.10, 0.40, 0.025, {}, 0.70}},
    {"groq/llama-3.3-70b-versatile", {0.59, 0.79}},
    {"groq/llama-3.1-8b-instant", {0.05, 0.08}},
    {"openai/text-embedding-3-small", {0.02, 0}},
    {"openai/text-embedding-3-large", {0.13, 0}},
    {"openai/text-embedding-ada-002", {0.10, 0}},
    {"xai/grok-4", {3.00, 15.00, 0.75}},
    {"xai/grok-3-mini", {0.30, 0.50, 0.075}},
};

// `-2025-04-14`, `-20250514`, `-001`, `-latest`: a version of the same model.
bool is_version(std::string_view suffix) {
  if (suffix.empty() || suffix == "-latest") return true;
  return suffix.front() == '-' && std::all_of(suffix.begin(), suffix.end(), [](unsigned char c) { return c == '-' || std::isdigit(c) != 0; }) &&
         std::count_if(suffix.begin(), suffix.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) >= 3;
}

}  // namespace

std::optional<Price> list_price(std::string_view model) {
  for (const auto& entry : table)
    if (model.starts_with(entry.model) && is_version(model.substr(entry.model.size()))) return entry.price;
  return std::nullopt;
}

double cost_usd(const Price& price, const Usage& usage) {
  const auto cost = [](double each, std::int64_t tokens) { return each * static_cast<double>(tokens); };
  // What is part of two of them (sound from a cache) is counted as both: no provider tells how much it is.
  const auto plain_input = std::max<std::int64_t>(0, usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens - usage.audio_input_tokens);
  const auto plain_output = std::max<std::int64_t>(0, usage.output_tokens - usage.audio_output_tokens);
  return (cost(price.input, plain_input) + cost(price.cached_input.value_or(price.input), usage.cached_input_tokens) +
          cost(price.cache_write.value_or(price.input), usage.cache_write_tokens) + cost(price.audio_input.value_or(price.input), usage.audio_input_tokens) +
          cost(price.output, plain_output) + cost(price.audio_output.value_or(price.output), usage.audio_output_tokens)) /
         1e6;
}

}  // namespace antiphon
