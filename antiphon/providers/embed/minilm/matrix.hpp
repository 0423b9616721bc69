#pragma once

#include <cstddef>

namespace antiphon::minilm {

/// out[rows, columns] = bias + in[rows, inner] · weights[inner, columns]; on processors that have AVX2, eight columns at a time.
void multiply(const float* in, std::size_t rows, std::size_t inner, const float* weights, const float* bias, std::size_t columns, float* out);

}  // namespace antiphon::minilm
