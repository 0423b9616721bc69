#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "antiphon/gateway/call/call_session.hpp"
#include "antiphon/gateway/dialogue/model_dialogue.hpp"
#include "antiphon/gateway/endpoints/access.hpp"
#include "antiphon/gateway/endpoints/call_rate.hpp"
#include "antiphon/gateway/endpoints/twilio_endpoint.hpp"
#include "antiphon/gateway/escalation/escalator.hpp"
#include "antiphon/gateway/hosting/simulation_settings.hpp"
#include "antiphon/gateway/knowledge/knowledge_settings.hpp"
#include "antiphon/gateway/observe/json_log.hpp"
#include "antiphon/gateway/privacy/mask.hpp"
#include "antiphon/gateway/sessions/call_keeper.hpp"
#include "antiphon/gateway/sessions/redis_store.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gateway/tools/circuit_breaker.hpp"
#include "antiphon/gateway/tools/tool_settings.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/providers/llm/registry.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::gateway {

using EarProvider = std::variant<EarChoice, StubEarSettings>;
using ModelProvider = std::variant<ModelSettings, StubModelSettings>;
using VoiceProvider = std::variant<VoiceChoice, StubVoiceSettings>;

/// Who hears, thinks and speaks. What stands behind the first of a list stands in for it.
struct ProviderConfig {
  std::vector<EarProvider> ears{EarChoice("auto")};  ///< at least one
  std::vector<ModelProvider> models{};               ///< empty: nobody has said so, and there is no key
  std::vector<VoiceProvider> voices{};
  bool voice_by_key = false;     ///< a key chose the first; the second is that of this program, where it has one
  bool voice_by_locale = false;  ///< the locale names the voice (GTW-22), not the configuration

  /// Those without which nothing starts.
  std::span<const VoiceProvider> required_voices() const { return std::span(voices).first(voice_by_key ? 1 : voices.size()); }
};

/// Where PINs are checked: nowhere, in a file, by a server.
struct PinFile {
  std::string file{};
};
using PinCheck = std::variant<std::monostate, PinFile, HttpPinOptions>;

/// Where traces of calls go: nowhere; or where the environment says (docs/gateway/operating.md), unless `url` does.
struct TracingConfig {
  bool on = true;
  std::string url{};
  net::Headers headers{};
  bool operator==(const TracingConfig&) const = default;
};

/// Everything that a gateway is told before it starts (GTW-1). A value; nothing of it is open yet.
struct GatewayConfig {
  std::string file{};  ///< empty: none
  std::string listen = "127.0.0.1:8080";
  std::optional<net::ServerTls> tls{};
  AccessSettings access{};
  std::optional<std::size_t> most_calls{100};  ///< nullopt: `auto`
  std::optional<CallRate> per_caller{CallRate{}}, per_address{CallRate{.calls = 120}};
  ProviderConfig providers{};
  std::string policy_file{};  ///< empty: what is built in
  std::string locale{};       ///< of callers that ask for none; empty: as the policy says
  DialogueSettings dialogue{};
  PinCheck pin{};
  std::vector<ToolSettings> tools{};
  CircuitBreakerRules breaker{};
  std::optional<KnowledgeSettings> knowledge{};
  std::optional<WebhookOptions> webhook{};
  CallSettings call{};                  ///< without voices
  bool ignore_backchannels = false;     ///< a caller who only shows that they listen interrupts nothing
  std::optional<RedisOptions> redis{};  ///< where calls are kept; nullopt: in memory
  KeepSettings keep{};
  std::optional<TwilioSettings> twilio{};
  TracingConfig tracing{};
  std::optional<LogLevel> log{LogLevel::info};  ///< nullopt: no log
  LatencyTargets targets{};
  MaskOptions masking{};            ///< of everything that is told of calls
  SimulationSettings simulation{};  ///< of hosted sessions
  Duration drain{std::chrono::seconds(10)};
  std::vector<std::string> notices{};  ///< what is not as it was asked for, and no mistake; for people
};

/// nullopt for a variable that is not set.
using Variables = std::function<std::optional<std::string>(std::string_view)>;

/// What a configuration names is looked up in.
struct KnownProviders {
  std::shared_ptr<const ModelRegistry> models{};   ///< nullptr: names of models are taken as they are
  std::shared_ptr<const SpeechRegistry> speech{};  ///< likewise those of recognisers and voices
  bool certificates = false;                       ///< whether the files of `tls` are looked at: a gateway without callers from elsewhere needs none
};

/// Reads a configuration (docs/gateway/serve.md): the environment over the file over the defaults. Looks at every file that it names, tries the SQL of its
/// tools and asks `known` for its providers; writes nothing and connects to nobody.
/// @throws Problems with every mistake of all of them, with its place and the nearest known name.
GatewayConfig read_gateway_config(const std::string& file, const Variables& variables, const KnownProviders& known = {});
/// The text alone: what it names is not looked at.
GatewayConfig parse_gateway_config(std::string_view text, const std::string& file, const Variables& variables);

/// How many calls at once, where `auto` says it: 100 with a recogniser elsewhere, 25 per core with one that computes here (contracts.md §11).
std::size_t most_calls(const GatewayConfig& config, const SpeechRegistry& speech);

/// What a person should know of it: who hears, thinks and speaks, what is read, who may call, each under a word for it; no secret.
std::vector<std::pair<std::string, std::string>> describe(const GatewayConfig& config);

}  // namespace antiphon::gateway
