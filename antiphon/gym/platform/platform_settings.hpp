#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "antiphon/base/clock.hpp"
#include "antiphon/base/ids.hpp"
#include "antiphon/protocol/layercode/webhook.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"
#include "antiphon/providers/tts/text_to_speech.hpp"

/// A platform that speaks Layercode's protocols, for tests (docs/guides/layercode-platform.md).
namespace antiphon::gym {

/// How a user's turn by voice begins and ends.
enum class TurnTrigger {
  automatic,     ///< where the voice does
  push_to_talk,  ///< where the client says so
};

std::string_view to_string(TurnTrigger trigger);

/// Where webhooks go, and how long a backend may take.
struct BackendSettings {
  std::string webhook_url{};
  std::string webhook_secret{};
  layercode::WebhookShape shape{};
  Duration first_byte{std::chrono::seconds(30)};  ///< to the header of a reply
  Duration next_event{std::chrono::seconds(60)};  ///< from one event of a reply to the next
  Duration longest_reply{std::chrono::minutes(5)};
  std::size_t most_bytes = 1024 * 1024;  ///< of one reply
  std::size_t most_bad_events = 20;      ///< of one reply; the next one ends it
  /// For signatures and transcripts.
  std::function<std::chrono::system_clock::time_point()> wall_time = [] { return std::chrono::system_clock::now(); };
};

/// Who listens and who speaks. Both outlive the platform.
struct PlatformSpeech {
  std::shared_ptr<SpeechToText> recogniser{};  ///< nullptr: nobody, and audio of clients makes no turns
  RecognitionSettings recognition{};
  std::shared_ptr<TextToSpeech> voice{};  ///< nullptr: replies are text alone
  SpeechRequest voice_defaults{};
};

struct HearingSettings {
  Duration end_of_turn{std::chrono::milliseconds(500)};  ///< of silence after the voice
  Duration inactivity{std::chrono::milliseconds(800)};   ///< without any audio, where the voice had not stopped: a burst, or a gate that closed
  Duration longest_turn{std::chrono::minutes(2)};        ///< of audio; what follows is another turn
  Duration recognition_timeout{std::chrono::seconds(20)};
};

struct PlatformSettings {
  BackendSettings backend{};
  TurnTrigger trigger = TurnTrigger::automatic;
  bool can_interrupt = true;  ///< by voice; typed text and push to talk always can
  HearingSettings hearing{};
  std::string api_key{};   ///< bearer that requests need; empty: any that is not empty
  std::string agent_id{};  ///< the only agent there is; empty: any
  Duration key_lifetime{std::chrono::hours(1)};
  Duration longest_session{std::chrono::minutes(30)};
  std::size_t most_sessions = 5000;
  std::size_t longest_frame = 1024 * 1024;       ///< bytes of a client's message; longer ones end the session (1009)
  std::size_t most_bad_frames = 100;             ///< of one session; the next one ends it (1008)
  Duration audio_lead{std::chrono::seconds(1)};  ///< how far ahead of being heard audio is sent
  std::function<std::string(std::string_view prefix)> make_id = [](std::string_view prefix) { return antiphon::make_id(prefix); };
  std::function<void(const std::string& line)> notice{};  ///< what somebody should know: failures of the backend, of speech, of clients; no secrets
};

}  // namespace antiphon::gym
