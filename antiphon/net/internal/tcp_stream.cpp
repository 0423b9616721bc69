#include "antiphon/net/internal/tcp_stream.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace antiphon::net {

namespace {

using asio::ip::tcp;

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t max_parts = 4;
constexpr int patience = 16;  // transfers that may follow each other before others get their turn

// One for all streams of a thread: a connection that waits holds no buffer.
std::array<char, read_size>& shared_buffer() {
  thread_local std::array<char, read_size> buffer;
  return buffer;
}

[[noreturn]] void fail(int error) { throw boost::system::system_error(error, boost::system::system_category()); }

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// What is still to be written, as the system wants it.
class Pieces {
 public:
  Pieces(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts)
      if (!part.empty()) pieces_.at(count_++) = {const_cast<char*>(part.data()), part.size()};
  }
  bool empty() const { return first_ == count_; }
  std::optional<iovec> single() const { return first_ + 1 == count_ ? std::optional(pieces_[first_]) : std::nullopt; }
  msghdr message() { return {.msg_iov = &pieces_[first_], .msg_iovlen = count_ - first_}; }
  void consume(std::size_t size) {
    while (size > 0) {
      auto& piece = pieces_[first_];
      const auto part = std::min(size, piece.iov_len);
      piece = {static_cast<char*>(piece.iov_base) + part, piece.iov_len - part};
      size -= part;
      if (piece.iov_len == 0) ++first_;
    }
  }

 private:
  std::array<iovec, max_parts> pieces_{};
  std::size_t first_ = 0, count_ = 0;
};

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(tcp::socket socket) : socket_(std::move(socket)) {}

  Task<std::string_view> read_some() override {
    auto& buffer = shared_buffer();
    if (!more_likely_ || --patience_ <= 0) co_await wait(tcp::socket::wait_read);
    for (;;) {
      const auto n = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (n >= 0) {
        more_likely_ = static_cast<std::size_t>(n) == buffer.size();
        co_return std::string_view(buffer.data(), static_cast<std::size_t>(n));
      }
      if (would_block(errno))
        co_await wait(tcp::socket::wait_read);
      else if (errno != EINTR)
        fail(errno);
    }
  }

  Task<> write(std::initializer_list<std::string_view> parts) override {
    for (Pieces pieces(parts); !pieces.empty();) {
      if (--patience_ <= 0) co_await wait(tcp::socket::wait_write);
      if (send(pieces) < 0) co_await wait(tcp::socket::wait_write);
    }
  }

  std::optional<std::size_t> write_now(std::initializer_list<std::string_view> parts) override {
    std::size_t written = 0;
    for (Pieces pieces(parts); !pieces.empty();) {
      const auto n = send(pieces);
      if (n < 0) break;
      written += static_cast<std::size_t>(n);
    }
    return written;
  }

  bool read_into(std::span<char> into, OnRead done) override {
    socket_.async_read_some(boost::asio::buffer(into.data(), into.size()), std::move(done));
    return true;
  }

  void end_writing() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  std::string far_address() const override {
    boost::system::error_code failed;
    const auto endpoint = socket_.remote_endpoint(failed);
    return failed ? std::string() : endpoint.address().to_string();
  }

 private:
  // How much of them went; -1: nothing does now.
  ssize_t send(Pieces& pieces) {
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    for (;;) {
      const auto message = pieces.message();
      const auto single = pieces.single();  // a frame of a call: the system has less to look at
      const auto n = single ? ::send(socket_.native_handle(), single->iov_base, single->iov_len, flags) : ::sendmsg(socket_.native_handle(), &message, flags);
      if (n >= 0) pieces.consume(static_cast<std::size_t>(n));
      if (n >= 0 || would_block(errno)) return n;
      if (errno != EINTR) fail(errno);
    }
  }

  Task<> wait(tcp::socket::wait_type type) {
    patience_ = patience;
    return socket_.async_wait(type, use_task);
  }

  tcp::socket socket_;
  bool more_likely_ = false;
  int patience_ = patience;
};

}  // namespace

void close_on_exec(int descriptor) { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

std::unique_ptr<ByteStream> make_tcp_stream(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  return std::make_unique<TcpStream>(std::move(socket));
}

Task<std::unique_ptr<ByteStream>> connect_tcp(tcp::endpoint endpoint) {
  tcp::socket socket(co_await asio::this_coro::executor);
  socket.open(endpoint.protocol());
  close_on_exec(socket.native_handle());
  co_await socket.async_connect(endpoint, use_task);
  co_return make_tcp_stream(std::move(socket));
}

}  // namespace antiphon::net
