#include "antiphon/audio/sample_pieces.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "antiphon/audio/internal/piece_page.hpp"
#include "antiphon/base/give_way.hpp"

namespace antiphon::audio {

namespace {

using internal::PiecePage;
using internal::pieces_of_a_page;

constexpr std::size_t much = 8 * pieces_of_a_page;  // in use, from where on pages are kept ready
constexpr std::size_t most_wanted = 8;              // pages: a sixth of a second of a thousand calls

// Under the lock nothing is done that the system could keep waiting: a frame may wait for it.
class Stock {
 public:
  Stock() { ready_.reserve(2 * most_wanted + 2); }

  Sample* take() {
    const std::lock_guard lock(mutex_);
    if (with_room_.empty()) with_room_.push_front(next_page());
    auto& page = with_room_.front();
    auto* piece = page.take();
    if (page.full()) with_room_.pop_front();
    ++taken_;
    if (!filling_ && ready_.size() < wanted()) fill();
    return piece;
  }

  void give_back(Sample* piece) noexcept {
    const auto unneeded = put_back(piece);
    if (unneeded) PiecePage::destroy(unneeded);
  }

  std::size_t taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  std::size_t wanted() const { return taken_ < much ? 0 : std::min(taken_ / (4 * pieces_of_a_page), most_wanted); }

  PiecePage& next_page() {
    if (ready_.empty()) return *PiecePage::make(PiecePage::Memory::on_use);
    auto* page = ready_.back();
    ready_.pop_back();
    return *page;
  }

  /// A page that nobody needs any more; nullptr: none.
  PiecePage* put_back(Sample* piece) noexcept {
    const std::lock_guard lock(mutex_);
    auto& page = PiecePage::of(piece);
    if (page.full()) with_room_.push_back(page);
    page.give_back(piece);
    --taken_;
    if (page.unused()) with_room_.erase(with_room_.iterator_to(page)), ready_.push_back(&page);
    return ready_.size() > std::max<std::size_t>(2 * wanted(), 1) ? &next_page() : nullptr;
  }

  void fill() {
    filling_ = true;
    wake_.notify_one();
    if (filler_.joinable()) return;
    try {
      filler_ = std::thread([this] { keep_filled(); });
    } catch (const std::exception&) {
      return;  // no thread to be had: all is as it was without one, and it is not tried again
    }
  }

  void keep_filled() try {
    give_way();
    for (std::unique_lock lock(mutex_);;) {
      wake_.wait(lock, [this] { return filling_; });
      while (ready_.size() < 2 * wanted()) {
        lock.unlock();
        auto* page = PiecePage::make(PiecePage::Memory::ready);
        lock.lock();
        ready_.push_back(page);
      }
      filling_ = false;
    }
  } catch (const std::bad_alloc&) {
    return;  // whoever needs the memory is told
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  boost::intrusive::list<PiecePage, boost::intrusive::constant_time_size<false>> with_room_;
  std::vector<PiecePage*> ready_;
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

std::size_t pieces_in_use() { return stock().taken(); }

}  // namespace antiphon::audio
