#include "antiphon/gateway/server/served_agent.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/config/named_things.hpp"
#include "antiphon/gateway/hearing/backchannel.hpp"

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
  masker_ = Masker(config_.masking, policy_->numbers());
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

void ServedAgent::warn(const std::string& line) const { context_.warn ? context_.warn(line) : log(line); }

void ServedAgent::check() const {
  if (config_.providers.models.empty()) throw nobody_answers();
  for (const auto& ear : config_.providers.ears)
    if (const auto* choice = std::get_if<EarChoice>(&ear)) context_.speech->check(*choice);
  for (const auto& model : config_.providers.models)
    if (const auto* settings = std::get_if<ModelSettings>(&model)) context_.models->check(*settings);
  for (const auto& voice : config_.providers.required_voices())
    if (const auto* choice = std::get_if<VoiceChoice>(&voice)) context_.speech->check(*choice);
  if (!config_.knowledge) return;
  EmbedderRegistry::check(config_.knowledge->embedder);
  if (const auto& documents = config_.knowledge->documents; !documents.empty() && !std::filesystem::exists(documents))
    throw Error(ErrorKind::configuration, fmt::format("the documents {} are not there", documents)).with_hint("knowledge: documents names a file or a folder");
}

// --- Getting ready ----------------------------------------------------------------------------------------------------------------------------

Task<> ServedAgent::load(Deadline deadline) {
  co_await open_ears(deadline);
  co_await open_voices();
  co_await try_voice(deadline);
  (void)open_model(config_.providers.models.front(), 0);  // that it can be made is known before anybody calls
  if (knowledge_)
    for (const auto& notice : co_await fill_knowledge(*config_.knowledge, knowledge_, deadline)) log(notice);
  co_await start_tools(deadline);
}

Task<> ServedAgent::start_tools(Deadline deadline) {
  for (const auto& notice : co_await tools_.start(deadline.sooner(Deadline::after(runtime_.clock, tools_limit)))) warn(notice);
}

// Reading a model from disk takes tenths of a second, and callers of other gateways of this process go on meanwhile.
Task<OpenEar> ServedAgent::open_ear(EarProvider provider, Deadline deadline) {
  if (const auto* stub = std::get_if<StubEarSettings>(&provider)) co_return OpenEar{.recogniser = stub_ear(runtime_, *stub)};
  const SpeechContext speech{.runtime = runtime_, .http = context_.http};
  auto ear = co_await compute<OpenEar>(runtime_,
                                       [registry = context_.speech, choice = std::get<EarChoice>(provider), speech] { return registry->open(choice, speech); });
  // What computes here reads its model when it is used first: the first caller need not wait for that.
  if (ear.recogniser->capabilities().waits_on_clock_alone)
    (void)co_await ear.recogniser->transcribe(audio::Samples(audio::samples_in(warm_up)), ear.defaults, deadline);
  co_return ear;
}

/// Without those that do not start, as long as one is left.
Task<> ServedAgent::open_ears(Deadline deadline) {
  std::optional<Error> failed;
  for (const auto& provider : config_.providers.ears) {
    std::optional<OpenEar> ear;
    try {
      ear = co_await open_ear(provider, deadline);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;  // it is we who stop
      failed = error;
    }
    if (!ear) {
      warn(fmt::format("a recogniser does not start, and is left out: {}", failed->message()));
      continue;
    }
    if (ear->notice) log(*ear->notice);
    ears_.push_back(std::move(*ear));
    opened_ears_.push_back(provider);
  }
  if (ears_.empty()) throw std::move(*failed);
}

/// Without those that stand in for the first and do not start.
Task<> ServedAgent::open_voices() {
  for (const auto& provider : config_.providers.voices) {
    std::optional<Error> failed;
    try {
      voices_.push_back(co_await open_voice(provider));
    } catch (const Error& error) {
      if (voices_.empty() || error.kind() == ErrorKind::cancelled) throw;
      failed = error;
    }
    if (failed) warn(fmt::format("a voice does not start, and is left out: {}", failed->message()));
  }
}

Task<SpeakingVoice> ServedAgent::open_voice(const VoiceProvider& provider) {
  if (const auto* stub = std::get_if<StubVoiceSettings>(&provider)) co_return SpeakingVoice{stub_voice(runtime_, *stub), {}};
  const SpeechContext speech{.runtime = runtime_, .http = context_.http};
  const auto& choice = std::get<VoiceChoice>(provider);
  auto voice = co_await compute<OpenVoice>(runtime_, [this, speech, choice] { return context_.speech->open(choice, speech); });
  if (voice.notice) log(*voice.notice);
  co_return SpeakingVoice{std::move(voice.synthesiser), std::move(voice.defaults)};
}

/// The first caller need not wait for what the voice reads when it is used first.
Task<> ServedAgent::try_voice(Deadline deadline) {
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
  auto recognisers = agent->recognisers_for(*rules, number);
  auto first = recognisers.front().speech_to_text;
  return {.held = std::move(held),
          .recogniser = std::move(first),
          .dialogue = agent->dialogue_for(rules, number),
          .settings = agent->settings_for(rules, std::move(recognisers))};
}

std::vector<Recogniser> ServedAgent::recognisers_for(const LocaleRules& rules, std::uint64_t number) const {
  std::vector<Recogniser> all;
  for (std::size_t i = 0; i < ears_.size(); ++i) {
    // Each stub draws its failures by itself, so that one call does not decide over another.
    const auto* stub = std::get_if<StubEarSettings>(&opened_ears_[i]);
    Recogniser one{stub ? stub_ear(runtime_, *stub, number) : ears_[i].recogniser, ears_[i].defaults};
    // A recogniser of this machine would know no other words than those.
    if (!one.speech_to_text->capabilities().waits_on_clock_alone) {
      if (one.settings.language.empty()) one.settings.language = rules.locale;
      one.settings.phrases.insert(one.settings.phrases.end(), rules.hints.begin(), rules.hints.end());
    }
    all.push_back(std::move(one));
  }
  return all;
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
  for (const auto& tool : config_.tools)
    if (!std::holds_alternative<McpOptions>(tool.options)) names.push_back(tool.name);
  const auto started = tools_.declarations();
  for (const auto& tool : started.tools())
    if (std::ranges::find(names, tool.name) == names.end()) names.push_back(tool.name);
  return names;
}

std::shared_ptr<Dialogue> ServedAgent::dialogue_for(std::shared_ptr<const LocaleRules> rules, std::uint64_t number) {
  DialogueParts parts{.tools = &tools_, .verifier = verifier_.get(), .escalator = escalator_.get(), .masker = &masker_};
  for (const auto& provider : config_.providers.models) parts.models.push_back(open_model(provider, number));
  return std::make_shared<ModelDialogue>(runtime_, std::move(parts), std::move(rules), config_.dialogue);
}

CallSettings ServedAgent::settings_for(const std::shared_ptr<const LocaleRules>& rules, std::vector<Recogniser> recognisers) const {
  auto settings = config_.call;
  settings.ear.recognition = std::move(recognisers.front().settings);
  settings.ear.stand_ins.assign(std::make_move_iterator(recognisers.begin() + 1), std::make_move_iterator(recognisers.end()));
  if (config_.ignore_backchannels) settings.is_backchannel = [rules](const std::string& text) { return is_backchannel(text, *rules); };
  settings.speech.voices = voices_;
  if (config_.providers.voice_by_locale && rules->voice) settings.speech.voices.front().defaults.voice = *rules->voice;
  return settings;
}

}  // namespace antiphon::gateway
