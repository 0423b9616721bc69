#include "antiphon/store/internal/label_rows.hpp"

#include "antiphon/base/text.hpp"
#include "antiphon/store/sqlite/database.hpp"

namespace antiphon::store {

namespace {

CriterionStatus status_from(const std::string& word) { return criterion_status_from(word).value_or(CriterionStatus::inconclusive); }

Label label_from(const Statement& row) {
  Label label{.batch_id = row.text(0),
              .run_id = row.text(1),
              .criterion_key = row.text(3),
              .verdict = status_from(row.text(4)),
              .reason = row.text(5),
              .author = row.text(6),
              .at = row.text(7),
              .scenario = row.text(8)};
  if (!row.is_null(2)) label.criterion = row.text(2);
  if (!row.is_null(9)) label.judged = JudgedVerdict{status_from(row.text(9)), {row.text(10), row.text(11)}};
  return label;
}

}  // namespace

std::vector<Label> read_labels(const Database& database) {
  std::vector<Label> labels;
  Statement rows(database,
                 "SELECT batch_id, run_id, criterion, criterion_key, verdict, reason, author, at, scenario, judged, judge, judge_model FROM labels "
                 "ORDER BY label_id");
  while (rows.step()) labels.push_back(label_from(rows));
  return labels;
}

void insert_label(const Database& database, const Label& label) {
  const auto judge = label.judged ? label.judged->judge : JudgeMark();
  Statement(database,
            "INSERT INTO labels (batch_id, run_id, criterion, criterion_key, verdict, reason, author, at, scenario, judged, judge, judge_model) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(label.batch_id)
      .bind(label.run_id)
      .bind_or_null(label.criterion ? std::optional(repair_utf8(*label.criterion)) : std::nullopt)
      .bind(label.criterion_key)
      .bind(to_string(label.verdict))
      .bind(repair_utf8(label.reason))
      .bind(repair_utf8(label.author))
      .bind(label.at)
      .bind(repair_utf8(label.scenario))
      .bind_or_null(label.judged ? std::optional(std::string(to_string(label.judged->verdict))) : std::nullopt)
      .bind(judge.hash)
      .bind(judge.model)
      .run();
}

}  // namespace antiphon::store
