#include "antiphon/cli/label/walk.hpp"

#include <set>
#include <stop_token>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/label/labelled_runs.hpp"
#include "antiphon/report/terminal.hpp"
#include "antiphon/report/transcript.hpp"
#include "antiphon/result/criterion_keys.hpp"

namespace antiphon::cli {

namespace {

constexpr int interrupted = 130;

enum class Answer { passed, failed, inconclusive, skip, quit };

std::optional<Answer> answer_from(std::string_view text) {
  const auto word = lower(trim(text));
  for (const auto& [answer, name] : {std::pair(Answer::passed, "passed"), std::pair(Answer::failed, "failed"), std::pair(Answer::inconclusive, "inconclusive"),
                                     std::pair(Answer::skip, "skip"), std::pair(Answer::quit, "quit")})
    if (word == name || (word.size() == 1 && word.front() == name[0])) return answer;
  return word.empty() ? std::optional(Answer::skip) : std::nullopt;
}

CriterionStatus status_of(Answer answer) {
  return answer == Answer::passed ? CriterionStatus::passed : answer == Answer::failed ? CriterionStatus::failed : CriterionStatus::inconclusive;
}

const CriterionResult* criterion_of(const Label& label, const ScenarioResult& run) {
  std::vector<std::string> words;
  for (const auto& criterion : run.criteria) words.push_back(criterion.criterion);
  const auto keys = criterion_keys(words);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == label.criterion_key) return &run.criteria[i];
  return nullptr;
}

/// One way through a batch.
class Walk {
 public:
  Walk(LabelKeeper& keeper, const WalkOptions& options, Environment& environment)
      : keeper_(keeper),
        options_(options),
        environment_(environment),
        style_({.out_tty = environment.out_is_terminal, .colour = environment.colour(), .utf8 = environment.utf8()}),
        watch_(environment.stop.on_request([stop = stop_]() mutable { stop.request_stop(); })) {
    for (const auto& label : keeper_.all())
      if (label.author == options_.author) done_.insert(place_of(label));
  }

  int run(const BatchResult& batch) {
    for (const auto& result : chosen(batch)) {
      if (!goes_on_) break;
      go_through(batch.batch_id, *result);
    }
    if (environment_.stop.requested()) tell("\n");
    environment_.out << fmt::format("{} {} kept in {}{}\n", kept_, kept_ == 1 ? "label" : "labels", keeper_.name(),
                                    kept_ == 0 ? "" : fmt::format("; {} not as the judge had said", differing_));
    return environment_.stop.requested() ? interrupted : 0;
  }

 private:
  std::vector<const ScenarioResult*> chosen(const BatchResult& batch) const {
    if (!options_.run.empty()) return {&run_named(batch, options_.run)};
    std::vector<const ScenarioResult*> all;
    for (const auto& result : batch.scenarios)
      if (!result.not_run && !result.run_id.empty()) all.push_back(&result);
    return all;
  }

  // What is asked about a run: each of its criteria, or where it has none, the run.
  std::vector<Label> open_labels(const std::string& batch_id, const ScenarioResult& run) const {
    std::vector<std::string> words;
    for (const auto& criterion : run.criteria) words.push_back(criterion.criterion);
    const auto keys = criterion_keys(words);
    std::vector<Label> labels;
    for (std::size_t i = 0; i < keys.size(); ++i)
      labels.push_back({.batch_id = batch_id, .run_id = run.run_id, .criterion = words[i], .criterion_key = keys[i], .author = options_.author});
    if (labels.empty()) labels.push_back({.batch_id = batch_id, .run_id = run.run_id, .author = options_.author});
    if (!options_.again) std::erase_if(labels, [&](const Label& label) { return done_.contains(place_of(label)); });
    return labels;
  }

  void go_through(const std::string& batch_id, const ScenarioResult& run) {
    const auto open = open_labels(batch_id, run);
    if (open.empty()) return;
    show(run);
    for (std::size_t i = 0; i < open.size() && goes_on_; ++i) ask(open[i], run, fmt::format("[{}/{}] ", i + 1, open.size()));
  }

  // Without outcome, reasons, checks: they would tell what the judge thinks.
  void show(const ScenarioResult& run) {
    environment_.out << fmt::format("\n{}\n{}\n", style_.paint(style_.line(run.id), sgr::strong), style_.paint(style_.line(run.run_id), sgr::quiet));
    if (!trim(run.description).empty()) environment_.out << style_.line(run.description) << "\n";
    environment_.out << "\n";
    Transcript transcript(style_, environment_.out_is_terminal ? environment_.width : 0, false);
    for (std::size_t i = 0; i < run.messages.size(); ++i)
      environment_.out << transcript.lines(MessageAdded{run.id, {}, run.messages[i], i < run.timings.size() ? run.timings[i] : MessageTiming()});
    environment_.out << transcript.close(run.id) << "\n" << std::flush;
  }

  std::optional<std::string> read(const std::string& prompt) {
    tell(prompt);
    auto line = environment_.read_line ? environment_.read_line(stop_.get_token()) : std::nullopt;
    if (!line || environment_.stop.requested()) goes_on_ = false;
    return goes_on_ ? std::move(line) : std::nullopt;
  }

  std::optional<Answer> verdict(const std::string& what) {
    for (;;) {
      const auto line = read("passed, failed, inconclusive (p, f, i), skip or quit> ");
      if (!line) return std::nullopt;
      if (const auto answer = answer_from(*line)) return answer;
      if (!environment_.in_is_terminal)
        throw Error(ErrorKind::usage, fmt::format("{} is no verdict on {}", quote(cut(*line, 40)), what))
            .with_hint("answer passed, failed, inconclusive, skip or quit; what was answered before is kept");
      tell(fmt::format("{} is none of these\n", quote(cut(*line, 40))));
    }
  }

  void ask(Label label, const ScenarioResult& run, const std::string& count) {
    const auto what = label.criterion ? style_.line(*label.criterion) : std::string("the whole run: did the agent do its part?");
    environment_.out << count << style_.paint(what, sgr::strong) << "\n" << std::flush;
    const auto answer = verdict(what);
    if (!answer || *answer == Answer::quit) goes_on_ = false;
    if (!goes_on_ || *answer == Answer::skip) return;
    label.verdict = status_of(*answer);
    label.reason = std::string(trim(repair_utf8(read("why> ").value_or(""))));
    if (environment_.stop.requested()) return;
    label.at = utc_now();
    label = completed(std::move(label), run);
    keeper_.add({label});
    ++kept_;
    if (label.judged && label.judged->verdict != label.verdict) ++differing_;
    environment_.out << "  " << style_.own(style_.line(comparison_with_judge(label, run))) << "\n" << std::flush;
  }

  void tell(const std::string& text) {
    if (environment_.in_is_terminal) environment_.err << text << std::flush;
  }

  LabelKeeper& keeper_;
  const WalkOptions& options_;
  Environment& environment_;
  Style style_;
  std::stop_source stop_;
  std::shared_ptr<void> watch_;
  std::set<LabelPlace> done_;
  bool goes_on_ = true;
  std::size_t kept_ = 0, differing_ = 0;
};

}  // namespace

std::string comparison_with_judge(const Label& label, const ScenarioResult& run) {
  if (!label.judged) return "there is no verdict to compare with: the run is an error";
  const auto whose = label.criterion ? "the judge" : "the run";
  const auto* criterion = label.criterion ? criterion_of(label, run) : nullptr;
  const auto& reason = label.criterion ? (criterion ? criterion->reasoning : std::string()) : run.reasoning;
  const auto word = to_string(label.judged->verdict);
  if (label.judged->verdict == label.verdict) return fmt::format("{}: {}, too", whose, word);
  return fmt::format("you differ: {}: {}{}{}", whose, word, reason.empty() ? "" : " — ", reason);
}

int walk(const BatchResult& batch, LabelKeeper& keeper, const WalkOptions& options, Environment& environment) {
  return Walk(keeper, options, environment).run(batch);
}

}  // namespace antiphon::cli
