#include <algorithm>

#include "antiphon/audio/vad/internal/dense.hpp"

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t tile = 32;  // sums that fit into registers

struct Problem {
  const float* in;
  std::size_t inputs;
  const float* weights;
  const float* bias;
  std::size_t outputs;
  float* out;
};

[[gnu::always_inline]] inline void all_tiles(const Problem& p) {
  for (std::size_t first = 0; first < p.outputs; first += tile) {
    float sums[tile];
    std::copy_n(p.bias + first, tile, sums);
    const float* line = p.weights + first;
    for (std::size_t i = 0; i < p.inputs; ++i, line += p.outputs)
      for (std::size_t k = 0; k < tile; ++k) sums[k] += p.in[i] * line[k];
    std::copy_n(sums, tile, p.out + first);
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

void dense(const float* in, std::size_t inputs, const float* weights, const float* bias, std::size_t outputs, float* out) {
  static const bool is_wide = has_wide();
  const Problem problem{in, inputs, weights, bias, outputs, out};
  is_wide ? wide(problem) : plain(problem);
}

}  // namespace antiphon::audio::internal
