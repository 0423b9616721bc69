#include "antiphon/providers/speech/vendor/http_voice.hpp"

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/resample.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/base/unicode.hpp"
#include "antiphon/providers/llm/wire/sse_stream.hpp"
#include "antiphon/providers/speech/vendor/failure.hpp"

namespace antiphon::speech {

namespace {

enum class Sort { pcm, file, words };

Sort sort_of(const net::Headers& headers) {
  const auto type = lower(net::find_header(headers, "content-type").value_or(""));
  for (const auto* words : {"json", "text/", "xml"})
    if (type.find(words) != std::string::npos) return Sort::words;
  for (const auto* file : {"wav", "wave", "mpeg", "mp3", "flac", "ogg", "opus"})
    if (type.starts_with("audio/") && type.find(file) != std::string::npos) return Sort::file;
  return Sort::pcm;
}

// `audio/pcm;rate=16000`
int rate_of(const net::Headers& headers) {
  const auto type = lower(net::find_header(headers, "content-type").value_or(""));
  const auto at = type.find("rate=");
  if (at == std::string::npos) return audio::canonical_rate_hz;
  const auto digits = type.substr(at + 5, type.find_first_not_of("0123456789", at + 5) - at - 5);
  const auto rate = parse_integer(digits);
  if (!rate || *rate < audio::lowest_rate_hz || *rate > audio::highest_rate_hz)
    throw Error(ErrorKind::protocol, fmt::format("it sends sound as {}, whose rate is none", quote(cut(type, 60))));
  return *rate;
}

/// PCM16 as it arrives. Whoever reads an error of it knows neither vendor nor key: `named` does.
class PcmStream final : public SpeechStream {
 public:
  PcmStream(std::unique_ptr<net::HttpBody> body, std::string name, wire::Endpoint endpoint)
      : body_(std::move(body)), name_(std::move(name)), endpoint_(std::move(endpoint)) {
    if (const int rate = rate_of(body_->headers()); rate != audio::canonical_rate_hz) resampler_.emplace(rate, audio::canonical_rate_hz);
  }

  Task<std::optional<audio::Samples>> next(Deadline deadline) override {
    if (first_) co_return std::exchange(first_, std::nullopt);
    std::optional<Error> failed;
    try {
      co_return co_await read(deadline);
    } catch (const Error& error) {
      failed = error;
    }
    throw named(*failed, name_, endpoint_);
  }
  /// Waits for the first piece. @return false: there is none
  Task<bool> begin(Deadline deadline) {
    first_ = co_await read(deadline);
    co_return first_.has_value();
  }

 private:
  Task<std::optional<audio::Samples>> read(Deadline deadline) {
    while (!done_) {
      const auto bytes = co_await body_->read(deadline);
      auto samples = bytes.empty() ? last() : taken(bytes);
      if (!samples.empty()) co_return samples;
    }
    co_return std::nullopt;
  }
  audio::Samples taken(const std::string& bytes) {
    auto samples = joiner_.feed(bytes);
    return resampler_ ? resampler_->feed(samples) : samples;
  }
  audio::Samples last() {
    done_ = true;
    if (joiner_.pending()) throw Error(ErrorKind::protocol, "its sound ends in the middle of a sample");
    return resampler_ ? resampler_->finish() : audio::Samples();
  }

  std::unique_ptr<net::HttpBody> body_;
  std::string name_;
  wire::Endpoint endpoint_;
  audio::ByteJoiner joiner_;
  std::optional<audio::Resampler> resampler_;
  std::optional<audio::Samples> first_;
  bool done_ = false;
};

audio::Samples decoded(std::string bytes) {
  try {
    return audio::decode_audio_file(std::move(bytes), "its sound");
  } catch (const Error& error) {
    throw Error(error.kind() == ErrorKind::too_large ? error.kind() : ErrorKind::protocol, error.message());
  }
}

Error no_sound(std::string_view body) {
  const auto said = short_message(body);
  return Error(ErrorKind::protocol, fmt::format("it answers in words where sound was asked for{}", said.empty() ? "" : ": " + said));
}

}  // namespace

Task<std::unique_ptr<net::HttpBody>> HttpVoice::open(const SpeechRequest& request, Deadline deadline) {
  for (;;) {
    auto body = co_await http_.open(wire_->request(request, refused_), deadline);
    if (body->status() < 400) co_return body;
    const net::HttpReply reply{.status = body->status(), .headers = body->headers(), .body = co_await wire::read_all(*body, deadline)};
    const bool may_adapt = reply.status == 400 || reply.status == 422;
    auto parameter = may_adapt ? wire_->refused_parameter(reply.body) : std::nullopt;
    if (!parameter || !refused_.add(std::move(*parameter))) throw failure(reply, name_, endpoint_);
  }
}

Task<std::unique_ptr<SpeechStream>> HttpVoice::begin(const SpeechRequest& request, Deadline deadline) {
  auto body = co_await open(request, deadline);
  const auto sort = sort_of(body->headers());
  if (sort == Sort::words) throw no_sound(co_await wire::read_all(*body, deadline));
  if (sort == Sort::file) co_return speech_of(decoded(co_await wire::read_all(*body, deadline)));
  auto stream = std::make_unique<PcmStream>(std::move(body), name_, endpoint_);
  // A text of signs alone may well be silent.
  if (!co_await stream->begin(deadline) && !words_of(request.text).empty()) throw Error(ErrorKind::protocol, "it sent no sound");
  co_return stream;
}

Task<std::unique_ptr<SpeechStream>> HttpVoice::synthesize(SpeechRequest request, Deadline deadline) {
  if (trim(request.text).empty()) co_return speech_of({});
  std::optional<Error> failed;
  try {
    co_return co_await begin(request, deadline);
  } catch (const Error& error) {
    failed = error;
  }
  throw named(*failed, name_, endpoint_);
}

}  // namespace antiphon::speech
