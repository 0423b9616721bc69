#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/gateway/sessions/redis_link.hpp"

/// A redis-server of its own on a free port of this machine, without a disk. For tests alone.
namespace antiphon::gateway::testing {

class RedisServer {
 public:
  static bool is_installed() { return std::filesystem::exists("/usr/bin/redis-server"); }

  explicit RedisServer(std::string password = "") : password_(std::move(password)) { start(); }
  ~RedisServer() { kill(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string url() const { return fmt::format("redis://127.0.0.1:{}/2", port_); }
  /// As kill -9 does it: nothing is saved.
  void kill() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
  }
  /// On the port that it had. Returns when it answers.
  void start() {
    if (port_ == 0) port_ = free_port();
    auto port = std::to_string(port_);
    std::vector<std::string> words{"redis-server", "--port", port,        "--bind",    "127.0.0.1",   "--save", "",
                                   "--appendonly", "no",     "--logfile", "/dev/null", "--daemonize", "no"};
    if (!password_.empty()) words.insert(words.end(), {"--requirepass", password_});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&process_, "/usr/bin/redis-server", nullptr, nullptr, argv.data(), environ) != 0) throw Error(ErrorKind::internal, "no redis-server");
    for (int i = 0; i < 200; ++i) {  // a process of its own: there is nothing to wait on but its answers
      try {
        ask({"PING"});
        return;
      } catch (const Error&) {
        ::usleep(20'000);
      }
    }
    throw Error(ErrorKind::internal, "redis-server does not answer");
  }
  RedisAnswer ask(const RedisCommand& command) const {
    auto address = redis_address(url());
    address.password = password_;
    return RedisLink(address, std::chrono::seconds(5), std::chrono::seconds(5)).run({command}).front();
  }

 private:
  static int free_port() {
    boost::asio::io_context context;
    const boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
  }

  std::string password_;
  int port_ = 0;
  pid_t process_ = 0;
};

}  // namespace antiphon::gateway::testing
