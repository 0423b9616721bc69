#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/cli/serve_http.hpp"
#include "antiphon/gateway/stub/stubs.hpp"
#include "antiphon/gym/platform/platform.hpp"
#include "antiphon/net/tcp.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::cli {

namespace {

struct Flags {
  std::string listen = "127.0.0.1:0", webhook_url, webhook_secret, trigger = "automatic", stt = "auto", tts = "auto", api_key, agent_id;
  std::vector<std::string> compat;
  bool no_interrupt = false, insecure = false;
};

/// All that a platform needs, as long as its server lives.
struct Served {
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<gym::LayercodePlatform> platform;
};

void check_speech(const Flags& flags) {
  const auto registry = SpeechRegistry::with_defaults();
  if (flags.stt != "stub" && flags.stt != "off") registry->check(EarChoice(flags.stt));
  if (flags.tts != "stub" && flags.tts != "off") registry->check(VoiceChoice(flags.tts));
}

gym::PlatformSpeech open_speech(const Flags& flags, Runtime& runtime, net::HttpClient& http, std::ostream& notes) {
  const auto registry = SpeechRegistry::with_defaults();
  const SpeechContext context{.runtime = runtime, .http = http};
  gym::PlatformSpeech speech;
  if (flags.stt == "stub") {
    speech.recogniser = gateway::stub_ear(runtime, {});
  } else if (flags.stt != "off") {
    auto ear = registry->open(EarChoice(flags.stt), context);
    if (ear.notice) notes << "note:  " << *ear.notice << '\n';
    speech.recogniser = std::move(ear.recogniser);
    speech.recognition = std::move(ear.defaults);
  }
  if (flags.tts == "stub") {
    speech.voice = gateway::stub_voice(runtime, {});
  } else if (flags.tts != "off") {
    auto voice = registry->open(VoiceChoice(flags.tts), context);
    if (voice.notice) notes << "note:  " << *voice.notice << '\n';
    speech.voice = std::move(voice.synthesiser);
    speech.voice_defaults = std::move(voice.defaults);
  }
  return speech;
}

gym::PlatformSettings settings_of(const Flags& flags, Environment& environment) {
  gym::PlatformSettings settings{.trigger = flags.trigger == "push_to_talk" ? gym::TurnTrigger::push_to_talk : gym::TurnTrigger::automatic,
                                 .can_interrupt = !flags.no_interrupt,
                                 .api_key = flags.api_key,
                                 .agent_id = flags.agent_id};
  settings.backend.webhook_url = flags.webhook_url;
  settings.backend.webhook_secret = flags.webhook_secret.empty() ? environment.variable("LAYERCODE_WEBHOOK_SECRET").value_or("") : flags.webhook_secret;
  settings.backend.shape.text_in_every = !flags.compat.empty();
  settings.notice = [&environment](const std::string& line) { environment.err << "note:  " << line << std::endl; };
  return settings;
}

void check(const Flags& flags, const gym::PlatformSettings& settings) {
  if (!flags.webhook_url.starts_with("http://") && !flags.webhook_url.starts_with("https://"))
    throw Error(ErrorKind::usage, fmt::format("--webhook-url {} is no address", quote(flags.webhook_url)))
        .with_hint("write for example http://127.0.0.1:8001/api/agent");
  if (settings.backend.webhook_secret.empty())
    throw Error(ErrorKind::usage, "there is no secret to sign webhooks with").with_hint("give --webhook-secret, or set LAYERCODE_WEBHOOK_SECRET");
  const auto address = parse_listen(flags.listen);
  if (!net::is_loopback(address.host) && !flags.insecure)
    throw Error(ErrorKind::usage, fmt::format("whoever reaches {} could open sessions", flags.listen)).with_hint("listen on 127.0.0.1, or add --insecure");
}

int serve(Environment& environment, const Flags& flags) {
  const auto settings = settings_of(flags, environment);
  check(flags, settings);
  check_speech(flags);
  const auto served = std::make_shared<Served>();
  return serve_http(environment, flags.listen, [&](Runtime& runtime) -> net::HttpHandler {
    served->http = net::make_http_client(runtime);
    served->platform = std::make_unique<gym::LayercodePlatform>(runtime, settings, open_speech(flags, runtime, *served->http, environment.err), *served->http);
    return [served](const net::ServerRequest& request, net::ServerReply& reply) { return served->platform->handle(request, reply); };
  });
}

}  // namespace

Command layercode_platform_command() {
  return {.name = "layercode-platform",
          .summary = "Stand in for Layercode's platform: voice clients on one side, your backend's webhook on the other",
          .example = "antiphon layercode-platform --listen 127.0.0.1:8787 --webhook-url http://127.0.0.1:8001/api/agent --webhook-secret whsec_local",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("--listen", flags->listen, "HOST:PORT; port 0 is any free one")->capture_default_str();
            app.add_option("--webhook-url", flags->webhook_url, "Where your backend takes webhooks")->required();
            app.add_option("--webhook-secret", flags->webhook_secret, "Signs webhooks; without it, LAYERCODE_WEBHOOK_SECRET");
            app.add_option("--trigger", flags->trigger, "When a user's turn ends: automatic, or push_to_talk")
                ->check(CLI::IsMember({"automatic", "push_to_talk"}))
                ->capture_default_str();
            app.add_flag("--no-interrupt", flags->no_interrupt, "A voice does not interrupt the agent");
            app.add_option("--stt", flags->stt, "Recogniser: auto, off, stub (a fixed text), or provider/model")->capture_default_str();
            app.add_option("--tts", flags->tts, "Voice: auto, off (text alone), stub (a hum), or provider/voice")->capture_default_str();
            app.add_option("--compat", flags->compat, "text: every webhook has a text, for backends with one model for all")->check(CLI::IsMember({"text"}));
            app.add_option("--api-key", flags->api_key, "The only bearer that is accepted; without it, any");
            app.add_option("--agent-id", flags->agent_id, "The only agent there is; without it, any");
            app.add_flag("--insecure", flags->insecure, "Listen beyond this machine, where anybody may open sessions");
            return [flags](Environment& environment) { return serve(environment, *flags); };
          }};
}

}  // namespace antiphon::cli
