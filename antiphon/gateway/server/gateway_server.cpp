#include "antiphon/gateway/server/gateway_server.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::gateway {

namespace {

constexpr auto tools_limit = std::chrono::seconds(10);  // a server of tools that is away keeps nobody waiting
constexpr auto warm_up = std::chrono::milliseconds(500);

std::unique_ptr<PinVerifier> open_verifier(Runtime& runtime, net::HttpClient& http, const PinCheck& check) {
  if (const auto* file = std::get_if<PinFile>(&check)) return open_pin_file(runtime, file->file);
  if (const auto* server = std::get_if<HttpPinOptions>(&check)) return make_http_pin_verifier(runtime, http, *server);
  return nullptr;
}

std::unique_ptr<Escalator> open_escalator(net::HttpClient& http, const GatewayConfig& config) {
  if (config.webhook) return webhook_escalator(http, *config.webhook);
  return nullptr;
}

/// The locale of callers that ask for none stands first.
std::vector<std::string> locales_of(const PolicyBook& book, const std::string& first) {
  const auto wanted = book.find(first.empty() ? book.default_locale() : first);
  if (!wanted.exact)
    throw Error(ErrorKind::configuration, fmt::format("the locale {} is not spoken here", quote(first))).with_hint("spoken are " + join(book.locales(), ", "));
  std::vector<std::string> all{wanted.rules->locale};
  for (const auto& name : book.locales())
    if (name != all.front()) all.push_back(name);
  return all;
}

CallServerSettings call_settings(const GatewayConfig& config, const GatewayContext& context, const PolicyBook& book) {
  return {.most_calls = most_calls(config, *context.speech),
          .locales = locales_of(book, config.locale),
          .access = config.access,
          .per_caller = config.per_caller,
          .per_address = config.per_address};
}

net::HttpReply loading() { return refusal(503, "the gateway loads its models", {{"Retry-After", "1"}}); }

}  // namespace

GatewayServer::GatewayServer(Runtime& runtime, GatewayConfig config, GatewayContext context)
    : runtime_(runtime),
      config_(std::move(config)),
      context_(std::move(context)),
      policy_(config_.policy_file.empty() ? built_in_policy() : read_policy(config_.policy_file)),
      verifier_(open_verifier(runtime, context_.http, config_.pin)),
      escalator_(open_escalator(context_.http, config_)),
      tools_(runtime, {.breaker = config_.breaker}) {
  masker_ = Masker({}, policy_->numbers());
  check();
  if (config_.knowledge) knowledge_ = make_knowledge(*config_.knowledge, runtime_, context_.http, context_.embedders);
  for (const auto& tool : config_.tools) tools_.add(make_tool(tool, runtime_, context_.http, knowledge_));
  calls_.emplace(runtime_, call_settings(config_, context_, *policy_), [this](const CallRequest& asked) { return parts_for(asked); });
}

GatewayServer::~GatewayServer() = default;

void GatewayServer::log(const std::string& line) const {
  if (context_.log) context_.log(line);
}

void GatewayServer::check() const {
  if (config_.providers.models.empty())
    throw Error(ErrorKind::configuration, "nobody is there to answer: no model is named, and there is no key")
        .with_hint("write `providers: {llm: openai/gpt-4o}` or `{llm: rules/desk.rules.yaml}`, or set OPENAI_API_KEY");
  if (const auto* ear = std::get_if<EarChoice>(&config_.providers.ear)) context_.speech->check(*ear);
  for (const auto& model : config_.providers.models)
    if (const auto* settings = std::get_if<ModelSettings>(&model)) context_.models->check(*settings);
  for (const auto& voice : config_.providers.voices)
    if (const auto* choice = std::get_if<VoiceChoice>(&voice)) context_.speech->check(*choice);
  if (!config_.knowledge) return;
  EmbedderRegistry::check(config_.knowledge->embedder);
  if (const auto& documents = config_.knowledge->documents; !documents.empty() && !std::filesystem::exists(documents))
    throw Error(ErrorKind::configuration, fmt::format("the documents {} are not there", documents)).with_hint("knowledge: documents names a file or a folder");
}

// --- Getting ready ----------------------------------------------------------------------------------------------------------------------------

Task<> GatewayServer::load(Deadline deadline) {
  co_await open_speech(deadline);
  co_await try_speech(deadline);
  (void)open_model(config_.providers.models.front());  // that it can be made is known before anybody calls
  if (knowledge_)
    for (const auto& notice : co_await fill_knowledge(*config_.knowledge, knowledge_, deadline)) log(notice);
  co_await start_tools(deadline);
  loaded_ = true;
}

Task<> GatewayServer::start_tools(Deadline deadline) {
  for (const auto& notice : co_await tools_.start(deadline.sooner(Deadline::after(runtime_.clock, tools_limit)))) log(notice);
}

// Reading a model from disk takes tenths of a second, and callers of other gateways of this process go on meanwhile.
Task<> GatewayServer::open_speech(Deadline) {
  const SpeechContext speech{.runtime = runtime_, .http = context_.http};
  if (const auto* stub = std::get_if<StubEarSettings>(&config_.providers.ear))
    ear_.recogniser = stub_ear(runtime_, *stub);
  else
    ear_ = co_await compute<OpenEar>(runtime_, [this, speech] { return context_.speech->open(std::get<EarChoice>(config_.providers.ear), speech); });
  if (ear_.notice) log(*ear_.notice);
  for (const auto& provider : config_.providers.voices) {
    if (const auto* stub = std::get_if<StubVoiceSettings>(&provider)) {
      voices_.push_back({stub_voice(runtime_, *stub), {}});
      continue;
    }
    const auto& choice = std::get<VoiceChoice>(provider);
    auto voice = co_await compute<OpenVoice>(runtime_, [this, speech, choice] { return context_.speech->open(choice, speech); });
    if (voice.notice) log(*voice.notice);
    voices_.push_back({std::move(voice.synthesiser), std::move(voice.defaults)});
  }
}

/// What computes here reads its model when it is used first: the first caller need not wait for that.
Task<> GatewayServer::try_speech(Deadline deadline) {
  if (ear_.recogniser->capabilities().waits_on_clock_alone && std::holds_alternative<EarChoice>(config_.providers.ear))
    (void)co_await ear_.recogniser->transcribe(audio::Samples(audio::samples_in(warm_up)), ear_.defaults, deadline);
  auto& voice = voices_.front();
  if (!voice.synthesiser->capabilities().waits_on_clock_alone || !std::holds_alternative<VoiceChoice>(config_.providers.voices.front())) co_return;
  auto request = voice.defaults;
  request.text = policy_->find(policy_->default_locale()).rules->reply(Reply::greeting);
  (void)co_await synthesize_whole(*voice.synthesiser, std::move(request), deadline);
}

std::shared_ptr<LanguageModel> GatewayServer::open_model(const ModelProvider& provider) const {
  if (const auto* stub = std::get_if<StubModelSettings>(&provider)) return stub_model(runtime_, *stub, number_);
  return context_.models->open(std::get<ModelSettings>(provider), {.runtime = runtime_, .http = context_.http, .seed = number_, .scenario_id = "gateway"});
}

// --- One call ---------------------------------------------------------------------------------------------------------------------------------

CallParts GatewayServer::parts_for(const CallRequest& asked) {
  ++number_;
  const auto rules = policy_->find(asked.locale).rules;
  CallParts parts{.recogniser = ear_.recogniser, .dialogue = dialogue_for(rules), .settings = settings_for(rules)};
  // Each stub draws its failures by itself, so that one call does not decide over another.
  if (const auto* stub = std::get_if<StubEarSettings>(&config_.providers.ear)) parts.recogniser = stub_ear(runtime_, *stub, number_);
  return parts;
}

std::shared_ptr<Dialogue> GatewayServer::dialogue_for(std::shared_ptr<const LocaleRules> rules) {
  DialogueParts parts{.tools = &tools_, .verifier = verifier_.get(), .escalator = escalator_.get(), .masker = &masker_};
  for (const auto& provider : config_.providers.models) parts.models.push_back(open_model(provider));
  return std::make_shared<ModelDialogue>(runtime_, std::move(parts), std::move(rules), config_.dialogue);
}

CallSettings GatewayServer::settings_for(const std::shared_ptr<const LocaleRules>& rules) const {
  auto settings = config_.call;
  settings.ear.recognition = ear_.defaults;
  auto& heard = settings.ear.recognition;
  // A recogniser of this machine would know no other words than those.
  if (!ear_.recogniser->capabilities().waits_on_clock_alone) {
    if (heard.language.empty()) heard.language = rules->locale;
    heard.phrases.insert(heard.phrases.end(), rules->hints.begin(), rules->hints.end());
  }
  settings.speech.voices = voices_;
  if (config_.providers.voice_by_locale && rules->voice) settings.speech.voices.front().defaults.voice = *rules->voice;
  return settings;
}

// --- HTTP -------------------------------------------------------------------------------------------------------------------------------------

Task<> GatewayServer::handle(const net::ServerRequest& request, net::ServerReply& reply) {
  if (loaded_ || request.path() == "/health") co_return co_await calls_->handle(request, reply);
  if (request.path() == "/ready")
    co_return co_await reply.reply({503, {{"Content-Type", "application/json"}, {"Retry-After", "1"}}, R"({"status":"loading","active_sessions":0})"});
  co_await reply.reply(loading());
}

Task<> GatewayServer::drain(Deadline deadline) {
  co_await calls_->drain(deadline);
  co_await tools_.close();
}

}  // namespace antiphon::gateway
