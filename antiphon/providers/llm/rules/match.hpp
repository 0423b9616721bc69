#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/providers/llm/language_model.hpp"
#include "antiphon/providers/llm/rules/rules_file.hpp"

namespace antiphon::rules {

/// Variables of one conversation.
using State = std::map<std::string, std::string, std::less<>>;

/// A request as rules see it; what costs something is worked out when a rule first asks. Refers to the request.
class Input {
 public:
  Input(const ChatRequest& request, std::string_view model) : Input(request, model, request.messages.size()) {}
  /// As if only the first `size` messages had been sent.
  Input(const ChatRequest& request, std::string_view model, std::size_t size);

  const ChatRequest& request() const { return request_; }
  std::string_view model() const { return model_; }
  const std::string& role() const { return request_.tags.role; }
  /// As tagged; of an untagged request the number of user messages.
  int turn() const;
  /// Text of the newest message from the other side; nullptr while a tool result is the newest message, or where there is none.
  const std::string* last() const;
  const std::string& system() const;
  /// One line per message: `user: …`, `assistant: …`, `tool: …`.
  const std::string& history() const;
  std::size_t size() const { return size_; }
  const Message& message(std::size_t i) const { return request_.messages[i]; }
  /// Of the tool that a tool message answers.
  std::string tool_name(std::size_t i) const;

 private:
  const ChatRequest& request_;
  std::string_view model_;
  std::size_t size_;
  mutable std::optional<std::string> system_;
  mutable std::optional<std::string> history_;
};

/// True where the sender told thread, role and turn, so that state can be kept for it.
inline bool is_tagged(const CallTags& tags) { return !tags.thread_id.empty(); }

struct Match {
  const Rule* rule = nullptr;
  std::map<std::string, std::string, std::less<>> captures;  ///< by name and by number
};

/// The first rule that holds. Pure. @throws Error too_large when a pattern reaches its limit.
std::optional<Match> match(const RulesFile& file, const Input& input, const State& state);

/// What `{{…}}` stands for: captures, then variables, then `env.`.
TextTemplate::Lookup lookup(const RulesFile& file, const Match& match, const State& state);
/// Carries out the rule's `set`.
void apply_set(const RulesFile& file, const Match& match, State& state);

/// The variables that an untagged conversation has by now: the rules run over every request that its messages tell of.
State replay(const RulesFile& file, const ChatRequest& request, std::string_view model);

}  // namespace antiphon::rules
