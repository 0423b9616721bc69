#include "antiphon/providers/llm/pricing.hpp"

#include <algorithm>
#include <cctype>

namespace antiphon {

namespace {

struct Entry {
  std::string_view model;
  Price price;
};

// Standard text prices of the vendors' own pages, without batch or cache discounts. They change: `price:` of a model wins over this table.
constexpr Entry table[] = {
    {"openai/gpt-4.1", {2.00, 8.00}},
    {"openai/gpt-4.1-mini", {0.40, 1.60}},
    {"openai/gpt-4.1-nano", {0.10, 0.40}},
    {"openai/gpt-4o", {2.50, 10.00}},
    {"openai/gpt-4o-mini", {0.15, 0.60}},
    {"openai/gpt-5", {1.25, 10.00}},
    {"openai/gpt-5-mini", {0.25, 2.00}},
    {"openai/gpt-5-nano", {0.05, 0.40}},
    {"openai/o3", {2.00, 8.00}},
    {"openai/o4-mini", {1.10, 4.40}},
    {"anthropic/claude-opus-4-1", {15.00, 75.00}},
    {"anthropic/claude-sonnet-4-5", {3.00, 15.00}},
    {"anthropic/claude-sonnet-4", {3.00, 15.00}},
    {"anthropic/claude-haiku-4-5", {1.00, 5.00}},
    {"anthropic/claude-3-5-haiku", {0.80, 4.00}},
    {"gemini/gemini-2.5-flash", {0.30, 2.50}},
    {"gemini/gemini-2.5-flash-lite", {0.10, 0.40}},
    {"gemini/gemini-2.0-flash", {0.10, 0.40}},
    {"groq/llama-3.3-70b-versatile", {0.59, 0.79}},
    {"groq/llama-3.1-8b-instant", {0.05, 0.08}},
    {"xai/grok-4", {3.00, 15.00}},
    {"xai/grok-3-mini", {0.30, 0.50}},
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
  return (price.input * static_cast<double>(usage.input_tokens) + price.output * static_cast<double>(usage.output_tokens)) / 1e6;
}

}  // namespace antiphon
