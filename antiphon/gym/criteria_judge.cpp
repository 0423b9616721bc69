#include "antiphon/gym/criteria_judge.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/agent/participant.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/conversation_folder.hpp"
#include "antiphon/gym/user_simulator.hpp"
#include "antiphon/providers/llm/model_meter.hpp"
#include "antiphon/providers/llm/remembered_model.hpp"
#include "antiphon/scenario/judge/judge.hpp"

namespace antiphon::gym {

namespace {

constexpr auto judge_limit = std::chrono::minutes(5);
constexpr std::string_view situation =
    "A conversation between a caller and a voice assistant that has ended. Only the assistant is judged, never the caller. \"(audio only)\" stands for speech "
    "whose words are not known.";

std::string words_or_sound(const std::optional<std::string>& text) { return text && !trim(*text).empty() ? *text : "(audio only)"; }

History history_of(const ConversationLog& log) {
  History messages;
  for (const auto& turn : log.turns) {
    if (turn.user_message) messages.append(Message::user(words_or_sound(turn.user_message->text)));
    if (turn.agent_message) messages.append(Message::assistant(words_or_sound(turn.agent_message->text)));
  }
  return messages;
}

/// What a judge needs around it, for a conversation that is no run of the engine.
struct Bench {
  Bench(Runtime& runtime, net::HttpClient& http, const ModelRegistry& models, ModelSettings model, std::string id)
      : model_(std::move(model)),
        id_(std::move(id)),
        context{.runtime = runtime,
                .http = http,
                .models = models,
                .default_model = model_,
                .seed = 0,
                .scenario_id = id_,
                .description = description_,
                .thread_id = id_,
                .tools = std::make_shared<const json::object>(),
                .shared = shared_,
                .memory = memory_,
                .meter = meter_} {}

 private:
  ModelSettings model_;
  std::string id_, description_ = std::string(situation);
  SharedParts shared_;
  CallMemory memory_;
  ModelMeter meter_;

 public:
  ParticipantContext context;
};

Settings::Variables process_variables() {
  return [](std::string_view name) -> std::optional<std::string> {
    const auto* value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

JudgeResult result_of(const Verdict& verdict, std::string model) {
  JudgeResult result{.reasoning = verdict.reasoning, .model = std::move(model), .evaluated_at = utc_now()};
  for (std::size_t i = 0; i < verdict.criteria.size(); ++i) {
    const auto& criterion = verdict.criteria[i];
    const bool passed = criterion.status == CriterionStatus::passed;
    result.criteria_results.push_back({.criterion_id = static_cast<int>(i + 1), .passed = passed});
    if (criterion.status == CriterionStatus::inconclusive)
      result.reasoning += fmt::format("{}Criterion {} could not be decided{}{}", result.reasoning.empty() ? "" : " ", i + 1,
                                      criterion.reasoning.empty() ? "" : ": ", criterion.reasoning.empty() ? "." : criterion.reasoning);
  }
  result.overall_pass = std::ranges::all_of(result.criteria_results, &CriterionJudgment::passed);
  return result;
}

}  // namespace

CriteriaJudge::CriteriaJudge(std::vector<std::string> criteria, ModelSettings model, std::string additional_context)
    : criteria_(std::move(criteria)), model_(known_spelling(std::move(model))), additional_context_(std::move(additional_context)) {
  if (criteria_.empty()) throw Error(ErrorKind::configuration, "a judge without criteria decides nothing").with_hint("list at least one");
  if (std::ranges::any_of(criteria_, [](const std::string& criterion) { return trim(criterion).empty(); }))
    throw Error(ErrorKind::configuration, "a criterion of the judge is blank").with_hint("write what the agent must do");
}

Task<JudgeResult> CriteriaJudge::evaluate(Runtime& runtime, net::HttpClient& http, ConversationLog log, std::shared_ptr<const ModelRegistry> models,
                                          Settings::Variables environment) const {
  if (!models) models = ModelRegistry::with_defaults();
  auto model = model_.merged_over(usual_model(environment ? environment : process_variables()));
  if (model.empty())
    throw Error(ErrorKind::configuration, "the judge has no model")
        .with_hint("name one (--judge-model openai/gpt-5-mini, or rules/FILE, which needs no key), or set OPENAI_API_KEY");
  const auto name = model.model;
  Bench bench(runtime, http, *models, std::move(model), log.conversation_id.empty() ? "conversation" : log.conversation_id);
  const auto spec = judge_agent(JudgeOptions{.criteria = criteria_, .context = additional_context_});
  const auto judge = spec.make(bench.context);
  AgentInput input{.thread_id = bench.context.thread_id,
                   .messages = history_of(log),
                   .judgment_request = JudgmentRequest{},
                   .turn = std::max(1, static_cast<int>(log.turns.size())),
                   .last_turn = true,
                   .deadline = Deadline::after(runtime.clock, judge_limit)};
  const auto reply = co_await judge->call(std::move(input));
  if (!reply.verdict()) throw Error(ErrorKind::internal, "the judge gave no verdict").with_party(Party::judge);
  co_return result_of(*reply.verdict(), name);
}

JudgeResult CriteriaJudge::evaluate(const ConversationLog& log) const {
  asio::io_context context(1);
  WallClock clock(context);
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};
  const auto http = net::make_http_client(runtime);
  JudgeResult result;
  std::exception_ptr failure;
  asio::co_spawn(context, evaluate(runtime, *http, log), [&](std::exception_ptr error, JudgeResult told) {
    failure = error;
    result = std::move(told);
    context.stop();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

json::object CriteriaJudge::to_json(const JudgeResult& result) const {
  json::array criteria, results, summary;
  for (std::size_t i = 0; i < criteria_.size(); ++i) criteria.push_back(json::object{{"id", i + 1}, {"criterion", criteria_[i]}});
  for (const auto& each : result.criteria_results) {
    results.push_back(json::object{{"criterion_id", each.criterion_id}, {"passed", each.passed}});
    const auto at = static_cast<std::size_t>(each.criterion_id) - 1;
    summary.push_back(json::object{{"id", each.criterion_id}, {"criterion", at < criteria_.size() ? criteria_[at] : ""}, {"passed", each.passed}});
  }
  return {{"schema_version", "1.0"},
          {"evaluated_at", result.evaluated_at},
          {"model", result.model},
          {"criteria", std::move(criteria)},
          {"additional_context", additional_context_.empty() ? json::value(nullptr) : json::value(additional_context_)},
          {"judgment", {{"criteria_results", std::move(results)}, {"overall_pass", result.overall_pass}, {"reasoning", result.reasoning}}},
          {"results_summary", std::move(summary)}};
}

void CriteriaJudge::save_results(const JudgeResult& result, const ConversationLog& log) const {
  write_file_atomically(log.folder + "/judge_evaluation.json", json_text(to_json(result)) + "\n");
}

void CriteriaJudge::save_results(const JudgeResult& result, const std::string& conversation_id, const std::string& output_root) const {
  ConversationFolder(output_root, conversation_id).write("judge_evaluation.json", json_text(to_json(result)) + "\n");
}

}  // namespace antiphon::gym
