#include "antiphon/cli/standard_input.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace antiphon::cli {

namespace {

/// Wakes a thread that polls.
class Wake {
 public:
  Wake() { ok_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Wake() {
    if (!ok_) return;
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  void ring() const {
    const char byte = 'w';
    if (ok_) (void)!::write(ends_[1], &byte, 1);
  }
  int descriptor() const { return ok_ ? ends_[0] : -1; }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool ok_ = false;
};

}  // namespace

std::optional<std::string> InputLines::take_line() {
  const auto end = buffer_.find('\n');
  if (end == std::string::npos && (!ended_ || buffer_.empty())) return std::nullopt;
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end == std::string::npos ? end : end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// False when there is nothing more to wait for.
bool InputLines::read_more(const std::stop_token& stop) {
  const Wake wake;
  const std::stop_callback ring(stop, [&wake] { wake.ring(); });
  std::array<pollfd, 2> watched{pollfd{descriptor_, POLLIN, 0}, pollfd{wake.descriptor(), POLLIN, 0}};
  while (!stop.stop_requested()) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return false;
    if (stop.stop_requested()) return false;
    if (watched[0].revents == 0) continue;
    std::array<char, 4096> bytes{};
    const auto count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return !std::exchange(ended_, true) && !buffer_.empty();
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }
  return false;
}

std::optional<std::string> InputLines::next(std::stop_token stop) {
  for (;;) {
    if (auto line = take_line()) return line;
    if (!ended_ && read_more(stop)) continue;
    if (::isatty(descriptor_) == 1) ended_ = false;  // after Ctrl-D a terminal goes on
    return std::nullopt;
  }
}

}  // namespace antiphon::cli
