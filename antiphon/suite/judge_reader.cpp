#include "antiphon/suite/judge_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/check_judge.hpp"
#include "antiphon/scenario/judge/panel.hpp"
#include "antiphon/suite/check_reader.hpp"
#include "antiphon/suite/model_reader.hpp"

namespace antiphon::suite {

namespace {

constexpr int most_judges = 25;

void report_no_criteria(ReadContext& context, const Node& node) {
  context.reader.report(node, "the judge has no criteria", "list what must be true: `judge: [\"The agent asks for the order number\"]`");
}

std::vector<std::string> read_criteria(ReadContext& context, const Node& node) {
  if (node.is_null() || (node.is_sequence() && node.items.empty())) {
    report_no_criteria(context, node);
    return {};
  }
  auto criteria = context.reader.texts(node, "criteria").value_or(std::vector<std::string>{});
  if (std::any_of(criteria.begin(), criteria.end(), [](const auto& text) { return trim(text).empty(); }))
    context.reader.report(node, "a criterion is empty", "write a sentence that can be true or false");
  return criteria;
}

void read_inclusion(ReadContext& context, Fields& fields, std::string_view key, Inclusion& inclusion) {
  const auto* node = fields.get(key);
  const auto word = node ? context.reader.choice(*node, key, {"auto", "on", "off"}) : std::nullopt;
  if (word) inclusion = *word == "on" ? Inclusion::on : *word == "off" ? Inclusion::off : Inclusion::automatic;
}

void read_material(ReadContext& context, Fields& fields, JudgeOptions& options) {
  options.context = fields.text("context").value_or("");
  read_inclusion(context, fields, "include_traces", options.include_traces);
  read_inclusion(context, fields, "include_audio", options.include_audio);
  read_inclusion(context, fields, "include_timeline", options.include_timeline);
  options.token_threshold = fields.integer("token_threshold", 1).value_or(options.token_threshold);
  options.max_discovery_steps = fields.integer("max_discovery_steps", 0).value_or(options.max_discovery_steps);
}

// A member is a model, or a mapping with its keys; criteria and material are the panel's.
ParticipantSpec read_member(ReadContext& context, const Node& node, JudgeOptions options) {
  if (node.is_mapping()) {
    Fields fields(context.reader, node, "a judge of a panel");
    if (auto system = fields.text("system")) options.system_prompt = *std::move(system);
    options.model = read_model_keys(context, fields).merged_over(options.model);
    fields.finish();
  } else {
    options.model = read_model(context, node).merged_over(options.model);
  }
  const auto name = options.model.model;
  auto judge = judge_agent(std::move(options));
  return name.empty() ? judge : judge.named(name);
}

ParticipantSpec read_panel(ReadContext& context, const Node& node, const JudgeOptions& options, PanelRule rule) {
  if (!node.is_sequence() || node.items.size() < 2 || node.items.size() > static_cast<std::size_t>(most_judges)) {
    context.reader.report(node, fmt::format("a panel is a list of 2 to {} judges", most_judges),
                          "panel: [openai/gpt-4.1-mini, groq/llama-3.3-70b]; `samples: 3` asks one judge three times");
    return {};
  }
  PanelOptions panel{.judges = {}, .decide = rule};
  for (const auto& item : node.items) panel.judges.push_back(read_member(context, item, options));
  return judge_panel(std::move(panel));
}

PanelRule read_rule(ReadContext& context, Fields& fields, bool several) {
  const auto* node = fields.get("decide");
  if (!node) return PanelRule::majority;
  if (!several) context.reader.report(*node, "one judge decides alone", "add `samples: 3` or `panel: [MODEL, MODEL, MODEL]`, or remove `decide`");
  return context.reader.choice(*node, "decide", {"majority", "unanimous"}) == "unanimous" ? PanelRule::unanimous : PanelRule::majority;
}

ParticipantSpec read_check_judge(ReadContext& context, Fields& fields, const Node& checks, bool criteria_in_script) {
  if (criteria_in_script)
    context.reader.report(checks, "a judge that decides by checks cannot decide the sentences of the script's checkpoints",
                          "use `check` steps there, or a judge with criteria");
  if (checks.is_null() || (checks.is_sequence() && checks.items.empty()))
    context.reader.report(checks, "the judge has no checks", "list what must hold: `judge: {checks: [{contains: order number}]}`");
  auto list = read_checks(context, checks);
  fields.finish();
  return check_judge(std::move(list));
}

std::shared_ptr<const LabelBook> read_label_file(ReadContext& context, const Node& node) {
  const auto path = context.reader.text(node, "labels");
  if (!path) return nullptr;
  const auto file = resolve_path(node, *path);
  if (context.labels)
    if (const auto known = context.labels->find(file); known != context.labels->end()) return known->second;
  std::shared_ptr<const LabelBook> book;
  try {
    book = std::make_shared<const LabelBook>(read_labels(file).labels);
  } catch (const Error& error) {
    context.reader.report(node, error.message(), error.hint().empty() ? "name a file that `antiphon label export` wrote" : error.hint());
  }
  if (context.labels) context.labels->emplace(file, book);
  return book;
}

ParticipantSpec read_participant(ReadContext& context, Fields& fields, bool criteria_in_script) {
  const auto& node = fields.node();
  if (const auto* checks = fields.get("checks")) return read_check_judge(context, fields, *checks, criteria_in_script);
  JudgeOptions options;
  if (const auto* criteria = fields.get("criteria"))
    options.criteria = read_criteria(context, *criteria);
  else if (!criteria_in_script)
    report_no_criteria(context, node);
  options.system_prompt = fields.text("system").value_or("");
  read_material(context, fields, options);
  options.model = read_model_keys(context, fields);
  const auto* panel = fields.get("panel");
  const auto samples = fields.integer("samples", 2, most_judges);
  const auto* samples_node = node.find("samples");
  if (panel && samples_node) context.reader.report(*samples_node, "a judge is a panel or several samples, not both", "keep one of them");
  const auto rule = read_rule(context, fields, panel || samples_node);
  fields.finish();
  if (options.criteria.empty() && !criteria_in_script) return {};
  if (panel) return read_panel(context, *panel, options, rule);
  return samples ? judge_samples(std::move(options), *samples, rule) : judge_agent(std::move(options));
}

ReadJudge read_mapping(ReadContext& context, const Node& node, bool criteria_in_script) {
  ReadJudge judge;
  Fields fields(context.reader, node, "a judge");
  // Checks are no opinion: nobody needs to agree with them.
  if (!node.find("checks")) read_trust(context, fields, judge);
  judge.spec = read_participant(context, fields, criteria_in_script);
  return judge;
}

}  // namespace

void read_trust(ReadContext& context, Fields& fields, ReadJudge& judge) {
  if (const auto* labels = fields.get("labels")) judge.labels = read_label_file(context, *labels);
  if (const auto* floor = fields.get("kappa_floor")) judge.kappa_floor = context.reader.number(*floor, "kappa_floor", 0, 1);
}

ReadJudge read_judge(ReadContext& context, const Node& node, bool criteria_in_script) {
  if (node.is_mapping()) return read_mapping(context, node, criteria_in_script);
  JudgeOptions options;
  options.criteria = read_criteria(context, node);
  return {.spec = options.criteria.empty() ? ParticipantSpec() : judge_agent(std::move(options))};
}

}  // namespace antiphon::suite
