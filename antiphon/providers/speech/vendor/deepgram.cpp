#include "antiphon/providers/speech/vendor/deepgram.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"

namespace antiphon::speech {

namespace {

net::Headers headers_with(const wire::Endpoint& endpoint, std::string content_type) {
  net::Headers headers{{"content-type", std::move(content_type)}};
  if (!endpoint.key.empty()) headers.emplace_back("authorization", "Token " + endpoint.key);
  return headers;
}

std::optional<double> share(const json::value& object, std::string_view member) {
  const auto value = find_number(object, member);
  return value && *value >= 0 && *value <= 1 ? value : std::nullopt;
}

class DeepgramVoice final : public VoiceWire {
 public:
  explicit DeepgramVoice(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  net::HttpRequest request(const SpeechRequest& asked, const Refusals& refused) const override {
    Fields query{{"model", endpoint_.model}, {"encoding", "linear16"}, {"sample_rate", fmt::format("{}", audio::canonical_rate_hz)}, {"container", "none"}};
    if (asked.speed != 1 && !refused.has("speed")) query.emplace_back("speed", fmt::format("{}", asked.speed));
    add_settings(query, asked.settings);
    return {.url = endpoint_.base_url + "/v1/speak?" + query_text(query),
            .headers = headers_with(endpoint_, "application/json"),
            .body = json_text(json::object{{"text", json::string(asked.text)}}),
            .reply_limit = std::size_t{256} << 20};
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  std::optional<std::string> refused_parameter(std::string_view body) const override {
    static constexpr std::array<std::string_view, 1> names{"speed"};
    return wire::refused_parameter(short_text(body), names, {});
  }

 private:
  // Its errors name what is wrong beside `error`, where others have it.
  static std::string short_text(std::string_view body) {
    const auto parsed = try_parse_json(body);
    return parsed ? find_string(*parsed, "err_msg").value_or("") : std::string(body);
  }

  wire::Endpoint endpoint_;
  SpeechCapabilities capabilities_{.streaming = true, .speeds = true};
};

class DeepgramEar final : public EarWire {
 public:
  explicit DeepgramEar(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  net::HttpRequest request(Upload file, const RecognitionSettings& settings, const Refusals&) const override {
    return {.url = endpoint_.base_url + "/v1/listen?" + query_text(deepgram_listening(endpoint_.model, settings)),
            .headers = headers_with(endpoint_, std::move(file.type)),
            .body = std::move(file.bytes)};
  }
  Recognition parse(const json::value& answer) const override {
    const auto* alternative = at_pointer(answer, "/results/channels/0/alternatives/0");
    if (!alternative) throw Error(ErrorKind::protocol, "its answer holds no alternative");
    return deepgram_alternative(*alternative);
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }

 private:
  wire::Endpoint endpoint_;
  RecognitionCapabilities capabilities_{.word_times = true, .confidence = true, .phrases = true};
};

}  // namespace

Recognition deepgram_alternative(const json::value& alternative) {
  const auto text = find_string(alternative, "transcript");
  if (!text) throw Error(ErrorKind::protocol, "its answer holds no transcript");
  Recognition heard{.text = std::string(trim(*text))};
  if (!heard.text.empty()) heard.confidence = share(alternative, "confidence");
  if (const auto* words = find(alternative, "words"); words && words->is_array())
    for (const auto& each : words->get_array())
      if (auto word = timed_word(each, {"punctuated_word", "word"})) {
        word->confidence = share(each, "confidence");
        heard.words.push_back(std::move(*word));
      }
  return heard;
}

Fields deepgram_listening(const std::string& model, const RecognitionSettings& settings) {
  Fields query{{"model", model}, {"language", settings.language}, {"punctuate", "true"}};
  // Newer models are primed by terms, older ones by words.
  const auto* name = model.starts_with("nova-3") || model.starts_with("flux") ? "keyterm" : "keywords";
  for (const auto& phrase : settings.phrases) query.emplace_back(name, phrase);
  add_settings(query, settings.settings);
  return query;
}

std::unique_ptr<const VoiceWire> deepgram_voice(const wire::Endpoint& endpoint, const VoiceChoice&) { return std::make_unique<DeepgramVoice>(endpoint); }

std::unique_ptr<const EarWire> deepgram_ear(const wire::Endpoint& endpoint) { return std::make_unique<DeepgramEar>(endpoint); }

}  // namespace antiphon::speech
