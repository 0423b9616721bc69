// A chat-completions server that costs next to nothing: `bench_stub_llm DELAY_MS [discover]`. It prints its port, answers every POST after the delay,
// and ends when standard input does, saying what it has counted. With `discover` a judge that is offered to look something up does so once a call. One thread,
// epoll, no JSON: what is asked shows in the bytes of the body.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/stub_sockets.hpp"

namespace {

using Time = std::chrono::steady_clock::time_point;

struct Connection {
  std::string received;
  unsigned generation = 0;  // descriptors are used again
};

struct Due {
  Time at;
  int socket;
  unsigned generation;
  const std::string* reply;
};

std::string http(std::string_view message, std::string_view finish) {
  std::string body = R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"stub","choices":[{"index":0,"message":)";
  body.append(message).append(R"(,"logprobs":null,"finish_reason":")").append(finish);
  body += R"("}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}})";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_0123456789\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string tool_call(std::string_view name, std::string_view arguments) {
  std::string call = R"({"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":")";
  return call.append(name).append(R"(","arguments":")").append(arguments).append("\"}}]}");
}

const std::string text_reply =
    http(R"({"role":"assistant","content":"ok thanks, and when will the parcel be here? i need it before the weekend","refusal":null})", "stop");
const std::string continue_reply = http(tool_call("continue_test", "{}"), "tool_calls");
// The criteria of the benchmarks are "polite" and "answers". One shape holds what those testers read that ask for a verdict criterion by criterion …
const std::string finish_reply =
    http(tool_call("finish_test",
                   R"({\"reasoning\":\"All is well.\",\"criteria\":{\"polite\":{\"requirement\":\"be polite\",\"reasoning\":\"it was\",)"
                   R"(\"status\":\"passed\",\"evidence\":[1]},\"answers\":{\"requirement\":\"answer\",\"reasoning\":\"it did\",\"status\":\"passed\",)"
                   R"(\"evidence\":[1]}}})"),
         "tool_calls");
// … and another what those read that ask for one of three words each, and for a verdict of the whole.
const std::string finish_words_reply =
    http(tool_call("finish_test", R"({\"criteria\":{\"polite\":\"true\",\"answers\":\"true\"},\"reasoning\":\"All is well.\",\"verdict\":\"success\"})"),
         "tool_calls");

const std::string discovery_reply = http(tool_call("grep_trace", R"({\"pattern\":\"invoke_agent\"})"), "tool_calls");
bool discovers = false;

const std::string& reply_to(std::string_view body) {
  if (discovers && body.rfind("\"name\":\"grep_trace\",\"desc") != std::string_view::npos && body.rfind("\"role\":\"tool\"") == std::string_view::npos)
    return discovery_reply;
  // Tools come after the messages: their names are looked for from the end.
  const auto offers = [&](std::string_view what) { return body.rfind(what) != std::string_view::npos; };
  const bool forced = offers(R"("tool_choice":{)");
  // Where both are offered, the conversation itself says when it is over.
  const bool finish = offers(R"("name":"finish_test")"), over = finish && body.find("That was all.") != std::string_view::npos;
  if (!forced && !over && offers(R"("name":"continue_test")")) return continue_reply;
  if (finish) return offers(R"(["true","false","inconclusive"])") ? finish_words_reply : finish_reply;
  return text_reply;
}

// Names of headers are written as each client likes.
std::size_t content_length(std::string_view headers) {
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto at = std::search(headers.begin(), headers.end(), name.begin(), name.end(), same);
  return at == headers.end() ? 0 : std::strtoul(&*at + name.size(), nullptr, 10);
}

class Stub {
 public:
  explicit Stub(std::chrono::milliseconds delay) : delay_(delay), epoll_(epoll_create1(0)) { listener_ = antiphon::bench::listen_and_say_where(epoll_); }

  void serve() {
    std::vector<epoll_event> events(1024);
    for (;;) {
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience_ms());
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return;
        fd == listener_ ? accept_all() : receive(fd);
      }
      send_due();
    }
  }

  ~Stub() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto s = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
    std::printf("requests %ld in %ld out %ld cpu %f\n", requests_, in_, out_, s(used.ru_utime) + s(used.ru_stime));
  }

 private:
  // Rounded up, so that no reply is early.
  int patience_ms() const {
    if (due_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.front().at - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
  }

  void accept_all() {
    antiphon::bench::accept_all(epoll_, listener_, [this](int fd) {
      if (connections_.size() <= static_cast<std::size_t>(fd)) connections_.resize(static_cast<std::size_t>(fd) + 1);
      auto& connection = connections_[static_cast<std::size_t>(fd)];
      connection.received.clear();
      ++connection.generation;
    });
  }

  void receive(int fd) {
    static char buffer[256 * 1024];
    auto& connection = connections_[static_cast<std::size_t>(fd)];
    const auto n = recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      ++connection.generation;
      close(fd);
      return;
    }
    in_ += n;
    connection.received.append(buffer, static_cast<std::size_t>(n));
    take_requests(fd, connection);
  }

  void take_requests(int fd, Connection& connection) {
    for (;;) {
      const std::string_view all = connection.received;
      const auto header_end = all.find("\r\n\r\n");
      if (header_end == std::string_view::npos) return;
      const auto length = content_length(all.substr(0, header_end));
      const auto whole = header_end + 4 + length;
      if (all.size() < whole) return;
      ++requests_;
      due_.push_back({std::chrono::steady_clock::now() + delay_, fd, connection.generation, &reply_to(all.substr(header_end + 4, length))});
      connection.received.erase(0, whole);
    }
  }

  void send_due() {
    const auto now = std::chrono::steady_clock::now();
    for (; !due_.empty() && due_.front().at <= now; due_.pop_front()) {
      const auto& due = due_.front();
      if (connections_[static_cast<std::size_t>(due.socket)].generation != due.generation) continue;
      const auto n = send(due.socket, due.reply->data(), due.reply->size(), MSG_NOSIGNAL);  // a reply is small: it fits the socket's buffer
      if (n != static_cast<ssize_t>(due.reply->size())) std::abort();
      out_ += n;
    }
  }

  std::chrono::milliseconds delay_;
  int epoll_, listener_ = -1;
  std::vector<Connection> connections_;
  std::deque<Due> due_;  // one delay for all: in order
  long requests_ = 0, in_ = 0, out_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  discovers = argc > 2 && std::string_view(argv[2]) == "discover";
  Stub stub(std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0));
  stub.serve();
}
