#include "antiphon/gateway/server/gateway_server.hpp"

#include <random>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "antiphon/base/ids.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/config/spoken_locales.hpp"
#include "antiphon/gateway/sessions/redis_store.hpp"

namespace antiphon::gateway {

namespace {

net::HttpReply loading() { return refusal(503, "the gateway loads its models", {{"Retry-After", "1"}}); }

std::shared_ptr<SessionStore> open_sessions(Runtime& runtime, const std::optional<RedisOptions>& redis, const GatewayContext& context) {
  if (!redis) return nullptr;
  auto options = *redis;
  options.on_change = [log = context.log, warn = context.warn ? context.warn : context.log](bool there, const std::string& why) {
    if (there && log) log("Redis is back");
    if (!there && warn) warn("Redis is gone, calls go on from memory: " + why);
  };
  return std::make_shared<RedisStore>(runtime, std::move(options));
}

std::optional<JsonLog> open_log(const Masker& masker, const GatewayConfig& config, std::function<void(std::string line)> write) {
  if (!config.log || !write) return std::nullopt;
  return JsonLog(masker, {.least = *config.log, .write = std::move(write), .time = utc_now, .targets = config.targets});
}

ObservabilityParts parts_of(const Masker& masker, const std::optional<JsonLog>& log, const GatewayReports& reports) {
  return {.masker = &masker, .log = log ? &*log : nullptr, .traces = reports.traces, .seed = std::random_device{}()};
}

std::string address_of(const std::optional<RedisOptions>& redis) { return redis ? redis->url + ' ' + redis->password : ""; }

}  // namespace

GatewayServer::GatewayServer(Runtime& runtime, GatewayConfig config, GatewayContext context, GatewayReports reports)
    : runtime_(runtime),
      context_(std::move(context)),
      agent_(std::make_shared<ServedAgent>(runtime, std::move(config), context_)),
      masker_(agent_->masker()),
      log_(open_log(masker_, agent_->config(), std::move(reports.write_log))),
      observability_(runtime.clock, most_calls(agent_->config(), *context_.speech), parts_of(masker_, log_, reports)),
      sessions_(runtime, context_.http, [this](const session::SimulationDispatch* simulated) { return session_parts(simulated); }) {
  const auto& running = agent_->config();
  auto settings = limits_of(*agent_);
  settings.sessions = store_ = open_sessions(runtime_, running.redis, context_);
  settings.twilio = running.twilio;
  settings.observability = &observability_;
  settings.elsewhere = &sessions_;
  calls_.emplace(runtime_, std::move(settings), [this](const CallRequest& asked) { return ServedAgent::parts_for(agent_, asked, ++number_); });
}

GatewayServer::~GatewayServer() = default;

CallServerSettings GatewayServer::limits_of(const ServedAgent& agent) const {
  const auto& config = agent.config();
  return {.most_calls = most_calls(config, *context_.speech),
          .locales = spoken_locales(agent.policy(), config.locale),
          .access = config.access,
          .per_caller = config.per_caller,
          .per_address = config.per_address,
          .masker = agent.masker(),
          .keep = config.keep};
}

Task<> GatewayServer::load(Deadline deadline) {
  co_await agent_->load(deadline);
  observability_.metrics().expect_tools(agent_->tool_names());
  co_await look_for_store();
  loaded_ = true;
  loading_.beat();
}

/// One that is away is told by the store itself, and now, not when the first call needs it.
Task<> GatewayServer::look_for_store() {
  if (!store_) co_return;
  try {
    (void)co_await store_->has("anything", Deadline::after(runtime_.clock, std::chrono::seconds(1)));
  } catch (const Error&) {}  // calls go on from memory
}

// --- Another configuration --------------------------------------------------------------------------------------------------------------------

Task<> GatewayServer::reload(GatewayConfig config, Deadline deadline) {
  auto next = std::make_shared<ServedAgent>(runtime_, std::move(config), context_);
  const auto limits = limits_of(*next);
  co_await next->load(deadline);
  calls_->configure(limits);
  masker_ = next->masker();
  observability_.metrics().expect_tools(next->tool_names());
  // Detached from the executor's point of view only: `drain` waits for its end.
  asio::co_spawn(runtime_.executor, retire(std::exchange(agent_, std::move(next))), asio::detached);
}

Task<> GatewayServer::retire(std::shared_ptr<ServedAgent> agent) {
  ++retiring_;
  co_await agent->retire();
  --retiring_;
  retired_.beat();
}

std::vector<std::string> settings_for_a_restart(const GatewayConfig& running, const GatewayConfig& next) {
  std::vector<std::string> names;
  if (running.listen != next.listen) names.emplace_back("listen");
  if (running.tls != next.tls) names.emplace_back("tls");
  if (address_of(running.redis) != address_of(next.redis)) names.emplace_back("sessions.redis");
  if (running.twilio != next.twilio) names.emplace_back("twilio");
  if (running.tracing != next.tracing) names.emplace_back("tracing");
  if (running.log != next.log || running.targets != next.targets) names.emplace_back("log");
  return names;
}

// --- HTTP -------------------------------------------------------------------------------------------------------------------------------------

Task<> GatewayServer::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  if (loaded_ || request.path() == "/health") co_return co_await calls_->handle(request, reply);
  if (request.path() == "/ready")
    co_return co_await reply.reply({503, {{"Content-Type", "application/json"}, {"Retry-After", "1"}}, R"({"status":"loading","active_sessions":0})"});
  co_await reply.reply(loading());
}

// --- Sessions ---------------------------------------------------------------------------------------------------------------------------------

namespace {

/// A simulation may say who calls, and in which language.
std::string told_by(const session::SimulationDispatch* simulated, std::string_view key, std::string otherwise) {
  const auto* value = simulated ? simulated->scenario.userdata.if_contains(key) : nullptr;
  return value && value->is_string() ? std::string(value->get_string()) : otherwise;
}

}  // namespace

SessionDesk::Parts GatewayServer::session_parts(const session::SimulationDispatch* simulated) {
  const auto& config = agent_->config();
  if (!simulated && config.simulation.dispatch) simulated = &*config.simulation.dispatch;
  const CallRequest asked{.caller_id = told_by(simulated, "caller_id", "session"),
                          .locale = choose_locale(spoken_locales(agent_->policy(), config.locale), told_by(simulated, "locale", "")).locale};
  SessionState state{.id = make_id("session"), .caller_id = asked.caller_id, .locale = asked.locale};
  auto call = ServedAgent::parts_for(agent_, asked, ++number_);
  call.settings.observer = observability_.observe(state.id, "session");
  return {.call = std::move(call),
          .state = std::move(state),
          .identity = {.instructions = config.dialogue.loop.prompt.instructions, .tools = agent_->tool_names()},
          .simulation = config.simulation};
}

Task<> GatewayServer::host(session::SessionArrival arrival, session::SessionHostOptions options) {
  while (!loaded_ && !draining_) co_await loading_.wait();
  if (draining_) co_return co_await sessions_.refuse(std::move(arrival), "the gateway is draining");
  if (active_calls() >= most_calls(agent_->config(), *context_.speech)) co_return co_await sessions_.refuse(std::move(arrival), "all lines are busy");
  co_await sessions_.serve(std::move(arrival), std::move(options));
}

Task<> GatewayServer::drain(Deadline deadline) {
  draining_ = true;
  loading_.beat();
  sessions_.stop();
  co_await calls_->drain(deadline);
  co_await sessions_.all_ended();
  while (retiring_ > 0) co_await retired_.wait();
  co_await agent_->retire();
}

}  // namespace antiphon::gateway
