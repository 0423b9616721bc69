#pragma once

#include <memory>
#include <vector>

#include "antiphon/base/clock.hpp"
#include "antiphon/providers/stt/speech_to_text.hpp"

namespace antiphon::gateway {

/// A recogniser, and how it is asked to listen.
struct Recogniser {
  std::shared_ptr<SpeechToText> speech_to_text;
  RecognitionSettings settings{};
};

/// Recognisers of one call, of which one listens: where it fails the next stands in for it, and it is asked again only when it has rested (GTW-25).
class RecogniserChain {
 public:
  static constexpr auto rest = std::chrono::seconds(30);

  /// @param all at least one
  RecogniserChain(const Clock& clock, std::vector<Recogniser> all);

  /// Chooses who hears the next turn: the first that is not resting; where all are, the first.
  const Recogniser& choose();
  const Recogniser& current() const { return all_[current_].recogniser; }
  /// The one that listens has failed, and rests. False: no other is there to go on.
  bool fall_back();
  /// Whether another one can go on where this one fails.
  bool has_stand_in() const;

 private:
  struct Member {
    Recogniser recogniser;
    Clock::Time rests_until{0};
  };
  /// The first after the current one, round about, that does not rest; `all_.size()`: none.
  std::size_t next() const;

  const Clock& clock_;
  std::vector<Member> all_;
  std::size_t current_ = 0;
};

}  // namespace antiphon::gateway
