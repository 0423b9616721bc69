#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"

namespace antiphon::net {

struct MemoryLinkOptions {
  std::size_t capacity = 256 * 1024;     ///< bytes that one side may be ahead of the other's reading, each way; writing waits beyond
  std::size_t largest_read = 64 * 1024;  ///< bytes that one read returns at most; 1 shows what a network may do
};

using MemoryLink = std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>>;

/// Two streams that are each other's far side, without a socket: what one writes, the other reads, in the same moment of the clock.
///
/// Both belong to the executor of `runtime`. Nothing here looks at any clock, so that on a virtual one a conversation is the same each time.
MemoryLink memory_connection(Runtime& runtime, MemoryLinkOptions options = {});

}  // namespace antiphon::net
