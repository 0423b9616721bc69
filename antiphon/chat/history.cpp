#include "antiphon/chat/history.hpp"

#include <algorithm>

namespace antiphon {

void History::append(Message message) {
  const std::size_t in_chunk = size_ % chunk_size;
  if (in_chunk != 0 && (*spine_)[size_ / chunk_size]->messages.size() == in_chunk) {
    (*spine_)[size_ / chunk_size]->messages.push_back(std::move(message));  // capacity was reserved: nothing moves under a reader
    ++size_;
    return;
  }
  auto chunk = std::make_shared<Chunk>();
  chunk->messages.reserve(chunk_size);
  auto spine = spine_ ? std::make_shared<Spine>(spine_->begin(), spine_->begin() + static_cast<std::ptrdiff_t>(size_ / chunk_size)) : std::make_shared<Spine>();
  for (std::size_t i = size_ - in_chunk; i < size_; ++i) chunk->messages.push_back((*this)[i]);
  chunk->messages.push_back(std::move(message));
  spine->push_back(std::move(chunk));
  spine_ = std::move(spine);
  ++size_;
}

}  // namespace antiphon
