#include "antiphon/gateway/dialogue/model_chain.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon::gateway {

namespace {

/// Lets go of a doubtful sentence when its time has come, whatever the model does meanwhile.
std::unique_ptr<ScopedAlarm> release_at_due(Clock& clock, SentenceFlush& flush, const std::function<void(std::vector<std::string>)>& say) {
  if (!flush.due()) return nullptr;
  return std::make_unique<ScopedAlarm>(clock, *flush.due(), [&clock, &flush, &say] { say(flush.poll(clock.now())); });
}

Error late(const LanguageModel& model) { return {ErrorKind::timeout, model.name() + " took too long"}; }

/// Of a model that was not listened to any longer.
ChatResponse as_far(const std::string& text) { return {.message = Message::assistant(text), .finish_reason = "stop", .usage = {}}; }

}  // namespace

Task<ChatResponse> ModelChain::answer(ChatRequest request, std::shared_ptr<const LocaleRules> rules, AnswerProgress progress) {
  const auto last = Deadline::after(clock_, settings_.first_word);
  bool said = false;
  const AnswerProgress noting{.say =
                                  [&said, &progress](std::string sentence) {
                                    said = true;
                                    progress.say(std::move(sentence));
                                  },
                              .on_word = progress.on_word};
  for (std::size_t i = 0;; ++i) {
    // Those that come after it get their share of the time that a caller waits.
    const auto share = last.left(clock_) / static_cast<std::int64_t>(models_.size() - i);
    std::optional<Error> failed;
    try {
      co_return co_await ask(models_[i], request, rules, noting, Deadline::after(clock_, share));
    } catch (const Error& error) {
      failed = error;
    }
    if (said || i + 1 == models_.size()) throw std::move(*failed);
    if (progress.on_stand_in) progress.on_stand_in(models_[i]->name(), *failed);
  }
}

Task<ChatResponse> ModelChain::ask(std::shared_ptr<LanguageModel> model, ChatRequest request, std::shared_ptr<const LocaleRules> rules, AnswerProgress progress,
                                   Deadline first_word) {
  const auto stream = co_await at_most(clock_, first_word, model->stream(std::move(request), first_word), late(*model));
  SentenceFlush flush(std::move(rules), settings_.flush);
  std::string text;
  bool said = false;
  const std::function<void(std::vector<std::string>)> say = [&progress, &said](std::vector<std::string> sentences) {
    said = said || !sentences.empty();
    for (auto& sentence : sentences) progress.say(std::move(sentence));
  };
  bool left = false;  // nothing more was wanted of it
  const auto read = [&]() -> Task<> {
    std::optional<Clock::Time> enough;  // from when on that is so
    for (;;) {
      if (flush.is_full() && !enough) enough = clock_.now() + settings_.rest;
      const auto alarm = release_at_due(clock_, flush, say);
      const auto until = Deadline{said ? clock_.now() + settings_.next_word : std::max(first_word.at, clock_.now() + settings_.next_word)};
      const auto delta = co_await at_most(clock_, until, stream->next(until), late(*model));
      if (!delta) co_return;
      if (delta->text.empty()) continue;
      // A call of a tool comes without a word, however slowly: only further words show that there is no end.
      left = enough && clock_.now() >= *enough;
      if (left) co_return;
      text += delta->text;
      if (progress.on_word) progress.on_word();
      say(flush.push(delta->text, clock_.now()));
    }
  };
  Stoppable reading;
  // Its share ends where nothing can be said of what it has said until then.
  const ScopedAlarm limit(clock_, first_word.at, [&] {
    if (!said) say(flush.hurry(clock_.now()));
    if (!said) reading.stop();
  });
  try {
    co_await reading.run(read());
  } catch (...) {
    if (!reading.stopped()) throw;
  }
  if (reading.stopped()) throw late(*model);
  if (left) co_return as_far(text);
  say(flush.finish());
  co_return stream->response();
}

Task<std::string> ModelChain::complete(ChatRequest request, Deadline deadline) {
  for (std::size_t i = 0;; ++i) {
    std::optional<Error> failed;
    try {
      const auto response = co_await at_most(clock_, deadline, models_[i]->complete(request, deadline), late(*models_[i]));
      co_return response.message.text();
    } catch (const Error& error) {
      failed = error;
    }
    if (i + 1 == models_.size()) throw std::move(*failed);
  }
}

}  // namespace antiphon::gateway
