#include <deque>
#include <map>

#include <fmt/format.h>

#include "antiphon/base/pulse.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gateway/tools/mcp/transport.hpp"
#include "antiphon/providers/llm/limit.hpp"

namespace antiphon::gateway::mcp {

namespace {

using namespace std::chrono_literals;

constexpr auto stop_grace = 2s;
constexpr std::size_t most_owed = 100;  // messages that wait for the next request

/// Whoever waits for an answer reads for all who wait: no task of its own has to be kept and ended, and a server that nobody asks is not read.
class StdioTransport final : public Transport {
 public:
  StdioTransport(Runtime& runtime, net::ProcessOptions options) : runtime_(runtime), name_(options.argv.empty() ? "" : options.argv.front()) {
    try {
      process_ = net::start_process(runtime, std::move(options));
    } catch (const Error& error) {
      throw Error(ErrorKind::refused, error.message()).with_hint(error.hint());
    }
  }

  Task<Response> exchange(Outgoing request, Deadline deadline) override {
    if (failure_) throw Error(ErrorKind::refused, failure_->message());
    const Waiting waiting(*this, request.id);
    bool sent = false;
    std::optional<Error> failed;
    try {
      co_await send(std::move(request.text), deadline);
      sent = true;
    } catch (const Error& error) {
      failed = error;
    }
    if (!sent && failed->kind() == ErrorKind::closed) {
      const auto end = co_await how_it_ended();
      throw Error(ErrorKind::refused, end.message());  // nobody read it
    }
    if (!sent) throw Error(*failed);
    co_return co_await answer(request.id, deadline);
  }

  Task<> notify(std::string text, Deadline deadline) override { return send(std::move(text), deadline); }
  bool usable() const override { return !failure_ && !half_sent_; }
  bool take_tools_changed() override { return std::exchange(tools_changed_, false); }
  Task<> close() override { return process_->stop(stop_grace); }

 private:
  /// A request under way. Let go of without an answer, it owes the server a word about that.
  struct Waiting {
    Waiting(StdioTransport& used, std::int64_t number) : transport(used), id(number) { transport.answers_[id]; }
    ~Waiting() {
      const auto answered = transport.answers_.extract(id);
      if (!answered.mapped() && !transport.failure_ && transport.owed_.size() < most_owed)
        transport.owed_.push_back(encode_notification("notifications/cancelled", {{"requestId", id}, {"reason", "nobody waits for it any more"}}));
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    StdioTransport& transport;
    std::int64_t id;
  };
  /// Whoever has it reads; let go of, another may.
  struct Reading {
    explicit Reading(StdioTransport& used) : transport(used) { transport.reading_ = true; }
    ~Reading() {
      transport.reading_ = false;
      transport.news_.beat();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    StdioTransport& transport;
  };

  Task<> send(std::string text, Deadline deadline) {
    const auto turn = co_await writing_->acquire();  // one line at a time
    if (half_sent_) throw Error(ErrorKind::refused, "a request before this one was cut off in its middle");
    std::string lines;
    for (const auto& owed : std::exchange(owed_, {})) lines += owed + "\n";
    lines += text + "\n";
    struct Whole {
      bool& half_sent;
      bool sent = false;
      ~Whole() { half_sent = half_sent || !sent; }
    } whole{half_sent_};
    co_await process_->write(std::move(lines), deadline);
    whole.sent = true;
  }

  Task<Response> answer(std::int64_t id, Deadline deadline) {
    for (;;) {
      if (const auto& there = answers_[id]) co_return *there;
      if (failure_) throw Error(*failure_);
      if (reading_) {
        co_await at_most(runtime_.clock, deadline, another_reads(id), late());
        continue;
      }
      const Reading reading(*this);
      co_await read(deadline);
    }
  }

  // Looks before each wait, in the same breath: a beat that nobody waits for is lost.
  Task<> another_reads(std::int64_t id) {
    while (reading_ && !failure_ && !answers_[id]) co_await news_.wait();
  }

  Error late() const {
    auto message = fmt::format("{} did not answer in time", quote(name_));
    if (!garbage_.empty()) message += fmt::format("; it wrote what is no message: {}", quote(garbage_));
    return Error(ErrorKind::timeout, message);
  }

  Task<> read(Deadline deadline) {
    std::optional<std::string> line;
    std::optional<Error> failed;
    try {
      line = co_await process_->read_line(deadline);
    } catch (const Error& error) {
      failed = error;
    }
    if (failed && failed->kind() == ErrorKind::timeout) throw late();
    if (failed) failure_ = *failed;
    if (!failed && !line) failure_ = co_await how_it_ended();
    if (failure_) co_return;
    co_await take(*line, deadline);
  }

  Task<> take(const std::string& line, Deadline deadline) {
    std::vector<Incoming> messages;
    try {
      messages = decode(line);
    } catch (const Error&) {
      garbage_ = cut(repair_utf8(line), 120);  // servers print to stdout what belongs on stderr; the answer may still come
      co_return;
    }
    for (auto& message : messages) {
      if (auto* response = std::get_if<Response>(&message)) {
        take_response(std::move(*response));
      } else if (const auto* notification = std::get_if<Notification>(&message)) {
        if (notification->method == "notifications/tools/list_changed") tools_changed_ = true;
      } else {
        const auto& asked = std::get<ServerRequest>(message);
        co_await send(asked.method == "ping" ? encode_pong(asked.id) : encode_refusal(asked.id, asked.method), deadline);
      }
    }
  }

  void take_response(Response response) {
    if (!response.id) {
      garbage_ = cut(response.error->message, 120);
      return;
    }
    if (const auto waiting = answers_.find(*response.id); waiting != answers_.end()) waiting->second = std::move(response);
  }

  Task<Error> how_it_ended() {
    auto code = process_->exit_status();
    if (!code) {
      try {
        code = co_await process_->wait(Deadline::after(runtime_.clock, 1s));
      } catch (const Error&) {
        // It closed its output and lives on.
      }
    }
    const auto last = last_line(process_->error_output());
    co_return Error(ErrorKind::closed,
                    fmt::format("{} {}{}{}", quote(name_), code ? fmt::format("ended with exit code {}", *code) : std::string("closed its output"),
                                last.empty() ? "" : "; its last words: ", last));
  }

  Runtime& runtime_;
  std::string name_;
  std::unique_ptr<net::Process> process_;
  std::map<std::int64_t, std::optional<Response>> answers_;
  std::shared_ptr<CallLimit> writing_ = std::make_shared<CallLimit>(1);
  std::deque<std::string> owed_;
  Pulse news_;
  std::optional<Error> failure_;
  std::string garbage_;
  bool reading_ = false, half_sent_ = false, tools_changed_ = false;
};

}  // namespace

std::unique_ptr<Transport> stdio_transport(Runtime& runtime, net::ProcessOptions process) {
  return std::make_unique<StdioTransport>(runtime, std::move(process));
}

}  // namespace antiphon::gateway::mcp
