#include "antiphon/chat/history.hpp"

namespace antiphon {

void History::append(Message message) {
  const std::size_t in_chunk = size_ % chunk_size;
  if (in_chunk != 0 && (*spine_)[size_ / chunk_size]->append_at(in_chunk, message)) {
    ++size_;
    return;
  }
  auto chunk = std::make_shared<Chunk>();
  auto spine = spine_ ? std::make_shared<Spine>(spine_->begin(), spine_->begin() + static_cast<std::ptrdiff_t>(size_ / chunk_size)) : std::make_shared<Spine>();
  for (std::size_t i = 0; i < in_chunk; ++i) {
    auto shared = (*this)[size_ - in_chunk + i];
    chunk->append_at(i, shared);
  }
  chunk->append_at(in_chunk, message);
  spine->push_back(std::move(chunk));
  spine_ = std::move(spine);
  ++size_;
}

}  // namespace antiphon
