#include "antiphon/audio/internal/sample_pieces.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include "antiphon/base/give_way.hpp"

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t page_bytes = std::size_t{2} << 20;  // a huge one
constexpr std::size_t piece_bytes = piece_samples * sizeof(Sample);
constexpr std::size_t pieces_of_a_page = page_bytes / piece_bytes;
constexpr std::size_t much = 8 * pieces_of_a_page;        // in use, from where on some are kept ready
constexpr std::size_t most_ready = 8 * pieces_of_a_page;  // a sixth of a second of a thousand calls

struct Free {
  void operator()(std::byte* memory) const noexcept { std::free(memory); }
};
using Page = std::unique_ptr<std::byte, Free>;

Page make_page() {
  Page page(static_cast<std::byte*>(std::aligned_alloc(page_bytes, page_bytes)));
  if (!page) throw std::bad_alloc();
  return page;
}

// Where the system refuses either, the page is what any other memory is: small, and given on first use.
Page make_ready_page() {
  auto page = make_page();
  ::madvise(page.get(), page_bytes, MADV_HUGEPAGE);
  ::madvise(page.get(), page_bytes, MADV_POPULATE_WRITE);
  return page;
}

class Stock {
 public:
  Sample* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) add(make_page());
    auto* piece = free_.back();
    free_.pop_back();
    ++taken_;
    ASAN_UNPOISON_MEMORY_REGION(piece, piece_bytes);
    if (!filling_ && free_.size() < wanted()) fill();
    return piece;
  }

  void give_back(Sample* piece) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(piece);  // has its place since its page was added
    ASAN_POISON_MEMORY_REGION(piece, piece_bytes);
    if (--taken_ == 0) shrink();
  }

 private:
  std::size_t wanted() const { return taken_ < much ? 0 : std::min(taken_ / 4, most_ready); }

  void add(Page page) {
    free_.reserve((pages_.size() + 1) * pieces_of_a_page);
    pages_.push_back(std::move(page));
    add_pieces_of(pages_.back());
  }

  void add_pieces_of(const Page& page) {
    for (std::size_t at = 0; at < page_bytes; at += piece_bytes) free_.push_back(reinterpret_cast<Sample*>(page.get() + at));
    ASAN_POISON_MEMORY_REGION(page.get(), page_bytes);
  }

  void shrink() noexcept {
    free_.clear();
    for (const auto& page : pages_) ASAN_UNPOISON_MEMORY_REGION(page.get(), page_bytes);
    pages_.resize(1);
    add_pieces_of(pages_.front());
  }

  void fill() {
    filling_ = true;
    wake_.notify_one();
    if (filler_.joinable()) return;
    try {
      filler_ = std::thread([this] { keep_filled(); });
    } catch (const std::system_error&) {
      return;  // no thread to be had: all is as it was without one, and it is not tried again
    }
  }

  void keep_filled() try {
    give_way();
    for (std::unique_lock lock(mutex_);;) {
      wake_.wait(lock, [this] { return filling_; });
      while (free_.size() < 2 * wanted()) add_ready_page(lock);
      filling_ = false;
    }
  } catch (const std::bad_alloc&) {
    return;  // whoever needs the memory is told
  }

  void add_ready_page(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    auto page = make_ready_page();
    lock.lock();
    add(std::move(page));
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Page> pages_;
  std::vector<Sample*> free_;
  std::size_t taken_ = 0;
  bool filling_ = false;
  std::thread filler_;
};

// Never destroyed: what is recorded may outlive the end of `main`, and so may the thread.
Stock& stock() {
  static Stock& all = *new Stock;
  return all;
}

}  // namespace

void GivePieceBack::operator()(Sample* piece) const noexcept { stock().give_back(piece); }

SamplePiece take_piece() { return SamplePiece(stock().take()); }

}  // namespace antiphon::audio::internal
