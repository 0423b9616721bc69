#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "antiphon/audio/line_resampler.hpp"
#include "antiphon/base/pulse.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/gym/platform/client_line.hpp"
#include "antiphon/gym/platform/platform_settings.hpp"
#include "antiphon/gym/platform/playback.hpp"
#include "antiphon/gym/platform/sentence_cutter.hpp"

namespace antiphon::gym {

/// Speaks the words of one assistant turn to a client, sentence by sentence, a little ahead of what is heard.
class AssistantSpeech {
 public:
  /// All that is handed in outlives it. @param on_lost a sentence could not be spoken
  AssistantSpeech(Runtime& runtime, const PlatformSpeech& speech, ClientLine& line, std::string turn_id, Duration lead,
                  std::function<void(const Error&)> on_lost);

  void say(std::string_view text);
  /// No more words come.
  void finish();
  /// Nothing more of it is said; `run` is to be cancelled.
  void hush();
  /// Until all audio has been handed to the line; at once where nobody speaks.
  Task<> wait_until_spoken();
  /// Synthesises and sends until cancelled. One task.
  Task<> run();

  HeardWords heard() const { return playback_.heard(runtime_.clock.now()); }
  Clock::Time plays_until() const { return playback_.plays_until(); }
  const std::string& text() const { return text_; }
  /// Of audio that was sent.
  Duration spoken() const { return spoken_; }

 private:
  void queue(std::string sentence);
  Task<> speak(std::string sentence);
  Task<> send(audio::Samples samples);
  Task<> send_rest();

  Runtime& runtime_;
  const PlatformSpeech& speech_;
  ClientLine& line_;
  std::string turn_id_;
  Duration lead_;
  std::function<void(const Error&)> on_lost_;
  SentenceCutter cutter_;
  audio::LineResampler rate_{audio::canonical_rate_hz, layercode::response_rate_hz};
  Playback playback_;
  std::string text_;
  std::deque<std::string> waiting_;
  audio::Samples frame_;  ///< at the client's rate, not long enough yet
  Duration spoken_{0};
  int frames_ = 0;
  bool finished_ = false, speaking_ = false;
  Pulse changed_;
};

}  // namespace antiphon::gym
