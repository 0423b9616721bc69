#include "antiphon/cli/doctor/finding.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace antiphon::cli {

namespace {

std::string_view word(Finding::State state) {
  switch (state) {
    case Finding::State::ok: return "ok";
    case Finding::State::note: return "note";
    case Finding::State::wrong: return "wrong";
  }
  return "wrong";
}

std::ptrdiff_t count_wrong(const std::vector<Finding>& findings) {
  return std::count_if(findings.begin(), findings.end(), [](const Finding& finding) { return finding.state == Finding::State::wrong; });
}

}  // namespace

int exit_code(const std::vector<Finding>& findings) { return count_wrong(findings) > 0 ? 1 : 0; }

std::string shown(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, finding.name.size());
  std::string out, group;
  for (const auto& finding : findings) {
    if (finding.group != group) out += (out.empty() ? "" : "\n") + finding.group + "\n";
    group = finding.group;
    out += fmt::format("  {:<5}  {:<{}}  {}\n", word(finding.state), finding.name, width, finding.what);
    if (!finding.fix.empty()) out += fmt::format("  {:5}  {:{}}  fix: {}\n", "", "", width, finding.fix);
  }
  const auto wrong = count_wrong(findings);
  return out + (wrong == 0 ? "\nall well\n" : fmt::format("\n{} {} wrong\n", wrong, wrong == 1 ? "thing is" : "things are"));
}

json::object to_json(const std::vector<Finding>& findings) {
  json::array list;
  for (const auto& finding : findings) {
    json::object item{{"group", finding.group}, {"name", finding.name}, {"state", word(finding.state)}, {"what", finding.what}};
    item["fix"] = finding.fix.empty() ? json::value() : json::value(finding.fix);
    list.push_back(std::move(item));
  }
  return {{"schema", "antiphon.doctor/1"}, {"ok", count_wrong(findings) == 0}, {"findings", std::move(list)}};
}

}  // namespace antiphon::cli
