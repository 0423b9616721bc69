#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/gateway/speaking/sentence_flush.hpp"
#include "antiphon/providers/llm/language_model.hpp"

namespace antiphon::gateway {

struct ModelChainSettings {
  Duration first_word{std::chrono::seconds(5)};  ///< to what is said first of an answer, whichever model gives it: the reference's TURN_TIMEOUT_MS
  Duration next_word{std::chrono::seconds(5)};   ///< after the one before it
  Duration rest{std::chrono::seconds(2)};        ///< for which a model is listened to whose sentences are said: it may call a tool yet
  FlushOptions flush{};
};

/// What becomes of one answer while it is made.
struct AnswerProgress {
  std::function<void(std::string)> say;                                             ///< a sentence
  std::function<void()> on_word{};                                                  ///< the model said something
  std::function<void(const std::string& model, const Error& error)> on_stand_in{};  ///< that model failed, and the next is asked
};

/// Models of which one answers: where one fails before anything of its answer was said, the next is asked (GTW-25). Each retries by itself where it is made to
/// (`RetryingModel`).
class ModelChain {
 public:
  /// @param models at least one
  ModelChain(Clock& clock, std::vector<std::shared_ptr<LanguageModel>> models, ModelChainSettings settings)
      : clock_(clock), models_(std::move(models)), settings_(settings) {}

  /// Says the answer sentence by sentence, as it comes. @throws Error of the last model; also where a model broke off in the middle.
  Task<ChatResponse> answer(ChatRequest request, std::shared_ptr<const LocaleRules> rules, AnswerProgress progress);
  /// The whole answer, for nobody to hear. @throws the same.
  Task<std::string> complete(ChatRequest request, Deadline deadline);

 private:
  Task<ChatResponse> ask(std::shared_ptr<LanguageModel> model, ChatRequest request, std::shared_ptr<const LocaleRules> rules, AnswerProgress progress,
                         Deadline first_word);

  Clock& clock_;
  std::vector<std::shared_ptr<LanguageModel>> models_;
  ModelChainSettings settings_;
};

}  // namespace antiphon::gateway
