#include "antiphon/gateway/speaking/speech.hpp"

#include <utility>

namespace antiphon::gateway {

void Speech::say(int turn, std::string sentence) {
  waiting_.push_back(std::make_shared<SpokenSentence>(turn, std::move(sentence)));
  output_.queue(waiting_.back());
  changed_.beat();
}

void Speech::forget() {
  waiting_.clear();
  if (current_) current_->stop();
  changed_.beat();
}

void Speech::forget_waiting() {
  waiting_.clear();
  changed_.beat();
}

Task<> Speech::wait_until_synthesised() {
  while (busy()) co_await changed_.wait();
}

Task<> Speech::run() {
  for (;;) {
    while (waiting_.empty()) co_await changed_.wait();
    auto sentence = std::move(waiting_.front());
    waiting_.pop_front();
    current_ = std::make_shared<Stoppable>();
    const auto work = current_;
    const auto began = clock_.now();
    first_sample_.reset();
    std::string error;
    try {
      error = co_await work->run(synthesise(sentence));
    } catch (...) {
      if (!work->stopped()) throw;
    }
    if (settings_.on_spoken) settings_.on_spoken({sentence->turn(), sentence->text(), began, first_sample_, std::move(error), work->stopped()});
    current_.reset();
    sentence->finish();
    output_.grown();
    changed_.beat();
  }
}

/// Why no voice said it whole; empty: one did.
Task<std::string> Speech::synthesise(std::shared_ptr<SpokenSentence> sentence) {
  std::optional<Error> failed;
  const std::string* before = nullptr;
  for (const auto& voice : settings_.voices) {
    if (failed && settings_.on_stand_in) settings_.on_stand_in(sentence->turn(), *before, *failed);
    failed.reset();
    before = &voice.synthesiser->name();
    try {
      co_await with_voice(voice, sentence);
    } catch (const Error& error) {
      failed = error;
    }
    if (!failed || !sentence->samples().empty()) break;
  }
  if (failed && settings_.on_lost) settings_.on_lost(*failed);
  co_return failed ? failed->message() : std::string();
}

Task<> Speech::with_voice(const SpeakingVoice& voice, std::shared_ptr<SpokenSentence> sentence) {
  auto request = voice.defaults;
  request.text = sentence->text();
  const auto began = clock_.now();
  const auto stream = co_await voice.synthesiser->synthesize(std::move(request), Deadline::after(clock_, settings_.first_sample));
  for (bool first = true; const auto piece = co_await stream->next(Deadline::after(clock_, settings_.next_sample)); first = false) {
    if (first) first_sample_ = first_sample_.value_or(clock_.now() - began);
    if (first && settings_.on_first_sample) settings_.on_first_sample(clock_.now() - began);
    sentence->add(*piece);
    output_.grown();
  }
}

}  // namespace antiphon::gateway
