#include "antiphon/gateway/config/environment.hpp"

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
  void report(std::string_view name, std::string_view value, std::string_view wanted) const {
    reader_.report({.message = fmt::format("{} is {}, and has to be {}", name, quote(cut(value, 60)), wanted),
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

/// A model, voice or recogniser by the reference's name for it: of that vendor, unless it says another one.
std::string of_vendor(std::string_view vendor, const std::string& name) {
  return name.find('/') == std::string::npos ? fmt::format("{}/{}", vendor, name) : name;
}

void choose_by_keys(const Environment& environment, const std::set<std::string>& named, ProviderConfig& providers) {
  const bool openai = environment.text("OPENAI_API_KEY").has_value();
  if (!named.contains("asr") && environment.text("DEEPGRAM_API_KEY"))
    providers.ears = {EarChoice(of_vendor("deepgram", environment.text("ASR_MODEL").value_or("nova-2")))};
  const auto model = environment.text("LLM_MODEL");
  if (!named.contains("llm") && (openai || (model && model->find('/') != std::string::npos)))
    providers.models = {ModelSettings(of_vendor("openai", model.value_or("gpt-4o")))};
  if (!named.contains("tts") && openai) {
    const auto voice = environment.text("TTS_VOICE");
    VoiceChoice choice(of_vendor("openai", voice.value_or("alloy")));
    if (choice.voice.starts_with("openai/")) choice.extra["model"] = environment.text("TTS_MODEL").value_or("tts-1");
    providers.voices = {choice, VoiceChoice("auto")};  // while the vendor is away, it is this program that says so
    providers.voice_by_key = true;
    providers.voice_by_locale = !voice;
  }
}

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
    environment.report("REDIS_URL", "no address of a Redis", "like redis://HOST:6379/0");
  }
}

}  // namespace

void apply_environment(DocumentReader& reader, const Variables& variables, const std::set<std::string>& named, GatewayConfig& config) {
  const Environment environment(reader, variables);
  choose_by_keys(environment, named, config.providers);
  if (config.providers.voices.empty()) config.providers.voices = {VoiceChoice("auto")};
  read_turns(environment, config);
  read_knowledge_variables(environment, config);
  read_speech_variables(environment, config);
  read_operating_variables(environment, config);
}

}  // namespace antiphon::gateway
