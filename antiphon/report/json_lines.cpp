#include "antiphon/report/json_lines.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon {

namespace {

json::object message_json(const MessageAdded& event) {
  return {{"type", "message"},           {"id", event.id},
          {"turn", event.timing.turn},   {"start_s", event.timing.start_s},
          {"end_s", event.timing.end_s}, {"message", event.message.json()}};
}

json::object verdict_json(const VerdictGiven& event) {
  json::array criteria;
  for (const auto& criterion : event.verdict.criteria)
    criteria.push_back({{"criterion", criterion.criterion}, {"status", to_string(criterion.status)}, {"reasoning", criterion.reasoning}});
  return {{"type", "verdict"},
          {"id", event.id},
          {"time_s", event.time_s},
          {"outcome", to_string(event.verdict.decide())},
          {"reasoning", event.verdict.reasoning},
          {"criteria", std::move(criteria)}};
}

std::string line_of(const json::object& object) { return repair_utf8(json_text(object)); }
json::object check_json(const CheckEvaluated& event) {
  return {{"type", "check"},
          {"id", event.id},
          {"time_s", event.time_s},
          {"kind", event.check.kind},
          {"passed", event.check.passed},
          {"sentence", event.check.sentence()}};
}

json::object audit_json(const FaultAudited& event) {
  return {{"type", "audit"},       {"id", event.id}, {"time_s", event.time_s}, {"party", to_string(event.fault.party)}, {"certain", event.fault.certain},
          {"why", event.fault.why}};
}

// The scenario as result.json has it: one parser reads both.
std::string line_of(std::string_view type, const ScenarioResult& result) { return fmt::format(R"({{"type":"{}","scenario":{}}})", type, serialize(result)); }

std::string line_of(const RunStarted& event) { return line_of(json::object{{"type", "run_started"}, {"id", event.id}}); }
std::string line_of(const MessageAdded& event) { return line_of(message_json(event)); }
std::string line_of(const VerdictGiven& event) { return line_of(verdict_json(event)); }
std::string line_of(const CheckEvaluated& event) { return line_of(check_json(event)); }
std::string line_of(const FaultAudited& event) { return line_of(audit_json(event)); }
std::string line_of(const AttemptFinished& event) { return line_of("attempt_finished", event.result); }
std::string line_of(const RunFinished& event) { return line_of("run_finished", event.result); }

}  // namespace

JsonLinesReporter::JsonLinesReporter(const std::string& path, const BatchResult& head, std::size_t total)
    : path_(path), file_(path, std::ios::binary | std::ios::trunc), out_(&file_) {
  if (!file_) throw write_failure(path, errno);
  start(head, total);
}

JsonLinesReporter::JsonLinesReporter(std::ostream& out, const BatchResult& head, std::size_t total) : path_("standard output"), out_(&out) {
  start(head, total);
}

void JsonLinesReporter::start(const BatchResult& head, std::size_t total) {
  write(line_of(json::object{{"type", "batch_started"},
                             {"schema", "antiphon.events/1"},
                             {"batch_id", head.batch_id},
                             {"started_at", head.started_at},
                             {"seed", head.seed},
                             {"suite", head.suite},
                             {"total", total}}));
}

void JsonLinesReporter::write(std::string line) {
  line += '\n';
  const std::lock_guard lock(mutex_);
  *out_ << line << std::flush;
}

void JsonLinesReporter::add(const RunEvent& event) {
  write(std::visit([](const auto& one) { return line_of(one); }, event));
}

void JsonLinesReporter::finish(const BatchResult& batch) {
  write(line_of(json::object{{"type", "batch_finished"},
                             {"batch_id", batch.batch_id},
                             {"duration_s", batch.duration_s},
                             {"interrupted", batch.interrupted},
                             {"summary", to_json(summarize(batch.scenarios))}}));
  if (!*out_) throw Error(ErrorKind::io, fmt::format("cannot write all events to {}", path_)).with_hint("is the disk full?");
}

}  // namespace antiphon
