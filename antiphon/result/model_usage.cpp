#include "antiphon/result/model_usage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

constexpr std::string_view unknown_cost = "cost_usd is unknown: ";

// The parts of the counts; nothing of what no provider counted.
void add_parts(json::object& out, const ModelUsage& usage) {
  const auto add = [&out](std::string_view name, std::int64_t count) {
    if (count > 0) out.emplace(name, count);
  };
  add("cached_input_tokens", usage.cached_input_tokens);
  add("cache_write_tokens", usage.cache_write_tokens);
  add("reasoning_tokens", usage.reasoning_tokens);
  add("audio_input_tokens", usage.audio_input_tokens);
  add("audio_output_tokens", usage.audio_output_tokens);
}

json::object model_json(const ModelUsage& usage) {
  json::object out{{"role", json::string(usage.role)},
                   {"model", json::string(usage.model)},
                   {"input_tokens", usage.input_tokens},
                   {"output_tokens", usage.output_tokens},
                   {"calls", usage.calls}};
  add_parts(out, usage);
  out.emplace("cost_usd", usage.cost_usd ? json::value(*usage.cost_usd) : json::value(nullptr));
  return out;
}

}  // namespace

json::object usage_json(const std::vector<ModelUsage>& usage, std::int64_t input_tokens, std::int64_t output_tokens, std::int64_t calls) {
  json::object out{{"input_tokens", input_tokens}, {"output_tokens", output_tokens}, {"calls", calls}};
  if (usage.empty()) return out;
  ModelUsage sum;
  json::array models;
  for (const auto& each : usage) {
    sum.cached_input_tokens += each.cached_input_tokens, sum.cache_write_tokens += each.cache_write_tokens;
    sum.reasoning_tokens += each.reasoning_tokens;
    sum.audio_input_tokens += each.audio_input_tokens, sum.audio_output_tokens += each.audio_output_tokens;
    models.push_back(model_json(each));
  }
  add_parts(out, sum);
  out.emplace("models", std::move(models));
  return out;
}

std::optional<std::string> price_notice(const std::vector<ModelUsage>& usage) {
  std::vector<std::string> unknown;
  for (const auto& each : usage)
    if (!each.cost_usd && std::find(unknown.begin(), unknown.end(), each.model) == unknown.end()) unknown.push_back(each.model);
  if (unknown.empty()) return std::nullopt;
  return fmt::format("{}no price of {} is known; `price:` beside the model sets it", unknown_cost, join(unknown, ", "));
}

bool is_price_notice(std::string_view notice) { return notice.starts_with(unknown_cost); }

}  // namespace antiphon
