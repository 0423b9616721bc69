#include "antiphon/providers/llm/rules/match.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace antiphon::rules {

namespace {

bool is_system(const Message& message) { return message.role() == MessageRole::system || message.role() == MessageRole::developer; }
bool is_tool(const Message& message) { return message.role() == MessageRole::tool || message.role() == MessageRole::function; }

void append_line(std::string& out, std::string_view label, std::string_view text) {
  if (!out.empty()) out += '\n';
  out.append(label).append(text);
}

void append_message(std::string& out, const Message& message) {
  if (!message.text().empty() || message.tool_calls().empty()) append_line(out, fmt::format("{}: ", to_string(message.role())), message.text());
  for (const auto& call : message.tool_calls()) append_line(out, "assistant calls ", fmt::format("{} {}", call.name, call.arguments));
}

using Captures = std::map<std::string, std::string, std::less<>>;

bool search(const std::optional<Regex>& regex, std::string_view subject, Captures& captures) {
  if (!regex) return true;
  auto found = regex->search(subject);
  if (!found) return false;
  for (std::size_t i = 0; i < found->groups.size(); ++i) captures[fmt::format("{}", i)] = std::move(found->groups[i]);
  for (auto& [name, text] : found->named) captures[name] = std::move(text);
  return true;
}

// Results of calls that were made together stand together at the end; any of them may be meant.
bool holds(const ToolResultTest& test, const Input& input, Captures& captures) {
  for (auto i = input.size(); i > 0 && is_tool(input.message(i - 1)); --i)
    if ((test.name.empty() || input.tool_name(i - 1) == test.name) && search(test.matches, input.message(i - 1).text(), captures)) return true;
  return false;
}

bool holds(const std::map<std::string, std::string>& wanted, const State& state) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
    const auto it = state.find(entry.first);
    return (it == state.end() ? std::string_view() : std::string_view(it->second)) == entry.second;
  });
}

// Cheap tests first; the newest message last, so that its captures win over those of the whole conversation.
bool holds(const Condition& when, const Input& input, const State& state, Captures& captures) {
  if (!when.role.empty() && when.role != input.role()) return false;
  if (!when.offers_tool.empty() && !input.request().tools.find(when.offers_tool)) return false;
  if (when.turn && !when.turn->holds(input.turn())) return false;
  if (!holds(when.state, state)) return false;
  if (when.last && !input.last()) return false;
  if (!search(when.model, input.model(), captures)) return false;
  if (when.system && !search(when.system, input.system(), captures)) return false;
  if (when.history && !search(when.history, input.history(), captures)) return false;
  if (when.tool_result && !holds(*when.tool_result, input, captures)) return false;
  return !when.last || search(when.last, *input.last(), captures);
}

}  // namespace

Input::Input(const ChatRequest& request, std::string_view model, std::size_t size) : request_(request), model_(model), size_(size) {}

int Input::turn() const {
  if (is_tagged(request_.tags)) return request_.tags.turn;
  int users = 0;
  for (std::size_t i = 0; i < size_; ++i) users += message(i).role() == MessageRole::user ? 1 : 0;
  return users;
}

const std::string* Input::last() const {
  if (size_ == 0 || is_tool(message(size_ - 1))) return nullptr;
  for (auto i = size_; i > 0; --i)
    if (message(i - 1).role() == MessageRole::user) return &message(i - 1).text();
  return nullptr;
}

const std::string& Input::system() const {
  if (system_) return *system_;
  system_.emplace();
  for (const auto& message : request_.preamble) append_line(*system_, "", message.text());
  for (std::size_t i = 0; i < size_; ++i)
    if (is_system(message(i))) append_line(*system_, "", message(i).text());
  return *system_;
}

const std::string& Input::history() const {
  if (history_) return *history_;
  history_.emplace();
  for (std::size_t i = 0; i < size_; ++i)
    if (!is_system(message(i))) append_message(*history_, message(i));
  return *history_;
}

std::string Input::tool_name(std::size_t i) const {
  if (auto name = find_string(message(i).json(), "name")) return *name;
  const auto id = message(i).tool_call_id();
  for (auto k = i; id && k > 0; --k)
    for (const auto& call : message(k - 1).tool_calls())
      if (call.id == *id) return call.name;
  return {};
}

std::optional<Match> match(const RulesFile& file, const Input& input, const State& state) {
  for (const auto& rule : file.rules) {
    Match found{.rule = &rule, .captures = {}};
    if (holds(rule.when, input, state, found.captures)) return found;
  }
  return std::nullopt;
}

TextTemplate::Lookup lookup(const RulesFile& file, const Match& match, const State& state) {
  return [&file, &match, &state](std::string_view name) -> std::optional<std::string> {
    const auto in = [&](const auto& map, std::string_view key) -> std::optional<std::string> {
      const auto it = map.find(key);
      return it == map.end() ? std::nullopt : std::optional<std::string>(it->second);
    };
    if (name.starts_with("env.")) return in(file.environment, name.substr(4));
    if (auto value = in(match.captures, name)) return value;
    return in(state, name);
  };
}

void apply_set(const RulesFile& file, const Match& match, State& state) {
  if (match.rule->set.empty()) return;
  State changed;  // from the state before: one value does not see another that the same rule sets
  for (const auto& [name, text] : match.rule->set) changed[name] = text.render(lookup(file, match, state));
  for (auto& [name, value] : changed) state[name] = std::move(value);
}

State replay(const RulesFile& file, const ChatRequest& request, std::string_view model) {
  State state;
  if (!file.keeps_state()) return state;
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    if (request.messages[i].role() != MessageRole::assistant) continue;
    const Input input(request, model, i);
    // An answer stands there, so a fault that was met on the way must have passed: go on from the state that it left.
    for (std::size_t tries = 0; tries <= file.rules.size(); ++tries) {
      const auto found = match(file, input, state);
      if (!found) break;
      apply_set(file, *found, state);
      if (!found->rule->fault || !found->rule->fault->status) break;
    }
  }
  return state;
}

}  // namespace antiphon::rules
