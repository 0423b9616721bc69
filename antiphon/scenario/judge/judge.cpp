#include "antiphon/scenario/judge/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/agent/state.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/call_recording.hpp"
#include "antiphon/scenario/judge/case_file.hpp"
#include "antiphon/scenario/judge/forced_answer.hpp"
#include "antiphon/scenario/judge/judge_mark.hpp"
#include "antiphon/scenario/judge/make_judge.hpp"
#include "antiphon/scenario/judge/verdict_tool.hpp"
#include "antiphon/scenario/model_participant.hpp"

namespace antiphon {

namespace {

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
    "Be strict. What the agent claims to have done is no proof that it did: look for the tool call or the span. A criterion that forbids something is passed\n"
    "when it did not happen and failed when it happened even once. When the conversation does not show enough to decide, answer inconclusive and\n"
    "say what is missing. For each criterion say first what it requires, then what speaks for and against it, then the status, and give the\n"
    "[numbers] of the messages that this rests on.\n";

class Judge final : public Participant {
 public:
  Judge(JudgeOptions options, const ParticipantContext& context, double default_temperature)
      : model_(open_model(options.model, context, default_temperature)),
        options_(std::move(options)),
        description_(context.description),
        file_(shows_traces(options_) && context.spans ? context.spans->recorder : nullptr, static_cast<std::size_t>(options_.token_threshold)),
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
    file_.update(input.messages);
    if (options_.include_timeline != Inclusion::off && input.state) file_.update(input.state->timeline());
    Inquiry inquiry(file_, options_.max_discovery_steps);
    if (!input.judgment_request && !input.last_turn && !co_await wants_to_decide(input, inquiry)) co_return AgentReply();
    auto verdict = co_await decide(std::move(input), criteria, inquiry);
    verdict.terminal = inquiry.exhausted();
    co_return verdict;
  }

  void rolled_back(std::size_t) override { file_.forget(); }
  std::optional<Party> awaited() const override { return model_.waiting() ? std::optional(Party::provider) : std::nullopt; }

 private:
  static bool shows_traces(const JudgeOptions& options) { return options.include_traces != Inclusion::off; }

  // What this phase wants stands first: models that must call something, and know no better, call the first.
  static ToolSet with_discovery(std::vector<Tool> tools, const CaseFile& file) {
    for (auto& more : file.tools()) tools.push_back(std::move(more));
    return tools;
  }

  // One that has looked as often as it may and cannot make up its mind has to give its verdict.
  Task<bool> wants_to_decide(const AgentInput& input, Inquiry& inquiry) {
    ChatRequest request{.preamble = {decide_},
                        .messages = {Message::user(file_.text())},
                        .tools = inquiry.may_look() ? with_discovery(decision_tools_.tools(), file_) : decision_tools_,
                        .tool_choice = {ToolChoice::Mode::required, {}},
                        .tags = {input.thread_id, "judge", input.turn}};
    for (int attempt = 0;;) {
      const auto response = co_await model_.ask(request, input.deadline);
      const bool on = call_of(response.message, "continue_test") != nullptr, verdict = call_of(response.message, "make_verdict") != nullptr;
      if (on != verdict) co_return verdict;
      if (!on && inquiry.look_up(request, response.message)) {
        if (!inquiry.may_look()) co_return true;
        continue;
      }
      retry_or_give_up(request, response.message,
                       on ? "call continue_test or make_verdict, not both" : "call continue_test or make_verdict, and write nothing else", attempt++);
    }
  }

  Message with_what_was_heard(std::string text, const RunState* state) const {
    const bool hears = options_.include_audio == Inclusion::on || (options_.include_audio == Inclusion::automatic && model_hears(model_.name()));
    auto recording = hears && state ? state->call_audio() : audio::Samples{};
    if (recording.empty()) return Message::user(text);
    return with_recording(text + "\nThe recording of the call follows: judge how it sounds by that, and what was said by both.", std::move(recording));
  }

  ChatRequest verdict_request(const AgentInput& input, const std::vector<std::string>& criteria, const Inquiry& inquiry) const {
    const auto rules =
        Message::system((options_.system_prompt.empty() ? std::string(verdict_rule) : options_.system_prompt) + "\n" + situation(description_, criteria));
    auto text = file_.text();
    if (!options_.context.empty()) text += fmt::format("\nWhat you should know besides:\n{}\n", options_.context);
    if (!inquiry.found().empty()) text += "\nWhat you have looked up already:\n" + inquiry.found();
    const bool look = inquiry.may_look();
    text += look ? "\nLook up what you need, then give the final verdict by calling finish_test." : "\nGive the final verdict now by calling finish_test.";
    std::vector<Tool> tools{finish_test_tool(criteria)};
    return {.preamble = {rules},
            .messages = {with_what_was_heard(std::move(text), input.state)},
            .tools = look ? with_discovery(std::move(tools), file_) : ToolSet(std::move(tools)),
            .tool_choice = look ? ToolChoice{ToolChoice::Mode::required, {}} : ToolChoice{ToolChoice::Mode::named, "finish_test"},
            .tags = {input.thread_id, "judge", input.turn}};
  }

  Task<Verdict> decide(AgentInput input, std::vector<std::string> criteria, Inquiry& inquiry) {
    auto request = verdict_request(input, criteria, inquiry);
    std::optional<ParsedVerdict> incomplete;
    for (int attempt = 0;;) {
      const auto response = co_await model_.ask(request, input.deadline);
      if (!call_of(response.message, "finish_test") && inquiry.look_up(request, response.message)) {
        // What was found goes on as text, for these tools are gone: a model that still sees its calls goes on calling.
        if (!inquiry.may_look()) request = verdict_request(input, criteria, inquiry);
        continue;
      }
      std::string complaint;
      if (auto parsed = read_verdict(response.message, criteria, input.messages.size(), complaint)) {
        if (incomplete) complete_from(parsed->verdict, incomplete->verdict);
        if (parsed->missing.empty() || incomplete) co_return std::move(parsed->verdict);
        complain(request, response.message,
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
    const auto* call = call_of(message, "finish_test");
    if (!call) {
      const auto& calls = message.tool_calls();
      const auto lookup = std::find_if(calls.begin(), calls.end(), [](const ToolCall& c) { return is_discovery_tool(c.name); });
      complaint = lookup == calls.end() ? "finish_test was not called" : fmt::format("{} is no longer offered: call finish_test", lookup->name);
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
    complain(request, answer, complaint);
  }

  ModelCaller model_;
  JudgeOptions options_;
  std::string description_;
  CaseFile file_;
  Message decide_;
  ToolSet decision_tools_;
};

// All that tells a judge how to judge, whatever the case is.
std::string instructions_of(const JudgeOptions& options) {
  auto all = fmt::format("{}\n{}\n{}\n{} {} {}", decision_rule, verdict_rule, options.system_prompt, static_cast<int>(options.include_traces),
                         options.token_threshold, options.max_discovery_steps);
  // Only where it was chosen: labels on verdicts by text stay those of the same judge.
  if (options.include_audio != Inclusion::automatic) all += fmt::format(" audio {}", static_cast<int>(options.include_audio));
  if (options.include_timeline != Inclusion::automatic) all += fmt::format(" timeline {}", static_cast<int>(options.include_timeline));
  return all;
}

}  // namespace

ParticipantSpec make_judge(JudgeOptions options, double default_temperature) {
  auto criteria = options.criteria;
  const auto settings = options.model;
  const auto mark = [instructions = instructions_of(options), settings, default_temperature](const ModelSettings& below) {
    auto model = settings.merged_over(below);
    if (!model.temperature) model.temperature = default_temperature;
    return judge_mark(instructions, model);
  };
  const auto make = [options = std::move(options), default_temperature](const ParticipantContext& context) {
    return std::make_unique<Judge>(options, context, default_temperature);
  };
  return on_model(ParticipantSpec("judge", make, false), settings).with_criteria(std::move(criteria)).with_mark(mark);
}

ParticipantSpec judge_agent(JudgeOptions options) { return make_judge(std::move(options), 0.0); }

ParticipantSpec judge_agent(std::vector<std::string> criteria) { return judge_agent(JudgeOptions{.criteria = std::move(criteria)}); }

}  // namespace antiphon
