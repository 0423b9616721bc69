#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "antiphon/audio/pcm.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/protocol/layercode/server_messages.hpp"

namespace antiphon {

/// Sound that came in one go, and when it begins to be heard.
struct LayercodeSound {
  std::shared_ptr<const audio::Samples> samples;  ///< 16 kHz
  Clock::Time heard_at{0};
};

/// All that an agent says between two things that our user says: mostly one turn of the platform's, sometimes several.
struct LayercodeAnswer {
  std::vector<std::string> turn_ids{};  ///< in order, each once; of a platform that names none: empty
  std::string text{};                   ///< pieces of one turn joined as they came, turns with a blank between them
  std::vector<LayercodeSound> sounds{};
  std::vector<json::value> data{};
  std::optional<Clock::Time> first_event{};  ///< text, sound or data
  std::optional<Clock::Time> first_sound{};  ///< received
  std::optional<Clock::Time> heard_from{};   ///< of its sound

  /// Nothing that a person could see or hear.
  bool is_empty() const { return text.empty() && sounds.empty() && data.empty(); }
  bool has_turn(const std::string& id) const;
  std::string last_turn_id() const { return turn_ids.empty() ? std::string() : turn_ids.back(); }
};

struct LayercodeTurnTiming {
  Duration tail{std::chrono::milliseconds(300)};    ///< without sound, after `response.end` and once all has been heard
  Duration sound_after{std::chrono::seconds(3)};    ///< how long after a text its sound may begin
  Duration idle{std::chrono::seconds(3)};           ///< without anything ends a turn of a platform that never tells the end
  Duration unknown_idle{std::chrono::seconds(10)};  ///< the same while nobody knows whether it does
  Duration longest_gap{std::chrono::seconds(60)};   ///< within a turn, of a platform that does tell
};

/// Follows an agent's messages and says when its turn is over (contracts.md §14): not by a fixed silence, but once the platform has said `response.end` and a
/// person would have heard all of it. Pure.
class LayercodeEar {
 public:
  LayercodeEar(LayercodeTurnTiming timing, bool by_text) : timing_(timing), by_text_(by_text) {}

  /// One message. What belongs to an answer that is over, by its turn's id, is still added to that one.
  void take(layercode::ServerMessage message, Clock::Time now);
  /// Our user speaks: what comes from now on is another answer.
  /// @param by_text it types: of the answer nothing is played
  void begin_answer(bool by_text);
  /// The turn is over and was not what is waited for: another one is, of the same answer.
  void await_another();

  const std::vector<LayercodeAnswer>& answers() const { return answers_; }
  LayercodeAnswer& answer() { return answers_.back(); }
  const LayercodeAnswer& answer() const { return answers_.back(); }
  std::size_t current() const { return answers_.size() - 1; }
  /// The platform has begun a turn of the agent's, or something of one has come.
  bool begun() const { return begun_; }
  /// When the turn will be over if nothing more comes; nullopt while nothing has begun.
  std::optional<Clock::Time> over_at() const;
  /// It has said that all was sent.
  bool ended() const { return ended_at_.has_value(); }
  /// For the notices: the end was not told, and was taken from silence.
  bool tells_no_end() const { return tells_end_ == false; }
  /// The turn was taken for over although nobody said so.
  void end_by_silence();
  /// Since when there is nothing to hear or read, or will be.
  Clock::Time silent_since() const { return by_text_ ? last_event_ : std::max(last_event_, heard_until_); }
  /// When all that came will have been heard.
  Clock::Time heard_until() const { return heard_until_; }
  /// Forgets answers that are over, and what comes late of them becomes one of now.
  void forget_earlier();
  /// Our user cut in, or the platform stopped it: what was not heard yet never is.
  void stop_playing(Clock::Time now);

  /// What was understood of our user since it last spoke; empty: nothing was told.
  std::string understood() const;
  /// It will not change any more.
  bool understood_for_good() const { return !final_.empty(); }
  std::size_t unknown_messages() const { return unknown_; }

 private:
  LayercodeAnswer& answer_of(const std::string& turn_id);
  void on(layercode::TurnStart start, Clock::Time now);
  void on(const layercode::TurnEnd& end, Clock::Time now);
  void on(layercode::ResponseAudio audio, Clock::Time now);
  void on(layercode::ResponseText text, Clock::Time now);
  void on(layercode::ResponseData data, Clock::Time now);
  void on(const layercode::ResponseEnd& end, Clock::Time now);
  void on(const layercode::UserTranscript& heard, Clock::Time now);
  void on(const layercode::UnknownMessage& message, Clock::Time now);
  bool touch(LayercodeAnswer& answer, Clock::Time now);

  LayercodeTurnTiming timing_;
  bool by_text_;
  std::vector<LayercodeAnswer> answers_ = std::vector<LayercodeAnswer>(1);
  bool begun_ = false, new_turn_ = false;
  std::optional<bool> tells_end_;
  std::optional<Clock::Time> ended_at_;
  Clock::Time last_event_{0}, last_sound_{0}, last_text_{0}, heard_until_{0};
  bool sounded_ = false, worded_ = false;  ///< of the turn under way
  std::string deltas_;                     ///< of the turn under way
  std::string final_, interim_;
  std::vector<std::string> pieces_;
  std::size_t unknown_ = 0;
};

}  // namespace antiphon
