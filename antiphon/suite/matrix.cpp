#include "antiphon/suite/matrix.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"

namespace antiphon::suite {

namespace {

constexpr std::size_t cell_limit = 100'000;

std::optional<std::string> value_of(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) {
  const auto it = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
  return it == pairs.end() ? std::nullopt : std::optional(it->second);
}

std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  std::vector<std::string> unset;
  expand_text(
      text,
      [&](std::string_view name) {
        names.emplace(name);
        return std::optional<std::string>("");
      },
      unset);
  return names;
}

bool is_name(std::string_view text) {
  std::vector<std::string> unset;
  return expand_text(fmt::format("${{{}}}", text), [](std::string_view) { return std::optional<std::string>(""); }, unset).empty();
}

void report_doubles(Reader& reader, const Node& node, const std::string& variable) {
  std::vector<std::string> sorted;
  for (const auto& item : node.items)
    if (item.is_scalar()) sorted.push_back(item.text);
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) reader.report(node, fmt::format("{} has {} twice", variable, quote(*twice)), "remove one of them");
}

}  // namespace

Lookup Variant::over(Lookup below) const {
  return [this, below = std::move(below)](std::string_view name) {
    if (auto value = value_of(values, name)) return value;
    if (auto value = value_of(cell, name)) return value;
    return below(name);
  };
}

std::string Variant::id_suffix(std::string_view name_template) const {
  const auto named = names_in(name_template);
  std::vector<std::string> lacking;
  for (const auto& [variable, value] : cell)
    if (!named.contains(variable)) lacking.push_back(fmt::format("{}={}", variable, value));
  auto suffix = lacking.empty() ? std::string() : fmt::format(" [{}]", join(lacking, ", "));
  if (row) suffix += fmt::format(" row {}", *row);
  return suffix;
}

std::vector<Cell> read_matrix(Reader& reader, const Node* node) {
  std::vector<Cell> cells{Cell{}};
  if (!node) return cells;
  Fields shape(reader, *node, "a matrix", "matrix: {locale: [en-US, en-GB]}");
  for (const auto& member : node->members) {
    if (!is_name(member.key))
      reader.report({.message = fmt::format("{} cannot name a variable", quote(member.key)),
                     .where = member.where,
                     .hint = "use letters, digits and _, beginning with a letter",
                     .width = static_cast<int>(member.key.size())});
    const auto values = reader.texts(member.value, member.key);
    if (!values) continue;
    if (cells.size() * values->size() > cell_limit) {
      reader.report(*node, fmt::format("the matrix has more than {} cells", cell_limit), "split the scenario");
      return {Cell{}};
    }
    std::vector<Cell> wider;
    for (const auto& cell : cells)
      for (const auto& value : *values) wider.emplace_back(cell).emplace_back(member.key, value);
    cells = std::move(wider);
  }
  return cells;
}

void report_doubled_values(Reader& reader, const Node& node) {
  for (const auto& member : node.members) report_doubles(reader, member.value, member.key);
}

std::vector<Variant> combine(const std::vector<Cell>& cells, const std::vector<Row>* rows) {
  std::vector<Variant> variants;
  for (const auto& cell : cells) {
    if (!rows) {
      variants.push_back({.cell = cell, .row = {}, .values = {}});
      continue;
    }
    for (std::size_t i = 0; i < rows->size(); ++i) variants.push_back({.cell = cell, .row = static_cast<int>(i) + 1, .values = (*rows)[i]});
  }
  return variants;
}

}  // namespace antiphon::suite
