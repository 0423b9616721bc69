#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/language_model.hpp"

/// A model that says what a test wrote down, word by word, and keeps what it was asked. For tests alone.
namespace antiphon::gateway::testing {

/// One answer. What comes after a failure is never said.
struct Line {
  std::string text{};
  std::vector<ToolCall> calls{};
  std::optional<Error> fails{};  ///< behind the text
  Duration first_token{std::chrono::milliseconds(200)};
  Duration token{std::chrono::milliseconds(20)};
  std::string finish_reason = "stop";
  Duration before_end{0};  ///< for which nothing but calls of tools is written
};

class ScriptedModel final : public LanguageModel {
 public:
  ScriptedModel(Clock& clock, std::vector<Line> lines, std::string name = "script") : clock_(clock), lines_(std::move(lines)), name_(std::move(name)) {}

  Task<ChatResponse> complete(ChatRequest request, Deadline deadline) override {
    const auto words = co_await stream(std::move(request), deadline);
    while (co_await words->next(deadline)) {}
    co_return words->response();
  }
  Task<std::unique_ptr<ChatStream>> stream(ChatRequest request, Deadline) override {
    asked.push_back(std::move(request));
    auto line = lines_[std::min(asked.size(), lines_.size()) - 1];
    co_await clock_.sleep_for(line.first_token);
    co_return std::make_unique<Words>(clock_, std::move(line));
  }
  const std::string& name() const override { return name_; }

  std::vector<ChatRequest> asked;
  /// All that it was ever shown.
  std::string seen() const {
    std::string all;
    for (const auto& request : asked) {
      for (const auto& message : request.preamble) all += message.serialized();
      for (const auto& message : request.messages) all += message.serialized();
    }
    return all;
  }

 private:
  class Words final : public ChatStream {
   public:
    Words(Clock& clock, Line line) : clock_(clock), line_(std::move(line)), words_(line_.text.empty() ? std::vector<std::string>() : split(line_.text, ' ')) {}
    Task<std::optional<ChatDelta>> next(Deadline) override {
      if (told_ > 0) co_await clock_.sleep_for(line_.token);
      if (told_ == words_.size() && line_.fails) throw Error(*line_.fails);
      if (told_ == words_.size()) {
        co_await clock_.sleep_for(line_.before_end);
        co_return std::nullopt;
      }
      const std::string space = told_ > 0 ? " " : "";
      co_return ChatDelta{space + words_[told_++]};
    }
    ChatResponse response() const override {
      return {.message = line_.calls.empty() ? Message::assistant(line_.text) : Message::assistant_calls(line_.text, line_.calls),
              .finish_reason = line_.finish_reason};
    }

   private:
    Clock& clock_;
    Line line_;
    std::vector<std::string> words_;
    std::size_t told_ = 0;
  };

  Clock& clock_;
  std::vector<Line> lines_;
  std::string name_;
};

}  // namespace antiphon::gateway::testing
