#include "antiphon/gateway/config/environment.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/sessions/redis_link.hpp"

namespace antiphon::gateway {

namespace {

/// Variables as values; what is none is reported under the variable's name.
class Environment {
 public:
  Environment(DocumentReader& reader, const Variables& variables) : reader_(reader), variables_(variables) {}

  /// Empty is as good as unset, as in files of variables.
  std::optional<std::string> text(std::string_view name) const {
    auto value = variables_(name);
    return value && !trim(*value).empty() ? std::optional(std::string(trim(*value))) : std::nullopt;
  }
  std::optional<double> number(std::string_view name, double least, double most) const {
    const auto given = text(name);
    if (!given) return std::nullopt;
    double value = 0;
    const auto* end = given->data() + given->size();
    if (const auto [stop, error] = std::from_chars(given->data(), end, value); error == std::errc() && stop == end && value >= least && value <= most)
      return value;
    report(name, *given, fmt::format("a number from {} to {}", least, most));
    return std::nullopt;
  }
  std::optional<int> integer(std::string_view name, int least, int most) const {
    const auto value = number(name, least, most);
    if (value && *value != std::floor(*value)) {
      report(name, *text(name), fmt::format("a whole number from {} to {}", least, most));
      return std::nullopt;
    }
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  }
  std::optional<bool> boolean(std::string_view name) const {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto small = lower(*given);
    if (small == "true" || small == "1" || small == "yes" || small == "on") return true;
    if (small == "false" || small == "0" || small == "no" || small == "off") return false;
    report(name, *given, "true or false");
    return std::nullopt;
  }
  void report(std::string_view name, std::string_view value, std::string_view wanted) const { report_unshown(name, quote(cut(value, 60)), wanted); }
  /// Where the value may hold a password. @param is what it is instead
  void report_unshown(std::string_view name, std::string_view is, std::string_view wanted) const {
    reader_.report({.message = fmt::format("{} is {}, and has to be {}", name, is, wanted),
                    .where = {.file = fmt::format("environment, {}", name)},
                    .hint = fmt::format("export {}=…, or unset it", name)});
  }

 private:
  DocumentReader& reader_;
  const Variables& variables_;
};

template <class T, class U>
void set(T& value, const std::optional<U>& given) {
  if (!given) return;
  const U& is = *given;
  value = is;
}

bool has_vendor(const std::string& name) { return name.find('/') != std::string::npos; }

/// A model, voice or recogniser by the reference's name for it: of that vendor, unless it says another one.
std::string of_vendor(std::string_view vendor, const std::string& name) { return has_vendor(name) ? name : fmt::format("{}/{}", vendor, name); }

/// A recogniser of this program, which no vendor's list has.
bool is_ear_of_this_program(const std::string& name) { return name == "auto" || name == "moonshine" || name == "pocketsphinx"; }

const std::string& name_of(const EarChoice& ear) { return ear.recogniser; }
const std::string& name_of(const ModelSettings& model) { return model.model; }
const std::string& name_of(const VoiceChoice& voice) { return voice.voice; }

/// Whether the file took it up by itself: `llm: "openai/${LLM_MODEL}"`.
template <class Choice, class All>
bool takes_up(const All& providers, const std::string& name) {
  return std::ranges::any_of(providers, [&name](const auto& provider) {
    const auto* choice = std::get_if<Choice>(&provider);
    return choice && name_of(*choice).find(name) != std::string::npos;
  });
}

/// What chooses among providers, and a notice of each variable that chooses none: who has set it expects to hear of it.
class ProviderVariables {
 public:
  ProviderVariables(const Environment& environment, const std::set<std::string>& named, GatewayConfig& config)
      : environment_(environment), named_(named), config_(config), providers_(config.providers) {}

  void choose() {
    choose_ear();
    choose_model();
    choose_voice();
  }

 private:
  bool is_set(std::string_view name) const { return environment_.text(name).has_value(); }
  void unused(std::string_view variable, std::string_view why) { config_.notices.push_back(fmt::format("{} is not used: {}", variable, why)); }
  void beaten(std::string_view variable, std::string_view kind) {
    unused(variable, fmt::format("the configuration names `{}` itself, which stands above it", kind));
  }
  void without_key(std::string_view variable, std::string_view key) {
    unused(variable, fmt::format("{} is not set; one of another vendor is named with it, as VENDOR/NAME", key));
  }

  void choose_ear() {
    const auto name = environment_.text("ASR_MODEL");
    if (named_.contains("asr")) {
      if (name && !takes_up<EarChoice>(providers_.ears, *name)) beaten("ASR_MODEL", "asr");
      return;
    }
    if (name && is_ear_of_this_program(*name))
      providers_.ears = {EarChoice(*name)};
    else if (is_set("DEEPGRAM_API_KEY") || (name && has_vendor(*name)))
      providers_.ears = {EarChoice(of_vendor("deepgram", name.value_or("nova-2")))};
    else if (name)
      without_key("ASR_MODEL", "DEEPGRAM_API_KEY");
  }

  void choose_model() {
    const auto name = environment_.text("LLM_MODEL");
    if (named_.contains("llm")) {
      if (name && !takes_up<ModelSettings>(providers_.models, *name)) beaten("LLM_MODEL", "llm");
      return;
    }
    if (is_set("OPENAI_API_KEY") || (name && has_vendor(*name)))
      providers_.models = {ModelSettings(of_vendor("openai", name.value_or("gpt-4o")))};
    else if (name)
      without_key("LLM_MODEL", "OPENAI_API_KEY");
  }

  void choose_voice() {
    const auto name = environment_.text("TTS_VOICE");
    if (named_.contains("tts")) {
      if (name && !takes_up<VoiceChoice>(providers_.voices, *name)) beaten("TTS_VOICE", "tts");
      if (const auto model = environment_.text("TTS_MODEL"); model && !speaks_with(*model)) beaten("TTS_MODEL", "tts");
      return;
    }
    if (name == "auto")
      providers_.voices = {VoiceChoice("auto")};
    else if (is_set("OPENAI_API_KEY") || (name && has_vendor(*name)))
      choose_voice_of_a_vendor(name);
    else if (name)
      without_key("TTS_VOICE", "OPENAI_API_KEY");
    choose_model_of_the_voice();
  }

  /// Whether the file took that up by itself.
  bool speaks_with(const std::string& model) const {
    return std::ranges::any_of(providers_.voices, [&model](const auto& provider) {
      const auto* voice = std::get_if<VoiceChoice>(&provider);
      const auto* own = voice ? voice->extra.if_contains("model") : nullptr;
      return own && *own == json::value(model);
    });
  }

  void choose_voice_of_a_vendor(const std::optional<std::string>& name) {
    // While the vendor is away, it is this program that says so.
    providers_.voices = {VoiceChoice(of_vendor("openai", name.value_or("alloy"))), VoiceChoice("auto")};
    providers_.voice_by_key = true;
    providers_.voice_by_locale = !name;
  }

  void choose_model_of_the_voice() {
    const auto model = environment_.text("TTS_MODEL");
    auto* voice = providers_.voices.empty() ? nullptr : std::get_if<VoiceChoice>(&providers_.voices.front());
    if (voice && voice->voice.starts_with("openai/"))
      voice->extra["model"] = model.value_or("tts-1");
    else if (model)
      unused("TTS_MODEL", "the voice is none of OpenAI's");
  }

  const Environment& environment_;
  const std::set<std::string>& named_;
  GatewayConfig& config_;
  ProviderConfig& providers_;
};

void read_turns(const Environment& environment, GatewayConfig& config) {
  auto& loop = config.dialogue.loop;
  set(loop.temperature, environment.number("LLM_TEMPERATURE", 0, 2));
  set(loop.max_tokens, environment.integer("LLM_MAX_TOKENS", 1, 1'000'000));
  set(config.dialogue.policy.failures, environment.integer("MAX_CONSECUTIVE_FAILURES", 1, 1000));
  if (const auto ms = environment.integer("TURN_TIMEOUT_MS", 100, 600'000)) loop.chain.first_word = std::chrono::milliseconds(*ms);
  set(config.call.most_turns, environment.integer("MAX_TURNS_PER_SESSION", 1, 1'000'000));
  if (const auto seconds = environment.integer("SESSION_TTL_SECONDS", 1, 7 * 24 * 3600)) config.call.longest = std::chrono::seconds(*seconds);
  set(config.breaker.failure_threshold, environment.integer("CB_FAILURE_THRESHOLD", 1, 1'000'000));
  if (const auto seconds = environment.integer("CB_RECOVERY_TIMEOUT", 1, 24 * 3600)) config.breaker.recovery = std::chrono::seconds(*seconds);
}

void read_knowledge_variables(const Environment& environment, GatewayConfig& config) {
  const auto threshold = environment.number("CONFIDENCE_THRESHOLD", 0, 1);
  const auto embedder = environment.text("EMBEDDING_MODEL");
  const auto collection = environment.text("CHROMA_COLLECTION");
  if (environment.boolean("ENABLE_RAG") == false) {
    config.knowledge.reset();
    std::erase_if(config.tools, [](const ToolSettings& tool) { return std::holds_alternative<KnowledgeToolOptions>(tool.options); });
  }
  if (!config.knowledge) return;
  set(config.knowledge->options.threshold, threshold);
  if (embedder) config.knowledge->embedder.model = *embedder == "lexical" || embedder->starts_with("minilm") ? *embedder : of_vendor("openai", *embedder);
  if (auto* chroma = std::get_if<ChromaOptions>(&config.knowledge->store); chroma && collection) chroma->collection = *collection;
}

void read_speech_variables(const Environment& environment, GatewayConfig& config) {
  const auto speed = environment.number("TTS_SPEED", 0.5, 2);
  for (auto& voice : config.providers.voices)
    if (auto* choice = std::get_if<VoiceChoice>(&voice)) set(choice->speed, speed);
  if (const auto format = environment.text("TTS_RESPONSE_FORMAT"); format && *format != "pcm")
    environment.report("TTS_RESPONSE_FORMAT", *format, "pcm: audio is sent as it comes");
  if (const auto language = environment.text("ASR_LANGUAGE")) config.locale = *language;
}

void read_operating_variables(const Environment& environment, GatewayConfig& config) {
  if (const auto on = environment.boolean("ENABLE_TRACING")) config.tracing.on = *on;
  const auto ms = [](int count) { return std::chrono::milliseconds(count); };
  if (const auto target = environment.integer("TARGET_FIRST_TOKEN_MS", 1, 600'000)) config.targets.first_token = ms(*target);
  if (const auto target = environment.integer("TARGET_TURN_LATENCY_MS", 1, 600'000)) config.targets.turn = ms(*target);
  const auto redis = environment.text("REDIS_URL");
  if (!redis) return;
  try {
    (void)redis_address(*redis);
    if (!config.redis) config.redis.emplace();
    config.redis->url = *redis;
  } catch (const Error& error) {
    environment.report_unshown("REDIS_URL", "no address of a Redis", "like redis://HOST:6379/0");
  }
}

}  // namespace

void apply_environment(DocumentReader& reader, const Variables& variables, const std::set<std::string>& named, GatewayConfig& config) {
  const Environment environment(reader, variables);
  ProviderVariables(environment, named, config).choose();
  if (config.providers.voices.empty()) config.providers.voices = {VoiceChoice("auto")};
  read_turns(environment, config);
  read_knowledge_variables(environment, config);
  read_speech_variables(environment, config);
  read_operating_variables(environment, config);
}

}  // namespace antiphon::gateway
