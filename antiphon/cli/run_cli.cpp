#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/suite/problem_report.hpp"

namespace antiphon::cli {

namespace {

constexpr int usage_error = 2;
constexpr int could_not_run = 3;

std::string shown(const Error& error) {
  auto text = fmt::format("error: {}\n", error.message());
  if (!error.hint().empty()) text += fmt::format("fix:   {}\n", error.hint());
  return text;
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

/// The parser and what each subcommand runs.
class Program {
 public:
  Program() : app_("Rehearses conversational agents: simulated users, checks, judges, reports.", "antiphon") {
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "Show this help");
    app_.set_version_flag("--version", std::string("antiphon ") + ANTIPHON_VERSION);
    app_.footer("Example: antiphon init my-agent && antiphon run my-agent\nEach command has help of its own: antiphon run --help");
    for (auto& command : {run_command(), compare_command(), report_command(), label_command(), say_command(), session_command(), console_command(),
                          call_command(), serve_command(), eval_command(), stress_command(), gym_command(), init_command(), mock_llm_command(),
                          layercode_platform_command(), doctor_command(), completion_command(), man_command(), version_command()})
      add(command);
  }

  int run(Environment& environment) {
    auto words = environment.arguments;
    if (words.empty()) {
      environment.out << app_.help();
      return usage_error;
    }
    try {
      std::reverse(words.begin(), words.end());
      app_.parse(words);
    } catch (const CLI::CallForHelp&) {
      environment.out << help();
      return 0;
    } catch (const CLI::CallForVersion&) {
      environment.out << app_.version() << '\n';
      return 0;
    } catch (const CLI::ParseError& error) {
      return refuse(environment, error);
    }
    for (auto& [app, action] : actions_)
      if (app->parsed()) return action(environment);
    return unknown_command(environment, environment.arguments.front());
  }

 private:
  void add(const Command& command) {
    auto* app = app_.add_subcommand(command.name, command.summary);
    app->footer("Example: " + command.example);
    actions_.emplace_back(app, command.declare(*app));
  }

  std::string help() const {
    for (const auto& [app, action] : actions_)
      if (app->parsed() || app->count() > 0) return app->help("antiphon");
    return app_.help();
  }

  int refuse(Environment& environment, const CLI::ParseError& error) const {
    const auto& words = environment.arguments;
    const CLI::App* app = &app_;
    for (const auto& [candidate, action] : actions_)
      if (candidate->get_name() == words.front()) app = candidate;
    if (app == &app_ && !words.front().starts_with('-')) return unknown_command(environment, words.front());
    const auto prefix = app == &app_ ? std::string("antiphon") : "antiphon " + app->get_name();
    environment.err << "error: " << message(*app, words, error) << "\nfix:   see `" << prefix << " --help`\n";
    return usage_error;
  }

  static std::string message(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
    const auto known = flags_of(app);
    for (const auto& word : words) {
      const auto name = word.substr(0, word.find('='));
      if (!name.starts_with("--") || name.size() == 2 || std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto near = nearest(name, known);
      return fmt::format("unknown flag {}{}", name, near ? fmt::format("; did you mean {}?", *near) : "");
    }
    return error.what();
  }

  int unknown_command(Environment& environment, const std::string& word) const {
    std::vector<std::string> names;
    for (const auto& [app, action] : actions_) names.push_back(app->get_name());
    const auto near = nearest(word, names);
    environment.err << fmt::format("error: unknown command {}{}\nfix:   commands are {}\n", quote(word), near ? fmt::format("; did you mean {}?", *near) : "",
                                   join(names, ", "));
    return usage_error;
  }

  CLI::App app_;
  std::vector<std::pair<CLI::App*, std::function<int(Environment&)>>> actions_;
};

}  // namespace

int exit_code_of(ErrorKind kind) { return kind == ErrorKind::usage || kind == ErrorKind::configuration ? usage_error : could_not_run; }

namespace {

int run_program(Environment& environment) {
  try {
    return Program().run(environment);
  } catch (const Problems& problems) {
    environment.err << suite::format_problems(problems.list(), {.colour = environment.colour(), .base_dir = environment.directory});
    return usage_error;
  } catch (const Error& error) {
    environment.err << shown(error);
    return exit_code_of(error.kind());
  } catch (const std::exception& error) {
    environment.err << "error: " << error.what() << '\n';
    return could_not_run;
  }
}

}  // namespace

int run_cli(Environment& environment) {
  const int code = run_program(environment);
  environment.out.flush();
  if (environment.out) return code;
  environment.err << "error: cannot write to standard output\nfix:   check where it is redirected to\n";
  return could_not_run;
}

}  // namespace antiphon::cli
