#include "antiphon/scenario/judge/judge.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/judge_transcript.hpp"
#include "antiphon/scenario/judge/verdict_tool.hpp"
#include "antiphon/scenario/model_participant.hpp"

namespace antiphon {

namespace {

constexpr std::size_t key_limit = 70;

std::string numbered(const std::vector<std::string>& criteria) {
  std::string text;
  for (std::size_t i = 0; i < criteria.size(); ++i) text += fmt::format("{}. {}\n", i + 1, criteria[i]);
  return text;
}

std::string situation(const std::string& description, const std::vector<std::string>& criteria) {
  return fmt::format("The situation that is rehearsed:\n{}\n\nThe criteria:\n{}", description, numbered(criteria));
}

constexpr std::string_view decision_rule =
    "You watch a rehearsal between a user and an agent while it happens. Decide one thing only: go on, or give the verdict now.\n"
    "Call make_verdict as soon as something that the criteria forbid has clearly happened, or when every criterion can be decided.\n"
    "Call continue_test when more of the conversation could still change an answer; while it is short, lean towards going on.\n";

constexpr std::string_view verdict_rule =
    "You give the verdict on a rehearsal between a user and an agent. Decide every criterion on its own, and only these.\n"
    "Be strict. What the agent claims to have done is no proof that it did: look for the tool call. A criterion that forbids something is passed\n"
    "when it did not happen and failed when it happened even once. When the conversation does not show enough to decide, answer inconclusive and\n"
    "say what is missing. For each criterion say first what it requires, then what speaks for and against it, then the status, and give the\n"
    "[numbers] of the messages that this rests on.\n";

class Judge final : public Participant {
 public:
  Judge(JudgeOptions options, const ParticipantContext& context)
      : model_(open_model(options.model, context, 0.0)),
        options_(std::move(options)),
        description_(context.description),
        decide_(Message::system((options_.system_prompt.empty() ? std::string() : options_.system_prompt + "\n\n") + std::string(decision_rule) + "\n" +
                                situation(description_, options_.criteria))),
        decision_tools_(decision_tools()) {}

  Task<AgentReply> call(AgentInput input) override {
    const bool checkpoint = input.judgment_request && input.judgment_request->criteria;
    const auto criteria = checkpoint ? *input.judgment_request->criteria : options_.criteria;
    if (criteria.empty()) {
      if (!input.judgment_request) co_return AgentReply();
      co_return Verdict{
          .reasoning = "the judge was asked for a verdict and has no criteria to decide on: list at least one", .criteria = {}, .outcome = RunOutcome::failed};
    }
    if (!input.judgment_request && !input.last_turn)
      if (!co_await wants_to_decide(input)) co_return AgentReply();
    co_return co_await verdict(std::move(input), criteria);
  }

  void rolled_back(std::size_t) override { transcript_.forget(); }
  std::optional<Party> awaited() const override { return model_.waiting() ? std::optional(Party::provider) : std::nullopt; }

 private:
  Message case_so_far(const AgentInput& input, std::string_view notice) {
    const auto& transcript = transcript_.view(input.messages);
    return Message::user(fmt::format("The conversation{}:\n{}{}", input.messages.empty() ? " has not begun" : " so far", transcript, notice));
  }

  Task<bool> wants_to_decide(const AgentInput& input) {
    ChatRequest request{.preamble = {decide_},
                        .messages = {case_so_far(input, {})},
                        .tools = decision_tools_,
                        .tool_choice = {ToolChoice::Mode::required, {}},
                        .tags = {input.thread_id, "judge", input.turn}};
    for (int attempt = 0;; ++attempt) {
      const auto response = co_await model_.ask(request, input.deadline);
      for (const auto& call : response.message.tool_calls()) {
        if (call.name == "make_verdict") co_return true;
        if (call.name == "continue_test") co_return false;
      }
      retry_or_give_up(request, response.message, "call continue_test or make_verdict, and write nothing else", attempt);
    }
  }

  Task<AgentReply> verdict(AgentInput input, std::vector<std::string> criteria) {
    const auto rules =
        Message::system((options_.system_prompt.empty() ? std::string(verdict_rule) : options_.system_prompt) + "\n" + situation(description_, criteria));
    ChatRequest request{.preamble = {rules},
                        .messages = {case_so_far(input, "\nGive the final verdict now by calling finish_test.")},
                        .tools = ToolSet({finish_test_tool(criteria)}),
                        .tool_choice = {ToolChoice::Mode::named, "finish_test"},
                        .tags = {input.thread_id, "judge", input.turn}};
    std::optional<ParsedVerdict> incomplete;
    for (int attempt = 0;;) {
      const auto response = co_await model_.ask(request, input.deadline);
      std::string complaint;
      if (auto parsed = read_verdict(response.message, criteria, input.messages.size(), complaint)) {
        if (incomplete) complete_from(parsed->verdict, incomplete->verdict);
        if (parsed->missing.empty() || incomplete) co_return std::move(parsed->verdict);
        answer_with(request, response.message,
                    fmt::format("there is no answer for: {}. Call finish_test again with every criterion", join(parsed->missing, "; ")));
        incomplete = std::move(parsed);
        continue;
      }
      retry_or_give_up(request, response.message, complaint, attempt++);
    }
  }

  // Asked for what was missing, many models answer that alone: what they said before still stands.
  static void complete_from(Verdict& verdict, Verdict& before) {
    for (std::size_t i = 0; i < verdict.criteria.size(); ++i)
      if (verdict.criteria[i].party == Party::judge) verdict.criteria[i] = std::move(before.criteria[i]);
  }

  static std::optional<ParsedVerdict> read_verdict(const Message& message, const std::vector<std::string>& criteria, std::size_t messages,
                                                   std::string& complaint) {
    const auto& calls = message.tool_calls();
    const auto call = std::find_if(calls.begin(), calls.end(), [](const ToolCall& c) { return c.name == "finish_test"; });
    if (call == calls.end()) {
      complaint = "finish_test was not called";
      return std::nullopt;
    }
    try {
      return parse_verdict(*call, criteria, messages);
    } catch (const Error& error) {
      // Evidence that does not exist voids the verdict; asking again would only teach the judge to invent better.
      if (error.kind() == ErrorKind::invalid_input) throw Error(ErrorKind::protocol, error.message()).with_party(Party::judge);
      complaint = error.message();
      return std::nullopt;
    }
  }

  void retry_or_give_up(ChatRequest& request, const Message& answer, const std::string& complaint, int attempt) const {
    if (attempt > 0)
      throw Error(ErrorKind::protocol,
                  fmt::format("the judge's model {} broke the protocol twice: {}; it answered {}", model_.name(), complaint, preview(answer.json(), 160)))
          .with_party(Party::judge)
          .with_hint("use a model that can call tools");
    answer_with(request, answer, complaint);
  }

  // A tool call must be answered before anything else may be said.
  static void answer_with(ChatRequest& request, const Message& answer, const std::string& complaint) {
    request.messages.append(answer);
    for (const auto& call : answer.tool_calls()) request.messages.append(Message::tool_result(call.id, call.name, "error: " + complaint));
    if (answer.tool_calls().empty()) request.messages.append(Message::user("That was no valid answer: " + complaint));
  }

  ModelCaller model_;
  JudgeOptions options_;
  std::string description_;
  Message decide_;
  ToolSet decision_tools_;
  JudgeTranscript transcript_;
};

std::string key_of(const std::string& criterion) {
  std::string key;
  for (const char c : criterion) {
    if (key.size() == key_limit) break;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z')
      key += static_cast<char>(c - 'A' + 'a');
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
      key += plain ? c : '_';  // one `_` per character, however many bytes it has
  }
  return key;
}

}  // namespace

std::vector<std::string> criterion_keys(const std::vector<std::string>& criteria) {
  std::vector<std::string> keys;
  std::set<std::string> taken;
  for (const auto& criterion : criteria) {
    const auto base = key_of(criterion);
    auto key = base;
    for (int n = 2; !taken.insert(key).second; ++n) key = fmt::format("{}_{}", base, n);
    keys.push_back(std::move(key));
  }
  return keys;
}

ParticipantSpec judge_agent(JudgeOptions options) {
  auto criteria = options.criteria;
  const auto settings = options.model;
  auto spec =
      ParticipantSpec("judge", [options = std::move(options)](const ParticipantContext& context) { return std::make_unique<Judge>(options, context); }, false);
  return on_model(std::move(spec), settings).with_criteria(std::move(criteria));
}

ParticipantSpec judge_agent(std::vector<std::string> criteria) { return judge_agent(JudgeOptions{.criteria = std::move(criteria)}); }

}  // namespace antiphon
