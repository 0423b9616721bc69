#include "antiphon/gateway/dialogue/thought.hpp"

#include <utility>

#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"

namespace antiphon::gateway {

Thought::Thought(const SessionState& session)
    : text_(session.turns.back().user_text), messages_(session.messages.size()), authenticated_(session.authenticated) {}

bool Thought::answers(const SessionState& session) const {
  return session.turns.back().user_text == text_ && session.messages.size() == messages_ && session.authenticated == authenticated_;
}

AnswerProgress Thought::progress(const std::shared_ptr<Thought>& self) {
  return {.say =
              [self](std::string sentence) {
                if (self->listener_) {
                  self->said_ = true;
                  return self->listener_->say(std::move(sentence));
                }
                self->sentences_.push_back(std::move(sentence));
              },
          .on_word =
              [self] {
                self->has_words_ = true;
                if (self->listener_ && self->listener_->on_word) self->listener_->on_word();
              },
          .on_stand_in =
              [self](const std::string& model, const Error& error) {
                if (!self->listener_) return self->failed_.emplace_back(model, error), void();
                if (self->listener_->on_stand_in) self->listener_->on_stand_in(model, error);
              }};
}

void Thought::finish(std::optional<ChatResponse> response, std::exception_ptr failure) {
  response_ = std::move(response), failure_ = std::move(failure);
  finished_ = true;
  ended_.beat();
}

/// Who waits for an answer was not cancelled itself, where the thinking was.
void Thought::rethrow() const {
  try {
    std::rethrow_exception(failure_);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorKind::closed, std::string("the answer that was thought of was given up: ") + error.what());
  }
}

Task<std::optional<ChatResponse>> Thought::take(AnswerProgress progress) {
  if (finished_ && failure_) co_return std::nullopt;
  /// Whoever is told is gone when this call is over, however it ends.
  struct Listening {
    Thought& thought;
    Listening(Thought& its, const AnswerProgress& listener) : thought(its) { thought.listener_ = &listener; }
    ~Listening() { thought.listener_ = nullptr; }
  } const listening(*this, progress);
  if (has_words_ && progress.on_word) progress.on_word();
  for (const auto& [model, error] : std::exchange(failed_, {}))
    if (progress.on_stand_in) progress.on_stand_in(model, error);
  said_ = !sentences_.empty();
  for (auto& sentence : std::exchange(sentences_, {})) progress.say(std::move(sentence));
  while (!finished_) co_await ended_.wait();
  if (failure_ && !said_) co_return std::nullopt;
  if (failure_) rethrow();
  co_return std::move(response_);
}

}  // namespace antiphon::gateway
