#pragma once

#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/base/blocking.hpp"
#include "antiphon/base/clock.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"
#include "antiphon/base/runtime.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/providers/llm/language_model.hpp"

// Included by tests alone.
namespace antiphon::testing_tools {

/// Virtual time on one thread.
struct World {
  asio::io_context context;
  VirtualClock clock{context};
  BlockingPool blocking;
  Runtime runtime{context.get_executor(), clock, blocking};

  /// Runs `task` to its end and gives its value; rethrows what it throws.
  template <class T>
  T run(Task<T> task) {
    bool done = false;
    detail::Outcome<T> outcome;
    asio::co_spawn(context, keep(&outcome, std::move(task)), [&](std::exception_ptr) { done = true; });
    clock.run([&] { return done; }, std::chrono::seconds(60), [] { ADD_FAILURE() << "the task did not end"; });
    return outcome.take();
  }

 private:
  template <class T>
  static Task<> keep(detail::Outcome<T>* outcome, Task<T> task) {
    try {
      if constexpr (std::is_void_v<T>)
        co_await std::move(task);
      else
        outcome->value.emplace(co_await std::move(task));
    } catch (...) {
      outcome->error = std::current_exception();
    }
  }
};

template <class F>
Error error_of(F action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorKind::internal, "nothing was thrown");
}

/// What a scripted far side does with one request: replies (body in pieces, for streams), or fails.
struct Scripted {
  int status = 200;
  std::vector<std::string> body;
  net::Headers headers{{"content-type", "application/json"}};
  std::optional<Error> failure;
  std::optional<Error> breaks;  ///< thrown after the body's pieces
};

/// An HttpClient that plays a script and keeps what was sent.
class ScriptedHttp final : public net::HttpClient {
 public:
  std::deque<Scripted> script;
  std::vector<net::HttpRequest> sent;

  Task<net::HttpReply> send(net::HttpRequest request, Deadline) override {
    auto next = take(std::move(request));
    std::string body;
    for (const auto& piece : next.body) body += piece;
    co_return net::HttpReply{.status = next.status, .headers = next.headers, .body = body};
  }
  Task<std::unique_ptr<net::HttpBody>> open(net::HttpRequest request, Deadline) override { co_return std::make_unique<Body>(take(std::move(request))); }

 private:
  struct Body final : net::HttpBody {
    explicit Body(Scripted s) : scripted(std::move(s)) {}
    int status() const override { return scripted.status; }
    const net::Headers& headers() const override { return scripted.headers; }
    Task<std::string> read(Deadline) override {
      if (at < scripted.body.size()) co_return scripted.body[at++];
      if (scripted.breaks) throw *scripted.breaks;
      co_return std::string();
    }
    Scripted scripted;
    std::size_t at = 0;
  };

  Scripted take(net::HttpRequest request) {
    sent.push_back(std::move(request));
    if (script.empty()) throw Error(ErrorKind::internal, "the script is over");
    auto next = std::move(script.front());
    script.pop_front();
    if (next.failure) throw *next.failure;
    return next;
  }
};

/// Sets an environment variable (nullptr: unsets it) for its own lifetime.
class ScopedVariable {
 public:
  ScopedVariable(std::string name, const char* value) : name_(std::move(name)) {
    if (const auto* old = std::getenv(name_.c_str())) old_ = old;
    set(value);
  }
  ~ScopedVariable() { set(old_ ? old_->c_str() : nullptr); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const char* value) const { value ? setenv(name_.c_str(), value, 1) : unsetenv(name_.c_str()); }
  std::string name_;
  std::optional<std::string> old_;
};

/// A request with one user message.
inline ChatRequest asking(std::string_view text, CallTags tags = {}) {
  ChatRequest request;
  request.messages = History{Message::user(text)};
  request.tags = std::move(tags);
  return request;
}

struct Streamed {
  std::vector<std::string> pieces;
  ChatResponse response;
};
/// Reads a stream to its end.
inline Task<Streamed> read_stream(LanguageModel& model, ChatRequest request, Deadline deadline = Deadline::never()) {
  auto stream = co_await model.stream(std::move(request), deadline);
  std::vector<std::string> pieces;
  for (auto piece = co_await stream->next(deadline); piece; piece = co_await stream->next(deadline)) pieces.push_back(piece->text);
  co_return Streamed{std::move(pieces), stream->response()};
}

}  // namespace antiphon::testing_tools
