#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/doctor/examine.hpp"
#include "antiphon/cli/doctor/instrument.hpp"

namespace antiphon::cli {

namespace {

constexpr int interrupted = 130;

struct Flags {
  std::string path = ".";
  bool json = false;
  bool connect = false;
  bool offline = false;
  bool instrument = false;
};

int measure_instrument(Environment& environment, const Flags& flags) {
  if (flags.connect || flags.offline) throw Error(ErrorKind::usage, "--instrument asks nobody: it takes neither --connect nor --offline");
  try {
    const auto sheet = instrument::measure_all(environment.stop);
    environment.out << (flags.json ? json_text(instrument::to_json(sheet)) + "\n" : shown(sheet));
    return sheet.holds() ? 0 : 1;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    environment.err << error.message() << '\n';
    return interrupted;
  }
}

int examine(Environment& environment, const Flags& flags) {
  if (flags.instrument) return measure_instrument(environment, flags);
  if (flags.connect && flags.offline) throw Error(ErrorKind::usage, "--connect and --offline exclude each other");
  const auto leave = environment.leave ? environment.stop.on_request(environment.leave) : nullptr;  // nothing runs that must be ended in order
  auto findings = examine_machine(environment);
  const auto add = [&findings](std::vector<Finding> more) { findings.insert(findings.end(), more.begin(), more.end()); };
  add(examine_providers(environment, {.ask_all = flags.connect, .ask_none = flags.offline}));
  add(examine_project(environment, flags.path));
  environment.out << (flags.json ? json_text(to_json(findings)) + "\n" : shown(findings));
  return exit_code(findings);
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .summary = "Look for what would keep scenarios from running, and say what to do",
          .example = "antiphon doctor suites --connect",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("path", flags->path, "Suite file or folder to look at")->capture_default_str();
            app.add_flag("--connect", flags->connect, "Ask every provider, also those without a key; three seconds at most");
            app.add_flag("--offline", flags->offline, "Ask none");
            app.add_flag("--instrument", flags->instrument, "Measure the voice detectors on calls of which every edge is known, and nothing else");
            app.add_flag("--json", flags->json, "Print the findings as JSON");
            return [flags](Environment& environment) { return examine(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
