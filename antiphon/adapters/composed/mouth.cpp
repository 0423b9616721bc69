#include "antiphon/adapters/composed/mouth.hpp"

#include <algorithm>

namespace antiphon::composed {

void Mouth::say(audio::Samples samples) {
  if (samples.empty()) return;
  if (held_)
    kept_.push_back(std::move(samples));
  else
    send(std::move(samples));
}

void Mouth::send(audio::Samples samples) {
  const auto start = std::max(until_, clock_.now());
  while (!pieces_.empty() && pieces_.front().start + audio::duration_of(pieces_.front().samples.size()) <= clock_.now()) pieces_.pop_front();
  until_ = start + audio::duration_of(samples.size());
  pieces_.push_back({start, samples});
  signals_.push(AgentAudio{std::move(samples)});
}

void Mouth::hold() {
  held_ = true;
  for (auto& piece : std::exchange(pieces_, {})) {
    const auto heard = audio::samples_in(std::max(Duration::zero(), clock_.now() - piece.start));
    if (heard < piece.samples.size()) kept_.emplace_back(piece.samples.begin() + static_cast<std::ptrdiff_t>(heard), piece.samples.end());
  }
  until_ = clock_.now();
  signals_.push(AgentClear{.may_go_on = true});
}

void Mouth::go_on() {
  held_ = false;
  for (auto& samples : std::exchange(kept_, {})) send(std::move(samples));
}

void Mouth::stop() {
  held_ = false;
  kept_.clear();
  pieces_.clear();
  until_ = clock_.now();
  signals_.push(AgentClear{});
}

Task<> Mouth::heard_out() {
  constexpr auto look_again = std::chrono::milliseconds(20);  // whoever holds it says nothing of when it goes on
  while (held_ || is_heard()) co_await clock_.sleep_until(held_ ? clock_.now() + look_again : until_);
}

}  // namespace antiphon::composed
