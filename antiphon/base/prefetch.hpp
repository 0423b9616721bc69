#pragma once

#include <cstddef>
#include <cstdint>

namespace antiphon {

/// Begins to bring `bytes` from `at` on into the cache, and waits for nothing. What is looked at in turn by a thousand calls is not there any more: asked for
/// ahead and together, it is waited for once. Any address will do; none is read.
[[clang::no_sanitize("pointer-overflow")]] inline void prefetch(const void* at, std::size_t bytes) {
  if (!at) return;
  constexpr std::uintptr_t line = 64;
  const auto* begin = static_cast<const char*>(at);
  const auto* first_line = begin - reinterpret_cast<std::uintptr_t>(at) % line;
  for (const auto* next = first_line; next < begin + bytes; next += line) __builtin_prefetch(next);
}

}  // namespace antiphon
