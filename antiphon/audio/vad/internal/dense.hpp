#pragma once

#include <cstddef>

namespace antiphon::audio::internal {

/// out[outputs] = bias + in[inputs] · weights[inputs, outputs]; outputs is a multiple of 32. Uses AVX2 where the processor has it.
void dense(const float* in, std::size_t inputs, const float* weights, const float* bias, std::size_t outputs, float* out);

}  // namespace antiphon::audio::internal
