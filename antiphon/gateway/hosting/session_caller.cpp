#include "antiphon/gateway/hosting/session_caller.hpp"

#include <utility>

namespace antiphon::gateway {

namespace {

constexpr int out_rate_hz = 48000;  // what consoles of the protocol play
constexpr std::uint32_t least_rate_hz = 1000, most_rate_hz = 192'000;

audio::Samples mono(const session::SessionAudio& audio) {
  if (audio.channels <= 1) return {audio.samples.begin(), audio.samples.end()};
  audio::Samples samples;
  samples.reserve(audio.samples.size() / audio.channels);
  for (std::size_t at = 0; at + audio.channels <= audio.samples.size(); at += audio.channels) {
    std::int64_t sum = 0;
    for (std::uint32_t channel = 0; channel < audio.channels; ++channel) sum += audio.samples[at + channel];
    samples.push_back(static_cast<std::int16_t>(sum / audio.channels));
  }
  return samples;
}

}  // namespace

void SessionCaller::hear(const session::SessionAudio& audio) {
  if (audio.rate_hz < least_rate_hz || audio.rate_hz > most_rate_hz) return;
  if (flood_.count_message() || flood_.count_audio(audio.duration())) return;
  if (!in_ || in_rate_hz_ != audio.rate_hz) in_.emplace(static_cast<int>(audio.rate_hz), agent_rate_hz), in_rate_hz_ = audio.rate_hz;
  if (auto samples = in_->feed(mono(audio)); !samples.empty()) give(CallerAudio{std::move(samples)});
}

void SessionCaller::give(CallerInput input) {
  if (listener_)
    listener_(std::move(input));
  else
    inputs_.push(std::move(input));
}

Task<std::optional<CallerInput>> SessionCaller::receive(Deadline deadline) {
  co_return co_await inputs_.pop(clock_, deadline, Error(ErrorKind::timeout, "the controller is silent"));
}

Task<> SessionCaller::send_audio(audio::SampleView frame, Deadline) {
  if (!out_) out_.emplace(agent_rate_hz, out_rate_hz);
  co_await play(out_->feed(frame));
}

Task<> SessionCaller::play(audio::Samples samples) {
  if (samples.empty()) co_return;
  co_await ends_.play({.samples = {samples.begin(), samples.end()}, .rate_hz = out_rate_hz});
}

Task<> SessionCaller::clear(Deadline) {
  out_.reset();
  ends_.clear();
  co_return;
}

Task<> SessionCaller::event(json::object event, Deadline) {
  if (event.at("type").as_string() == "turn.ended" && out_) {
    auto last = std::exchange(out_, std::nullopt);
    co_await play(last->finish());
  }
  co_await ends_.event(std::move(event));
}

Task<> SessionCaller::end(CallEnd, Deadline) { co_return; }

}  // namespace antiphon::gateway
