#include "antiphon/providers/speech/traced.hpp"

#include <fmt/format.h>

#include "antiphon/base/text.hpp"
#include "antiphon/trace/attributes.hpp"

namespace antiphon {

namespace attr = trace::attr;

namespace {

trace::ActiveSpan begin(const trace::Scope& spans, std::string_view operation, const std::string& name) {
  auto span = spans.begin(fmt::format("{} {}", operation, name), trace::SpanKind::client);
  const auto slash = name.find('/');
  span.set(attr::operation, operation).set(attr::provider, std::string_view(name).substr(0, slash));
  span.set(attr::request_model, std::string_view(name).substr(slash == std::string::npos ? 0 : slash + 1));
  return span;
}

double seconds_of(std::size_t samples) { return to_seconds(audio::duration_of(samples)); }

class TracedSpeech final : public SpeechStream {
 public:
  TracedSpeech(std::unique_ptr<SpeechStream> inner, trace::ActiveSpan span) : inner_(std::move(inner)), span_(std::move(span)) {}

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    auto piece = co_await trace::within(span_, inner_->next(deadline));
    samples_ += piece ? piece->size() : 0;
    if (!piece) {
      span_.set(attr::audio_s, seconds_of(samples_));
      span_.end();
    }
    co_return piece;
  }

 private:
  std::unique_ptr<SpeechStream> inner_;
  trace::ActiveSpan span_;
  std::size_t samples_ = 0;
};

}  // namespace

Task<std::unique_ptr<SpeechStream>> TracedVoice::synthesize(SpeechRequest request, Deadline deadline) {
  auto span = begin(*spans_, "speech", name());
  auto stream = co_await trace::within(span, inner_->synthesize(std::move(request), deadline));
  co_return std::make_unique<TracedSpeech>(std::move(stream), std::move(span));
}

Task<Recognition> TracedEar::transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) {
  auto span = begin(*spans_, "transcription", name());
  span.set(attr::audio_s, seconds_of(samples.size()));
  co_return co_await trace::within(span, inner_->transcribe(std::move(samples), std::move(settings), deadline));
}

Task<std::unique_ptr<RecognitionStream>> TracedEar::open(RecognitionSettings settings, Deadline deadline) {
  auto span = begin(*spans_, "transcription", name());
  co_return co_await trace::within(span, inner_->open(std::move(settings), deadline));
}

}  // namespace antiphon
