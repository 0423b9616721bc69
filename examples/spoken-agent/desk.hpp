#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <antiphon/audio/line_resampler.hpp>
#include <antiphon/audio/vad/voice_activity.hpp>
#include <antiphon/base/json.hpp>
#include <antiphon/base/limit.hpp>
#include <antiphon/base/pulse.hpp>
#include <antiphon/base/runtime.hpp>
#include <antiphon/net/websocket.hpp>
#include <antiphon/providers/speech/registry.hpp>

/// A support desk on the telephone: one call over a WebSocket, JSON messages with base64 PCM (16 kHz in, 24 kHz out).
namespace spoken {

/// Faults that were planted on purpose.
enum class Bug { none, talks_over, late, ignores_barge_in, ignores_signal, mishears, goes_silent };
/// @throws std::invalid_argument for a word that names none.
Bug bug_from(std::string_view name);

/// Its voice and its ear, and all that it ever says, said once before the first call.
struct Speech {
  antiphon::OpenVoice voice;
  antiphon::OpenEar ear;
  std::map<std::string, antiphon::audio::Samples> said;

  static antiphon::Task<Speech> open(antiphon::Runtime& runtime, antiphon::net::HttpClient& http, const antiphon::SpeechRegistry& registry);
};

/// What it answers to these words.
std::string answer_to(std::string_view words);

class Call {
 public:
  Call(antiphon::net::WebSocket& socket, antiphon::Runtime& runtime, const Speech& speech, Bug bug);
  /// Greets, listens and answers until the caller hangs up.
  antiphon::Task<> serve();

 private:
  antiphon::Task<> listen();
  antiphon::Task<> play();
  antiphon::Task<> tell(antiphon::json::value message);
  void hear(const antiphon::audio::Samples& samples);
  void caller_starts(std::size_t at);
  void caller_stopped(std::size_t at);
  void stop_speaking();
  std::size_t said_at_once() const;
  antiphon::Task<> answer(antiphon::audio::Samples words);
  antiphon::Task<> interject();
  antiphon::Task<> say(std::string sentence);
  std::shared_ptr<antiphon::Stoppable> begin(antiphon::Task<> work);
  antiphon::Task<> drive(std::shared_ptr<antiphon::Stoppable> stoppable, antiphon::Task<> work);

  antiphon::net::WebSocket& socket_;
  antiphon::Runtime& runtime_;
  const Speech& speech_;
  Bug bug_;
  antiphon::audio::LineResampler line_{16000, 24000};
  antiphon::audio::VoiceActivity activity_;
  antiphon::audio::Samples heard_;  // from sample `forgotten_` of the call on
  std::size_t forgotten_ = 0, words_from_ = 0;
  antiphon::audio::Samples outgoing_;  // what is still to be said
  std::size_t said_ = 0;               // of it
  bool turn_open_ = false, over_ = false;
  std::shared_ptr<antiphon::Stoppable> thinking_;  // the answer under way
  int under_way_ = 0;
  antiphon::Pulse ended_;
};

}  // namespace spoken
