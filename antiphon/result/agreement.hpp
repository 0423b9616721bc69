#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/result/label.hpp"
#include "antiphon/result/statistics.hpp"

namespace antiphon {

/// How often two said what about the same things: first one's verdict by row, second one's by column, in the order of CriterionStatus.
struct VerdictTable {
  std::array<std::array<std::size_t, 3>, 3> counts{};

  void add(CriterionStatus first, CriterionStatus second) { ++counts[static_cast<std::size_t>(first)][static_cast<std::size_t>(second)]; }
  void add(const VerdictTable& other);
  std::size_t n() const;
  std::size_t agreed() const;
};

/// Cohen's kappa: (agreement - chance) / (1 - chance), where chance is the agreement of two who say each verdict as often as these did and know
/// nothing. nullopt without verdicts, and where both said one and the same thing always: then chance explains everything.
std::optional<double> cohens_kappa(const VerdictTable& table);

/// Two verdicts on one thing, and what it belongs to: verdicts of one scenario resemble each other.
struct VerdictPair {
  CriterionStatus first = CriterionStatus::inconclusive;
  CriterionStatus second = CriterionStatus::inconclusive;
  std::string cluster{};
};

struct AgreementFigure {
  VerdictTable table{};
  std::size_t clusters = 0;
  std::optional<Estimate> kappa{};  ///< with its 95 % interval
};
/// Kappa with an interval that holds for few pairs and for perfect agreement, too: Wilson's for the observed agreement with chance held at its
/// estimate, widened to what drawing whole clusters anew gives where a cluster has several pairs (docs/decisions/0016-an-interval-for-kappa.md).
AgreementFigure measure_agreement(const std::vector<VerdictPair>& pairs);

/// What people said about one verdict of a judge.
struct Disagreement {
  struct Opinion {
    std::string author{};
    CriterionStatus verdict = CriterionStatus::inconclusive;
    std::string reason{};
  };
  std::optional<std::string> criterion{};  ///< nullopt: the whole run
  std::string batch_id{}, run_id{}, scenario{};
  std::optional<CriterionStatus> judged{};  ///< nullopt: it is not known what the judge had said
  std::vector<Opinion> people{};            ///< by author
};

/// Agreement of one judge with people on one criterion.
struct CriterionAgreement {
  std::optional<std::string> criterion{};  ///< nullopt: of outcomes with labels on whole runs
  JudgeMark judge{};
  AgreementFigure figure{};   ///< rows: people, columns: the judge
  std::size_t contested = 0;  ///< verdicts on which as many people say one thing as another: they are not counted in `figure`
};

/// Agreement of two people.
struct PeopleAgreement {
  std::string first{}, second{};
  AgreementFigure figure{};
};

/// What labels tell of judges and of the people themselves (SCN-103).
struct LabelAgreement {
  std::size_t labels = 0;    ///< the newest of each author on each place
  std::size_t places = 0;    ///< verdicts that they are on
  std::size_t unjudged = 0;  ///< of these, where it is not known what the judge had said
  std::vector<std::string> authors{};
  std::vector<CriterionAgreement> criteria{};  ///< by criterion, then judge; whole runs last
  AgreementFigure overall{};                   ///< over all criteria, without labels on whole runs
  std::vector<PeopleAgreement> people{};       ///< pairs with something in common
  std::vector<Disagreement> disagreements{};   ///< the judge with people, then people among themselves
};
/// The verdict of people is what more of them say than anything else. The order of labels changes nothing.
LabelAgreement measure_agreement(const std::vector<Label>& labels);
/// `antiphon.agreement/1` (docs/labels.md).
json::object to_json(const LabelAgreement& agreement);

/// Labels with what they tell of each criterion and judge. Immutable; many runs share one.
class LabelBook {
 public:
  explicit LabelBook(std::vector<Label> labels);

  const std::vector<Label>& labels() const { return labels_; }
  /// How far this judge agrees with people on a criterion of these words; nullopt where nobody labelled one.
  std::optional<JudgeAgreement> agreement(const std::string& criterion, const JudgeMark& judge) const;

 private:
  std::vector<Label> labels_;
  std::vector<CriterionAgreement> criteria_;
};

}  // namespace antiphon
