#include "antiphon/providers/speech/vendor/openai_speech.hpp"

#include <cmath>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/wire/body.hpp"

namespace antiphon::speech {

namespace {

constexpr std::string_view usual_model = "gpt-4o-mini-tts";

net::Headers headers_with(const wire::Endpoint& endpoint, std::string content_type) {
  net::Headers headers{{"content-type", std::move(content_type)}};
  if (!endpoint.key.empty()) headers.emplace_back("authorization", "Bearer " + endpoint.key);
  return headers;
}

class OpenAiVoice final : public VoiceWire {
 public:
  OpenAiVoice(wire::Endpoint endpoint, const VoiceChoice& choice) : endpoint_(std::move(endpoint)) {
    // The older models take no instructions.
    capabilities_.styles = !text_setting(choice.extra, {"model"}, std::string(usual_model)).starts_with("tts-1");
  }

  net::HttpRequest request(const SpeechRequest& asked, const Refusals& refused) const override {
    json::object body{{"model", usual_model}, {"input", json::string(asked.text)}, {"voice", json::string(endpoint_.model)}};
    if (!asked.style.empty() && capabilities_.styles && !refused.has("instructions")) body["instructions"] = json::string(asked.style);
    body["response_format"] = "pcm";
    if (asked.speed != 1 && !refused.has("speed")) body["speed"] = asked.speed;
    wire::add_extra(body, asked.settings, refused);
    auto headers = headers_with(endpoint_, "application/json");
    headers.emplace_back("accept", "application/octet-stream");
    return {.url = endpoint_.base_url + "/audio/speech", .headers = std::move(headers), .body = json_text(body), .reply_limit = std::size_t{256} << 20};
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  std::optional<std::string> refused_parameter(std::string_view body) const override {
    static constexpr std::array<std::string_view, 2> names{"instructions", "speed"};
    return wire::refused_parameter(body, names, {});
  }

 private:
  wire::Endpoint endpoint_;
  SpeechCapabilities capabilities_{.streaming = true, .styles = true, .speeds = true};
};

std::optional<double> mean_probability(const json::value* list, std::string_view logarithm) {
  if (!list || !list->is_array()) return std::nullopt;
  double sum = 0;
  int count = 0;
  for (const auto& each : list->get_array())
    if (const auto value = find_number(each, logarithm); value && std::isfinite(*value)) sum += *value, ++count;
  return count > 0 ? std::optional(std::exp(std::min(sum / count, 0.0))) : std::nullopt;
}

void add_words(std::vector<RecognisedWord>& words, const json::value* list) {
  if (!list || !list->is_array()) return;
  for (const auto& each : list->get_array()) {
    auto word = timed_word(each, {"word", "text"});
    if (!word) continue;
    if (const auto sure = find_number(each, "probability"); sure && *sure >= 0 && *sure <= 1) word->confidence = sure;
    words.push_back(std::move(*word));
  }
}

class OpenAiEar final : public EarWire {
 public:
  explicit OpenAiEar(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)), tells_words_(!endpoint_.model.starts_with("gpt-")) {
    capabilities_.word_times = tells_words_;
  }

  net::HttpRequest request(Upload file, const RecognitionSettings& settings, const Refusals& refused) const override {
    Fields fields{{"model", endpoint_.model}, {"language", primary_language(settings.language)}, {"prompt", join(settings.phrases, ", ")}};
    if (tells_words_ && !refused.has("response_format") && !refused.has("timestamp_granularities")) {
      fields.emplace_back("response_format", "verbose_json");
      fields.emplace_back("timestamp_granularities[]", "word");
    } else {
      fields.emplace_back("response_format", "json");
      if (!tells_words_ && !refused.has("include") && !refused.has("logprobs")) fields.emplace_back("include[]", "logprobs");
    }
    add_settings(fields, settings.settings);
    auto form = form_body(fields, file);
    return {
        .url = endpoint_.base_url + "/audio/transcriptions", .headers = headers_with(endpoint_, std::move(form.content_type)), .body = std::move(form.body)};
  }

  Recognition parse(const json::value& answer) const override {
    const auto text = find_string(answer, "text");
    if (!text) throw Error(ErrorKind::protocol, "its answer holds no text");
    Recognition heard{.text = std::string(trim(*text)), .confidence = mean_probability(find(answer, "logprobs"), "logprob")};
    const auto* segments = find(answer, "segments");
    if (!heard.confidence) heard.confidence = mean_probability(segments, "avg_logprob");
    add_words(heard.words, find(answer, "words"));
    // whisper.cpp tells words within segments.
    if (heard.words.empty() && segments && segments->is_array())
      for (const auto& segment : segments->get_array()) add_words(heard.words, find(segment, "words"));
    return heard;
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  std::optional<std::string> refused_parameter(std::string_view body) const override {
    static constexpr std::array<std::string_view, 4> names{"response_format", "timestamp_granularities", "include", "logprobs"};
    return wire::refused_parameter(body, names, {});
  }
  Duration longest() const override { return std::chrono::minutes(25); }
  std::size_t largest_file() const override { return std::size_t{25} << 20; }

 private:
  wire::Endpoint endpoint_;
  bool tells_words_;
  RecognitionCapabilities capabilities_{.confidence = true, .phrases = true};
};

}  // namespace

std::unique_ptr<const VoiceWire> openai_voice(const wire::Endpoint& endpoint, const VoiceChoice& choice) {
  return std::make_unique<OpenAiVoice>(endpoint, choice);
}

std::unique_ptr<const EarWire> openai_ear(const wire::Endpoint& endpoint) { return std::make_unique<OpenAiEar>(endpoint); }

}  // namespace antiphon::speech
