#include "antiphon/providers/stt/local/local_recogniser.hpp"

#include <fmt/format.h>

#include "antiphon/base/compute.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/stt/local/gated_stream.hpp"
#include "antiphon/providers/stt/local/speech_spans.hpp"

namespace antiphon::stt {

namespace {

void append(Recognition& whole, Recognition piece, Duration offset, std::size_t& with_confidence) {
  if (piece.text.empty()) return;
  if (!whole.text.empty()) whole.text += ' ';
  whole.text += piece.text;
  for (auto& word : piece.words) {
    word.start += offset, word.end += offset;
    whole.words.push_back(std::move(word));
  }
  if (piece.confidence) whole.confidence = whole.confidence.value_or(0) + *piece.confidence, ++with_confidence;
}

Recognition understand(LocalDecoder& decoder, audio::SampleView samples) {
  Recognition whole;
  std::size_t with_confidence = 0;
  for (const auto& span : speech_spans(samples)) {
    auto piece = decoder.decode(samples.subspan(span.from, span.to - span.from), span.speech);
    append(whole, std::move(piece), audio::duration_of(span.from), with_confidence);
  }
  if (with_confidence > 0) *whole.confidence /= static_cast<double>(with_confidence);
  return whole;
}

Error bad_setting(std::string_view key, std::string_view wanted) {
  return Error(ErrorKind::configuration, fmt::format("the setting `{}` of a recogniser of this build is {}", key, wanted));
}

Error late() { return {ErrorKind::timeout, "recognition took longer than it may"}; }

}  // namespace

StreamSettings read_stream_settings(const json::object& settings) {
  StreamSettings read;
  read.detector.timing.hangover = std::chrono::milliseconds(400);
  for (const auto& [key, value] : settings) {
    const auto* text = value.if_string();
    const std::string_view word = text ? std::string_view(*text) : std::string_view();
    if (key == "partials") {
      if (!value.is_bool()) throw bad_setting(key, "true or false");
      read.partials = value.get_bool();
    } else if (key == "silence") {
      const auto silence = parse_duration(word);
      if (!silence || *silence < std::chrono::milliseconds(210) || *silence > std::chrono::seconds(5)) throw bad_setting(key, "a duration from 210ms to 5s");
      read.detector.timing.hangover = std::chrono::duration_cast<std::chrono::milliseconds>(*silence);
    } else if (key == "detector") {
      read.detector.engine = audio::voice_engine_from(word);
    } else {
      throw Error(ErrorKind::configuration, fmt::format("a recogniser of this build has no setting {}", quote(key)))
          .with_hint("there are partials, silence, detector");
    }
  }
  return read;
}

Task<Recognition> LocalRecogniser::transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) {
  read_stream_settings(settings.settings);
  auto work = compute<Recognition>(
      runtime_, [open = open_, samples = std::move(samples), settings = std::move(settings)] { return understand(*open(settings), samples); });
  co_return co_await at_most(runtime_.clock, deadline, std::move(work), late());
}

Task<std::unique_ptr<RecognitionStream>> LocalRecogniser::open(RecognitionSettings settings, Deadline deadline) {
  auto stream = read_stream_settings(settings.settings);
  auto work = compute<std::shared_ptr<LocalDecoder>>(runtime_, [open = open_, settings = std::move(settings)] { return open(settings); });
  auto decoder = co_await at_most(runtime_.clock, deadline, std::move(work), late());
  co_return std::make_unique<GatedStream>(runtime_, std::move(decoder), stream);
}

}  // namespace antiphon::stt
