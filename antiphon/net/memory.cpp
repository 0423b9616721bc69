#include "antiphon/net/memory.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "antiphon/net/internal/gate.hpp"

namespace antiphon::net {

namespace {

using boost::system::system_error;

// One direction.
struct Pipe {
  Pipe(const asio::any_io_executor& executor, const MemoryLinkOptions& wanted) : options(wanted), readable(executor), writable(executor) {}

  std::size_t waiting() const { return bytes.size() - used; }
  std::size_t room() const { return options.capacity - std::min(options.capacity, waiting()); }

  // A view of what is taken holds until the next bytes come in: they push out what was read.
  std::string_view take() {
    const auto view = std::string_view(bytes).substr(used, options.largest_read);
    used += view.size();
    writable.open();
    return view;
  }
  void put(std::string_view part) {
    if (used == bytes.size() || used > options.capacity) bytes.erase(0, std::exchange(used, 0));
    bytes.append(part);
    readable.open();
  }
  void end_writing() {
    ended = true;
    readable.open();
    writable.open();
  }
  void end_reading() {
    abandoned = true;
    readable.open();
    writable.open();
  }

  MemoryLinkOptions options;
  std::string bytes;
  std::size_t used = 0;                   ///< what lies before it was read
  bool ended = false, abandoned = false;  ///< by the writer, by the reader
  Gate readable, writable;
};

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out) : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryStream() override { close(); }

  Task<std::string_view> read_some() override {
    const auto in = in_;  // this stream may be destroyed while it is waited for
    for (;;) {
      if (in->abandoned) throw system_error(asio::error::operation_aborted);
      if (in->waiting() > 0) co_return in->take();
      if (in->ended) co_return std::string_view();
      co_await in->readable.pass();
    }
  }

  Task<> write(std::initializer_list<std::string_view> parts) override {
    const auto out = out_;
    for (auto part : parts) {
      while (!part.empty()) {
        if (out->ended) throw system_error(asio::error::operation_aborted);
        if (out->abandoned) throw system_error(asio::error::broken_pipe);
        const auto room = out->room();
        if (room == 0) {
          co_await out->writable.pass();
        } else {
          out->put(part.substr(0, room));
          part.remove_prefix(std::min(part.size(), room));
        }
      }
    }
  }

  std::optional<std::size_t> write_now(std::initializer_list<std::string_view> parts) override {
    std::size_t written = 0;
    for (const auto part : parts) {
      if (out_->ended) throw system_error(asio::error::operation_aborted);
      if (out_->abandoned) throw system_error(asio::error::broken_pipe);
      const auto taken = part.substr(0, out_->room());
      if (!taken.empty()) out_->put(taken);
      written += taken.size();
    }
    return written;
  }

  void end_writing() override { out_->end_writing(); }
  void close() override {
    out_->end_writing();
    in_->end_reading();
  }

 private:
  std::shared_ptr<Pipe> in_, out_;
};

}  // namespace

MemoryLink memory_connection(Runtime& runtime, MemoryLinkOptions options) {
  options.capacity = std::max<std::size_t>(options.capacity, 1);
  options.largest_read = std::max<std::size_t>(options.largest_read, 1);
  const auto there = std::make_shared<Pipe>(runtime.executor, options), back = std::make_shared<Pipe>(runtime.executor, options);
  return {std::make_unique<MemoryStream>(back, there), std::make_unique<MemoryStream>(there, back)};
}

}  // namespace antiphon::net
