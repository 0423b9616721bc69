#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/pulse.hpp"
#include "antiphon/gateway/dialogue/model_chain.hpp"
#include "antiphon/gateway/session_state.hpp"

namespace antiphon::gateway {

/// What a model has begun to say to a turn that may not be over yet (GTW-23). It is kept here, unheard, until that turn is answered, or forgotten.
class Thought {
 public:
  /// @param session that the model was shown
  explicit Thought(const SessionState& session);

  /// Whether it answers what `session` ends with now.
  bool answers(const SessionState& session) const;

  /// Of whoever thinks: where the model's words go.
  AnswerProgress progress(const std::shared_ptr<Thought>& self);
  void finish(std::optional<ChatResponse> response, std::exception_ptr failure);

  /// Says what there is and then what comes; returns at the end of the answer. nullopt: nothing was said, and nothing will be: the model has to be asked again.
  /// @throws what the model failed with after it had said something
  Task<std::optional<ChatResponse>> take(AnswerProgress progress);

 private:
  [[noreturn]] void rethrow() const;

  std::string text_;
  std::size_t messages_;
  bool authenticated_;
  std::vector<std::string> sentences_{};
  std::vector<std::pair<std::string, Error>> failed_{};  ///< models that another stood in for
  bool has_words_ = false, finished_ = false, said_ = false;
  const AnswerProgress* listener_ = nullptr;
  std::optional<ChatResponse> response_{};
  std::exception_ptr failure_{};
  Pulse ended_{};
};

}  // namespace antiphon::gateway
