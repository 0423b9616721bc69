#include "antiphon/suite/judge_reader.hpp"

#include <algorithm>

#include "antiphon/base/text.hpp"
#include "antiphon/scenario/judge/judge.hpp"
#include "antiphon/suite/model_reader.hpp"

namespace antiphon::suite {

namespace {

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

}  // namespace

ParticipantSpec read_judge(ReadContext& context, const Node& node, bool criteria_in_script) {
  JudgeOptions options;
  if (node.is_mapping()) {
    Fields fields(context.reader, node, "a judge");
    if (const auto* criteria = fields.get("criteria"))
      options.criteria = read_criteria(context, *criteria);
    else if (!criteria_in_script)
      report_no_criteria(context, node);
    options.system_prompt = fields.text("system").value_or("");
    options.model = read_model_keys(context, fields);
    fields.finish();
    if (options.criteria.empty() && !criteria_in_script) return {};
  } else {
    options.criteria = read_criteria(context, node);
    if (options.criteria.empty()) return {};
  }
  return judge_agent(std::move(options));
}

}  // namespace antiphon::suite
