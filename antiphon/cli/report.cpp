#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/label/add_labels.hpp"
#include "antiphon/cli/run/flags.hpp"
#include "antiphon/cli/stored_batches.hpp"
#include "antiphon/report/columns.hpp"
#include "antiphon/report/html.hpp"
#include "antiphon/report/json_reporter.hpp"
#include "antiphon/result/agreement.hpp"

namespace antiphon::cli {

namespace {

namespace fs = std::filesystem;

struct ReportFlags {
  std::string batch, store, out, embed_audio = "auto";
};

std::string counts(const ResultSummary& summary) {
  auto text = fmt::format("{} of {} passed", summary.passed, summary.total);
  for (const auto& [count, word] : {std::pair(summary.failed, "failed"), std::pair(summary.error, summary.error == 1 ? "error" : "errors"),
                                    std::pair(summary.inconclusive, "inconclusive"), std::pair(summary.not_run, "not run")})
    if (count > 0) text += fmt::format(", {} {}", count, word);
  return text;
}

int list_batches(const ReportFlags& flags, Environment& environment) {
  const auto batches = open_store(flags.store, environment)->list();
  for (const auto& batch : batches)
    environment.out << fmt::format("{}  {}  {}  {}{}\n", batch.batch_id, batch.started_at, one_line(batch.suite), counts(batch.summary),
                                   batch.finished ? "" : ", not finished");
  if (batches.empty()) environment.out << "no batches\n";
  return 0;
}

// Results name recordings from the folder that they were written to, which is that of the store unless somebody chose otherwise.
void find_recordings(BatchResult& batch, const ReportFlags& flags, const std::string& folder, const Environment& environment) {
  const auto project = project_of(environment);
  const auto usual = output_folder(project, environment);
  const auto store = store_file(flags.store.empty() ? flags.store : environment.path(flags.store), project, usual);
  std::error_code ignored;
  for (auto& result : batch.scenarios)
    for (const auto& base : {fs::path(folder), fs::path(store).parent_path(), fs::path(usual)}) {
      const auto file = (base / result.recording_file).lexically_normal();
      if (result.recording_file.empty() || !fs::is_regular_file(file, ignored)) continue;
      result.recording_file = file.lexically_relative(fs::path(folder).lexically_normal()).generic_string();
      break;
    }
}

int write_reports(const ReportFlags& flags, Environment& environment) {
  const auto embed = embed_audio_named(flags.embed_audio);
  auto batch = stored_batch(flags.batch, flags.store, environment);
  show_agreement(batch, LabelBook(open_store(flags.store, environment)->labels()));
  const auto folder =
      !flags.out.empty() ? environment.path(flags.out) : (fs::path(output_folder(project_of(environment), environment)) / batch.batch_id).string();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", folder, error.message())).with_hint("name another folder with --out");
  find_recordings(batch, flags, folder, environment);
  const auto result = (fs::path(folder) / "result.json").string(), page = (fs::path(folder) / "report.html").string();
  JsonReporter(result).finish(batch);
  HtmlReporter(page, report_page(), {.embed = embed}).finish(batch);
  environment.out << fmt::format("result     {}\nreport     {}\n", result, page);
  return 0;
}

}  // namespace

Command report_command() {
  return {.name = "report",
          .summary = "List stored batches, or write the reports of one again",
          .example = "antiphon report last --out again",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<ReportFlags>();
            app.add_option("batch", flags->batch, "Id of a batch, its beginning, or last; without it all are listed");
            app.add_option("--store", flags->store, "File of the store (antiphon.sqlite in the output folder)");
            app.add_option("--embed-audio", flags->embed_audio,
                           "auto, always or never: recordings lie in report.html itself (auto: while it stays below 25 MB)");
            app.add_option("-o,--out", flags->out, "Folder for result.json and report.html (one named after the batch)");
            return [flags](Environment& environment) { return flags->batch.empty() ? list_batches(*flags, environment) : write_reports(*flags, environment); };
          }};
}

}  // namespace antiphon::cli
