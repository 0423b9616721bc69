#include "antiphon/audio/internal/sample_pieces.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t piece_bytes = piece_samples * sizeof(Sample);

struct Free {
  void operator()(std::byte* memory) const noexcept { std::free(memory); }
};
using Page = std::unique_ptr<std::byte, Free>;

class Stock {
 public:
  Sample* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) grow();
    auto* piece = free_.back();
    free_.pop_back();
    ++taken_;
    ASAN_UNPOISON_MEMORY_REGION(piece, piece_bytes);
    return piece;
  }

  void give_back(Sample* piece) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(piece);  // has its place since the stock grew
    ASAN_POISON_MEMORY_REGION(piece, piece_bytes);
    if (--taken_ == 0) shrink();
  }

 private:
  void grow() {
    Page page(static_cast<std::byte*>(std::aligned_alloc(huge_page, huge_page)));
    if (!page) throw std::bad_alloc();
    ::madvise(page.get(), huge_page, MADV_HUGEPAGE);  // where there are none, small ones do
    free_.reserve((pages_.size() + 1) * (huge_page / piece_bytes));
    pages_.push_back(std::move(page));
    add_pieces_of(pages_.back());
  }

  void add_pieces_of(const Page& page) {
    for (std::size_t at = 0; at < huge_page; at += piece_bytes) free_.push_back(reinterpret_cast<Sample*>(page.get() + at));
    ASAN_POISON_MEMORY_REGION(page.get(), huge_page);
  }

  void shrink() noexcept {
    free_.clear();
    for (const auto& page : pages_) ASAN_UNPOISON_MEMORY_REGION(page.get(), huge_page);
    pages_.resize(1);
    add_pieces_of(pages_.front());
  }

  std::mutex mutex_;
  std::vector<Page> pages_;
  std::vector<Sample*> free_;
  std::size_t taken_ = 0;
};

// Never destroyed: what is recorded may outlive the end of `main`.
Stock& stock() {
  static Stock& all = *new Stock;
  return all;
}

}  // namespace

void GivePieceBack::operator()(Sample* piece) const noexcept { stock().give_back(piece); }

SamplePiece take_piece() { return SamplePiece(stock().take()); }

}  // namespace antiphon::audio::internal
