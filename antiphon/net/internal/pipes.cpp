#include "antiphon/net/internal/pipes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include <unistd.h>

#include <boost/system/system_error.hpp>

namespace antiphon::net {

namespace {

using asio::posix::stream_descriptor;

constexpr std::size_t read_size = 64 * 1024;
constexpr int most_reads = 32;  // of what is there: a pipe holds 64 KiB and more, and something that is still alive may go on writing

std::array<char, read_size>& shared_buffer() {
  thread_local std::array<char, read_size> buffer;
  return buffer;
}

stream_descriptor pipe_on(const asio::any_io_executor& executor, Descriptor descriptor) {
  return descriptor.get() < 0 ? stream_descriptor(executor) : stream_descriptor(executor, descriptor.release());
}

[[noreturn]] void fail(int error) { throw boost::system::system_error(error, boost::system::system_category()); }

// A pipe has no MSG_NOSIGNAL, and what a process does about SIGPIPE is not for a library to change: it is held back for this thread and
// taken off it again when this write was what raised it.
ssize_t write_without_signal(int descriptor, std::string_view bytes) {
  sigset_t only_pipe, before, pending;
  sigemptyset(&only_pipe);
  sigaddset(&only_pipe, SIGPIPE);
  sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &only_pipe, &before);
  const auto n = ::write(descriptor, bytes.data(), bytes.size());
  const int error = errno;
  if (n < 0 && error == EPIPE && !was_pending) {
    constexpr timespec at_once{};
    while (sigtimedwait(&only_pipe, nullptr, &at_once) < 0 && errno == EINTR) {}
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return n;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

WriteEnd::WriteEnd(const asio::any_io_executor& executor, Descriptor descriptor) : pipe_(pipe_on(executor, std::move(descriptor))) {}

Task<bool> WriteEnd::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!pipe_.is_open()) co_return false;
    const auto n = write_without_signal(pipe_.native_handle(), bytes);
    if (n >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno == EPIPE)
      co_return false;
    else if (errno == EAGAIN)
      co_await pipe_.async_wait(stream_descriptor::wait_write, use_task);
    else if (errno != EINTR)
      fail(errno);
  }
  co_return true;
}

void WriteEnd::close() {
  boost::system::error_code ignored;
  pipe_.close(ignored);
}

ReadEnd::ReadEnd(const asio::any_io_executor& executor, Descriptor descriptor) : pipe_(pipe_on(executor, std::move(descriptor))) {}

Task<bool> ReadEnd::read(std::string& into) {
  if (!pipe_.is_open()) co_return false;
  for (;;) {
    co_await pipe_.async_wait(stream_descriptor::wait_read, use_task);
    auto& buffer = shared_buffer();
    const auto n = ::read(pipe_.native_handle(), buffer.data(), buffer.size());
    if (n >= 0) {
      into.append(buffer.data(), static_cast<std::size_t>(n));
      co_return n > 0;
    }
    if (errno != EAGAIN && errno != EINTR) fail(errno);
  }
}

void ReadEnd::drain(std::string& into) {
  auto& buffer = shared_buffer();
  for (int i = 0; i < most_reads && pipe_.is_open(); ++i) {
    const auto n = ::read(pipe_.native_handle(), buffer.data(), buffer.size());
    if (n <= 0) return;
    into.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

Tail::Tail(const asio::any_io_executor& executor, Descriptor descriptor, std::size_t limit) : pipe_(pipe_on(executor, std::move(descriptor))), limit_(limit) {}

void Tail::collect() {
  pipe_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->read_some()) self->collect();
  });
}

// False at the end.
bool Tail::read_some() {
  auto& buffer = shared_buffer();
  const auto n = ::read(pipe_.native_handle(), buffer.data(), buffer.size());
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  kept_.append(buffer.data(), static_cast<std::size_t>(n));
  if (kept_.size() > 2 * limit_) kept_.erase(0, kept_.size() - limit_);
  return n > 0;
}

void Tail::drain() {
  for (int i = 0; i < most_reads && pipe_.is_open(); ++i) {
    const auto size = kept_.size();
    if (!read_some() || kept_.size() == size) return;
  }
}

void Tail::close() {
  boost::system::error_code ignored;
  pipe_.close(ignored);
}

std::string Tail::text() const { return kept_.substr(kept_.size() - std::min(kept_.size(), limit_)); }

}  // namespace antiphon::net
