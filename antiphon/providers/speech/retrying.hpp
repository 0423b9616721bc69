#pragma once

#include "antiphon/providers/llm/retry.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon {

/// Asks a voice again after errors that may pass, by the rules of language models (contracts.md, 3); never once its first piece is there.
class RetryingVoice final : public TextToSpeech {
 public:
  RetryingVoice(std::unique_ptr<TextToSpeech> inner, const SpeechContext& context, RetryRules rules = {})
      : inner_(std::move(inner)), retries_(context.runtime.clock, RoleStreams(context.seed, context.scenario_id, "retry " + inner_->name()), rules) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override {
    return retries_.run([this, request = std::move(request), deadline] { return inner_->synthesize(request, deadline); }, "speech", deadline);
  }
  const SpeechCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  std::unique_ptr<TextToSpeech> inner_;
  Retries retries_;
};

}  // namespace antiphon
