#include "antiphon/net/internal/beast_transport.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon::net {

namespace {

using namespace std::chrono_literals;

constexpr auto linger_limit = 2s;
constexpr auto refusal_limit = 1s;
constexpr Duration idle_pace = 10ms, idle_flood = 10s;  // 100 a second, and 1000 at once

// How much of `bytes` may be handed on: all, but in a handshake nothing that lies behind the header.
std::size_t allowed(BeastTransport::State& state, std::string_view bytes) {
  constexpr std::string_view end = "\r\n\r\n";
  if (!state.until_header_end) return bytes.size();
  auto& seen = state.header_end_seen;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    seen = bytes[i] == end[seen] ? seen + 1 : bytes[i] == '\r' ? 1 : 0;
    if (seen < end.size()) continue;
    state.until_header_end = false;
    return i + 1;
  }
  return bytes.size();
}

Task<std::string> copied(std::shared_ptr<BeastTransport::State> state) { co_return std::string(co_await state->stream->read_some()); }

// Whoever refuses without saying how long the body is may leave the connection open: then what came by then is all.
Task<std::string> more_of_a_refusal(std::shared_ptr<BeastTransport::State> state) {
  const auto until = Deadline::after(state->runtime.clock, refusal_limit);
  co_return co_await at_most(state->runtime.clock, until, copied(state), Error(ErrorKind::timeout, "the body of a refusal has no end"));
}

/// Nobody else writes meanwhile.
class Writing {
 public:
  explicit Writing(BeastTransport::State& state) : state_(state) { state_.writing = true; }
  ~Writing() {
    state_.writing = false;
    state_.written.open();
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

 private:
  BeastTransport::State& state_;
};

/// Beast closes without a word of its own for what breaks the protocol: a server that does so says why.
std::string with_reason(const BeastTransport::State& state, std::string_view frame) {
  constexpr std::string_view bare_close = "\x88\x02";
  if (state.far_side_closes || frame.size() != 4 || !frame.starts_with(bare_close)) return {};
  const auto byte = [frame](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(frame[i])); };
  std::string reason;
  switch (byte(2) << 8 | byte(3)) {
    case 1002: reason = "this breaks the rules of WebSocket (RFC 6455)"; break;
    case 1007: reason = "a text is not UTF-8"; break;
    case 1009: reason = fmt::format("a message is longer than {} bytes", state.message_limit); break;
    default: return {};
  }
  return fmt::format("\x88{}{}{}", static_cast<char>(2 + reason.size()), frame.substr(2), reason);
}

Task<> write_unsent(std::shared_ptr<BeastTransport::State> state) {
  const Writing writing(*state);
  const auto bytes = std::exchange(state->unsent, {});
  co_await state->stream->write({bytes});
}

Task<> drop_the_rest(std::shared_ptr<BeastTransport::State> state) {
  const ScopedAlarm alarm(state->runtime.clock, state->runtime.clock.now() + linger_limit, [raw = state.get()] { raw->stream->close(); });
  try {
    while (!(co_await state->stream->read_some()).empty()) {}
  } catch (const boost::system::system_error&) {
    // Over, one way or the other.
  }
  state->stream->close();
}

}  // namespace

/// Beast answers every ping and joins every empty part: who sends nothing else, and more than anybody needs, is cut off.
void BeastTransport::give(State& state, std::string_view bytes) {
  if (bytes.size() > state.may_still_come) return state.stream->close();
  if (state.may_still_come != std::string::npos) state.may_still_come -= bytes.size();
  state.given.feed(bytes);
  const auto idle = state.given.take_idle();
  if (idle == 0) return;
  const auto now = state.runtime.clock.now();
  state.idle_until = std::max(state.idle_until, now) + idle_pace * static_cast<std::int64_t>(idle);
  if (state.idle_until - now <= idle_flood) return;
  state.flooded = true;
  state.stream->close();
}

std::string BeastTransport::flood_text() {
  return fmt::format("sent more pings or empty parts than {} at once and {} a second, and was cut off", idle_flood / idle_pace, Duration(1s) / idle_pace);
}

std::size_t BeastTransport::take_unread(State& state, asio::mutable_buffer into) {
  const auto rest = std::string_view(state.unread).substr(state.used, into.size());
  const auto n = allowed(state, rest);
  if (n > 0) std::memcpy(into.data(), rest.data(), n);
  if (!state.in_handshake) give(state, rest.substr(0, n));
  state.used += n;
  if (state.used == state.unread.size()) {
    if (state.unread.capacity() > 4096) std::string().swap(state.unread);  // a connection that waits holds no memory
    state.unread.clear();
    state.used = 0;
  }
  return n;
}

Task<std::size_t> BeastTransport::read(std::shared_ptr<State> state, asio::mutable_buffer into) {
  std::string refusal;  // streams share what they read into: after another wait only a copy is ours
  std::string_view bytes;
  if (state->in_handshake && !state->until_header_end)
    bytes = refusal = co_await more_of_a_refusal(state);
  else
    bytes = co_await state->stream->read_some();
  if (bytes.empty()) throw boost::system::system_error(asio::error::eof);
  const auto n = allowed(*state, bytes.substr(0, into.size()));
  std::memcpy(into.data(), bytes.data(), n);
  if (!state->in_handshake) give(*state, bytes.substr(0, n));
  if (n < bytes.size()) state->unread.assign(bytes.substr(n));
  co_return n;
}

bool BeastTransport::read_on(std::shared_ptr<Reading> reading) {
  auto& stream = *reading->state->stream;
  const std::span into(static_cast<char*>(reading->into.data()), reading->into.size());
  return stream.read_into(into, [reading = std::move(reading)](boost::system::error_code error, std::size_t size) {
    if (!error && size > 0) {
      const auto rest = take_messages(*reading, size);
      // Whoever took them may have ended the stream: then the next reading fails, and Beast hears of it.
      if (rest == 0 && read_on(reading)) return;
      size = rest;
    }
    reading->done(error, size);
  });
}

// What is left stands at the beginning, where Beast expects it.
std::size_t BeastTransport::take_messages(Reading& reading, std::size_t size) {
  auto& state = *reading.state;
  auto* const begin = static_cast<char*>(reading.into.data());
  if (state.take_messages && state.given.between_messages()) {
    const auto taken = state.take_messages({begin, size});
    std::memmove(begin, begin + taken, size -= taken);
  }
  give(state, {begin, size});
  return size;
}

boost::system::error_code BeastTransport::write_beside(std::string_view frames) {
  Parts parts;
  parts.views[0] = frames;
  return write_now(state_, parts);
}

Task<std::size_t> BeastTransport::write(std::shared_ptr<State> state, Parts parts) {
  while (state->writing || !state->unsent.empty()) co_await state->written.pass();
  const Writing writing(*state);
  const auto size = parts.size();
  const auto goodbye = parts.count == 1 ? with_reason(*state, parts.views[0]) : std::string();
  if (!goodbye.empty()) parts = {.views = {goodbye}, .count = 1};
  co_await state->stream->write({parts.views[0], parts.views[1], parts.views[2], parts.views[3]});
  co_return size;
}

bool BeastTransport::takes_now() const { return !state_->writing && state_->unsent.empty(); }

boost::system::error_code BeastTransport::write_now(const std::shared_ptr<State>& state, const Parts& parts) {
  try {
    auto written = state->stream->write_now({parts.views[0], parts.views[1], parts.views[2], parts.views[3]}).value_or(0);
    for (const auto view : parts.views) {
      const auto done = std::min(written, view.size());
      written -= done;
      state->unsent.append(view.substr(done));
    }
  } catch (const boost::system::system_error& error) {
    return error.code();
  }
  if (!state->unsent.empty()) asio::co_spawn(state->runtime.executor, write_unsent(state), [](const std::exception_ptr&) {});
  return {};
}

boost::system::error_code BeastTransport::code_of(const std::exception_ptr& failure) {
  if (!failure) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::timeout) return asio::error::eof;
    return asio::error::fault;
  } catch (...) {
    return asio::error::fault;
  }
}

void hang_up(const std::shared_ptr<BeastTransport::State>& state) {
  state->stream->end_writing();
  asio::co_spawn(state->runtime.executor, drop_the_rest(state), [](const std::exception_ptr&) {});
}

}  // namespace antiphon::net
