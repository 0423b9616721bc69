#include "antiphon/device/sound_card.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/device/internal/alsa.hpp"

namespace antiphon::device {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t piece = 480;        // 20 ms
constexpr unsigned latency_us = 100'000;  // of the card's own buffer
constexpr std::size_t most_waiting = audio::canonical_rate_hz / 2;

struct Direction {
  snd_pcm_stream_t stream;
  const char* variable;
  const char* verb;
  const char* thing;
};
constexpr Direction playing{SND_PCM_STREAM_PLAYBACK, "ANTIPHON_SPEAKER", "play", "loudspeaker or headset"};
constexpr Direction recording{SND_PCM_STREAM_CAPTURE, "ANTIPHON_MICROPHONE", "listen", "microphone"};

std::string device_of(const Direction& direction, DeviceName name) {
  if (!name.empty()) return name;
  const char* named = std::getenv(direction.variable);
  return named && *named ? named : "default";
}

/// One direction of the sound card.
class Pcm {
 public:
  Pcm(const Direction& direction, const DeviceName& name) : alsa_(Alsa::of_process()), direction_(direction), name_(device_of(direction, name)) {
    check(alsa_.open(&pcm_, name_.c_str(), direction_.stream, SND_PCM_NONBLOCK), ErrorKind::not_found);
    const int failed = alsa_.set_params(pcm_, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 1, audio::canonical_rate_hz, 1, latency_us);
    if (failed < 0) alsa_.close(pcm_);
    check(failed, ErrorKind::unavailable);
  }
  ~Pcm() { alsa_.close(pcm_); }
  Pcm(const Pcm&) = delete;
  Pcm& operator=(const Pcm&) = delete;

  /// Waits until the card has taken them; gives up where it takes nothing and `stop` is requested.
  void write(audio::SampleView samples, const std::stop_token& stop) {
    while (!samples.empty()) {
      const auto written = alsa_.write(pcm_, samples.data(), samples.size());
      if (written > 0) samples = samples.subspan(static_cast<std::size_t>(written));
      if (written < 0 && written != -EAGAIN) recover(static_cast<int>(written));
      if (written <= 0 && !is_ready() && stop.stop_requested()) return;
    }
  }
  /// What the card has; empty: nothing new within a tenth of a second.
  audio::SampleView read(std::array<audio::Sample, piece>& room) {
    if (!is_ready()) return {};
    const auto read = alsa_.read(pcm_, room.data(), room.size());
    if (read < 0 && read != -EAGAIN) recover(static_cast<int>(read));
    return audio::SampleView(room).first(static_cast<std::size_t>(std::max<snd_pcm_sframes_t>(read, 0)));
  }
  void start() { alsa_.start(pcm_); }
  void drain() { alsa_.drain(pcm_); }
  void drop() { alsa_.drop(pcm_); }

 private:
  bool is_ready() {
    constexpr int limit_ms = 100;
    const int ready = alsa_.wait(pcm_, limit_ms);
    if (ready < 0) recover(ready);
    return ready > 0;
  }
  // What was late is no failure; a card that was pulled out is one.
  void recover(int failed) { check(alsa_.recover(pcm_, failed, 1), ErrorKind::closed); }
  void check(int result, ErrorKind kind) const {
    if (result >= 0) return;
    throw Error(kind, fmt::format("the sound card cannot {} (device {}): {}", direction_.verb, name_, alsa_.describe(result)))
        .with_party(Party::harness)
        .with_hint(fmt::format("connect a {}, or name another device with {} (`aplay -L` lists them)", direction_.thing, direction_.variable));
  }

  const Alsa& alsa_;
  const Direction& direction_;
  std::string name_;
  snd_pcm_t* pcm_ = nullptr;
};

/// Samples between the thread of the card and whoever drives the call, and what broke the card.
class Waiting {
 public:
  /// Throws what the card's thread ended with. What is over half a second behind is left out.
  void put(audio::SampleView samples) {
    const std::lock_guard lock(mutex_);
    rethrow();
    samples_.insert(samples_.end(), samples.begin(), samples.end());
    if (samples_.size() > most_waiting) samples_.erase(samples_.begin(), samples_.end() - static_cast<std::ptrdiff_t>(most_waiting));
    changed_.notify_all();
  }
  audio::Samples take(std::size_t count) {
    const std::lock_guard lock(mutex_);
    rethrow();
    return take_locked(count);
  }
  void flush() {
    const std::lock_guard lock(mutex_);
    samples_.clear();
    changed_.notify_all();
  }
  /// Until there are some, or it is to stop.
  audio::Samples wait_for(std::size_t count, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return !samples_.empty(); });
    return take_locked(count);
  }
  /// Until there is room: a device that has samples at any pace is read at ours.
  void wait_for_room(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return samples_.size() < most_waiting; });
  }
  void pause(std::chrono::milliseconds time, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, time, [] { return false; });
  }
  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }

 private:
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  audio::Samples take_locked(std::size_t count) {
    const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(std::min(count, samples_.size()));
    audio::Samples taken(samples_.begin(), end);
    samples_.erase(samples_.begin(), end);
    changed_.notify_all();
    return taken;
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<audio::Sample> samples_;
  std::exception_ptr failure_;
};

class CardLoudspeaker final : public audio::Loudspeaker {
 public:
  explicit CardLoudspeaker(const DeviceName& name) : pcm_(playing, name), thread_([this](std::stop_token stop) { work(std::move(stop)); }) {}

  void play(audio::SampleView samples) override { waiting_.put(samples); }

 private:
  void work(std::stop_token stop) {
    try {
      for (;;) {
        auto samples = waiting_.wait_for(piece, stop);
        if (samples.empty()) break;
        pcm_.write(samples, stop);
      }
      pcm_.drain();
      std::this_thread::sleep_for(std::chrono::microseconds(latency_us));  // the card plays what it holds in real time, and does not say when it has
    } catch (...) {
      waiting_.fail(std::current_exception());
    }
  }

  Pcm pcm_;
  Waiting waiting_;
  std::jthread thread_;
};

class CardMicrophone final : public audio::Microphone {
 public:
  explicit CardMicrophone(const DeviceName& name) : pcm_(recording, name), thread_([this](std::stop_token stop) { work(std::move(stop)); }) {}

  audio::Samples take(std::size_t count) override { return waiting_.take(count); }
  void flush() override { waiting_.flush(); }

 private:
  void work(std::stop_token stop) {
    try {
      pcm_.start();
      std::array<audio::Sample, piece> room{};
      while (!stop.stop_requested()) {
        const auto samples = pcm_.read(room);
        if (samples.empty())
          waiting_.pause(10ms, stop);
        else
          waiting_.put(samples);
        waiting_.wait_for_room(stop);
      }
      pcm_.drop();
    } catch (...) {
      waiting_.fail(std::current_exception());
    }
  }

  Pcm pcm_;
  Waiting waiting_;
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<audio::Loudspeaker> open_loudspeaker(DeviceName name) { return std::make_unique<CardLoudspeaker>(name); }
std::unique_ptr<audio::Microphone> open_microphone(DeviceName name) { return std::make_unique<CardMicrophone>(name); }

}  // namespace antiphon::device
