#include "antiphon/audio/internal/piece_page.hpp"

#include <cstddef>
#include <new>
#include <numeric>

#include <sys/mman.h>

// Who uses a piece that was given back is found out as for any other memory. Only clang's sanitizers have the header here, a package of its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, size) (static_cast<void>(at), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) (static_cast<void>(at), static_cast<void>(size))
#endif

namespace antiphon::audio::internal {

namespace {

constexpr std::uintptr_t within_page = page_bytes - 1;

// Twice as much is asked for, and what lies outside of the page is given back.
std::byte* map_page() {
  void* mapped = ::mmap(nullptr, 2 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<std::byte*>(mapped);
  const auto before = (page_bytes - (reinterpret_cast<std::uintptr_t>(begin) & within_page)) & within_page;
  if (before > 0) ::munmap(begin, before);
  ::munmap(begin + before + page_bytes, page_bytes - before);
  return begin + before;
}

// By hand: MADV_POPULATE_WRITE would lock the map of the process' memory meanwhile, for which whoever else asks for memory has to wait.
void touch(std::byte* page) {
  constexpr std::size_t small_page = 4096;
  for (std::size_t at = 0; at < page_bytes; at += small_page) *static_cast<volatile std::byte*>(page + at) = std::byte{0};
}

}  // namespace

static_assert(sizeof(PiecePage) <= piece_bytes);

PiecePage::PiecePage() { std::iota(numbers_.begin(), numbers_.end(), std::uint16_t{0}); }

PiecePage* PiecePage::make(Memory memory) {
  auto* bytes = map_page();
  if (memory == Memory::ready) {
    ::madvise(bytes, page_bytes, MADV_HUGEPAGE);
    touch(bytes);
  }
  auto* page = new (bytes) PiecePage;
  ASAN_POISON_MEMORY_REGION(bytes + piece_bytes, page_bytes - piece_bytes);
  return page;
}

void PiecePage::destroy(PiecePage* page) noexcept {
  page->~PiecePage();
  ASAN_UNPOISON_MEMORY_REGION(page, page_bytes);
  ::munmap(page, page_bytes);
}

PiecePage& PiecePage::of(Sample* piece) {
  return *reinterpret_cast<PiecePage*>(reinterpret_cast<std::byte*>(piece) - (reinterpret_cast<std::uintptr_t>(piece) & within_page));
}

Sample* PiecePage::piece(std::size_t number) { return reinterpret_cast<Sample*>(reinterpret_cast<std::byte*>(this) + (number + 1) * piece_bytes); }

Sample* PiecePage::take() {
  auto* taken = piece(numbers_[--free_]);
  ASAN_UNPOISON_MEMORY_REGION(taken, piece_bytes);
  return taken;
}

void PiecePage::give_back(Sample* piece) noexcept {
  ASAN_POISON_MEMORY_REGION(piece, piece_bytes);
  const auto at = reinterpret_cast<std::uintptr_t>(piece) & within_page;
  numbers_[free_++] = static_cast<std::uint16_t>(at / piece_bytes - 1);
}

}  // namespace antiphon::audio::internal
