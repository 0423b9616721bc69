#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "antiphon/base/task.hpp"

namespace antiphon::net {

/// Bytes both ways: TCP, TLS over another stream, or something in memory. What is above it is compiled once, whatever lies below.
///
/// One reader and one writer at a time. Failures are boost::system::system_error; `operation_aborted` after `close` and when cancelled.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// The next bytes, at least one; empty at the orderly end. The view holds until anything is awaited: streams share buffers.
  virtual Task<std::string_view> read_some() = 0;
  /// Writes all parts, in as few pieces as the system takes. What they view must live until it returns.
  virtual Task<> write(std::initializer_list<std::string_view> parts) = 0;
  /// No more will be written; the far side sees the end.
  virtual void end_writing() = 0;
  /// Ends both directions at once, whoever waits.
  virtual void close() = 0;
};

}  // namespace antiphon::net
