#include <CLI/CLI.hpp>

#include "antiphon/cli/command.hpp"
#include "antiphon/cli/serve_http.hpp"
#include "antiphon/providers/llm/mock/mock_llm.hpp"
#include "antiphon/providers/llm/rules/builtin.hpp"

namespace antiphon::cli {

namespace {

struct Flags {
  std::string listen = "127.0.0.1:0";
  std::string rules;
  std::string api_key;
  std::uint64_t seed = 0;
  bool print_rules = false;
};

int serve(Environment& environment, const Flags& flags) {
  if (flags.print_rules) {
    environment.out << rules::builtin_text();
    return 0;
  }
  const auto file = flags.rules.empty() ? rules::builtin() : rules::read_rules(environment.path(flags.rules));
  return serve_http(environment, flags.listen,
                    [&](Runtime& runtime) { return mock::make_mock_llm({.rules = file, .api_key = flags.api_key, .seed = flags.seed}, runtime.clock); });
}

}  // namespace

Command mock_llm_command() {
  return {.name = "mock-llm",
          .summary = "Serve a rules file over the OpenAI chat API, for tests without a key",
          .example = "antiphon mock-llm --listen 127.0.0.1:9000 --rules desk.rules.yaml",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("--listen", flags->listen, "HOST:PORT; port 0 is any free one")->capture_default_str();
            app.add_option("--rules", flags->rules, "Rules file; without it, rules that answer anything");
            app.add_option("--api-key", flags->api_key, "Refuse requests without this bearer token (401)");
            app.add_option("--seed", flags->seed, "Picks among replies and latencies")->capture_default_str();
            app.add_flag("--print-rules", flags->print_rules, "Print the built-in rules and end");
            return [flags](Environment& environment) { return serve(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
