#include "antiphon/providers/speech/taped.hpp"

#include <algorithm>
#include <cmath>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/base64.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/cassette/played_call.hpp"

namespace antiphon {

namespace {

constexpr const char* voice_role = "user";  // whose voice is asked for
constexpr const char* agent_role = "agent";
constexpr const char* ear_role = "judge";  // who is told what was understood: nobody waits for that in real time

AskedCall asked(std::string kind, std::string role, const json::object& request, const Secrets& secrets) {
  AskedCall call{.kind = std::move(kind), .role = std::move(role), .request = request_without_messages(json_text(secrets.hidden(request))), .key = {}};
  call.key = key_of(call.kind, call.role, call.request).text();
  return call;
}

RecordedCall named(const AskedCall& asked) { return {.kind = asked.kind, .key = asked.key, .role = asked.role, .turn = asked.turn}; }

Error broken(std::string_view what) {
  return Error(ErrorKind::protocol, "the recorded answer holds no " + std::string(what)).with_party(Party::harness).with_hint("record it anew");
}

json::object request_json(const std::string& name, const SpeechRequest& request) {
  json::object out{{"voice", json::string(name)}, {"text", json::string(request.text)}};
  if (request.speed != 1) out["speed"] = request.speed;
  if (!request.style.empty()) out["style"] = json::string(request.style);
  if (!request.language.empty()) out["language"] = json::string(request.language);
  if (!request.settings.empty()) out["settings"] = request.settings;
  return out;
}

struct Piece {
  Duration at{};
  std::size_t samples = 0;
};

json::object speech_json(const audio::Samples& samples, const std::vector<Piece>& pieces) {
  json::array list;
  for (const auto& piece : pieces) list.push_back(json::array{to_seconds(piece.at), piece.samples});
  return {{"flac", samples.empty() ? std::string() : encode_base64(audio::encode_audio_file(samples, audio::FileKind::flac))}, {"pieces", std::move(list)}};
}

audio::Samples sound_of(const RecordedCall& call) {
  const auto text = find_string(call.answer, "flac");
  auto bytes = text ? decode_base64(*text) : std::nullopt;
  if (!bytes) throw broken("sound");
  return bytes->empty() ? audio::Samples() : audio::decode_audio_file(*std::move(bytes), "the recorded sound");
}

std::vector<Piece> pieces_of(const RecordedCall& call, std::size_t samples) {
  std::vector<Piece> pieces;
  std::size_t sum = 0;
  const auto* list = call.answer.if_contains("pieces");
  if (!list || !list->is_array()) throw broken("pieces");
  for (const auto& item : list->get_array()) {
    const auto* pair = item.if_array();
    if (!pair || pair->size() != 2 || !(*pair)[0].is_number() || !(*pair)[1].is_number()) throw broken("pieces");
    const auto at = (*pair)[0].to_number<double>(), count = (*pair)[1].to_number<double>();
    if (!(at >= 0 && at < 1e6) || !(count >= 1 && count <= static_cast<double>(samples - sum))) throw broken("pieces");
    pieces.push_back({Duration(std::llround(at * 1e9)), static_cast<std::size_t>(count)});
    sum += pieces.back().samples;
  }
  if (sum != samples) throw broken("pieces");
  return pieces;
}

class PlayedSpeech final : public SpeechStream {
 public:
  PlayedSpeech(RecordedCall call, Clock& clock) : call_(std::move(call)), clock_(clock), began_(clock.now()) {
    if (call_.answer.empty()) return;
    samples_ = sound_of(call_);
    pieces_ = pieces_of(call_, samples_.size());
  }

  Task<> wait_for_first(Deadline deadline) {
    if (pieces_.empty() && call_.answer.empty()) co_await wait_for_failure(call_, clock_, call_.role, began_, deadline);
    co_await wait_until(clock_, call_.role, began_ + (pieces_.empty() ? call_.latency : pieces_.front().at), deadline);
  }
  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    if (at_ < pieces_.size()) {
      co_await wait_until(clock_, call_.role, began_ + pieces_[at_].at, deadline);
      const auto begin = samples_.begin() + static_cast<std::ptrdiff_t>(used_);
      used_ += pieces_[at_].samples;
      co_return audio::Samples(begin, begin + static_cast<std::ptrdiff_t>(pieces_[at_++].samples));
    }
    if (call_.failure || call_.answer.contains("cut")) co_await wait_for_failure(call_, clock_, call_.role, began_, deadline);
    co_await wait_until(clock_, call_.role, began_ + call_.latency, deadline);
    co_return std::nullopt;
  }

 private:
  RecordedCall call_;
  Clock& clock_;
  Clock::Time began_;
  audio::Samples samples_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0, used_ = 0;
};

/// Keeps a call once it has ended, however it did.
class Keeper {
 public:
  Keeper(std::shared_ptr<CallTape> tape, const AskedCall& asked, Clock& clock)
      : tape_(std::move(tape)), keep_(tape_->keeper(asked)), call_(named(asked)), clock_(clock), began_(clock.now()) {}

  Duration since() const { return clock_.now() - began_; }
  void keep(json::object answer, const std::optional<Error>& failure) {
    if (std::exchange(kept_, true)) return;
    call_.latency = since();
    call_.answer = std::move(answer);
    call_.failure = without_secrets(failure, &tape_->secrets());
    keep_(std::move(call_));
  }

 private:
  std::shared_ptr<CallTape> tape_;
  KeepCall keep_;
  RecordedCall call_;
  Clock& clock_;
  Clock::Time began_;
  bool kept_ = false;
};

/// Whoever goes away before the end leaves what was said until then.
class RecordingSpeech final : public SpeechStream {
 public:
  RecordingSpeech(std::unique_ptr<SpeechStream> inner, Keeper keeper) : inner_(std::move(inner)), keeper_(std::move(keeper)) {}
  ~RecordingSpeech() override {
    if (ended_) return;
    try {
      auto answer = speech_json(samples_, pieces_);
      answer["cut"] = true;
      keeper_.keep(std::move(answer), {});
    } catch (const Error&) {
      // It stays unanswered on the cassette.
    }
  }

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    std::exception_ptr failure;
    try {
      auto piece = co_await inner_->next(deadline);
      if (piece)
        samples_.insert(samples_.end(), piece->begin(), piece->end()), pieces_.push_back({keeper_.since(), piece->size()});
      else
        ended_ = true, keeper_.keep(speech_json(samples_, pieces_), {});
      co_return piece;
    } catch (const Error& error) {
      ended_ = true;
      keeper_.keep(pieces_.empty() ? json::object() : speech_json(samples_, pieces_), error);
      failure = std::current_exception();
    }
    std::rethrow_exception(failure);
  }

 private:
  std::unique_ptr<SpeechStream> inner_;
  Keeper keeper_;
  audio::Samples samples_;
  std::vector<Piece> pieces_;
  bool ended_ = false;
};

audio::SampleView without_silence(audio::SampleView samples) {
  const auto sounds = [](audio::Sample sample) { return sample != 0; };
  const auto begin = std::find_if(samples.begin(), samples.end(), sounds);
  const auto end = std::find_if(samples.rbegin(), samples.rend(), sounds).base();
  return begin < end ? audio::SampleView(begin, end) : audio::SampleView();
}

json::object request_json(const std::string& name, audio::SampleView samples, const RecognitionSettings& settings) {
  json::object out{{"recogniser", json::string(name)}, {"sound_sha256", sha256_hex(audio::bytes_from_samples(without_silence(samples)))}};
  if (!settings.language.empty()) out["language"] = json::string(settings.language);
  if (!settings.phrases.empty()) out["phrases"] = json::value_from(settings.phrases);
  if (!settings.settings.empty()) out["settings"] = settings.settings;
  return out;
}

json::value optional_number(const std::optional<double>& number) { return number ? json::value(*number) : json::value(nullptr); }

json::object recognition_json(const Recognition& heard, const Secrets& secrets) {
  json::array words;
  for (const auto& word : heard.words)
    words.push_back(json::array{json::string(secrets.hidden(word.text)), to_seconds(word.start), to_seconds(word.end), optional_number(word.confidence)});
  return {{"text", json::string(secrets.hidden(heard.text))}, {"confidence", optional_number(heard.confidence)}, {"words", std::move(words)}};
}

std::optional<double> number_of(const json::value& value) { return value.is_number() ? std::optional(value.to_number<double>()) : std::nullopt; }

Recognition recognition_of(const json::object& answer) {
  const auto text = find_string(answer, "text");
  const auto* words = answer.if_contains("words");
  if (!text || !words || !words->is_array()) throw broken("transcription");
  Recognition heard{.text = *text, .confidence = find_number(answer, "confidence")};
  for (const auto& item : words->get_array()) {
    const auto* word = item.if_array();
    if (!word || word->size() != 4 || !(*word)[0].is_string() || !(*word)[1].is_number() || !(*word)[2].is_number()) throw broken("words");
    const auto time = [](const json::value& seconds) { return Duration(std::llround(std::clamp(seconds.to_number<double>(), 0.0, 1e6) * 1e9)); };
    heard.words.push_back({std::string((*word)[0].get_string()), time((*word)[1]), time((*word)[2]), number_of((*word)[3])});
  }
  return heard;
}

}  // namespace

TapedVoice::TapedVoice(std::unique_ptr<TextToSpeech> inner, std::shared_ptr<CallTape> tape, std::string name, Clock& clock, bool of_agent)
    : inner_(std::move(inner)), tape_(std::move(tape)), name_(std::move(name)), role_(of_agent ? agent_role : voice_role), clock_(clock) {
  capabilities_ = inner_ ? inner_->capabilities() : SpeechCapabilities{.streaming = true, .styles = true, .speeds = true, .waits_on_clock_alone = true};
}

Task<std::unique_ptr<SpeechStream>> TapedVoice::synthesize(SpeechRequest request, Deadline deadline) {
  const auto question = asked("speech", role_, request_json(name_, request), tape_->secrets());
  if (auto known = tape_->take(question)) {
    auto played = std::make_unique<PlayedSpeech>(*std::move(known), clock_);
    co_await played->wait_for_first(deadline);
    co_return played;
  }
  Keeper keeper(tape_, question, clock_);
  std::exception_ptr failure;
  try {
    auto stream = co_await inner_->synthesize(std::move(request), deadline);
    co_return std::make_unique<RecordingSpeech>(std::move(stream), std::move(keeper));
  } catch (const Error& error) {
    keeper.keep({}, error);
    failure = std::current_exception();
  }
  std::rethrow_exception(failure);
}

TapedEar::TapedEar(std::unique_ptr<SpeechToText> inner, std::shared_ptr<CallTape> tape, std::string name, Clock& clock, bool of_agent)
    : inner_(std::move(inner)), tape_(std::move(tape)), name_(std::move(name)), role_(of_agent ? agent_role : ear_role), clock_(clock) {
  capabilities_ = inner_ ? inner_->capabilities() : RecognitionCapabilities{.word_times = true, .confidence = true, .waits_on_clock_alone = true};
  if (!tape_->lets_streams_pass()) capabilities_.streaming = capabilities_.partials = false;
}

Task<Recognition> TapedEar::transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) {
  const auto question = asked("transcription", role_, request_json(name_, samples, settings), tape_->secrets());
  if (auto known = tape_->take(question)) {
    const auto began = clock_.now();
    if (known->failure || known->unanswered()) co_await wait_for_failure(*known, clock_, role_, began, deadline);
    co_await wait_until(clock_, role_, began + known->latency, deadline);
    co_return recognition_of(known->answer);
  }
  Keeper keeper(tape_, question, clock_);
  std::exception_ptr failure;
  try {
    auto heard = co_await inner_->transcribe(std::move(samples), std::move(settings), deadline);
    keeper.keep(recognition_json(heard, tape_->secrets()), {});
    co_return heard;
  } catch (const Error& error) {
    keeper.keep({}, error);
    failure = std::current_exception();
  }
  std::rethrow_exception(failure);
}

Task<std::unique_ptr<RecognitionStream>> TapedEar::open(RecognitionSettings settings, Deadline deadline) {
  if (tape_->lets_streams_pass()) co_return co_await inner_->open(std::move(settings), deadline);
  throw Error(ErrorKind::unsupported, name_ + ": recognition of a stream is not recorded on cassettes").with_party(Party::harness);
  co_return nullptr;
}

}  // namespace antiphon
