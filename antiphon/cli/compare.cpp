#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/stored_batches.hpp"
#include "antiphon/report/comparison_lines.hpp"

namespace antiphon::cli {

namespace {

struct CompareFlags {
  std::string before, after, ignore, store;
  double least_effect = 5, least_slowdown = 10;  // percent
  bool strict = false, json = false;
};

CompareOptions options_of(const CompareFlags& flags) {
  CompareOptions options{.least_effect = flags.least_effect / 100, .least_slowdown = flags.least_slowdown / 100, .strict = flags.strict};
  for (const auto& part : split(flags.ignore, ',')) {
    if (trim(part).empty()) continue;
    const auto reason = tolerated_from(trim(part));
    if (!reason)
      throw Error(ErrorKind::usage, fmt::format("--ignore {} is unknown", quote(part))).with_hint("allowed: suite, caller, seed, jobs, clock, missing");
    options.tolerated.insert(*reason);
  }
  if (!(flags.least_effect >= 0 && flags.least_effect <= 100)) throw Error(ErrorKind::usage, "--least-effect: from 0 to 100 percentage points");
  if (!(flags.least_slowdown >= 0)) throw Error(ErrorKind::usage, "--least-slowdown: 0 or more percent");
  return options;
}

int compare_results(const CompareFlags& flags, Environment& environment) {
  const auto options = options_of(flags);
  const auto comparison = compare(result_or_batch(flags.before, flags.store, environment), result_or_batch(flags.after, flags.store, environment), options);
  const Terminal terminal{.out_tty = environment.out_is_terminal, .colour = environment.colour(), .utf8 = environment.utf8()};
  environment.out << (flags.json ? json_text(to_json(comparison)) + "\n" : comparison_lines(comparison, Style(terminal)));
  return comparison.regression() ? 1 : 0;
}

}  // namespace

Command compare_command() {
  return {.name = "compare",
          .summary = "Tell what got better or worse between two results",
          .example = "antiphon compare before/result.json after/result.json",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<CompareFlags>();
            app.add_option("before", flags->before, "result.json of the older run, its folder, or a batch of the store")->required();
            app.add_option("after", flags->after, "of the newer one")->required();
            app.add_option("--least-effect", flags->least_effect, "Smallest loss of a pass rate that counts, in percentage points (5)");
            app.add_option("--least-slowdown", flags->least_slowdown, "Smallest slowdown that counts, in percent (10)");
            app.add_option("--ignore", flags->ignore, "Compare although these differ: suite, caller, seed, jobs, clock, missing (a,b)");
            app.add_option("--store", flags->store, "Where batches are looked up that are no file");
            app.add_flag("--strict", flags->strict, "Every scenario that got worse is a regression");
            app.add_flag("--json", flags->json, "Print the comparison as JSON");
            return [flags](Environment& environment) { return compare_results(*flags, environment); };
          }};
}

}  // namespace antiphon::cli
