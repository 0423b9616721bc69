#include "antiphon/providers/speech/vendor/http_ear.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/blocking.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/speech/vendor/failure.hpp"

namespace antiphon::speech {

namespace {

using namespace std::chrono_literals;

constexpr auto shortest = 100ms;  // vendors refuse less, and no word is as short

std::int64_t energy(audio::SampleView window) {
  std::int64_t sum = 0;
  for (const auto sample : window) sum += std::int64_t{sample} * sample;
  return sum;
}

// Adds up pieces: the longer one is, the more its confidence counts.
class Joined {
 public:
  void add(Recognition piece, Duration begin, Duration length) {
    const auto text = trim(piece.text);
    if (!text.empty()) whole_.text += (whole_.text.empty() ? "" : " ") + std::string(text);
    for (auto& word : piece.words) {
      word.start += begin, word.end += begin;
      whole_.words.push_back(std::move(word));
    }
    if (piece.confidence) sum_ += *piece.confidence * to_seconds(length), weight_ += to_seconds(length);
  }
  Recognition take() {
    if (weight_ > 0) whole_.confidence = std::clamp(sum_ / weight_, 0.0, 1.0);
    return std::move(whole_);
  }

 private:
  Recognition whole_;
  double sum_ = 0, weight_ = 0;
};

}  // namespace

std::vector<std::size_t> cuts_of(audio::SampleView samples, std::size_t longest) {
  const auto window = audio::samples_in(20ms), back = std::min(audio::samples_in(20s), longest / 2);
  std::vector<std::size_t> cuts;
  std::size_t begin = 0;
  while (samples.size() - begin > longest) {
    const auto latest = begin + longest;
    auto best = latest;
    auto quietest = std::numeric_limits<std::int64_t>::max();
    for (auto at = latest; at >= latest - back + window; at -= window)
      if (const auto now = energy(samples.subspan(at - window, window)); now < quietest) quietest = now, best = at;
    cuts.push_back(begin = best);
  }
  cuts.push_back(samples.size());
  return cuts;
}

HttpEar::HttpEar(std::string name, wire::Endpoint endpoint, std::unique_ptr<const EarWire> wire, const SpeechContext& context, std::shared_ptr<CallLimit> limit)
    : name_(std::move(name)),
      endpoint_(std::move(endpoint)),
      wire_(std::move(wire)),
      runtime_(context.runtime),
      http_(context.http),
      retries_(context.runtime.clock, RoleStreams(context.seed, context.scenario_id, "retry " + name_), {}),
      limit_(std::move(limit)) {}

// As WAV, which every server reads; where that is over the vendor's limit, compressed.
Task<Upload> HttpEar::upload_of(audio::SampleView samples) {
  if (samples.size() * sizeof(audio::Sample) + 1024 <= wire_->largest_file())
    co_return Upload{.name = "audio.wav", .type = "audio/wav", .bytes = audio::encode_audio_file(samples, audio::FileKind::wav)};
  const std::function<std::string(std::stop_token)> compress = [samples](std::stop_token) { return audio::encode_audio_file(samples, audio::FileKind::ogg); };
  co_return Upload{.name = "audio.ogg", .type = "audio/ogg", .bytes = co_await runtime_.blocking.run<std::string>(runtime_.clock, compress)};
}

Task<Recognition> HttpEar::ask(const Upload& file, const RecognitionSettings& settings, Deadline deadline) {
  for (;;) {
    const auto reply = co_await http_.send(wire_->request(file, settings, refused_), deadline);
    if (reply.status < 400) {
      const auto answer = try_parse_json(reply.body);
      if (!answer || !answer->is_object()) throw Error(ErrorKind::protocol, "its answer is no JSON object");
      if (answer->get_object().contains("error")) throw Error(ErrorKind::protocol, "it answers with an error: " + short_message(reply.body));
      co_return wire_->parse(*answer);
    }
    const bool may_adapt = reply.status == 400 || reply.status == 422;
    auto parameter = may_adapt ? wire_->refused_parameter(reply.body) : std::nullopt;
    if (!parameter || !refused_.add(std::move(*parameter))) throw failure(reply, name_, endpoint_);
  }
}

Task<Recognition> HttpEar::ask_named(const Upload& file, const RecognitionSettings& settings, Deadline deadline) {
  const auto slot = co_await enter(limit_, runtime_.clock, deadline, name_);
  std::optional<Error> failed;
  try {
    co_return co_await ask(file, settings, deadline);
  } catch (const Error& error) {
    failed = error;
  }
  throw named(*failed, name_, endpoint_);
}

Task<Recognition> HttpEar::transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) {
  if (audio::duration_of(samples.size()) < shortest) co_return Recognition{};
  Joined joined;
  std::size_t begin = 0;
  for (const auto end : cuts_of(samples, audio::samples_in(wire_->longest()))) {
    const auto piece = audio::SampleView(samples).subspan(begin, end - begin);
    const auto length = audio::duration_of(piece.size());
    if (length >= shortest) {
      const auto file = co_await upload_of(piece);
      auto heard = co_await retries_.run([&] { return ask_named(file, settings, deadline); }, "transcription", deadline);
      joined.add(std::move(heard), audio::duration_of(begin), length);
    }
    begin = end;
  }
  co_return joined.take();
}

Task<std::unique_ptr<RecognitionStream>> HttpEar::open(RecognitionSettings, Deadline) {
  throw Error(ErrorKind::unsupported, name_ + " understands whole recordings, and does not listen while somebody speaks").with_party(Party::harness);
  co_return nullptr;
}

}  // namespace antiphon::speech
