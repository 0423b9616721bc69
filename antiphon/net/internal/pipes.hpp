#pragma once

#include <memory>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "antiphon/base/task.hpp"

namespace antiphon::net {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The end of a pipe that we write to.
class WriteEnd {
 public:
  WriteEnd(const asio::any_io_executor& executor, Descriptor descriptor);
  /// False when nobody reads any more. No SIGPIPE is left behind.
  Task<bool> write(std::string_view bytes);
  void close();

 private:
  asio::posix::stream_descriptor pipe_;
};

/// The end of a pipe that we read from.
class ReadEnd {
 public:
  ReadEnd(const asio::any_io_executor& executor, Descriptor descriptor);
  /// Appends what there is; false at the end.
  Task<bool> read(std::string& into);
  /// Appends what is there already, up to some pipefuls.
  void drain(std::string& into);

 private:
  asio::posix::stream_descriptor pipe_;
};

/// Reads a pipe for as long as it lives and keeps the last bytes.
class Tail : public std::enable_shared_from_this<Tail> {
 public:
  Tail(const asio::any_io_executor& executor, Descriptor descriptor, std::size_t limit);
  void collect();
  /// Takes in what is there already.
  void drain();
  void close();
  std::string text() const;

 private:
  bool read_some();

  asio::posix::stream_descriptor pipe_;
  std::size_t limit_;
  std::string kept_;
};

}  // namespace antiphon::net
