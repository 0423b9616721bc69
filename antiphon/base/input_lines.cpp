#include "antiphon/base/input_lines.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

// What a person says in one line, or a program for them. Without a bound a file without line ends (a device, say) would be read until the memory is full.
constexpr std::size_t line_limit = std::size_t{1} << 20;

[[noreturn]] void fail(const char* what, int code) {
  throw Error(ErrorKind::io, fmt::format("cannot {}: {}", what, std::strerror(code))).with_party(Party::harness).with_hint("check where the input comes from");
}

[[noreturn]] void refuse_line() {
  throw Error(ErrorKind::too_large, fmt::format("a line of the standard input is longer than {} bytes", line_limit))
      .with_party(Party::harness)
      .with_hint("end each thing that is said with a line break");
}

/// Wakes a thread that polls.
class Wake {
 public:
  Wake() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail("wait for the standard input", errno);  // else nothing could end the waiting
  }
  ~Wake() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  void ring() const {
    const char byte = 'w';
    (void)!::write(ends_[1], &byte, 1);
  }
  int descriptor() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace

std::optional<std::string> InputLines::take_line() {
  const auto end = buffer_.find('\n', scanned_);
  if (end == std::string::npos && (!ended_ || buffer_.empty())) {
    scanned_ = buffer_.size();
    return std::nullopt;
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end == std::string::npos ? end : end + 1);
  scanned_ = 0;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// False when there is nothing more to wait for.
bool InputLines::read_more(const std::stop_token& stop) {
  const Wake wake;
  const std::stop_callback ring(stop, [&wake] { wake.ring(); });
  std::array<pollfd, 2> watched{pollfd{descriptor_, POLLIN, 0}, pollfd{wake.descriptor(), POLLIN, 0}};
  while (!stop.stop_requested()) {
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      fail("wait for the standard input", errno);
    }
    if (stop.stop_requested()) return false;
    if (watched[0].revents == 0) continue;
    std::array<char, 4096> bytes{};
    const auto count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) fail("read the standard input", errno);
    if (count == 0) return !std::exchange(ended_, true) && !buffer_.empty();
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }
  return false;
}

std::optional<std::string> InputLines::next(std::stop_token stop) {
  for (;;) {
    if (auto line = take_line()) {
      if (std::exchange(skipping_, false)) continue;
      if (line->size() > line_limit) refuse_line();
      return line;
    }
    if (scanned_ > line_limit) {
      buffer_.clear(), scanned_ = 0;
      if (!std::exchange(skipping_, true)) refuse_line();
    }
    if (!ended_ && read_more(stop)) continue;
    if (::isatty(descriptor_) == 1) ended_ = false;  // after Ctrl-D a terminal goes on
    return std::nullopt;
  }
}

}  // namespace antiphon
