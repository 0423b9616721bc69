#include "antiphon/scenario/voice/call_file.hpp"

#include <algorithm>
#include <filesystem>

#include "antiphon/audio/mix.hpp"

namespace antiphon::voice {

CallFile::CallFile(std::string path) : path_(std::move(path)) {
  std::error_code ignored;  // where it cannot be taken away it cannot be written to either, and that is told
  std::filesystem::remove(path_, ignored);
}

void CallFile::add_agent(audio::SampleView samples) {
  agent_.insert(agent_.end(), samples.begin(), samples.end());
  const auto both = std::min(user_.size(), agent_.size());
  if (both >= audio::samples_in(piece)) write(both);
}

void CallFile::finish() { write(std::max(user_.size(), agent_.size())); }

void CallFile::write(std::size_t frames) {
  if (frames == 0 || broken_) return;
  user_.resize(std::max(user_.size(), frames));
  agent_.resize(std::max(agent_.size(), frames));
  broken_ = true;  // unless the whole of it was written
  append(frames);
  broken_ = false;
  user_.erase(user_.begin(), user_.begin() + static_cast<std::ptrdiff_t>(frames));
  agent_.erase(agent_.begin(), agent_.begin() + static_cast<std::ptrdiff_t>(frames));
}

void CallFile::append(std::size_t frames) {
  if (!writer_) writer_.emplace(path_, 2);
  try {
    writer_->append(audio::interleave(audio::SampleView(user_).first(frames), audio::SampleView(agent_).first(frames)));
  } catch (...) {
    if (writer_->frames() == 0) {
      writer_.reset();
      std::error_code ignored;
      std::filesystem::remove(path_, ignored);
    }
    throw;
  }
}

}  // namespace antiphon::voice
