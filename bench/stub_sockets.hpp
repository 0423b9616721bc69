#pragma once

#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/// What the stubs do with sockets: plain calls, since nothing of ours may cost them anything.
namespace antiphon::bench {

inline void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN, event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/// A listening socket on a free port of this machine, which it prints; watched, as is standard input.
inline int listen_and_say_where(int epoll) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 4096) != 0) std::abort();
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  watch(epoll, listener), watch(epoll, STDIN_FILENO);
  std::printf("port %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

/// Every connection that waits; each is watched once `take` has been called with it.
template <class Take>
void accept_all(int epoll, int listener, Take take) {
  for (int fd; (fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    take(fd);
    watch(epoll, fd);
  }
}

}  // namespace antiphon::bench
