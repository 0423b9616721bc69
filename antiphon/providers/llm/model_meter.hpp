#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon {

/// What the models of one run may use in all: user, judge, and an agent that is a model of ours (SCN-91).
struct Budget {
  std::optional<double> usd{};
  std::optional<std::int64_t> tokens{};  ///< input and output together

  /// What is unset comes from `below`.
  Budget merged_over(const Budget& below) const { return {.usd = usd ? usd : below.usd, .tokens = tokens ? tokens : below.tokens}; }
};

/// Counts what a run's calls use. That is known when a call has ended, so the call that goes over the budget is the last one. Belongs to the
/// run's thread.
class ModelMeter {
 public:
  ModelMeter() = default;
  explicit ModelMeter(Budget budget) : budget_(budget) {}

  /// Before each call. @throws Error exhausted, party harness, once a budget is used up.
  void require_budget() const;
  /// @param cost_usd nullopt where no price is known.
  void add(std::string_view role, std::string_view model, const Usage& usage, std::optional<double> cost_usd);

  const Usage& usage() const { return usage_; }
  /// What each role used of each model, in the order of their first calls.
  struct Part {
    std::string role, model;
    Usage usage{};
    std::optional<double> cost_usd = 0.0;  ///< nullopt as soon as the price of one call is unknown
  };
  const std::vector<Part>& parts() const { return parts_; }
  /// nullopt as soon as the price of one call is unknown.
  std::optional<double> cost_usd() const { return priced_ ? std::optional(cost_usd_) : std::nullopt; }

 private:
  Budget budget_;
  Usage usage_;
  std::vector<Part> parts_;
  double cost_usd_ = 0;
  bool priced_ = true;
};

}  // namespace antiphon
