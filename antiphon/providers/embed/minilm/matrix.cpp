#include "antiphon/providers/embed/minilm/matrix.hpp"

#include <algorithm>

namespace antiphon::minilm {

namespace {

constexpr std::size_t tile_rows = 4, tile_columns = 16;  // sums that fit into registers

struct Problem {
  const float* in;
  std::size_t rows, inner;
  const float* weights;
  const float* bias;
  std::size_t columns;
  float* out;
};

[[gnu::always_inline]] inline void whole_tile(const Problem& p, std::size_t row, std::size_t column) {
  float sums[tile_rows][tile_columns];
  for (std::size_t r = 0; r < tile_rows; ++r)
    for (std::size_t c = 0; c < tile_columns; ++c) sums[r][c] = p.bias[column + c];
  for (std::size_t i = 0; i < p.inner; ++i) {
    const float* line = p.weights + i * p.columns + column;
    for (std::size_t r = 0; r < tile_rows; ++r) {
      const float factor = p.in[(row + r) * p.inner + i];
      for (std::size_t c = 0; c < tile_columns; ++c) sums[r][c] += factor * line[c];
    }
  }
  for (std::size_t r = 0; r < tile_rows; ++r) std::copy_n(sums[r], tile_columns, p.out + (row + r) * p.columns + column);
}

[[gnu::always_inline]] inline void edge(const Problem& p, std::size_t row, std::size_t column) {
  for (std::size_t r = row; r < std::min(row + tile_rows, p.rows); ++r)
    for (std::size_t c = column; c < std::min(column + tile_columns, p.columns); ++c) {
      float sum = p.bias[c];
      for (std::size_t i = 0; i < p.inner; ++i) sum += p.in[r * p.inner + i] * p.weights[i * p.columns + c];
      p.out[r * p.columns + c] = sum;
    }
}

[[gnu::always_inline]] inline void all_tiles(const Problem& p) {
  for (std::size_t column = 0; column < p.columns; column += tile_columns)
    for (std::size_t row = 0; row < p.rows; row += tile_rows) {
      if (row + tile_rows <= p.rows && column + tile_columns <= p.columns)
        whole_tile(p, row, column);
      else
        edge(p, row, column);
    }
}

void plain(const Problem& p) { all_tiles(p); }

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void wide(const Problem& p) { all_tiles(p); }
bool has_wide() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#else
void wide(const Problem& p) { all_tiles(p); }
bool has_wide() { return false; }
#endif

}  // namespace

void multiply(const float* in, std::size_t rows, std::size_t inner, const float* weights, const float* bias, std::size_t columns, float* out) {
  static const bool is_wide = has_wide();
  const Problem problem{in, rows, inner, weights, bias, columns, out};
  is_wide ? wide(problem) : plain(problem);
}

}  // namespace antiphon::minilm
