#pragma once

#include <random>

#include "antiphon/gateway/testing/played_caller.hpp"

/// A caller whose line brings back what the agent says, later and quieter, and in a room many times over. For tests alone.
namespace antiphon::gateway::testing {

class EchoingCaller final : public PlayedCaller {
 public:
  EchoingCaller(Clock& clock, Duration delay, double gain_db) : PlayedCaller(clock), time_(clock), delay_(delay), gain_(std::pow(10, gain_db / 20)) {}

  /// It is a room, whose walls bring back `gain` times as much again, 60 dB less after `decay`.
  void reverberate(Duration decay, double gain) {
    std::mt19937 random(5);
    std::normal_distribution<double> loudness;
    const auto length = audio::samples_in(decay);
    constexpr std::size_t apart = 37;  // enough of them to sound like a room
    double power = 0;
    for (std::size_t at = apart; at < length; at += apart) {
      walls_.push_back({at, loudness(random) * std::exp(-6.9 * static_cast<double>(at) / static_cast<double>(length))});
      power += walls_.back().gain * walls_.back().gain;
    }
    for (auto& wall : walls_) wall.gain *= gain / std::sqrt(power);
  }

  Task<> send_audio(audio::SampleView frame, Deadline deadline) override {
    co_await PlayedCaller::send_audio(frame, deadline);
    const auto now = samples_at(time_.now());
    if (played_.size() < now) played_.resize(now);  // the player was empty
    played_.insert(played_.end(), frame.begin(), frame.end());
  }
  Task<> clear(Deadline deadline) override {
    co_await PlayedCaller::clear(deadline);
    played_.resize(std::min(played_.size(), samples_at(time_.now())));
  }

  /// The line for so long, or as long as the caller speaks: their voice, the echo, and a little noise.
  Task<> be_on_the_line(Duration length, audio::Samples voice = {}) {
    constexpr std::size_t frame = audio::canonical_rate_hz / 50;
    const auto total = std::max(audio::samples_in(length), voice.size());
    for (std::size_t at = 0; at + frame <= total; at += frame) {
      co_await time_.sleep_for(frame_length);
      audio::Samples mixed(frame);
      const auto begin = static_cast<std::int64_t>(samples_at(time_.now() - delay_)) - static_cast<std::int64_t>(frame);
      for (std::size_t i = 0; i < frame; ++i) {
        const auto from = begin + static_cast<std::int64_t>(i);
        double echo = played_at(from);
        for (const auto& wall : walls_) echo += wall.gain * played_at(from - static_cast<std::int64_t>(wall.later));
        const double own = at + i < voice.size() ? voice[at + i] : 0;
        mixed[i] = audio::to_sample(gain_ * echo + own + static_cast<double>((noise_ = noise_ * 1664525 + 1013904223) >> 27U) - 16);
      }
      put(CallerInput{CallerAudio{std::move(mixed)}});
    }
  }

 private:
  struct Wall {
    std::size_t later = 0;
    double gain = 0;
  };
  static std::size_t samples_at(Clock::Time at) { return audio::samples_in(at); }
  double played_at(std::int64_t at) const { return at >= 0 && static_cast<std::size_t>(at) < played_.size() ? played_[static_cast<std::size_t>(at)] : 0; }

  Clock& time_;
  Duration delay_;
  double gain_;
  audio::Samples played_;
  std::vector<Wall> walls_;
  std::uint32_t noise_ = 1;
};

}  // namespace antiphon::gateway::testing
