#pragma once

#include "antiphon/providers/llm/limit.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

namespace antiphon {

/// Takes a place among a provider's calls in flight; speech keeps it until it ends. Waiting counts towards the deadline.
class LimitedVoice final : public TextToSpeech {
 public:
  LimitedVoice(std::unique_ptr<TextToSpeech> inner, std::shared_ptr<CallLimit> limit, Clock& clock)
      : inner_(std::move(inner)), limit_(std::move(limit)), clock_(clock) {}

  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override {
    auto slot = co_await enter(limit_, clock_, deadline, name());
    auto stream = co_await inner_->synthesize(std::move(request), deadline);
    co_return std::make_unique<Stream>(std::move(stream), std::move(slot));
  }
  const SpeechCapabilities& capabilities() const override { return inner_->capabilities(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  class Stream final : public SpeechStream {
   public:
    Stream(std::unique_ptr<SpeechStream> inner, CallLimit::Slot slot) : slot_(std::move(slot)), inner_(std::move(inner)) {}

    Task<std::optional<audio::Samples>> next(Deadline deadline) override {
      auto piece = co_await inner_->next(deadline);
      if (!piece) slot_.release();
      co_return piece;
    }

   private:
    CallLimit::Slot slot_;  // given back once the request below is gone
    std::unique_ptr<SpeechStream> inner_;
  };

  std::unique_ptr<TextToSpeech> inner_;
  std::shared_ptr<CallLimit> limit_;
  Clock& clock_;
};

}  // namespace antiphon
