#include "antiphon/providers/speech/vendor/deepgram_live.hpp"

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/vendor/deepgram.hpp"

namespace antiphon::speech {

namespace {

using Kind = RecognitionEvent::Kind;

json::value parsed(std::string_view message) {
  auto value = try_parse_json(message);
  if (!value || !value->is_object()) throw Error(ErrorKind::protocol, "it sent a message that is no JSON object");
  return *std::move(value);
}

// `{"type":"Error","description":…}`, with or without a code.
[[noreturn]] void report(const json::value& error) {
  std::string words;
  for (const auto* member : {"code", "variant", "description", "message", "err_msg"})
    if (const auto text = find_string(error, member); text && !text->empty()) words += (words.empty() ? "" : ", ") + *text;
  throw Error(ErrorKind::unavailable, fmt::format("it reports an error{}{}", words.empty() ? "" : ": ", cut(words, 200)));
}

bool is_true(const json::value& object, std::string_view member) {
  const auto* value = find(object, member);
  return value && value->is_bool() && value->get_bool();
}

/// Tells each utterance's end once, and none of an utterance in which nothing was understood.
class Utterances {
 public:
  void partial(Recognition heard) {
    if (!heard.text.empty()) events_.push_back({.kind = Kind::partial, .heard = std::move(heard)});
  }
  void final(Recognition heard) {
    if (heard.text.empty()) return;
    heard_ = true;
    events_.push_back({.kind = Kind::final, .heard = std::move(heard)});
  }
  void end() {
    if (std::exchange(heard_, false)) events_.push_back({.kind = Kind::end_of_utterance});
  }
  std::vector<RecognitionEvent> take() { return std::exchange(events_, {}); }

 private:
  std::vector<RecognitionEvent> events_;
  bool heard_ = false;
};

class NovaReader final : public LiveReader {
 public:
  std::vector<RecognitionEvent> read(std::string_view message) override {
    const auto value = parsed(message);
    const auto type = find_string(value, "type").value_or("");
    if (type == "Error" || value.get_object().contains("err_code")) report(value);
    if (type == "UtteranceEnd") utterances_.end();
    if (type == "Results") take(value);
    return utterances_.take();
  }

 private:
  void take(const json::value& results) {
    const auto* alternative = at_pointer(results, "/channel/alternatives/0");
    if (!alternative) throw Error(ErrorKind::protocol, "its results hold no alternative");
    auto heard = deepgram_alternative(*alternative);
    if (!is_true(results, "is_final")) return utterances_.partial(std::move(heard));
    utterances_.final(std::move(heard));
    if (is_true(results, "speech_final")) utterances_.end();
  }

  Utterances utterances_;
};

class FluxReader final : public LiveReader {
 public:
  std::vector<RecognitionEvent> read(std::string_view message) override {
    const auto value = parsed(message);
    const auto type = find_string(value, "type").value_or("");
    if (type == "Error") report(value);
    if (type == "TurnInfo") take(value);
    return utterances_.take();
  }

 private:
  void take(const json::value& turn) {
    const auto event = find_string(turn, "event").value_or("");
    auto heard = deepgram_alternative(turn);
    if (event != "EndOfTurn") return utterances_.partial(std::move(heard));
    utterances_.final(std::move(heard));
    utterances_.end();
  }

  Utterances utterances_;
};

void add_usual(Fields& fields, const json::object& settings, std::string name, std::string value) {
  if (!settings.contains(name)) fields.emplace_back(std::move(name), std::move(value));
}

class DeepgramLive final : public LiveWire {
 public:
  explicit DeepgramLive(wire::Endpoint endpoint) : endpoint_(std::move(endpoint)), flux_(endpoint_.model.starts_with("flux")) {}

  net::WsRequest request(const RecognitionSettings& settings) const override {
    Fields query = flux_ ? turns(settings) : results(settings);
    net::WsRequest request{.url = fmt::format("{}/{}/listen?{}", endpoint_.base_url, flux_ ? "v2" : "v1", query_text(query))};
    if (!endpoint_.key.empty()) request.headers.emplace_back("authorization", "Token " + endpoint_.key);
    return request;
  }
  std::unique_ptr<LiveReader> reader() const override {
    if (flux_) return std::make_unique<FluxReader>();
    return std::make_unique<NovaReader>();
  }
  std::string end() const override { return R"({"type":"CloseStream"})"; }
  std::string keep_alive() const override { return flux_ ? std::string() : R"({"type":"KeepAlive"})"; }

 private:
  static void add_format(Fields& query) {
    query.emplace_back("encoding", "linear16");
    query.emplace_back("sample_rate", fmt::format("{}", audio::canonical_rate_hz));
  }
  Fields results(const RecognitionSettings& settings) const {
    auto query = deepgram_listening(endpoint_.model, settings);
    add_format(query);
    query.emplace_back("channels", "1");
    add_usual(query, settings.settings, "interim_results", "true");
    add_usual(query, settings.settings, "endpointing", "300");
    // It is refused where nobody wants interim results.
    const auto* interim = settings.settings.if_contains("interim_results");
    if (!interim || (interim->is_bool() && interim->get_bool())) add_usual(query, settings.settings, "utterance_end_ms", "1000");
    return query;
  }
  Fields turns(const RecognitionSettings& settings) const {
    Fields query{{"model", endpoint_.model}};
    for (const auto& phrase : settings.phrases) query.emplace_back("keyterm", phrase);
    add_settings(query, settings.settings);
    add_format(query);
    return query;
  }

  wire::Endpoint endpoint_;
  bool flux_;
};

}  // namespace

std::unique_ptr<const LiveWire> deepgram_live(const wire::Endpoint& endpoint) { return std::make_unique<DeepgramLive>(endpoint); }

}  // namespace antiphon::speech
