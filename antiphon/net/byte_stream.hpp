#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

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
  /// What goes at once, without waiting: how many bytes that was. nullopt: such a stream can only `write`. Not while somebody writes. Failures as those of
  /// `write`.
  virtual std::optional<std::size_t> write_now(std::initializer_list<std::string_view>) { return std::nullopt; }
  using OnRead = std::function<void(boost::system::error_code, std::size_t)>;
  /// `read_some` without a coroutine, into memory of the caller's: `done` is called once, never within this call, with how many bytes came, and keeps both
  /// alive until then. False: such a stream can only `read_some`.
  virtual bool read_into(std::span<char>, OnRead) { return false; }
  /// No more will be written; the far side sees the end.
  virtual void end_writing() = 0;
  /// Ends both directions at once, whoever waits.
  virtual void close() = 0;
  /// The far side's address without port: "192.0.2.7"; empty where there is none.
  virtual std::string far_address() const { return {}; }
};

}  // namespace antiphon::net
