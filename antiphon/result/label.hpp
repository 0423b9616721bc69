#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "antiphon/result/result.hpp"

namespace antiphon {

/// What the judge had said on what a label is on; kept with the label, so that a file of labels tells the agreement without the results.
struct JudgedVerdict {
  CriterionStatus verdict = CriterionStatus::inconclusive;
  JudgeMark judge{};
};

/// A person's verdict on one criterion of one run, or on the run as a whole (SCN-103, docs/labels.md).
struct Label {
  std::string batch_id{};
  std::string run_id{};
  std::optional<std::string> criterion{};  ///< its words; nullopt: the whole run
  std::string criterion_key{};             ///< tells apart criteria of a run that have the same words; empty: not known
  CriterionStatus verdict = CriterionStatus::inconclusive;
  std::string reason{};  ///< may be empty
  std::string author{};
  std::string at{};        ///< RFC 3339, UTC, milliseconds: texts sort by time
  std::string scenario{};  ///< id without its repeat; empty: not known
  std::optional<JudgedVerdict> judged{};
};

/// What a label is on: of one author only the newest counts there.
struct LabelPlace {
  std::string batch_id{}, run_id{};
  bool whole_run = false;
  std::string criterion{}, criterion_key{};
  auto operator<=>(const LabelPlace&) const = default;
};
LabelPlace place_of(const Label& label);

/// Labels of a file, and how many of its entries were there twice.
struct LabelFile {
  std::vector<Label> labels{};
  std::size_t repeated = 0;
};

/// Reads both forms: one JSON object `{"antiphon_labels": 1, "labels": […]}`, or JSON Lines, whose first line is `{"antiphon_labels": 1}` and
/// every other one a label. Members that it does not know are ignored.
/// @param name of the file, for errors.
/// @throws Error configuration: which label, what is wrong, what is allowed. Nothing is read in part.
LabelFile parse_labels(std::string_view text, const std::string& name);
/// From the disk. @throws Error as above; not_found, io.
LabelFile read_labels(const std::string& path);

/// JSON Lines, one label a line in the order given.
std::string label_lines(const std::vector<Label>& labels);
/// The one JSON object.
std::string label_document(const std::vector<Label>& labels);

/// Those of `offered` that are not in `known` yet, each once.
/// @throws Error usage where one author said two things about one criterion at the same moment: nobody could tell which one is newer.
std::vector<Label> new_labels(const std::vector<Label>& known, const std::vector<Label>& offered);

/// The newest of each author on each place; by place, then author.
std::vector<Label> newest_labels(const std::vector<Label>& labels);

/// A run of a batch by its id, earlier attempts included; nullptr: it has none such.
const ScenarioResult* find_run(const BatchResult& batch, std::string_view run_id);

/// Completes a label from the run that it is on: the criterion by words or key, its scenario, what the judge had said. Of a sentence that was
/// decided several times in a run the last one is meant, unless the key says otherwise.
/// @throws Error usage for a criterion that the run has not, naming the nearest and all.
Label completed(Label label, const ScenarioResult& run);

}  // namespace antiphon
