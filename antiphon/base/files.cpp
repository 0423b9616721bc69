#include "antiphon/base/files.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

namespace antiphon {

namespace {

[[noreturn]] void fail(ErrorKind kind, std::string_view verb, const std::string& path, int code) {
  throw Error(kind, fmt::format("cannot {} {}: {}", verb, path, std::strerror(code)));
}

std::string_view remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "free some space there, or name another folder";
    case EACCES:
    case EPERM:
    case EROFS: return "name a folder that can be written to";
    case ENOENT:
    case ENOTDIR: return "make its folder, or name another";
    default: return "name another place";
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

}  // namespace

Error write_failure(const std::string& path, int code) {
  return Error(ErrorKind::io, fmt::format("cannot write {}: {}", path, std::strerror(code))).with_party(Party::harness).with_hint(std::string(remedy(code)));
}

std::string read_file(const std::string& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(errno == ENOENT || errno == ENOTDIR ? ErrorKind::not_found : ErrorKind::io, "open", path, errno);
  std::string content;
  for (;;) {
    char buffer[65536];
    const auto n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(ErrorKind::io, "read", path, errno);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > limit) throw Error(ErrorKind::too_large, fmt::format("{} is larger than {} bytes", path, limit));
  }
}

void write_file_atomically(const std::string& path, std::string_view content) {
  static std::atomic<unsigned> writes{0};  // two threads may write one path
  const auto partial = fmt::format("{}.{}.{}.partial", path, ::getpid(), writes++);
  struct Remove {
    const std::string& path;
    bool armed = true;
    ~Remove() {
      if (armed) ::unlink(path.c_str());
    }
  } remove{partial};
  Descriptor file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) throw write_failure(path, errno);
  while (!content.empty()) {
    const auto n = ::write(file.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw write_failure(path, errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (file.close() != 0) throw write_failure(path, errno);
  if (::rename(partial.c_str(), path.c_str()) != 0) throw write_failure(path, errno);
  remove.armed = false;
}

std::string below(const std::string& path, const std::string& folder) {
  if (folder.empty()) return path;
  const auto relative = std::filesystem::path(path).lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

}  // namespace antiphon
