#pragma once

#include <array>
#include <cstdint>

#include <boost/intrusive/list_hook.hpp>

#include "antiphon/audio/sample_pieces.hpp"

namespace antiphon::audio::internal {

inline constexpr std::size_t page_bytes = std::size_t{2} << 20;  ///< a huge page of x86-64, and of arm64 with small ones of 4 kB
inline constexpr std::size_t piece_bytes = piece_samples * sizeof(Sample);
inline constexpr std::size_t pieces_of_a_page = page_bytes / piece_bytes - 1;

/// 2 MB at an address that is a multiple of it, so that a piece knows its page. The page itself stands where its first piece would. One thread at a time.
class PiecePage : public boost::intrusive::list_base_hook<> {
 public:
  enum class Memory { on_use, ready };

  /// `ready`: in a huge page, and given by the system now instead of on first use; where it refuses, it is as any other. @throws std::bad_alloc.
  static PiecePage* make(Memory memory);
  static void destroy(PiecePage* page) noexcept;
  static PiecePage& of(Sample* piece);

  bool full() const { return free_ == 0; }
  bool unused() const { return free_ == pieces_of_a_page; }
  Sample* take();
  void give_back(Sample* piece) noexcept;

 private:
  PiecePage();
  Sample* piece(std::size_t number);

  std::size_t free_ = pieces_of_a_page;
  std::array<std::uint16_t, pieces_of_a_page> numbers_{};  ///< of the free ones, in front
};

}  // namespace antiphon::audio::internal
