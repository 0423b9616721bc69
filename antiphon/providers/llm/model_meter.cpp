#include "antiphon/providers/llm/model_meter.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

void ModelMeter::require_budget() const {
  const auto refuse = [this](const std::string& budget, const std::string& used) {
    throw Error(ErrorKind::exhausted,
                fmt::format("the budget of {} is used up: {} after {} model {}", budget, used, usage_.calls, usage_.calls == 1 ? "call" : "calls"))
        .with_party(Party::harness)
        .with_hint("raise `budget:`, or lower max_turns");
  };
  const auto tokens = usage_.input_tokens + usage_.output_tokens;
  if (budget_.tokens && tokens >= *budget_.tokens) refuse(fmt::format("{} tokens", *budget_.tokens), fmt::format("{} tokens", tokens));
  if (budget_.usd && cost_usd_ >= *budget_.usd) refuse(fmt::format("${:g}", *budget_.usd), fmt::format("${:.4f}", cost_usd_));
}

void ModelMeter::add(std::string_view role, std::string_view model, const Usage& usage, std::optional<double> cost_usd) {
  auto part = std::find_if(parts_.begin(), parts_.end(), [&](const Part& each) { return each.role == role && each.model == model; });
  if (part == parts_.end()) part = parts_.insert(parts_.end(), {.role = std::string(role), .model = std::string(model)});
  part->usage += usage;
  part->cost_usd = part->cost_usd && cost_usd ? std::optional(*part->cost_usd + *cost_usd) : std::nullopt;
  usage_ += usage;
  cost_usd_ += cost_usd.value_or(0);
  priced_ &= cost_usd.has_value();
}

}  // namespace antiphon
