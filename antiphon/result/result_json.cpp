#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/result/call_json.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/result/sensitivity.hpp"
#include "antiphon/result/statistics.hpp"

namespace antiphon {

namespace {

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}
json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value or_null(int line) { return line > 0 ? json::value(line) : json::value(nullptr); }

json::array strings(const std::vector<std::string>& list) { return json::array(list.begin(), list.end()); }

template <class List, class Convert>
json::array list_json(const List& list, Convert convert) {
  json::array array;
  array.reserve(list.size());
  for (const auto& item : list) array.push_back(convert(item));
  return array;
}

json::object vote_json(const CriterionVote& vote) { return {{"judge", vote.judge}, {"status", to_string(vote.status)}, {"reasoning", vote.reasoning}}; }

json::object agreement_json(const JudgeAgreement& agreement) {
  json::object object{{"n", agreement.n}, {"agreed", agreement.agreed}, {"kappa", or_null(agreement.kappa)}};
  object.emplace("interval", agreement.kappa ? json::value(json::array{agreement.low, agreement.high}) : json::value(nullptr));
  if (agreement.floor) object.emplace("floor", *agreement.floor);
  if (agreement.of_another_judge > 0) object.emplace("of_another_judge", agreement.of_another_judge);
  return object;
}

json::object criterion_json(const CriterionResult& criterion) {
  json::object object{{"criterion", criterion.criterion},
                      {"requirement", criterion.requirement},
                      {"reasoning", criterion.reasoning},
                      {"status", to_string(criterion.status)},
                      {"evidence", json::array(criterion.evidence.begin(), criterion.evidence.end())}};
  if (criterion.party) object.emplace("party", to_string(*criterion.party));
  if (!criterion.votes.empty()) object.emplace("votes", list_json(criterion.votes, vote_json));
  if (criterion.agreement) object.emplace("agreement", agreement_json(*criterion.agreement));
  if (criterion.judged) object.emplace("judged", to_string(*criterion.judged));
  return object;
}

json::object check_json(const CheckResult& check) {
  json::object object{{"kind", check.kind},
                      {"passed", check.passed},
                      {"expected", check.expected},
                      {"found", check.found},
                      {"where", {{"message", or_null(check.message)}, {"time_s", or_null(check.time_s)}}},
                      {"sentence", check.sentence()}};
  if (check.line > 0) object.emplace("line", check.line);
  if (check.inconclusive) object.emplace("inconclusive", to_string(*check.inconclusive));
  return object;
}

json::value latency_json(const std::optional<Latency>& latency) {
  if (!latency) return nullptr;
  return {{"n", latency->n}, {"p50", latency->p50}, {"p95", latency->p95}, {"p99", latency->p99}, {"max", latency->max}, {"average", latency->average}};
}

json::value error_json(const std::optional<RunError>& error) {
  if (!error) return nullptr;
  return {{"party", to_string(error->party)}, {"message", error->message}};
}

json::value fault_json(const std::optional<Fault>& fault) {
  if (!fault) return nullptr;
  return to_json(*fault);
}

json::value rate_json(const std::optional<ResultSummary::Rate>& rate) {
  if (!rate) return nullptr;
  return {{"value", rate->value}, {"interval", json::array{rate->low, rate->high}}, {"n", rate->n}};
}

json::array timings_json(const std::vector<MessageTiming>& timings) {
  json::array list;
  list.reserve(timings.size());
  for (const auto& timing : timings) {
    json::object object{{"turn", timing.turn}, {"start_s", timing.start_s}, {"end_s", timing.end_s}};
    if (timing.scripted) object.emplace("scripted", true);
    list.push_back(std::move(object));
  }
  return list;
}

void add_identity(json::object& object, const ScenarioResult& result) {
  json::object matrix;
  for (const auto& [key, value] : result.matrix) matrix.emplace(key, value);
  object.emplace("id", result.id);
  object.emplace("name", result.name);
  object.emplace("description", result.description);
  object.emplace("suite", result.suite);
  object.emplace("set", result.set);
  object.emplace("metadata", result.metadata);
  object.emplace("tags", strings(result.tags));
  object.emplace("run_id", or_null(result.run_id));
  object.emplace("thread_id", or_null(result.thread_id));
  object.emplace("file", or_null(result.file));
  object.emplace("line", or_null(result.line));
  object.emplace("failed_line", or_null(result.failed_line));
  object.emplace("matrix", std::move(matrix));
  object.emplace("row", or_null(result.row));
  if (result.repeat > 1) object.emplace("repeat", result.repeat);
  object.emplace("attempt", result.attempt);
}

void add_judgement(json::object& object, const ScenarioResult& result) {
  object.emplace("outcome", result.not_run ? "not_run" : to_string(result.outcome));
  object.emplace("reasoning", result.reasoning);
  object.emplace("passed_criteria", strings(result.criteria_with(CriterionStatus::passed)));
  object.emplace("failed_criteria", strings(result.criteria_with(CriterionStatus::failed)));
  object.emplace("inconclusive_criteria", strings(result.criteria_with(CriterionStatus::inconclusive)));
  object.emplace("criteria", list_json(result.criteria, criterion_json));
  object.emplace("checks", list_json(result.checks, check_json));
  object.emplace("error", error_json(result.error));
  object.emplace("fault", fault_json(result.fault));
}

void add_figures(json::object& object, const ScenarioResult& result) {
  const auto figure = [&](double value) { return result.not_run ? json::value(nullptr) : json::value(value); };
  object.emplace("turns", result.turns);
  object.emplace("duration_s", figure(result.duration_s));
  object.emplace("agent_s", figure(result.agent_s));
  object.emplace("answer_s", json::array(result.answer_s.begin(), result.answer_s.end()));
  object.emplace("clock", result.clock);
  object.emplace("latency", latency_json(result.latency));
  object.emplace("timeline", nullptr);
  object.emplace("usage",
                 result.not_run ? json::value(nullptr) : json::value(usage_json(result.usage, result.input_tokens, result.output_tokens, result.model_calls)));
  object.emplace("cost_usd", result.not_run ? json::value(nullptr) : or_null(result.cost_usd));
  object.emplace("recording", or_null(result.recording_file));
  if (result.call) object.emplace("voice", voice_json(*result.call));
  object.emplace("user_report", result.user_report);
  object.emplace("notices", strings(result.notices));
}

void add_fingerprints(json::object& object, const Fingerprints& fingerprints) {
  if (!fingerprints.caller.empty()) object.emplace("caller", json::value{{"hash", fingerprints.caller}, {"draws", fingerprints.draws}});
  if (!fingerprints.agent.empty()) object.emplace("agent", json::value{{"hash", fingerprints.agent}});
  if (const auto& judge = fingerprints.judge; !judge.hash.empty()) object.emplace("judge", json::value{{"hash", judge.hash}, {"model", judge.model}});
}

// Absent where there was one attempt alone, as nearly always.
void add_attempts(json::object& object, const ScenarioResult& result) {
  if (result.replaced) object.emplace("replaced", true);
  if (result.earlier.empty()) return;
  object.emplace("flaky", result.flaky());
  object.emplace("earlier_attempts", nullptr);
}

// All but the messages, whose places stay empty.
json::object frame(const ScenarioResult& result) {
  json::object object;
  object.reserve(48);
  add_identity(object, result);
  add_judgement(object, result);
  object.emplace("messages", nullptr);
  object.emplace("timings", timings_json(result.timings));
  object.emplace("rolled_back", nullptr);
  add_figures(object, result);
  add_fingerprints(object, result.fingerprints);
  add_attempts(object, result);
  return object;
}

json::object by_party(const std::map<Party, std::size_t>& counts) {
  json::object object;
  for (const auto& [party, count] : counts) object.emplace(to_string(party), count);
  return object;
}

json::object head(const BatchResult& batch) {
  json::object object{{"schema", "antiphon.result/1"},
                      {"batch_id", batch.batch_id},
                      {"started_at", batch.started_at},
                      {"seed", batch.seed},
                      {"suite", batch.suite},
                      {"flags", batch.flags},
                      {"duration_s", batch.duration_s},
                      {"interrupted", batch.interrupted},
                      {"exclude_spoiled", batch.exclude_spoiled},
                      {"summary", summary_json(batch)}};
  if (batch.jobs) object.emplace("jobs", *batch.jobs);
  return object;
}

void append(std::string& out, const json::value& value);

void append(std::string& out, const json::object& object) {
  char separator = '{';
  for (const auto& [key, value] : object) {
    out += std::exchange(separator, ',');
    append_json_string(out, key);
    out += ':';
    append(out, value);
  }
  out += separator == '{' ? "{}" : "}";
}

void append(std::string& out, const json::array& array) {
  char separator = '[';
  for (const auto& value : array) {
    out += std::exchange(separator, ',');
    append(out, value);
  }
  out += separator == '[' ? "[]" : "]";
}

void append(std::string& out, double number) {
  if (!std::isfinite(number))
    out += "null";
  else
    fmt::format_to(std::back_inserter(out), fmt::runtime(number == std::trunc(number) && std::abs(number) < 1e15 ? "{:.1f}" : "{}"), number);
}

// Boost.JSON writes 21.764 as 2.1764E1, which is right, but people read these files.
void append(std::string& out, const json::value& value) {
  if (value.is_object()) return append(out, value.get_object());
  if (value.is_array()) return append(out, value.get_array());
  if (value.is_string()) return append_json_string(out, value.get_string());
  if (value.is_double()) return append(out, value.get_double());
  out += json::serialize(value);
}

void append(std::string& out, const std::vector<Message>& messages) {
  char separator = '[';
  for (const auto& message : messages) {
    out += std::exchange(separator, ',');
    out += is_utf8(message.serialized()) ? message.serialized() : repair_utf8(message.serialized());
  }
  out += separator == '[' ? "[]" : "]";
}

void append(std::string& out, const ScenarioResult& result);

void append(std::string& out, const std::vector<ScenarioResult>& results) {
  char separator = '[';
  for (const auto& result : results) {
    out += std::exchange(separator, ',');
    append(out, result);
  }
  out += separator == '[' ? "[]" : "]";
}

void append(std::string& out, const ScenarioResult& result) {
  char separator = '{';
  for (const auto& [key, value] : frame(result)) {
    out += std::exchange(separator, ',');
    append_json_string(out, key);
    out += ':';
    if (key == "messages")
      append(out, result.messages);
    else if (key == "rolled_back")
      append(out, result.rolled_back);
    else if (key == "earlier_attempts")
      append(out, result.earlier);
    else
      append(out, value);
  }
  out += '}';
}

constexpr std::string_view closing = "\n]}\n";

std::string opening(const BatchResult& batch) {
  std::string out;
  append(out, head(batch));
  out.pop_back();
  return out += ",\"scenarios\":[";
}

}  // namespace

json::object to_json(const ResultSummary& summary) {
  json::object object{
      {"total", summary.total},    {"passed", summary.passed}, {"failed", summary.failed}, {"error", summary.error}, {"inconclusive", summary.inconclusive},
      {"not_run", summary.not_run}};
  object.emplace("pass_rate", rate_json(summary.pass_rate));
  object.emplace("spoiled", summary.spoiled);
  object.emplace("pass_rate_without_spoiled", rate_json(summary.pass_rate_without_spoiled));
  object.emplace("faults", by_party(summary.faults));
  if (const auto& replaced = summary.replaced; replaced.runs > 0)
    object.emplace(
        "replaced",
        json::value{{"runs", replaced.runs}, {"attempts", replaced.attempts}, {"by", by_party(replaced.by)}, {"still_spoiled", replaced.still_spoiled}});
  if (summary.flaky > 0) object.emplace("flaky", summary.flaky);
  return object;
}

json::object summary_json(const BatchResult& batch) {
  auto summary = to_json(summarize(batch.scenarios));
  if (const auto repeats = summarize_repeats(batch.scenarios); repeats.repeated) summary.emplace("repeats", to_json(repeats));
  if (const auto sensitivity = user_model_sensitivity(batch.scenarios); !sensitivity.models.empty()) summary.emplace("user_models", to_json(sensitivity));
  return summary;
}

json::object to_json(const ScenarioResult& result) {
  auto object = frame(result);
  const auto value = [](const Message& message) { return message.json(); };
  object["messages"] = list_json(result.messages, value);
  object["rolled_back"] = list_json(result.rolled_back, value);
  if (!result.earlier.empty()) object["earlier_attempts"] = list_json(result.earlier, [](const ScenarioResult& attempt) { return to_json(attempt); });
  return object;
}

json::object to_json(const BatchResult& batch) {
  auto object = head(batch);
  object.emplace("scenarios", list_json(batch.scenarios, [](const ScenarioResult& result) { return to_json(result); }));
  return object;
}

std::string serialize(const ScenarioResult& result) {
  std::string out;
  append(out, result);
  return out;
}

std::string serialize(const BatchResult& batch) {
  std::string out = opening(batch);
  std::string_view separator = "\n";
  for (const auto& result : batch.scenarios) {
    out += std::exchange(separator, ",\n");
    append(out, result);
  }
  return out += closing;
}

std::string serialize(const BatchResult& batch, const std::vector<std::string>& scenarios) {
  std::string out = opening(batch);
  std::size_t size = out.size() + closing.size();
  for (const auto& text : scenarios) size += text.size() + 2;
  out.reserve(size);
  std::string_view separator = "\n";
  for (const auto& text : scenarios) (out += std::exchange(separator, ",\n")) += text;
  return out += closing;
}

}  // namespace antiphon
