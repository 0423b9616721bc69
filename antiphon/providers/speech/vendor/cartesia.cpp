#include "antiphon/providers/speech/vendor/cartesia.hpp"

#include "antiphon/providers/llm/wire/body.hpp"

namespace antiphon::speech {

namespace {

constexpr const char* api_version = "2025-04-16";

class CartesiaVoice final : public VoiceWire {
 public:
  explicit CartesiaVoice(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  net::HttpRequest request(const SpeechRequest& asked, const Refusals& refused) const override {
    json::object body{{"model_id", text_setting(asked.settings, {"model_id", "model"}, "sonic-3")},
                      {"transcript", json::string(asked.text)},
                      {"voice", json::object{{"mode", "id"}, {"id", json::string(endpoint_.model)}}},
                      {"output_format", json::object{{"container", "raw"}, {"encoding", "pcm_s16le"}, {"sample_rate", audio::canonical_rate_hz}}}};
    if (!asked.language.empty()) body["language"] = primary_language(asked.language);
    if (asked.speed != 1 && !refused.has("generation_config")) body["generation_config"] = json::object{{"speed", asked.speed}};
    wire::add_extra(body, without(asked.settings, {"model", "model_id", "version"}), refused);
    net::Headers headers{{"content-type", "application/json"}, {"cartesia-version", text_setting(asked.settings, {"version"}, api_version)}};
    if (!endpoint_.key.empty()) headers.emplace_back("authorization", "Bearer " + endpoint_.key);
    return {.url = endpoint_.base_url + "/tts/bytes", .headers = std::move(headers), .body = json_text(body), .reply_limit = std::size_t{256} << 20};
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  std::optional<std::string> refused_parameter(std::string_view body) const override {
    static constexpr std::array<std::string_view, 1> names{"generation_config"};
    return wire::refused_parameter(body, names, {});
  }

 private:
  wire::Endpoint endpoint_;
  SpeechCapabilities capabilities_{.streaming = true, .speeds = true};
};

}  // namespace

std::unique_ptr<const VoiceWire> cartesia_voice(const wire::Endpoint& endpoint, const VoiceChoice&) { return std::make_unique<CartesiaVoice>(endpoint); }

}  // namespace antiphon::speech
