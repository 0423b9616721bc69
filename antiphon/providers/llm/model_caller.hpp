#pragma once

#include <memory>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/model_meter.hpp"
#include "antiphon/providers/llm/pricing.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// A model as one participant uses it: its settings go into every request, calls are counted and paid for, and it says whether one is under way.
class ModelCaller {
 public:
  ModelCaller(std::unique_ptr<LanguageModel> model, ModelSettings settings, ModelMeter& meter, std::optional<Price> price)
      : model_(std::move(model)), settings_(std::move(settings)), meter_(meter), price_(price) {}

  /// Temperature and length are the participant's settings where the request has none. @throws Error exhausted once a budget is used up.
  Task<ChatResponse> ask(ChatRequest request, Deadline deadline);
  bool waiting() const { return waiting_; }
  const std::string& name() const { return model_->name(); }

 private:
  std::unique_ptr<LanguageModel> model_;
  ModelSettings settings_;
  ModelMeter& meter_;
  std::optional<Price> price_;
  bool waiting_ = false;
};

}  // namespace antiphon
