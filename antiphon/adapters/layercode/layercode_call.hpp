#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/adapters/layercode/layercode_access.hpp"
#include "antiphon/adapters/layercode/layercode_answer.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/latch.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/protocol/layercode/client_messages.hpp"

namespace antiphon {

/// How fast our user's speech leaves.
struct LayercodePace {
  Duration chunk{std::chrono::milliseconds(100)};  ///< of sound in one message; zero: all of it
  std::optional<Duration> interval{};              ///< between messages, whatever they hold: a burst. Unset: as fast as it is said
  Duration trailing{std::chrono::seconds(1)};      ///< of silence after it, until the platform has taken the turn; not in a burst
};

/// What our user's speech was on the wire.
struct LayercodeSpoken {
  Clock::Time began{0};
  Clock::Time voice_ended{0};  ///< its last voiced sample, as sent
};

/// One conversation with an agent behind the Layercode platform, at the client's end of its WebSocket. One executor; one task at a time speaks and listens.
class LayercodeCall {
 public:
  struct Options {
    LayercodeAccess access{};
    LayercodePace pace{};
    LayercodeTurnTiming timing{};
    bool by_text = false;                         ///< of what the agent says before our user does nothing is played
    std::function<void(Duration behind)> late{};  ///< of each message of speech, behind the time at which it was due
  };

  LayercodeCall(Runtime& runtime, net::HttpClient& http, Options options);
  /// `close` must have returned where `connect` was called.
  ~LayercodeCall();
  LayercodeCall(const LayercodeCall&) = delete;
  LayercodeCall& operator=(const LayercodeCall&) = delete;

  /// Asks for a key: then the conversation has its id. @throws Error as `antiphon::authorise`.
  Task<> authorise(std::string conversation_id);
  /// With a key that somebody else asked for.
  void take_key(std::string key, std::string conversation_id);
  /// Connects, and says that the client is ready. @throws Error as `open_session`.
  Task<> connect();
  const std::string& conversation_id() const { return conversation_id_; }

  enum class End {
    over,    ///< all was said and heard
    idle,    ///< nobody said that it is, but nothing came for so long that it must be
    pause,   ///< a silence within it, as long as was asked for
    silent,  ///< no turn began
    closed,  ///< the connection ended; `failure` tells how
  };
  /// Until the agent's turn is over.
  /// @param patience how long nothing at all may come before one begins.
  /// @param pause where this is given, so long a silence within a turn that has begun ends the wait, too: the turn goes on.
  Task<End> listen(Duration patience, std::optional<Duration> pause = std::nullopt);
  /// Tells that all of the answer was played. Nothing where its turn has no name.
  Task<> acknowledge();
  /// Until `at`, or until something comes of the agent, or the end. True: something came.
  Task<bool> wait_until(Clock::Time at);

  // Whoever speaks says to the ear that a new answer begins. After the connection has ended nothing is sent.
  Task<> say_text(std::string text);
  /// @param speech at `layercode::client_rate_hz` (`layercode_speech`)
  Task<LayercodeSpoken> say(audio::Samples speech);
  Task<> send_data(json::value data);

  const LayercodeEar& ear() const { return ear_; }
  LayercodeEar& ear() { return ear_; }
  bool over() const { return over_; }
  /// Why it is over; nullopt while it is not, and when it was us who ended it.
  const std::optional<Error>& failure() const { return failure_; }
  /// The platform said goodbye, and in the middle of nothing: an agent that hangs up.
  bool hung_up() const { return hung_up_; }
  /// Says goodbye. Idempotent, also where it was never connected. Never throws an Error.
  Task<> close(Deadline deadline);

 private:
  Task<> read();
  Task<> drive();
  void arrived(const net::WsMessage& message);
  void end(std::optional<Error> failure);
  void notice_end();
  Task<> send(layercode::ClientMessage message);
  Task<> send_trailing_silence(Clock::Time from);
  bool turn_taken() const;
  std::string moment() const;

  Runtime& runtime_;
  Clock& clock_;
  net::HttpClient& http_;
  Options options_;
  LayercodeEar ear_;
  std::string key_, conversation_id_;
  std::unique_ptr<net::WebSocket> socket_;
  Stoppable reading_;
  Latch read_;
  Pulse news_;
  std::size_t messages_ = 0;
  bool running_ = false, over_ = false, closing_ = false, speaking_ = false, hung_up_ = false;
  std::optional<Error> failure_;
};

/// 8 kHz as the platform takes it.
/// @param samples canonical
audio::Samples layercode_speech(audio::SampleView samples);

}  // namespace antiphon
