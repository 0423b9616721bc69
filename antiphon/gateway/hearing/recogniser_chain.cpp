#include "antiphon/gateway/hearing/recogniser_chain.hpp"

#include <algorithm>
#include <utility>

namespace antiphon::gateway {

RecogniserChain::RecogniserChain(const Clock& clock, std::vector<Recogniser> all) : clock_(clock) {
  for (auto& recogniser : all) all_.push_back({std::move(recogniser)});
}

const Recogniser& RecogniserChain::choose() {
  const auto rested = std::ranges::find_if(all_, [this](const Member& member) { return member.rests_until <= clock_.now(); });
  current_ = rested == all_.end() ? 0 : static_cast<std::size_t>(rested - all_.begin());
  return current();
}

bool RecogniserChain::fall_back() {
  all_[current_].rests_until = clock_.now() + rest;
  const auto stands_in = next();
  if (stands_in == all_.size()) return false;
  current_ = stands_in;
  return true;
}

bool RecogniserChain::has_stand_in() const { return next() != all_.size(); }

std::size_t RecogniserChain::next() const {
  for (std::size_t step = 1; step < all_.size(); ++step) {
    const auto at = (current_ + step) % all_.size();
    if (all_[at].rests_until <= clock_.now()) return at;
  }
  return all_.size();
}

}  // namespace antiphon::gateway
