#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/base/limit.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/byte_stream.hpp"
#include "antiphon/net/internal/gate.hpp"
#include "antiphon/net/internal/plain_frames.hpp"

namespace antiphon::net {

/// A ByteStream as Beast wants it (AsyncReadStream, AsyncWriteStream), so that Beast's templates are instantiated once, whatever lies below.
class BeastTransport {
 public:
  using executor_type = asio::any_io_executor;

  /// Shared with the operations under way.
  struct State {
    Runtime& runtime;
    std::unique_ptr<ByteStream> stream;
    std::string unread{};  ///< read from the stream, and not yet by Beast, from `used` on
    std::size_t used = 0;
    /// Asked for what came between two messages, before Beast sees it: how many bytes of it were whole messages that somebody else has taken.
    std::function<std::size_t(std::span<char>)> take_messages{};
    FrameBoundaries given{};                         ///< to Beast, since the handshake
    Clock::Time idle_until{0};                       ///< at which the frames that carried nothing would have come at the highest rate
    bool until_header_end = false;                   ///< the end of an HTTP header is never passed in one read
    bool in_handshake = false;                       ///< what follows a header is the body of a refusal, and may never end
    bool writing = false;                            ///< one write at a time
    bool flooded = false;                            ///< it was cut off for frames that carried nothing
    bool far_side_closes = false;                    ///< it has said goodbye: what Beast writes now repeats that
    std::size_t message_limit = 0;                   ///< bytes, for those who break it
    std::size_t may_still_come = std::string::npos;  ///< after our goodbye, in bytes: who sends more does not listen, and is cut off
    std::string unsent{};                            ///< taken by `write_some`, and not yet by the stream
    std::size_t header_end_seen = 0;                 ///< characters of "\r\n\r\n"
    Gate written{runtime.executor};                  ///< a write has ended
  };

  explicit BeastTransport(std::shared_ptr<State> state) : state_(std::move(state)) {}

  executor_type get_executor() { return state_->runtime.executor; }
  const std::shared_ptr<State>& state() const { return state_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    asio::mutable_buffer first;
    for (auto it = asio::buffer_sequence_begin(buffers); first.size() == 0 && it != asio::buffer_sequence_end(buffers); ++it) first = *it;
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [state = state_, first](auto handler) {
          if (first.size() == 0 || state->used < state->unread.size()) return finish_later(state, take_unread(*state, first), std::move(handler));
          if (state->in_handshake || state->until_header_end) return start(state, read(state, first), std::move(handler));
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          const auto reading = std::make_shared<Reading>(
              Reading{state, first, [shared](boost::system::error_code error, std::size_t size) { std::move (*shared)(error, size); }});
          if (!read_on(reading)) start(state, read(state, first), std::move(*shared));
        },
        token);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const auto parts = parts_of(buffers);
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [state = state_, parts](auto handler) { start(state, write(state, parts), std::move(handler)); }, token);
  }

  /// All of it is taken at once; what the stream does not take now is written as soon as it can. Only where `takes_now`.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    const auto parts = parts_of(buffers);
    error = write_now(state_, parts);
    return error ? 0 : parts.size();
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers);  // Beast wants to see it, and calls the other
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers);  // as above
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error);  // as above
  bool takes_now() const;
  /// The same of what Beast knows nothing of: whole frames.
  boost::system::error_code write_beside(std::string_view frames);
  /// What `flooded` says of whoever did it.
  static std::string flood_text();

 private:
  /// Where Beast waits for more to read.
  struct Reading {
    std::shared_ptr<State> state;
    asio::mutable_buffer into;
    ByteStream::OnRead done;
  };
  struct Parts {
    static constexpr std::size_t limit = 4;
    std::string_view views[limit];
    std::size_t count = 0;
    std::size_t size() const {
      std::size_t sum = 0;
      for (const auto view : views) sum += view.size();
      return sum;
    }
  };
  template <class Buffers>
  static Parts parts_of(const Buffers& buffers) {
    Parts parts;
    for (auto it = asio::buffer_sequence_begin(buffers); parts.count < Parts::limit && it != asio::buffer_sequence_end(buffers); ++it) {
      const asio::const_buffer part(*it);
      if (part.size() > 0) parts.views[parts.count++] = {static_cast<const char*>(part.data()), part.size()};
    }
    return parts;
  }

  static Task<std::size_t> read(std::shared_ptr<State> state, asio::mutable_buffer into);
  static Task<std::size_t> write(std::shared_ptr<State> state, Parts parts);
  static boost::system::error_code write_now(const std::shared_ptr<State>& state, const Parts& parts);
  static std::size_t take_unread(State& state, asio::mutable_buffer into);
  /// False: the stream can only be read by `read`.
  static bool read_on(std::shared_ptr<Reading> reading);
  static std::size_t take_messages(Reading& reading, std::size_t size);

  static void give(State& state, std::string_view bytes);

  static boost::system::error_code code_of(const std::exception_ptr& failure);

  template <class Handler>
  static void start(const std::shared_ptr<State>& state, Task<std::size_t> work, Handler handler) {
    asio::co_spawn(state->runtime.executor, std::move(work),
                   [handler = std::move(handler)](std::exception_ptr failure, std::size_t size) mutable { std::move(handler)(code_of(failure), size); });
  }
  template <class Handler>
  static void finish_later(const std::shared_ptr<State>& state, std::size_t size, Handler handler) {
    asio::post(state->runtime.executor, [handler = std::move(handler), size]() mutable { std::move(handler)(boost::system::error_code(), size); });
  }

  std::shared_ptr<State> state_;
};

/// Says that no more comes; what the far side still sends is taken and dropped for a moment, since it may never see our last words if the
/// connection ends with bytes unread.
void hang_up(const std::shared_ptr<BeastTransport::State>& state);

/// What Beast calls when a conversation is over.
template <class Handler>
void async_teardown(boost::beast::role_type, BeastTransport& transport, Handler&& handler) {
  hang_up(transport.state());
  asio::post(transport.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { std::move(handler)(boost::system::error_code()); });
}
inline void teardown(boost::beast::role_type, BeastTransport& transport, boost::system::error_code& error) {
  hang_up(transport.state());
  error = {};
}
inline void beast_close_socket(BeastTransport& transport) { transport.state()->stream->close(); }

}  // namespace antiphon::net
