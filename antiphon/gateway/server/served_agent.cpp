#include "antiphon/gateway/server/served_agent.hpp"

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

}  // namespace

ServedAgent::ServedAgent(Runtime& runtime, GatewayConfig config, GatewayContext context)
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
  for (const auto& tool : config_.tools) {
    auto made = make_tool(tool, runtime_, context_.http, knowledge_);
    tools_.add(context_.wrap_tools ? context_.wrap_tools(std::move(made)) : std::move(made));
  }
}

ServedAgent::~ServedAgent() = default;

void ServedAgent::log(const std::string& line) const {
  if (context_.log) context_.log(line);
}

void ServedAgent::check() const {
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

Task<> ServedAgent::load(Deadline deadline) {
  co_await open_speech(deadline);
  co_await try_speech(deadline);
  (void)open_model(config_.providers.models.front(), 0);  // that it can be made is known before anybody calls
  if (knowledge_)
    for (const auto& notice : co_await fill_knowledge(*config_.knowledge, knowledge_, deadline)) log(notice);
  co_await start_tools(deadline);
}

Task<> ServedAgent::start_tools(Deadline deadline) {
  for (const auto& notice : co_await tools_.start(deadline.sooner(Deadline::after(runtime_.clock, tools_limit)))) log(notice);
}

// Reading a model from disk takes tenths of a second, and callers of other gateways of this process go on meanwhile.
Task<> ServedAgent::open_speech(Deadline) {
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
Task<> ServedAgent::try_speech(Deadline deadline) {
  if (ear_.recogniser->capabilities().waits_on_clock_alone && std::holds_alternative<EarChoice>(config_.providers.ear))
    (void)co_await ear_.recogniser->transcribe(audio::Samples(audio::samples_in(warm_up)), ear_.defaults, deadline);
  auto& voice = voices_.front();
  if (!voice.synthesiser->capabilities().waits_on_clock_alone || !std::holds_alternative<VoiceChoice>(config_.providers.voices.front())) co_return;
  auto request = voice.defaults;
  request.text = policy_->find(policy_->default_locale()).rules->reply(Reply::greeting);
  (void)co_await synthesize_whole(*voice.synthesiser, std::move(request), deadline);
}

std::shared_ptr<LanguageModel> ServedAgent::open_model(const ModelProvider& provider, std::uint64_t number) const {
  if (const auto* stub = std::get_if<StubModelSettings>(&provider)) return stub_model(runtime_, *stub, number);
  return context_.models->open(std::get<ModelSettings>(provider), {.runtime = runtime_, .http = context_.http, .seed = number, .scenario_id = "gateway"});
}

// --- One call ---------------------------------------------------------------------------------------------------------------------------------

CallParts ServedAgent::parts_for(const std::shared_ptr<ServedAgent>& agent, const CallRequest& asked, std::uint64_t number) {
  const auto rules = agent->policy_->find(asked.locale).rules;
  ++agent->calls_;
  std::shared_ptr<const void> held(agent.get(), [agent](const void*) { agent->end_call(); });
  CallParts parts{
      .held = std::move(held), .recogniser = agent->ear_.recogniser, .dialogue = agent->dialogue_for(rules, number), .settings = agent->settings_for(rules)};
  // Each stub draws its failures by itself, so that one call does not decide over another.
  if (const auto* stub = std::get_if<StubEarSettings>(&agent->config_.providers.ear)) parts.recogniser = stub_ear(agent->runtime_, *stub, number);
  return parts;
}

void ServedAgent::end_call() {
  --calls_;
  ended_.beat();
}

Task<> ServedAgent::retire() {
  while (calls_ > 0) co_await ended_.wait();
  co_await tools_.close();
}

std::vector<std::string> ServedAgent::tool_names() const {
  std::vector<std::string> names;
  for (const auto& tool : config_.tools) names.push_back(tool.name);
  return names;
}

std::shared_ptr<Dialogue> ServedAgent::dialogue_for(std::shared_ptr<const LocaleRules> rules, std::uint64_t number) {
  DialogueParts parts{.tools = &tools_, .verifier = verifier_.get(), .escalator = escalator_.get(), .masker = &masker_};
  for (const auto& provider : config_.providers.models) parts.models.push_back(open_model(provider, number));
  return std::make_shared<ModelDialogue>(runtime_, std::move(parts), std::move(rules), config_.dialogue);
}

CallSettings ServedAgent::settings_for(const std::shared_ptr<const LocaleRules>& rules) const {
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

}  // namespace antiphon::gateway
