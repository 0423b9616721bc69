#pragma once

#include <memory>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

/// Records every call of a model as a span (OBS-1). Outermost: retries and waiting are inside.
class TracedModel final : public LanguageModel {
 public:
  TracedModel(std::unique_ptr<LanguageModel> inner, std::shared_ptr<const trace::Scope> spans) : inner_(std::move(inner)), spans_(std::move(spans)) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override;
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline deadline) override;
  const std::string& name() const override { return inner_->name(); }

 private:
  trace::ActiveSpan begin(const ChatRequest& request) const;

  std::unique_ptr<LanguageModel> inner_;
  std::shared_ptr<const trace::Scope> spans_;
};

}  // namespace antiphon
