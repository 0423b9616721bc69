#include "antiphon/report/agreement_lines.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/report/columns.hpp"

namespace antiphon {

namespace {

constexpr std::size_t most_judge_lines = 5;
constexpr int column = 11, words_column = 40;
constexpr std::size_t fewest_for_percent = 10;  // below, a percentage promises more than there is

/// One criterion of a batch with what labels say of its judge.
struct Backed {
  std::string criterion;
  JudgeAgreement agreement;
  std::size_t abstained = 0;
};

std::vector<Backed> backed_criteria(const BatchResult& batch) {
  std::map<std::pair<std::string, std::string>, Backed> found;
  for (const auto& result : batch.scenarios)
    for (const auto& criterion : result.criteria) {
      if (!criterion.agreement) continue;
      auto& one = found[{criterion.criterion, result.fingerprints.judge.hash}];
      one.criterion = criterion.criterion, one.agreement = *criterion.agreement;
      one.abstained += criterion.judged ? 1 : 0;
    }
  std::vector<Backed> list;
  list.reserve(found.size());
  for (auto& [key, one] : found) list.push_back(std::move(one));
  const auto order = [](const Backed& one) { return std::pair(one.agreement.kappa.value_or(2), std::string_view(one.criterion)); };
  std::sort(list.begin(), list.end(), [&](const Backed& a, const Backed& b) { return order(a) < order(b); });
  return list;
}

std::string agreed(const VerdictTable& table) {
  const auto n = table.n(), same = table.agreed();
  if (n < fewest_for_percent) return fmt::format("agreed {} of {}", same, n);
  return fmt::format("agreed {:.0f} % of {}", 100 * static_cast<double>(same) / static_cast<double>(n), n);
}

std::string figure_text(const AgreementFigure& figure) {
  if (figure.table.n() == 0) return "nothing to compare";
  if (!figure.kappa) return fmt::format("κ undefined: both said one thing always, {}", agreed(figure.table));
  const auto& kappa = *figure.kappa;
  return fmt::format("κ {} ({} to {})  {}", two_digits(kappa.value), two_digits(kappa.low), two_digits(kappa.high), agreed(figure.table));
}

std::string row(const std::string& name, const std::string& text) { return "  " + pad_columns(name, words_column) + "  " + text + "\n"; }

std::string table_lines(const VerdictTable& table, std::string_view corner) {
  auto text = fmt::format("    {:<16}{:>8}{:>8}{:>14}\n", corner, "passed", "failed", "inconclusive");
  for (const auto status : {CriterionStatus::passed, CriterionStatus::failed, CriterionStatus::inconclusive}) {
    const auto& counts = table.counts[static_cast<std::size_t>(status)];
    text += fmt::format("    {:<16}{:>8}{:>8}{:>14}\n", to_string(status), counts[0], counts[1], counts[2]);
  }
  return text;
}

std::string criterion_lines(const CriterionAgreement& one, const Style& style) {
  const auto name = one.criterion ? cut_columns(style.line(*one.criterion), words_column, style.ellipsis()) : std::string("whole runs");
  auto text = row(name, figure_text(one.figure));
  if (!one.judge.model.empty() || !one.judge.hash.empty())
    text += fmt::format("    judge {} {}{}\n", style.line(one.judge.model), one.judge.hash,
                        one.contested > 0 ? fmt::format(", {} contested among people and left out", one.contested) : "");
  if (one.figure.table.n() > 0) text += table_lines(one.figure.table, one.criterion ? "people / judge" : "people / run");
  return text;
}

std::string disagreement_lines(const Disagreement& one, const Style& style) {
  const auto what = one.criterion ? style.line(*one.criterion) : std::string("the whole run");
  auto text = fmt::format("  {}\n    {} {}\n", what, style.line(one.scenario), style.line(one.run_id));
  if (one.judged) text += fmt::format("    {}: {}\n", one.criterion ? "the judge" : "the run", to_string(*one.judged));
  for (const auto& opinion : one.people)
    text +=
        fmt::format("    {}: {}{}{}\n", style.line(opinion.author), to_string(opinion.verdict), opinion.reason.empty() ? "" : ", ", style.line(opinion.reason));
  return text;
}

}  // namespace

std::string agreement_lines(const ScenarioResult& result, const Style& style, int width) {
  std::string out;
  for (const auto& criterion : result.criteria) {
    if (!criterion.agreement || (criterion.status == CriterionStatus::passed)) continue;
    const auto text = fmt::format("judge: {} on {}", style.own(sentence(*criterion.agreement)), style.line(quote(criterion.criterion)));
    if (width <= 0)
      out += "  " + text + "\n";
    else
      for (const auto& line : wrap_columns(text, width - 2)) out += "  " + line + "\n";
  }
  return out;
}

std::string judge_lines(const BatchResult& batch, const Style& style) {
  const auto criteria = backed_criteria(batch);
  std::string out;
  for (std::size_t i = 0; i < std::min(criteria.size(), most_judge_lines); ++i) {
    const auto& one = criteria[i];
    const auto abstained = one.abstained == 0 ? ""
                                              : fmt::format(", below the floor {}: abstained {}", one.agreement.floor.value_or(0),
                                                            one.abstained == 1 ? "once" : fmt::format("{} times", one.abstained));
    out += fmt::format("{:<{}}{}{}: {}\n", i == 0 ? "judge" : "", column, sentence(one.agreement), abstained, one_line(one.criterion));
  }
  if (criteria.size() > most_judge_lines) out += fmt::format("{:<{}}and {} more in the report\n", "", column, criteria.size() - most_judge_lines);
  return style.own(out);
}

std::string agreement_report(const LabelAgreement& agreement, const Style& style) {
  const auto people = agreement.authors.size();
  auto text = fmt::format("{} {} of {} {} on {} {}\n", agreement.labels, agreement.labels == 1 ? "label" : "labels", people, people == 1 ? "person" : "people",
                          agreement.places, agreement.places == 1 ? "verdict" : "verdicts");
  if (agreement.unjudged > 0)
    text += fmt::format("{} left out: it is not known what the judge had said; name the result.json that they are on\n", agreement.unjudged);
  text += "\n" + style.paint("judge and people", sgr::strong) + "\n" + row("all criteria", figure_text(agreement.overall));
  for (const auto& one : agreement.criteria) text += criterion_lines(one, style);
  if (!agreement.people.empty()) text += "\n" + style.paint("among people", sgr::strong) + "\n";
  for (const auto& one : agreement.people) text += row(style.line(one.first) + " and " + style.line(one.second), figure_text(one.figure));
  if (!agreement.disagreements.empty()) text += "\n" + style.paint("disagreements", sgr::strong) + "\n";
  for (const auto& one : agreement.disagreements) text += disagreement_lines(one, style);
  return style.own(text);
}

}  // namespace antiphon
