#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "antiphon/gateway/dialogue/dialogue.hpp"
#include "antiphon/gateway/dialogue/pin.hpp"

namespace antiphon::gateway {

/// Gathers a PIN from turns and keys, and keeps it from everybody but the verifier (GTW-32). One per call.
class PinGate final : public Intake {
 public:
  /// @param must_answer whether a turn is answered though digits of the PIN are still to come: a caller who asks for a person
  /// @param takes_bare whether digits that nobody asked for may be a PIN at all
  PinGate(Clock& clock, std::shared_ptr<const LocaleRules> rules, PinOptions options, std::function<bool(std::string_view)> must_answer, bool takes_bare);

  /// From now on digits are those of the PIN; `request` is what it is needed for.
  void open(std::string request);
  void close();
  /// What the agent said last: where it asks for another number, bare digits are left to whoever asked. One answer that asks for nothing
  /// ("Sure, take your time.") leaves asked what the caller has not said yet.
  void set_said(std::string_view agent_text);
  /// What the caller said in a turn that somebody else took.
  void note_heard(std::string_view text);
  /// The right PIN: from now on it is hidden wherever it is said.
  void know(Pin pin) { known_ = std::move(pin); }
  bool is_open() const { return open_; }
  /// Whether a PIN is awaited, and for what, or was announced; none of its digits.
  json::object memory() const;
  /// @param is_lost a PIN was given, and nobody knows it any more: it is awaited, and asked for
  /// @param request what that was needed for, where it was not awaited; empty: it was given unasked
  void recall(const json::object& memory, bool is_lost, std::string request);
  /// A whole PIN that nobody has taken yet.
  std::optional<Pin> take_pin();
  /// It was taken, and nobody has checked it.
  void put_back(Pin pin) { pin_ = std::move(pin); }
  /// Whether an entry ended with too few digits since this was asked last.
  bool take_incomplete() { return std::exchange(incomplete_, false); }
  /// What the PIN was needed for; empty: it was given unasked.
  std::string take_request() { return std::exchange(request_, {}); }

  void attach(std::function<void(std::string)> take_floor) override { take_floor_ = std::move(take_floor); }
  std::string show(std::string_view text) const override;
  Taken take(std::string_view text, Clock::Time voice_ended) override;
  void press(std::string_view keys) override;
  /// A PIN is whole with its last digit; many press the hash all the same, while the agent may already speak.
  bool ignores(std::string_view keys) const override;
  void set_speaking(bool speaking) override;
  bool is_complete(std::string_view text) const override;

 private:
  PinTaken taken_from(std::string_view text, std::size_t at_least) const;
  bool is_piece_of_known(std::string_view digits) const;
  std::string without_known(std::string_view text) const;
  void gather(std::string_view text, Pin digits);
  void note_piece(std::string_view text);
  std::size_t wanted() const { return static_cast<std::size_t>(options_.digits); }
  void note(PinEntry::Event event);
  bool settled() const { return pin_ || incomplete_; }
  void watch();
  void take_floor();

  Clock& clock_;
  std::shared_ptr<const LocaleRules> rules_;
  PinOptions options_;
  std::function<bool(std::string_view)> must_answer_;
  std::function<void(std::string)> take_floor_;
  bool takes_bare_;
  bool number_asked_ = false;
  bool number_due_ = false;  ///< it was asked for just now, and no number was said since
  Pin known_;
  Pin said_;                ///< bare digits of the turns just before, once the PIN is known
  bool announced_ = false;  ///< the last turn said that a PIN that nobody asked for follows, or the rest of it
  Pin announced_digits_;    ///< of it so far
  PinEntry entry_;
  std::optional<Pin> pin_;
  std::optional<Clock::Time> typed_at_;  ///< the last one
  bool open_ = false;
  bool incomplete_ = false;
  std::string request_;
  std::optional<ScopedAlarm> alarm_;
};

}  // namespace antiphon::gateway
