#include "antiphon/cli/serve/serving.hpp"

#include <algorithm>

#include <sys/resource.h>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/net/https_server.hpp"

namespace antiphon::cli {

namespace {

constexpr auto flush_limit = std::chrono::seconds(5);  // for traces, where their server is slow
constexpr std::size_t body_limit = 64 * 1024;

std::unique_ptr<gateway::OtlpExporter> open_traces(Runtime& runtime, net::HttpClient& http, const gateway::TracingConfig& tracing,
                                                   const gateway::Variables& variables, ServeLog& log) {
  if (!tracing.on) return nullptr;
  auto settings = gateway::otlp_settings_from(variables);
  if (!tracing.url.empty()) {
    if (!settings) settings.emplace();
    settings->url = tracing.url;
    settings->headers = tracing.headers;
  }
  if (!settings) return nullptr;
  settings->on_failure = [&log](const std::string& why) { log.warn("note", "traces were lost: " + why); };
  return std::make_unique<gateway::OtlpExporter>(runtime, http, std::move(*settings));
}

/// A connection for each call, as many for what it asks, and room for those who only knock. Programs started later inherit it.
void allow_open_files(std::size_t calls, ServeLog& log) {
  constexpr std::uint64_t knocking = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = 4 * calls + knocking;
  if (limit.rlim_max < 2 * calls)
    log.warn("note", fmt::format("{} calls need more open files than the {} that this process may have (ulimit -Hn)", calls, std::uint64_t{limit.rlim_max}));
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<Problem> mistakes_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Problems& problems) {
    return problems.list();
  } catch (const Error& error) {
    return {{.message = error.message(), .where = {}, .hint = error.hint()}};
  } catch (const std::exception& error) {
    return {{.message = error.what(), .where = {}, .hint = {}}};
  }
}

}  // namespace

Serving::Serving(Environment& environment, ServingLoop& loop, gateway::GatewayConfig config, ListenAddress address, const gateway::Variables& variables,
                 SessionDoor door)
    : environment_(environment),
      config_(std::move(config)),
      address_(std::move(address)),
      log_(environment.err, environment.err_is_terminal),
      loop_(loop),
      http_(net::make_http_client(runtime_)),
      traces_(open_traces(runtime_, *http_, config_.tracing, variables, log_)),
      gateway_(runtime_, config_,
               {.http = *http_,
                .models = ModelRegistry::with_defaults(),
                .speech = SpeechRegistry::with_defaults(),
                .embedders = embedders_,
                .log = [this](const std::string& line) { log_.say("note", line); },
                .warn = [this](const std::string& line) { log_.warn("note", line); }},
               {.write_log = [this](const std::string& line) { log_.line(line); }, .traces = traces_.get()}),
      door_(std::move(door)) {}

void Serving::run(std::function<gateway::GatewayConfig()> read_anew, const std::string& caller) {
  read_anew_ = std::move(read_anew);
  allow_open_files(gateway::most_calls(config_, *SpeechRegistry::with_defaults()), log_);
  const net::HttpServerOptions options{.address = address_.host, .port = address_.port, .body_limit = body_limit};
  const auto handler = [this](const net::ServerRequest& request, net::ServerReply& reply) { return gateway_.handle(request, reply); };
  server_ = config_.tls ? net::listen_https(runtime_, options, *config_.tls, handler) : net::listen_http(runtime_, options, handler);
  announce(caller);
  open_door();
  spawn(server_->serve(), true);
  spawn(loading_->run(load()), false);
  if (traces_) beside_.spawn(traces_->run());
  beside_.spawn(reload_at_signals());
  const auto stop = environment_.stop.on_request([this] { asio::post(context_, [this] { begin_to_stop(); }); });
  context_.run();
  if (failure_) std::rethrow_exception(failure_);
}

void Serving::announce(const std::string& caller) {
  for (const auto& [what, text] : gateway::describe(config_)) log_.say(what, text);
  const auto shown = shown_address(address_.host, server_->port());
  environment_.out << "listening on " << shown << std::endl;
  const std::string_view secure = config_.tls ? "s" : "";
  const auto who = caller.empty() ? std::string() : "?caller_id=" + percent_encode(caller);
  if (config_.access.tokens.empty() && !config_.access.signing_key.empty())
    log_.say("talk", "no page: with a signing_key and no tokens, callers get signed addresses from whoever has the key");
  else
    log_.say("talk", fmt::format("http{}://{}/{}   (a page for your browser)", secure, shown, who));
  log_.say("call", fmt::format("ws{}://{}/ws/call{}", secure, shown, who));
  if (traces_) log_.say("traces", "are sent");
}

void Serving::open_door() {
  if (door_.listen.empty()) return;
  const auto place = parse_listen(door_.listen, "--session-listen");
  sessions_.emplace(runtime_, session::SessionListenOptions{.place = {place.host, place.port}, .token = door_.token},
                    [this](session::SessionArrival arrival) { return gateway_.host(std::move(arrival), {.sdk_version = ANTIPHON_VERSION}); });
  const auto shown = shown_address(place.host, sessions_->port());
  log_.say("session", fmt::format("{}   (antiphon session {}; a WebSocket at ws://{}/session)", shown, shown, shown));
  beside_.spawn(sessions_->serve());
}

Task<> Serving::load() {
  const auto began = clock_.now();
  co_await gateway_.load(Deadline::after(clock_, gateway::ServedAgent::longest_load));
  log_.say("ready", fmt::format("after {:.2f} s", to_seconds(clock_.now() - began)));
}

// --- Another configuration --------------------------------------------------------------------------------------------------------------------

Task<> Serving::reload_at_signals() {
  for (;;) {
    co_await loop_.hangups.async_wait(use_task);
    std::exception_ptr failure;
    try {
      co_await reload();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) log_.fail("reload", "failed, and nothing has changed", mistakes_of(failure), environment_.directory);
  }
}

Task<> Serving::reload() {
  if (!read_anew_) co_return log_.say("reload", "there is no file to read");
  if (!gateway_.loaded() && !stopping_) {
    log_.say("reload", "as soon as the gateway is ready");
    co_await may_reload_.wait();
  }
  if (stopping_ || !gateway_.loaded()) co_return log_.say("reload", "not now: the gateway stops");
  auto next = co_await compute<gateway::GatewayConfig>(runtime_, read_anew_);  // with all that it names, while calls go on
  if (stopping_) co_return log_.say("reload", "not now: the gateway stops");
  for (const auto& notice : next.notices) log_.say("note", notice);
  const auto later = gateway::settings_for_a_restart(config_, next);
  if (!later.empty()) log_.say("note", fmt::format("{} stay as they are until the gateway is started anew", join(later, ", ")));
  config_.drain = next.drain;
  co_await gateway_.reload(std::move(next), Deadline::after(clock_, gateway::ServedAgent::longest_load));
  log_.say("reload", "calls that begin now are answered by the new configuration");
}

// --- What runs --------------------------------------------------------------------------------------------------------------------------------

// Its end is the end of the program only where it failed, or where it is the server.
void Serving::spawn(Task<> task, bool is_server) {
  asio::co_spawn(context_, std::move(task), [this, is_server](std::exception_ptr failure) {
    if (failure && !stopping_ && !failure_) failure_ = failure;
    if (failure && !stopping_) server_->stop();
    if (!is_server) load_ended_.open(), may_reload_.open();
    if (is_server) context_.stop();  // kept connections would wait for their own ends
  });
}

void Serving::begin_to_stop() {
  if (std::exchange(stopping_, true)) return;
  log_.say("stopping", gateway_.active_calls() == 0 ? "no call is under way"
                                                    : fmt::format("{} {} may go on for {}", gateway_.active_calls(),
                                                                  gateway_.active_calls() == 1 ? "call" : "calls", format_duration(config_.drain)));
  loading_->stop();
  asio::co_spawn(context_, drain(), [this](std::exception_ptr) { server_->stop(); });
}

// What loads refers to the gateway, so it has ended before that goes.
Task<> Serving::drain() {
  co_await gateway_.drain(Deadline::after(clock_, config_.drain));
  co_await load_ended_.wait();
  if (sessions_) sessions_->stop();
  if (traces_) co_await traces_->flush(Deadline::after(clock_, flush_limit));
  beside_.stop();
  co_await beside_.join();
}

}  // namespace antiphon::cli
