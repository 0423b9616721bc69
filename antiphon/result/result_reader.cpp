#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json_reader.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/call_json.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/result/result_place.hpp"

namespace antiphon {

namespace {

constexpr std::string_view schema_name = "antiphon.result/1";

std::string text_or_empty(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? member->text() : std::string();
}
double number_or_zero(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? member->number() : 0;
}
std::optional<int> maybe_integer(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? std::optional(member->integer<int>()) : std::nullopt;
}
json::object object_or_empty(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? member->object() : json::object{};
}

std::int64_t count_or_zero(const Place& place, std::string_view key) {
  const auto member = place.maybe(key);
  return member ? member->integer<std::int64_t>() : 0;
}

ModelUsage read_usage(const Place& place) {
  ModelUsage usage{.role = place.at("role").text(),
                   .model = place.at("model").text(),
                   .calls = place.at("calls").integer<std::int64_t>(),
                   .input_tokens = place.at("input_tokens").integer<std::int64_t>(),
                   .output_tokens = place.at("output_tokens").integer<std::int64_t>(),
                   .cached_input_tokens = count_or_zero(place, "cached_input_tokens"),
                   .cache_write_tokens = count_or_zero(place, "cache_write_tokens"),
                   .reasoning_tokens = count_or_zero(place, "reasoning_tokens"),
                   .audio_input_tokens = count_or_zero(place, "audio_input_tokens"),
                   .audio_output_tokens = count_or_zero(place, "audio_output_tokens")};
  if (const auto cost = place.maybe("cost_usd")) usage.cost_usd = cost->number();
  return usage;
}

Party read_party(const Place& place) {
  const auto party = party_from(place.text());
  if (!party) place.refuse("is no party");
  return *party;
}

CriterionStatus read_status(const Place& place) {
  const auto status = criterion_status_from(place.text());
  if (!status) place.refuse("is none of passed, failed, inconclusive");
  return *status;
}

JudgeAgreement read_agreement(const Place& place) {
  JudgeAgreement agreement{.n = place.at("n").integer<std::size_t>(), .agreed = place.at("agreed").integer<std::size_t>()};
  std::vector<double> interval;
  if (const auto kappa = place.maybe("kappa")) {
    agreement.kappa = kappa->number();
    place.at("interval").each([&](const Place& end) { interval.push_back(end.number()); });
    if (interval.size() != 2) place.at("interval").refuse("has no two ends");
    agreement.low = interval[0], agreement.high = interval[1];
  }
  if (const auto floor = place.maybe("floor")) agreement.floor = floor->number();
  if (const auto others = place.maybe("of_another_judge")) agreement.of_another_judge = others->integer<std::size_t>();
  return agreement;
}

CriterionResult read_criterion(const Place& place) {
  CriterionResult criterion{.criterion = place.at("criterion").text(),
                            .requirement = place.at("requirement").text(),
                            .reasoning = place.at("reasoning").text(),
                            .status = read_status(place.at("status"))};
  place.at("evidence").each([&](const Place& index) { criterion.evidence.push_back(index.integer<int>()); });
  if (const auto party = place.maybe("party")) criterion.party = read_party(*party);
  if (const auto votes = place.maybe("votes"))
    votes->each([&](const Place& vote) {
      criterion.votes.push_back({.judge = vote.at("judge").text(), .status = read_status(vote.at("status")), .reasoning = vote.at("reasoning").text()});
    });
  if (const auto agreement = place.maybe("agreement")) criterion.agreement = read_agreement(*agreement);
  if (const auto judged = place.maybe("judged")) criterion.judged = read_status(*judged);
  return criterion;
}

FaultEvidence read_evidence(const Place& place) {
  FaultEvidence evidence{.message = maybe_integer(place, "message"), .quote = text_or_empty(place, "quote"), .check = maybe_integer(place, "check")};
  evidence.criterion = text_or_empty(place, "criterion");
  return evidence;
}

PartyStanding read_standing(const Place& place) {
  PartyStanding standing{.party = read_party(place.at("party"))};
  const auto state = standing_from(place.at("standing").text());
  if (!state) place.at("standing").refuse("is none of at_fault, clear, not_checked");
  standing.state = *state;
  standing.why = place.at("why").text();
  return standing;
}

std::optional<Fault> read_fault(const Place& scenario) {
  const auto place = scenario.maybe("fault");
  if (!place) return std::nullopt;
  Fault fault{.party = read_party(place->at("party")), .by = place->at("by").text() == "audit" ? Fault::By::audit : Fault::By::rule};
  fault.rule = text_or_empty(*place, "rule");
  fault.why = place->at("why").text();
  if (const auto certain = place->maybe("certain")) fault.certain = certain->boolean();
  place->at("evidence").each([&](const Place& item) { fault.evidence.push_back(read_evidence(item)); });
  if (const auto before = place->maybe("rules_said"))
    fault.rules_said = RulesSaid{.party = read_party(before->at("party")), .rule = before->at("rule").text(), .why = before->at("why").text()};
  if (const auto parties = place->maybe("parties")) parties->each([&](const Place& item) { fault.parties.push_back(read_standing(item)); });
  return fault;
}

CheckResult read_check(const Place& place) {
  const auto where = place.at("where");
  CheckResult check{.kind = place.at("kind").text(),
                    .passed = place.at("passed").boolean(),
                    .expected = place.at("expected").value(),
                    .found = place.at("found").value(),
                    .message = maybe_integer(where, "message"),
                    .line = maybe_integer(place, "line").value_or(0)};
  if (const auto time = where.maybe("time_s")) check.time_s = time->number();
  if (const auto party = place.maybe("inconclusive")) check.inconclusive = read_party(*party);
  return check;
}

Message read_message(const Place& place) {
  try {
    return Message(place.value());
  } catch (const Error& error) {
    place.refuse(std::string("is ") + error.what());
  }
}

Latency read_latency(const Place& place) {
  return {.n = place.at("n").integer<std::size_t>(),
          .p50 = place.at("p50").number(),
          .p95 = place.at("p95").number(),
          .p99 = place.at("p99").number(),
          .max = place.at("max").number(),
          .average = place.at("average").number()};
}

void read_identity(const Place& place, ScenarioResult& result) {
  result.id = place.at("id").text();
  result.name = place.at("name").text();
  result.description = text_or_empty(place, "description");
  result.suite = text_or_empty(place, "suite");
  if (const auto set = place.maybe("set")) result.set = set->text();
  result.metadata = object_or_empty(place, "metadata");
  if (const auto tags = place.maybe("tags")) tags->each([&](const Place& tag) { result.tags.push_back(tag.text()); });
  result.run_id = text_or_empty(place, "run_id");
  result.thread_id = text_or_empty(place, "thread_id");
  result.file = text_or_empty(place, "file");
  result.line = maybe_integer(place, "line").value_or(0);
  result.failed_line = maybe_integer(place, "failed_line");
  const auto matrix = place.at("matrix");
  for (const auto& [key, value] : matrix.object()) result.matrix.emplace(key, matrix.at(key).text());
  result.row = maybe_integer(place, "row");
  result.repeat = maybe_integer(place, "repeat").value_or(1);
  result.attempt = place.at("attempt").integer<int>();
  if (const auto replaced = place.maybe("replaced")) result.replaced = replaced->boolean();
}

void read_judgement(const Place& place, ScenarioResult& result) {
  const auto word = place.at("outcome").text();
  const auto outcome = run_outcome_from(word);
  result.not_run = word == "not_run";
  if (!outcome && !result.not_run) place.at("outcome").refuse("is no outcome");
  result.outcome = outcome.value_or(RunOutcome::inconclusive);
  result.reasoning = place.at("reasoning").text();
  place.at("criteria").each([&](const Place& item) { result.criteria.push_back(read_criterion(item)); });
  place.at("checks").each([&](const Place& item) { result.checks.push_back(read_check(item)); });
  result.fault = read_fault(place);
  if (const auto error = place.maybe("error")) result.error = RunError{read_party(error->at("party")), error->at("message").text()};
}

void read_conversation(const Place& place, ScenarioResult& result) {
  place.at("messages").each([&](const Place& item) { result.messages.push_back(read_message(item)); });
  place.at("rolled_back").each([&](const Place& item) { result.rolled_back.push_back(read_message(item)); });
  if (const auto timings = place.maybe("timings"))
    timings->each([&](const Place& item) {
      const auto scripted = item.maybe("scripted");
      result.timings.push_back({item.at("turn").integer<int>(), item.at("start_s").number(), item.at("end_s").number(), scripted && scripted->boolean()});
    });
}

void read_figures(const Place& place, ScenarioResult& result) {
  result.turns = place.at("turns").integer<int>();
  result.duration_s = number_or_zero(place, "duration_s");
  result.agent_s = number_or_zero(place, "agent_s");
  if (const auto answers = place.maybe("answer_s")) answers->each([&](const Place& item) { result.answer_s.push_back(item.number()); });
  if (const auto clock = place.maybe("clock")) result.clock = clock->text();
  if (const auto latency = place.maybe("latency")) result.latency = read_latency(*latency);
  if (const auto usage = place.maybe("usage")) {
    result.input_tokens = usage->at("input_tokens").integer<std::int64_t>();
    result.output_tokens = usage->at("output_tokens").integer<std::int64_t>();
    result.model_calls = usage->at("calls").integer<std::int64_t>();
    if (const auto models = usage->maybe("models")) models->each([&](const Place& item) { result.usage.push_back(read_usage(item)); });
  }
  if (const auto cost = place.maybe("cost_usd")) result.cost_usd = cost->number();
  result.user_report = object_or_empty(place, "user_report");
  if (const auto caller = place.maybe("caller"))
    result.fingerprints.caller = text_or_empty(*caller, "hash"), result.fingerprints.draws = caller->at("draws").boolean();
  if (const auto agent = place.maybe("agent")) result.fingerprints.agent = text_or_empty(*agent, "hash");
  if (const auto judge = place.maybe("judge")) result.fingerprints.judge = {text_or_empty(*judge, "hash"), text_or_empty(*judge, "model")};
  if (const auto notices = place.maybe("notices")) notices->each([&](const Place& item) { result.notices.push_back(item.text()); });
}

// Attempts hold none themselves, so that no file can make this go deep.
ScenarioResult read_attempt(const Place& place) {
  ScenarioResult result;
  read_identity(place, result);
  read_judgement(place, result);
  read_conversation(place, result);
  read_figures(place, result);
  if (const auto voice = place.maybe("voice")) result.call = std::make_shared<const CallRecord>(read_voice(*voice));
  result.recording_file = text_or_empty(place, "recording");
  return result;
}

ScenarioResult read_scenario(const Place& place) {
  auto result = read_attempt(place);
  if (const auto earlier = place.maybe("earlier_attempts")) earlier->each([&](const Place& item) { result.earlier.push_back(read_attempt(item)); });
  return result;
}

void require_schema(const json::value& value) {
  const auto schema = find_string(value, "schema");
  if (!schema) throw Error(ErrorKind::configuration, fmt::format("no result of `antiphon run`: it has no schema, where {} was expected", quote(schema_name)));
  if (*schema != schema_name)
    throw Error(ErrorKind::configuration, fmt::format("the result is written as {}; this program reads {}", quote(*schema), quote(schema_name)));
}

}  // namespace

BatchResult batch_from_json(const json::value& value) {
  require_schema(value);
  const Place place(value);
  BatchResult batch{.batch_id = place.at("batch_id").text(),
                    .started_at = place.at("started_at").text(),
                    .seed = place.at("seed").integer<std::uint64_t>(),
                    .suite = place.at("suite").text(),
                    .flags = object_or_empty(place, "flags"),
                    .duration_s = number_or_zero(place, "duration_s")};
  batch.jobs = maybe_integer(place, "jobs");
  if (const auto interrupted = place.maybe("interrupted")) batch.interrupted = interrupted->boolean();
  if (const auto excluded = place.maybe("exclude_spoiled")) batch.exclude_spoiled = excluded->boolean();
  place.at("scenarios").each([&](const Place& item) { batch.scenarios.push_back(read_scenario(item)); });
  return batch;
}

BatchResult parse_batch(std::string_view text) {
  constexpr std::size_t deepest = 80;  // a message may be 64 deep and stands four levels down
  boost::system::error_code error;
  std::size_t used = 0;
  const auto value = read_json(text, deepest, used, error);
  if (error) throw Error(ErrorKind::protocol, fmt::format("not a result: no JSON ({})", error.message()));
  if (used != text.size()) throw Error(ErrorKind::protocol, fmt::format("not a result: something follows the JSON, at byte {}", used));
  return batch_from_json(value);
}

}  // namespace antiphon
