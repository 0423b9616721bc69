#pragma once

#include <functional>
#include <memory>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/registry.hpp"

namespace antiphon {

/// A model as one participant uses it: its settings go into every request, calls are counted, and it says whether one is under way.
class ModelCaller {
 public:
  ModelCaller(std::unique_ptr<LanguageModel> model, ModelSettings settings, std::function<void(const Usage&)> on_call)
      : model_(std::move(model)), settings_(std::move(settings)), on_call_(std::move(on_call)) {}

  /// Temperature and length are the participant's settings where the request has none.
  Task<ChatResponse> ask(ChatRequest request, Deadline deadline);
  bool waiting() const { return waiting_; }
  const std::string& name() const { return model_->name(); }

 private:
  std::unique_ptr<LanguageModel> model_;
  ModelSettings settings_;
  std::function<void(const Usage&)> on_call_;
  bool waiting_ = false;
};

}  // namespace antiphon
