#include "antiphon/scenario/voice/call_file.hpp"

#include <algorithm>

#include "antiphon/audio/mix.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::voice {

namespace {

constexpr std::size_t piece = audio::canonical_rate_hz / 5;

}  // namespace

void CallFile::add_agent(audio::SampleView samples) {
  agent_.insert(agent_.end(), samples.begin(), samples.end());
  const auto both = std::min(user_.size(), agent_.size());
  if (both >= piece) write(both);
}

void CallFile::finish() { write(std::max(user_.size(), agent_.size())); }

void CallFile::write(std::size_t frames) {
  if (frames == 0) return;
  user_.resize(std::max(user_.size(), frames));
  agent_.resize(std::max(agent_.size(), frames));
  try {
    writer_.append(audio::interleave(audio::SampleView(user_).first(frames), audio::SampleView(agent_).first(frames)));
  } catch (const Error& error) {  // a disk that is full is ours, whoever was speaking
    throw Error(error.kind(), error.message()).with_party(Party::harness).with_hint("free some space, or name another folder for results");
  }
  user_.erase(user_.begin(), user_.begin() + static_cast<std::ptrdiff_t>(frames));
  agent_.erase(agent_.begin(), agent_.begin() + static_cast<std::ptrdiff_t>(frames));
}

}  // namespace antiphon::voice
