#include <memory>
#include <optional>
#include <stop_token>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/serve/configured_gateway.hpp"
#include "antiphon/cli/serve/serving.hpp"

namespace antiphon::cli {

namespace {

using gateway::GatewayConfig;

struct Flags {
  std::string file, config, listen, drain, log, session_listen, session_token;
  std::optional<std::string> make_pin;
  bool check = false, insecure = false;
};

void apply(const Flags& flags, GatewayConfig& config) {
  if (!flags.listen.empty()) config.listen = flags.listen;
  if (!flags.log.empty()) config.log = gateway::log_level_from(flags.log);  // none: off
  if (flags.drain.empty()) return;
  const auto drain = parse_duration(flags.drain);
  if (!drain) throw Error(ErrorKind::usage, fmt::format("--drain {} is no duration", quote(flags.drain))).with_hint("write for example --drain 10s");
  config.drain = *drain;
}

bool is_loopback(const std::string& host) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

void refuse_open_doors(const GatewayConfig& config, const ListenAddress& address, bool insecure) {
  const bool open = config.access.tokens.empty() && config.access.signing_key.empty();
  if (!open || insecure || is_loopback(address.host)) return;
  throw Error(ErrorKind::configuration, fmt::format("anybody who reaches {} could call: there are neither tokens nor a signing key", config.listen))
      .with_hint("write `access: {tokens: [\"${GATEWAY_TOKEN}\"]}`, listen on 127.0.0.1, or say --insecure");
}

/// What PIN a caller has is nobody's business but the hash's: it is read, not an argument that others see.
int make_pin(Environment& environment, const std::string& caller) {
  const auto line = environment.read_line ? environment.read_line(std::stop_token()) : std::nullopt;
  const auto typed = trim(line.value_or(""));
  if (typed.find_first_not_of("0123456789") != std::string_view::npos) throw Error(ErrorKind::usage, "a PIN consists of digits alone");
  gateway::Pin pin(typed);
  environment.out << gateway::make_pin_line(caller, pin) << '\n';
  return 0;
}

int run(Environment& environment, const Flags& flags) {
  // Before anything is read, which may take its time: who has changed the file meanwhile asks for what stands in it now.
  std::optional<ServingLoop> loop;
  if (!flags.check) loop.emplace();
  const auto chosen = std::make_shared<const ConfiguredGateway>(environment, flags.file, flags.config);
  // All that it needs is its own: a disk that hangs may outlive what goes on here.
  const auto read = [chosen, flags] {
    auto config = chosen->read();
    apply(flags, config);
    return config;
  };
  const auto config = read();
  const auto address = parse_listen(config.listen, flags.listen.empty() ? "listen:" : "--listen");
  refuse_open_doors(config, address, flags.insecure);
  SessionDoor door{flags.session_listen, flags.session_token};
  if (door.token.empty()) door.token = environment.variable("ANTIPHON_SESSION_TOKEN").value_or("");
  if (!door.listen.empty()) (void)parse_listen(door.listen, "--session-listen");
  if (config.tracing.on) (void)gateway::otlp_settings_from(chosen->variables());
  if (flags.check) {
    environment.out << fmt::format("{:<8} {}\n", "gateway", chosen->name());
    for (const auto& [what, text] : gateway::describe(config)) environment.out << fmt::format("{:<8} {}\n", what, text);
    environment.out << fmt::format("{:<8} would listen on {}{}\n", "ok", config.listen, config.tls ? ", with TLS" : "");
    return 0;
  }
  Serving serving(environment, *loop, config, address, chosen->variables(), door);
  serving.say("gateway", chosen->name());
  serving.run(chosen->is_the_example() ? std::function<GatewayConfig()>() : read, chosen->is_the_example() ? "+15550100" : "");
  return 0;
}

/// Whoever gathers the log of a gateway can read its last lines, too; what a person asked for is told as all commands do.
int serve(Environment& environment, const Flags& flags) {
  if (flags.make_pin) return make_pin(environment, *flags.make_pin);
  ServeLog log(environment.err, flags.check || environment.err_is_terminal);
  try {
    return run(environment, flags);
  } catch (const Problems& problems) {
    if (!log.fail_for_good(problems.list())) throw;
    return exit_code_of(ErrorKind::configuration);
  } catch (const Error& error) {
    if (!log.fail_for_good({{.message = error.message(), .where = {}, .hint = error.hint()}})) throw;
    return exit_code_of(error.kind());
  }
}

}  // namespace

Command serve_command() {
  return {.name = "serve",
          .summary = "Answer calls: the voice gateway",
          .example = "antiphon serve gateway.yaml --listen 127.0.0.1:8080",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("file", flags->file, "Configuration of the gateway; without one the example desk answers");
            app.add_option("--config", flags->config, "The same");
            app.add_option("--listen", flags->listen, "HOST:PORT; port 0 is any free one (127.0.0.1:8080)");
            app.add_option("--session-listen", flags->session_listen, "HOST:PORT where controllers drive sessions of the gateway, by text or voice");
            app.add_option("--session-token", flags->session_token, "Bearer that their WebSockets must bring (ANTIPHON_SESSION_TOKEN)");
            app.add_option("--drain", flags->drain, "How long calls may go on after SIGTERM or Ctrl-C (10s)");
            app.add_option("--log", flags->log, "Which lines on calls: debug, info, warning, error or off (info)")
                ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
            app.add_flag("--check", flags->check, "Check the configuration, say what it would do, and end");
            app.add_flag("--insecure", flags->insecure, "Let anybody call, on any address");
            app.add_option("--make-pin", flags->make_pin, "Read a PIN and write the line of a PIN file for this caller");
            return [flags](Environment& environment) { return serve(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
