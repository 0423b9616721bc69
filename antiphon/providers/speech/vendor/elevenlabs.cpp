#include "antiphon/providers/speech/vendor/elevenlabs.hpp"

#include <algorithm>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/wire/body.hpp"

namespace antiphon::speech {

namespace {

net::Headers headers_with(const wire::Endpoint& endpoint, std::string content_type) {
  net::Headers headers{{"content-type", std::move(content_type)}};
  if (!endpoint.key.empty()) headers.emplace_back("xi-api-key", endpoint.key);
  return headers;
}

class ElevenLabsVoice final : public VoiceWire {
 public:
  explicit ElevenLabsVoice(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  net::HttpRequest request(const SpeechRequest& asked, const Refusals& refused) const override {
    json::object body{{"text", json::string(asked.text)}, {"model_id", text_setting(asked.settings, {"model_id", "model"}, "eleven_v3")}};
    if (!asked.language.empty() && !refused.has("language_code")) body["language_code"] = primary_language(asked.language);
    if (asked.speed != 1 && !refused.has("speed")) body["voice_settings"] = json::object{{"speed", asked.speed}};
    wire::add_extra(body, without(asked.settings, {"model", "model_id"}), refused);
    const auto path = "/v1/text-to-speech/" + percent_encode(endpoint_.model) + "/stream?output_format=pcm_24000";
    return {.url = endpoint_.base_url + path,
            .headers = headers_with(endpoint_, "application/json"),
            .body = json_text(body),
            .reply_limit = std::size_t{256} << 20};
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  std::optional<std::string> refused_parameter(std::string_view body) const override {
    static constexpr std::array<std::string_view, 2> names{"language_code", "speed"};
    return wire::refused_parameter(body, names, {});
  }

 private:
  wire::Endpoint endpoint_;
  SpeechCapabilities capabilities_{.streaming = true, .speeds = true};
};

class Scribe final : public EarWire {
 public:
  explicit Scribe(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)) { capabilities_.phrases = endpoint_.model != "scribe_v1"; }

  net::HttpRequest request(Upload file, const RecognitionSettings& settings, const Refusals&) const override {
    Fields fields{{"model_id", endpoint_.model},
                  {"language_code", primary_language(settings.language)},
                  {"tag_audio_events", "false"},  // what is no speech is no text
                  {"timestamps_granularity", "word"}};
    if (capabilities_.phrases)
      for (const auto& phrase : settings.phrases) fields.emplace_back("keyterms", phrase);
    add_settings(fields, settings.settings);
    auto form = form_body(fields, file);
    return {.url = endpoint_.base_url + "/v1/speech-to-text", .headers = headers_with(endpoint_, std::move(form.content_type)), .body = std::move(form.body)};
  }

  Recognition parse(const json::value& answer) const override {
    const auto text = find_string(answer, "text");
    if (!text) throw Error(ErrorKind::protocol, "its answer holds no text");
    Recognition heard{.text = std::string(trim(*text))};
    double sum = 0;
    int count = 0;
    if (const auto* words = find(answer, "words"); words && words->is_array())
      for (const auto& each : words->get_array()) {
        auto word = find_string(each, "type").value_or("word") == "word" ? timed_word(each, {"text"}) : std::nullopt;
        if (!word) continue;
        word->confidence = probability(each, "logprob");
        if (word->confidence) sum += *word->confidence, ++count;
        heard.words.push_back(std::move(*word));
      }
    if (count > 0) heard.confidence = sum / count;
    return heard;
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }

 private:
  wire::Endpoint endpoint_;
  RecognitionCapabilities capabilities_{.word_times = true, .confidence = true};
};

}  // namespace

std::unique_ptr<const VoiceWire> elevenlabs_voice(const wire::Endpoint& endpoint, const VoiceChoice&) { return std::make_unique<ElevenLabsVoice>(endpoint); }

std::unique_ptr<const EarWire> elevenlabs_ear(const wire::Endpoint& endpoint) { return std::make_unique<Scribe>(endpoint); }

}  // namespace antiphon::speech
