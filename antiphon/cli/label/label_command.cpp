#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/label/label_keeper.hpp"
#include "antiphon/cli/label/labelled_runs.hpp"
#include "antiphon/cli/label/walk.hpp"
#include "antiphon/cli/stored_batches.hpp"
#include "antiphon/report/agreement_lines.hpp"

namespace antiphon::cli {

namespace {

struct LabelFlags {
  std::vector<std::string> words;
  std::string run, criterion, verdict, reason, author, labels, store, out;
  bool again = false, json = false;
};

constexpr std::size_t longest_author = 200;

std::string author_of(const LabelFlags& flags, const Environment& environment) {
  auto name = flags.author;
  for (const auto* variable : {"USER", "LOGNAME"})
    if (trim(name).empty()) name = environment.variable(variable).value_or("");
  name = std::string(trim(repair_utf8(name)));
  if (name.empty()) throw Error(ErrorKind::usage, "nobody says whose labels these are").with_hint("name yourself with --author");
  if (name.size() > longest_author) throw Error(ErrorKind::usage, fmt::format("--author has {} bytes; {} are allowed", name.size(), longest_author));
  return name;
}

Style style_of(const Environment& environment) {
  return Style({.out_tty = environment.out_is_terminal, .colour = environment.colour(), .utf8 = environment.utf8()});
}

void refuse_words(const LabelFlags& flags, std::size_t most, std::string_view form) {
  if (flags.words.size() > most) throw Error(ErrorKind::usage, fmt::format("{} is one word too many", quote(flags.words[most]))).with_hint(std::string(form));
}

int label_one(const LabelFlags& flags, Environment& environment) {
  const auto verdict = criterion_status_from(flags.verdict);
  if (!verdict) throw Error(ErrorKind::usage, fmt::format("--verdict {} is none", quote(flags.verdict))).with_hint("allowed: passed, failed, inconclusive");
  const auto author = author_of(flags, environment);
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  const auto batch = result_or_batch(flags.words.front(), flags.store, environment);
  const auto& run = run_named(batch, flags.run);
  if (run.not_run) throw Error(ErrorKind::usage, fmt::format("{} was never begun: there is nothing to label", quote(run.id)));
  Label label{.batch_id = batch.batch_id,
              .run_id = run.run_id,
              .verdict = *verdict,
              .reason = std::string(trim(repair_utf8(flags.reason))),
              .author = author,
              .at = utc_now()};
  if (!flags.criterion.empty()) label.criterion = repair_utf8(flags.criterion);
  label = completed(std::move(label), run);
  keeper->add({label});
  const auto style = style_of(environment);
  environment.out << style.line(fmt::format("{}: {}", label.criterion.value_or("the whole run"), to_string(label.verdict))) << "\n"
                  << style.line(comparison_with_judge(label, run)) << "\n";
  return 0;
}

int label_many(const LabelFlags& flags, Environment& environment) {
  if (!flags.criterion.empty() || !flags.reason.empty())
    throw Error(ErrorKind::usage, "--criterion and --reason need --verdict").with_hint("antiphon label last --run ID --criterion TEXT --verdict passed");
  const WalkOptions options{.author = author_of(flags, environment), .run = flags.run, .again = flags.again};
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  return walk(result_or_batch(flags.words.front(), flags.store, environment), *keeper, options, environment);
}

int import_labels(const LabelFlags& flags, Environment& environment) {
  if (flags.words.size() < 2) throw Error(ErrorKind::usage, "label import: which file?").with_hint("antiphon label import labels.json");
  const auto& name = flags.words[1];
  auto file = parse_labels(read_file(environment.path(name)), name);
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  LabelledRuns runs({flags.words.begin() + 2, flags.words.end()}, flags.store, environment);
  std::size_t n = 0;
  for (auto& label : file.labels) {
    ++n;
    try {
      const auto& run = runs.find(label);
      label = completed(std::move(label), run);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("{}, label {}: {}; nothing was imported", name, n, error.message())).with_hint(error.hint());
    }
  }
  const auto added = keeper->add(file.labels);
  const auto known = file.labels.size() - added;
  environment.out << fmt::format("{} {} imported into {}{}{}\n", added, added == 1 ? "label" : "labels", keeper->name(),
                                 known == 0 ? "" : fmt::format(", {} there already", known),
                                 file.repeated == 0 ? "" : fmt::format(", {} twice in the file", file.repeated));
  return 0;
}

// Those of one batch, where one is named.
std::vector<Label> chosen_labels(const LabelFlags& flags, LabelKeeper& keeper) {
  auto labels = keeper.all();
  if (flags.words.size() < 2) return labels;
  const auto& batch = flags.words[1];
  std::erase_if(labels, [&](const Label& label) { return !label.batch_id.starts_with(batch); });
  if (labels.empty()) throw Error(ErrorKind::usage, fmt::format("there are no labels of a batch {}", quote(batch))).with_hint("see `antiphon label list`");
  return labels;
}

std::string label_line(const Label& label, bool counts, const Style& style) {
  const auto what = label.criterion ? style.line(quote(*label.criterion)) : std::string("whole run");
  const auto reason = label.reason.empty() ? "" : ": " + style.line(label.reason);
  return fmt::format("{}  {}  {:<12}  {}  {}  {}{}{}\n", label.at, style.line(label.author), to_string(label.verdict), style.line(label.run_id),
                     style.line(label.scenario), what, reason, counts ? "" : "  (replaced)");
}

int list_labels(const LabelFlags& flags, Environment& environment) {
  refuse_words(flags, 2, "antiphon label list BATCH");
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  const auto labels = chosen_labels(flags, *keeper);
  if (flags.json) {
    environment.out << label_document(labels);
    return 0;
  }
  std::set<std::tuple<LabelPlace, std::string, std::string>> newest;
  for (const auto& label : newest_labels(labels)) newest.emplace(place_of(label), label.author, label.at);
  for (const auto& label : labels) environment.out << label_line(label, newest.contains({place_of(label), label.author, label.at}), style_of(environment));
  if (labels.empty()) environment.out << "no labels\n";
  return 0;
}

int export_labels(const LabelFlags& flags, Environment& environment) {
  refuse_words(flags, 2, "antiphon label export BATCH");
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  const auto labels = chosen_labels(flags, *keeper);
  const auto text = flags.json ? label_document(labels) : label_lines(labels);
  if (flags.out.empty()) {
    environment.out << text;
    return 0;
  }
  write_file_atomically(environment.path(flags.out), text);
  environment.out << fmt::format("{} {} written to {}\n", labels.size(), labels.size() == 1 ? "label" : "labels", flags.out);
  return 0;
}

int tell_agreement(const LabelFlags& flags, Environment& environment) {
  const auto keeper = open_labels(flags.labels, flags.store, environment);
  auto labels = keeper->all();
  if (labels.empty()) throw Error(ErrorKind::usage, fmt::format("there are no labels in {}", keeper->name())).with_hint("make some: antiphon label last");
  // A file that somebody wrote by hand knows nothing of the judge.
  LabelledRuns runs({flags.words.begin() + 1, flags.words.end()}, flags.store, environment);
  for (auto& label : labels)
    if (!label.judged)
      if (const auto* run = runs.find_where_known(label)) label = completed(std::move(label), *run);
  const auto agreement = measure_agreement(labels);
  environment.out << (flags.json ? json_text(to_json(agreement)) + "\n" : agreement_report(agreement, style_of(environment)));
  return 0;
}

int run_label(const LabelFlags& flags, Environment& environment) {
  const auto& what = flags.words.front();
  if (what == "import") return import_labels(flags, environment);
  if (what == "export") return export_labels(flags, environment);
  if (what == "list") return list_labels(flags, environment);
  if (what == "agreement") return tell_agreement(flags, environment);
  refuse_words(flags, 1, "antiphon label BATCH, or label import FILE, list, export, agreement");
  return flags.verdict.empty() ? label_many(flags, environment) : label_one(flags, environment);
}

}  // namespace

Command label_command() {
  return {.name = "label",
          .summary = "Say what people think of verdicts, and how well the judge agrees with them",
          .example =
              "antiphon label last --author ann && antiphon label agreement\n"
              "antiphon label last --run run_01KAQ --criterion 'The agent asks for the order number' --verdict failed --reason 'it guessed'\n"
              "antiphon label import labels.json",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<LabelFlags>();
            app.add_option("what", flags->words,
                           "A batch of the store, last, or a result.json to go through; or import FILE [RESULT…], list [BATCH], export [BATCH], agreement "
                           "[RESULT…]")
                ->required();
            app.add_option("--run", flags->run, "Only this run: its run_id, or the id of its scenario");
            app.add_option("--criterion", flags->criterion, "Words or key of the criterion that --verdict is on (the whole run)");
            app.add_option("--verdict", flags->verdict, "passed, failed or inconclusive: labels without asking");
            app.add_option("--reason", flags->reason, "Why");
            app.add_option("--author", flags->author, "Whose labels these are (the user of this machine)");
            app.add_flag("--again", flags->again, "Ask also about what the author has labelled before");
            app.add_option("--labels", flags->labels, "Keep labels in this file of JSON Lines, which can be committed, and not in the store");
            app.add_option("--store", flags->store, "File of the store (antiphon.sqlite in the output folder)");
            app.add_option("-o,--out", flags->out, "File for export (standard output)");
            app.add_flag("--json", flags->json, "List, export or tell the agreement as one JSON object");
            return [flags](Environment& environment) { return run_label(*flags, environment); };
          }};
}

}  // namespace antiphon::cli
