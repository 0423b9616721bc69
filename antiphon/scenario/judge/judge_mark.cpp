#include "antiphon/scenario/judge/judge_mark.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/json.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/rules/rules_mark.hpp"

namespace antiphon {

namespace {

std::string hash_of(std::string_view text) { return fmt::format("{:016x}", mix_seed(0, std::array<std::string_view, 1>{text})); }

// A rules file is what it says.
std::string content_of(const ModelSettings& model) {
  const auto mark = rules::content_mark(model);
  return mark.empty() ? mark : "\n" + mark;
}

// A rules file lies elsewhere on each machine.
std::string name_of(const std::string& model) {
  constexpr std::string_view rules = "rules/";
  if (!model.starts_with(rules)) return model;
  return std::string(rules) + std::filesystem::path(model.substr(rules.size())).filename().string();
}

}  // namespace

JudgeMark judge_mark(std::string_view instructions, const ModelSettings& model) {
  const auto name = name_of(model.model);
  return {hash_of(fmt::format("{}\n{}\n{}\n{}\n{}{}", instructions, name, model.temperature.value_or(-1), model.max_tokens.value_or(-1), json_text(model.extra),
                              content_of(model))),
          name};
}

JudgeMark panel_mark(std::span<const JudgeMark> judges, std::string_view rule) {
  std::string text(rule);
  std::vector<std::string> models;
  for (const auto& judge : judges) {
    if (judge.hash.empty()) return {};  // one of them is a function: nobody can tell what the panel is
    text += "\n" + judge.hash;
    if (std::find(models.begin(), models.end(), judge.model) == models.end()) models.push_back(judge.model);
  }
  return {hash_of(text), join(models, ", ")};
}

}  // namespace antiphon
