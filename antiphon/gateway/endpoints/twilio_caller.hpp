#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/audio/line_codec.hpp"
#include "antiphon/gateway/endpoints/line_connection.hpp"
#include "antiphon/gateway/endpoints/outbox.hpp"
#include "antiphon/gateway/endpoints/twilio_message.hpp"
#include "antiphon/net/websocket.hpp"

namespace antiphon::gateway {

/// Bytes of one message of a media stream, at most: Twilio's own have under 1 KiB.
inline constexpr std::size_t longest_twilio_message = 64 * 1024;

/// A caller on the telephone, behind a media stream of Twilio (GTW-11). Marks between the frames tell how far the caller's line has played them, so that what
/// was heard is known and not guessed.
class TwilioCaller final : public LineConnection {
 public:
  /// @param start what the stream began with; was read already
  /// @param before_close awaited before we end the stream: whatever Twilio asks then is asked after it
  TwilioCaller(Clock& clock, std::unique_ptr<net::WebSocket> socket, const TwilioStart& start, std::function<Task<>(CallEnd)> before_close);

  Task<> pump() override { return outbox_.pump(); }
  bool is_lost() const override;

  Task<std::optional<CallerInput>> receive(Deadline deadline) override;
  /// Returns at once: what Twilio does not take waits, for at most `longest_queue` of audio.
  Task<> send_audio(audio::SampleView frame, Deadline deadline) override;
  Task<> clear(Deadline deadline) override;
  Task<> event(json::object event, Deadline deadline) override;
  Duration ahead() const override { return std::chrono::milliseconds(100); }
  Task<> end(CallEnd end, Deadline deadline) override;

 private:
  std::optional<CallerInput> take(TwilioMessage message);
  std::optional<CallerInput> take_media(const TwilioMedia& media);
  std::optional<CallerInput> take_mark(const TwilioMark& mark) const;
  void send_mark();
  bool is_ours(std::string_view stream) const { return stream == stream_; }

  Clock& clock_;
  std::unique_ptr<net::WebSocket> socket_;
  std::string stream_;
  std::function<Task<>(CallEnd)> before_close_;
  audio::LineDecoder decoder_{{audio::Encoding::mulaw, 8000}, audio::LineDecoder::Pieces::whole};
  audio::LineEncoder encoder_{{audio::Encoding::mulaw, 8000}};
  Outbox outbox_;
  FloodGuard flood_;
  std::optional<Offence> offence_;
  bool stopped_ = false;
  int turn_ = 0;          ///< to which what is sent belongs
  Duration position_{0};  ///< in that turn's audio, behind the last frame that was sent
  Duration marked_{0};    ///< the last mark stands there
  int clears_ = 0;        ///< marks from before the last one come back unplayed
};

}  // namespace antiphon::gateway
