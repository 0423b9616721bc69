#include "antiphon/providers/llm/rules/rules_file.hpp"

#include <algorithm>
#include <cstdlib>

#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/rules/rules_reader.hpp"

namespace antiphon::rules {

namespace {

constexpr std::pair<std::string_view, TurnTest::Comparison> comparisons[] = {
    {">=", TurnTest::Comparison::at_least}, {"<=", TurnTest::Comparison::at_most}, {"!=", TurnTest::Comparison::unequal}, {"==", TurnTest::Comparison::equal},
    {">", TurnTest::Comparison::more},      {"<", TurnTest::Comparison::less},     {"=", TurnTest::Comparison::equal},    {"", TurnTest::Comparison::equal},
};

}  // namespace

std::optional<TurnTest> TurnTest::parse(std::string_view text) {
  text = trim(text);
  const auto it = std::find_if(std::begin(comparisons), std::end(comparisons), [&](const auto& entry) { return text.starts_with(entry.first); });
  TurnTest test{.comparison = it->second};
  const auto number = parse_integer(trim(text.substr(it->first.size())));
  if (!number) return std::nullopt;
  test.turn = *number;
  return test;
}

bool TurnTest::holds(int actual) const {
  switch (comparison) {
    case Comparison::equal: return actual == turn;
    case Comparison::unequal: return actual != turn;
    case Comparison::less: return actual < turn;
    case Comparison::at_most: return actual <= turn;
    case Comparison::more: return actual > turn;
    case Comparison::at_least: return actual >= turn;
  }
  return false;
}

bool RulesFile::keeps_state() const {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return !rule.set.empty(); });
}

std::optional<std::string> process_environment(std::string_view name) {
  const auto* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::shared_ptr<const RulesFile> parse_rules(std::string_view text, const std::string& file, const Environment& environment) {
  return RulesReader(file, environment).read(parse_document(text, file));
}

std::shared_ptr<const RulesFile> read_rules(const std::string& file, const Environment& environment) {
  return RulesReader(file, environment).read(read_document(file));
}

}  // namespace antiphon::rules
