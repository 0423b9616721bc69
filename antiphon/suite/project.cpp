#include "antiphon/suite/project.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/providers/llm/wire/endpoint.hpp"
#include "antiphon/providers/speech/vendor/vendors.hpp"
#include "antiphon/suite/judge_reader.hpp"
#include "antiphon/suite/model_reader.hpp"
#include "antiphon/suite/scenario_reader.hpp"

namespace antiphon::suite {

namespace {

constexpr int most_jobs = 100'000;

void read_limits(Reader& reader, const Node& node, ProjectSettings& settings) {
  Fields shape(reader, node, "limits", "limits: {openai: 4}");
  std::vector<std::string> known;
  for (const auto& vendor : wire::vendors()) known.emplace_back(vendor.name);
  for (auto& name : speech::vendor_names())
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(std::move(name));
  for (const auto& member : node.members) {
    if (std::find(known.begin(), known.end(), member.key) == known.end()) {
      reader.report_unknown("provider", member.key, member.where, known, "limits");
      continue;
    }
    if (auto limit = reader.integer(member.value, member.key, 1, most_jobs)) settings.limits[member.key] = static_cast<int>(*limit);
  }
}

void read_judge_settings(ReadContext& context, const Node& node, ProjectSettings& settings) {
  Fields fields(context.reader, node, "judge", "judge: {labels: labels.jsonl, kappa_floor: 0.4}");
  ReadJudge judge;
  read_trust(context, fields, judge);
  fields.finish();
  settings.labels = std::move(judge.labels), settings.kappa_floor = judge.kappa_floor;
}

std::string read_log(Reader& reader, const Node& node) { return reader.choice(node, "log", {"quiet", "normal", "verbose"}).value_or(""); }

void read_file_settings(ReadContext& context, const Node& root, ProjectSettings& settings) {
  Fields fields(context.reader, root, "antiphon.yaml", "allow_commands: true");
  fields.get("antiphon");
  settings.allow_commands = fields.boolean("allow_commands").value_or(false);
  if (const auto* model = fields.get("model")) settings.model = read_model(context, *model);
  if (const auto* audit = fields.get("audit")) settings.audit = read_audit(context, *audit);
  if (const auto* cassettes = fields.get("cassettes")) settings.cassettes = read_cassettes(context.reader, *cassettes);
  settings.cache = fields.text("cache");
  if (const auto* clock = fields.get("clock")) settings.clock = read_clock(context.reader, *clock);
  if (const auto* seed = fields.get("seed"))
    if (auto value = context.reader.integer(*seed, "seed", 0, most_seed)) settings.seed = static_cast<std::uint64_t>(*value);
  settings.jobs = fields.integer("jobs", 1, most_jobs);
  if (const auto* out = fields.get("out"))
    if (auto path = context.reader.text(*out, "out")) settings.out = resolve_path(*out, *path);
  if (const auto* log = fields.get("log")) settings.log = read_log(context.reader, *log);
  if (const auto* store = fields.get("store"))
    if (auto path = context.reader.text(*store, "store")) settings.store = *path == "off" ? *path : resolve_path(*store, *path);
  if (const auto* judge = fields.get("judge")) read_judge_settings(context, *judge, settings);
  if (const auto* limits = fields.get("limits")) read_limits(context.reader, *limits, settings);
  fields.finish();
}

// A variable as a value of a document, so that the same readers report what is wrong with it; the variable is its place.
std::optional<Node> variable(const Lookup& environment, const std::string& name) {
  const auto value = environment(name);
  if (!value || value->empty()) return std::nullopt;
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = *value;
  node.expanded = true;
  node.where = {"environment variable " + name, 0, 0};
  return node;
}

void read_environment(ReadContext& context, const Lookup& environment, ProjectSettings& settings) {
  if (const auto node = variable(environment, "ANTIPHON_MODEL")) {
    ModelSettings named = read_model(context, *node);
    named.directory.clear();
    settings.model = named.merged_over(settings.model);
    settings.model.directory.clear();
  }
  if (const auto node = variable(environment, "ANTIPHON_CLOCK"))
    if (auto clock = read_clock(context.reader, *node)) settings.clock = clock;
  if (const auto node = variable(environment, "ANTIPHON_CASSETTES"))
    if (auto mode = read_cassettes(context.reader, *node)) settings.cassettes = mode;
  if (const auto node = variable(environment, "ANTIPHON_CACHE")) settings.cache = node->text;
  if (const auto node = variable(environment, "ANTIPHON_SEED"))
    if (auto seed = context.reader.integer(*node, "seed", 0, most_seed)) settings.seed = static_cast<std::uint64_t>(*seed);
  if (const auto node = variable(environment, "ANTIPHON_JOBS"))
    if (auto jobs = context.reader.integer(*node, "jobs", 1, most_jobs)) settings.jobs = static_cast<int>(*jobs);
  if (const auto node = variable(environment, "ANTIPHON_OUT")) settings.out = node->text;
  if (const auto node = variable(environment, "ANTIPHON_LOG"))
    if (auto log = read_log(context.reader, *node); !log.empty()) settings.log = std::move(log);
}

}  // namespace

ProjectSettings read_project(const std::string& directory, const Lookup& environment) {
  ProjectSettings settings;
  Reader reader;
  ReadContext context{reader};
  const auto file = (std::filesystem::path(directory) / "antiphon.yaml").lexically_normal().string();
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    auto root = read_document(file);
    expand_variables(root, environment, reader.problems());
    if (!root.is_null()) read_file_settings(context, root, settings);
  }
  read_environment(context, environment, settings);
  if (!reader.problems().empty()) throw Problems(std::move(reader.problems()));
  return settings;
}

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace antiphon::suite
