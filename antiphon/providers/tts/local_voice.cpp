#include "antiphon/providers/tts/local_voice.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "antiphon/audio/levels.hpp"
#include "antiphon/base/compute.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/tts/text/plain_text.hpp"
#include "antiphon/providers/tts/text/sentences.hpp"

namespace antiphon {

namespace {

constexpr double silence_before_s = 0.05, silence_after_s = 0.1, pause_s = 0.2;
constexpr double audible_db = -45;  // of the loudest window: what is softer is no speech, what is louder may be the f of "five"

std::size_t samples_of(double seconds) { return static_cast<std::size_t>(std::lround(seconds * audio::canonical_rate_hz)); }

/// Computes one piece each time that it is asked.
class PiecewiseSpeech final : public SpeechStream {
 public:
  PiecewiseSpeech(Runtime& runtime, LocalVoice::Say say, std::vector<spoken::Piece> pieces, SpeechRequest how)
      : runtime_(runtime), say_(std::move(say)), pieces_(std::move(pieces)), how_(std::move(how)) {}

  Task<> begin(Deadline deadline) { ready_ = co_await compute_next(deadline); }

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    if (ready_) co_return std::exchange(ready_, std::nullopt);
    co_return co_await compute_next(deadline);
  }

 private:
  Task<std::optional<audio::Samples>> compute_next(Deadline deadline) {
    while (at_ < pieces_.size()) {
      if (!deadline.is_never() && deadline.left(runtime_.clock) < Duration::zero())
        throw Error(ErrorKind::timeout, "the time for speaking was over before the text was");
      auto samples = co_await say_piece(at_++);
      if (!samples.empty()) co_return samples;
    }
    co_return std::nullopt;
  }

  Task<audio::Samples> say_piece(std::size_t at) {
    // The work owns all that it uses: it may outlive this stream when it is cancelled.
    auto samples = co_await compute<audio::Samples>(runtime_, [say = say_, piece = pieces_[at].text, how = how_] { return say(piece, how); });
    auto speech = audio::normalise(trimmed(samples, silence_before_s, silence_after_s));
    if (speech.empty()) co_return speech;
    if (said_ && ended_) speech.insert(speech.begin(), samples_of(pause_s), 0);
    said_ = true, ended_ = pieces_[at].ends_sentence;
    co_return speech;
  }

  Runtime& runtime_;
  LocalVoice::Say say_;
  std::vector<spoken::Piece> pieces_;
  SpeechRequest how_;
  std::optional<audio::Samples> ready_;
  std::size_t at_ = 0;
  bool said_ = false, ended_ = false;
};

}  // namespace

LocalVoice::LocalVoice(std::string name, Runtime& runtime, Say say, const std::map<std::string, std::string>& lexicon)
    : name_(std::move(name)), runtime_(runtime), say_(std::move(say)), respelling_(lexicon) {}

Task<std::unique_ptr<SpeechStream>> LocalVoice::synthesize(SpeechRequest request, Deadline deadline) {
  if (!(request.speed >= 0.5 && request.speed <= 2))
    throw Error(ErrorKind::configuration, fmt::format("the speed of a voice is {}, and lies between 0.5 and 2", request.speed));
  auto pieces = spoken::sentences_of(spoken::plain_text(respelling_.apply(request.text)));
  auto stream = std::make_unique<PiecewiseSpeech>(runtime_, say_, std::move(pieces), std::move(request));
  co_await stream->begin(deadline);
  co_return stream;
}

void check_voice_name(std::string_view provider, std::string_view name, std::span<const std::string> voices) {
  if (std::ranges::find(voices, name) != voices.end()) return;
  const auto near = nearest(name, voices);
  std::vector<std::string> full;
  for (const auto& voice : voices) full.push_back(fmt::format("{}/{}", provider, voice));
  throw Error(ErrorKind::configuration,
              fmt::format("there is no voice '{}/{}'{}", provider, name, near ? fmt::format("; did you mean {}/{}?", provider, *near) : ""))
      .with_hint(fmt::format("voices are {}", fmt::join(full, ", ")));
}

audio::Samples trimmed(audio::SampleView samples, double before_s, double after_s) {
  constexpr std::size_t window = audio::canonical_rate_hz / 200;
  std::vector<double> levels;
  for (std::size_t at = 0; at < samples.size(); at += window) levels.push_back(audio::rms_dbfs(samples.subspan(at, std::min(window, samples.size() - at))));
  const auto loudest = levels.empty() ? audio::silence_dbfs : *std::ranges::max_element(levels);
  if (loudest == audio::silence_dbfs) return {};
  const auto audible = [&](double level) { return level > loudest + audible_db; };
  const auto first = static_cast<std::size_t>(std::ranges::find_if(levels, audible) - levels.begin()) * window;
  const auto last = static_cast<std::size_t>(levels.rend() - std::find_if(levels.rbegin(), levels.rend(), audible)) * window;
  const auto begin = first - std::min(first, samples_of(before_s));
  const auto end = std::min(samples.size(), last + samples_of(after_s));
  return {samples.begin() + static_cast<std::ptrdiff_t>(begin), samples.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace antiphon
