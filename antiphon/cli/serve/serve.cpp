#include <stop_token>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/serve/support_desk.hpp"
#include "antiphon/cli/serve_http.hpp"
#include "antiphon/gateway/server/gateway_server.hpp"

namespace antiphon::cli {

namespace {

using gateway::GatewayConfig;

constexpr auto load_limit = std::chrono::minutes(10);  // a first index of many documents takes long
constexpr std::size_t body_limit = 64 * 1024;

struct Flags {
  std::string file, config, listen, drain, make_pin;
  bool check = false, insecure = false;
};

/// What `${NAME}` and the settings of the environment are looked up in.
gateway::Variables variables_of(const Environment& environment, bool own_desk) {
  return [&environment, own_desk](std::string_view name) -> std::optional<std::string> {
    auto value = environment.variable(name);
    // The desk names its rules; somebody with a key would rather hear a model.
    if (own_desk && name == "SUPPORT_MODEL" && !value && !environment.variable("OPENAI_API_KEY").value_or("").empty()) {
      const auto model = environment.variable("LLM_MODEL").value_or("gpt-4o");
      return model.find('/') == std::string::npos ? "openai/" + model : model;
    }
    return value;
  };
}

GatewayConfig configure(const Flags& flags, const std::string& file, bool own_desk, const Environment& environment) {
  auto config = gateway::read_gateway_config(file, variables_of(environment, own_desk));
  if (!flags.listen.empty()) config.listen = flags.listen;
  if (flags.drain.empty()) return config;
  const auto drain = parse_duration(flags.drain);
  if (!drain) throw Error(ErrorKind::usage, fmt::format("--drain {} is no duration", quote(flags.drain))).with_hint("write for example --drain 10s");
  config.drain = *drain;
  return config;
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

/// One gateway from its start to its end, on this thread.
class Serving {
 public:
  Serving(Environment& environment, GatewayConfig config, ListenAddress address)
      : environment_(environment),
        config_(std::move(config)),
        address_(std::move(address)),
        http_(net::make_http_client(runtime_)),
        gateway_(runtime_, config_,
                 {.http = *http_,
                  .models = ModelRegistry::with_defaults(),
                  .speech = SpeechRegistry::with_defaults(),
                  .embedders = embedders_,
                  .log = [this](const std::string& line) { say("note", line); }}) {}

  void say(std::string_view what, std::string_view text) { environment_.err << fmt::format("{:<8} {}", what, text) << std::endl; }

  void check_certificate() {
    if (config_.tls) (void)net::make_https_server(runtime_, {}, *config_.tls, {});
  }

  void run() {
    const net::HttpServerOptions options{.address = address_.host, .port = address_.port, .body_limit = body_limit};
    const auto handler = [this](const net::ServerRequest& request, net::ServerReply& reply) { return gateway_.handle(request, reply); };
    server_ = config_.tls ? net::listen_https(runtime_, options, *config_.tls, handler) : net::listen_http(runtime_, options, handler);
    announce();
    spawn(server_->serve(), true);
    spawn(loading_->run(load()), false);
    const auto stop = environment_.stop.on_request([this] { asio::post(context_, [this] { begin_to_stop(); }); });
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void announce() {
    const auto shown = shown_address(address_.host, server_->port());
    environment_.out << "listening on " << shown << std::endl;
    const std::string_view secure = config_.tls ? "s" : "";
    say("call", fmt::format("ws{}://{}/ws/call?caller_id=%2B15550100&events=1", secure, shown));
  }

  Task<> load() {
    const auto began = clock_.now();
    co_await gateway_.load(Deadline::after(clock_, load_limit));
    say("ready", fmt::format("after {:.2f} s", to_seconds(clock_.now() - began)));
  }

  // Its end is the end of the program only where it failed, or where it is the server.
  void spawn(Task<> task, bool is_server) {
    asio::co_spawn(context_, std::move(task), [this, is_server](std::exception_ptr failure) {
      if (failure && !stopping_ && !failure_) failure_ = failure;
      if (failure && !stopping_) server_->stop();
      if (!is_server) load_ended_.open();
      if (is_server) context_.stop();  // kept connections would wait for their own ends
    });
  }

  void begin_to_stop() {
    if (std::exchange(stopping_, true)) return;
    say("stopping", gateway_.active_calls() == 0 ? "no call is under way"
                                                 : fmt::format("{} calls may go on for {}", gateway_.active_calls(), format_duration(config_.drain)));
    loading_->stop();
    asio::co_spawn(context_, drain(), [this](std::exception_ptr) { server_->stop(); });
  }

  // What loads refers to the gateway, so it has ended before that goes.
  Task<> drain() {
    co_await gateway_.drain(Deadline::after(clock_, config_.drain));
    co_await load_ended_.wait();
  }

  Environment& environment_;
  GatewayConfig config_;
  ListenAddress address_;
  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_;
  EmbedderRegistry embedders_;
  gateway::GatewayServer gateway_;
  std::unique_ptr<net::HttpServer> server_;
  std::shared_ptr<Stoppable> loading_ = std::make_shared<Stoppable>();
  Latch load_ended_;
  bool stopping_ = false;
  std::exception_ptr failure_;
};

/// What PIN a caller has is nobody's business but the hash's: it is read, not an argument that others see.
int make_pin(Environment& environment, const std::string& caller) {
  const auto line = environment.read_line ? environment.read_line(std::stop_token()) : std::nullopt;
  gateway::Pin pin(trim(line.value_or("")));
  environment.out << gateway::make_pin_line(caller, pin) << '\n';
  return 0;
}

int serve(Environment& environment, const Flags& flags) {
  if (!flags.make_pin.empty()) return make_pin(environment, flags.make_pin);
  if (!flags.file.empty() && !flags.config.empty())
    throw Error(ErrorKind::usage, "a configuration is named twice")
        .with_hint("antiphon serve gateway.yaml is the same as antiphon serve --config gateway.yaml");
  const auto named = flags.file.empty() ? flags.config : flags.file;
  std::optional<SupportDesk> desk;
  if (named.empty()) desk.emplace();
  const auto config = configure(flags, desk ? desk->file() : environment.path(named), desk.has_value(), environment);
  const auto address = parse_listen(config.listen, flags.listen.empty() ? "listen:" : "--listen");
  refuse_open_doors(config, address, flags.insecure);
  Serving serving(environment, config, address);
  auto& shown = flags.check ? environment.out : environment.err;
  shown << fmt::format("{:<8} {}\n", "gateway",
                       desk ? "the example desk of a coffee shop; PIN of caller +15550100: 1234. `antiphon serve FILE` runs your own" : named);
  for (const auto& line : gateway::describe(config)) shown << line << '\n';
  shown << std::flush;
  if (flags.check) {
    serving.check_certificate();
    environment.out << fmt::format("{:<8} would listen on {}{}\n", "ok", config.listen, config.tls ? ", with TLS" : "");
    return 0;
  }
  serving.run();
  return 0;
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
            app.add_option("--drain", flags->drain, "How long calls may go on after SIGTERM or Ctrl-C (10s)");
            app.add_flag("--check", flags->check, "Check the configuration, say what it would do, and end");
            app.add_flag("--insecure", flags->insecure, "Let anybody call, on any address");
            app.add_option("--make-pin", flags->make_pin, "Read a PIN and write the line of a PIN file for this caller");
            return [flags](Environment& environment) { return serve(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
