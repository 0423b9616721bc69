#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

/// What tells one state of a file from another.
struct Version {
  dev_t device = 0;
  ino_t number = 0;
  off_t bytes = 0;
  time_t seconds = 0;
  long nanoseconds = 0;

  explicit Version(const struct stat& of)
      : device(of.st_dev), number(of.st_ino), bytes(of.st_size), seconds(of.st_mtim.tv_sec), nanoseconds(of.st_mtim.tv_nsec) {}
  friend bool operator==(const Version&, const Version&) = default;
};

void require_file(const std::string& path, mode_t mode) {
  if (S_ISREG(mode)) return;
  throw Error(ErrorKind::configuration, fmt::format("{} is {}", path, S_ISDIR(mode) ? "a folder" : "a pipe or a device, which may never end"))
      .with_hint("name a file");
}

/// Whatever became of a path since somebody looked at it: neither opening it nor reading from it can wait.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : path_(path), descriptor_{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)} {
    if (descriptor_.number < 0 || ::fstat(descriptor_.number, &seen_) != 0) fail("open", errno);
    require_file(path, seen_.st_mode);
  }

  Version version() const { return Version(seen_); }

  std::string read(std::size_t limit) {
    std::string content;
    for (;;) {
      char buffer[65536];
      const auto count = ::read(descriptor_.number, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("read", errno);
      content.append(buffer, static_cast<std::size_t>(count));
      if (count == 0 || content.size() > limit) return content;
    }
  }

 private:
  struct Descriptor {
    int number = -1;
    ~Descriptor() {
      if (number >= 0) ::close(number);
    }
  };

  [[noreturn]] void fail(std::string_view verb, int code) const {
    throw Error(code == ENOENT || code == ENOTDIR ? ErrorKind::not_found : ErrorKind::io, fmt::format("cannot {} {}: {}", verb, path_, std::strerror(code)));
  }

  const std::string& path_;
  Descriptor descriptor_;
  struct stat seen_{};
};

/// A file as it was when it was decoded last.
struct SharedFile {
  std::mutex one_decodes{};
  std::optional<Version> version{};
  std::weak_ptr<const Samples> samples{};
};

class SharedFiles {
 public:
  std::shared_ptr<SharedFile> of(const std::string& path) {
    const std::lock_guard lock(mutex_);
    auto& file = files_[path];
    if (file) return file;
    auto made = file = std::make_shared<SharedFile>();
    std::erase_if(files_, [](const auto& other) {
      const std::unique_lock one_looks(other.second->one_decodes, std::try_to_lock);
      return one_looks && other.second.use_count() == 1 && other.second->samples.expired();
    });
    return made;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<SharedFile>> files_;
};

/// What was found out about files that somebody has looked through.
class Verdicts {
 public:
  struct Verdict {
    Version version;
    std::optional<Error> refused{};
  };

  std::optional<Verdict> find(const std::string& path, const Version& version) {
    const std::lock_guard lock(mutex_);
    const auto found = verdicts_.find(path);
    return found != verdicts_.end() && found->second.version == version ? std::optional(found->second) : std::nullopt;
  }
  void keep(const std::string& path, Verdict verdict) {
    const std::lock_guard lock(mutex_);
    verdicts_.insert_or_assign(path, std::move(verdict));
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Verdict> verdicts_;
};

// A disk that is slow to wake, or a program with too many files open, says nothing about the file.
bool will_stay(const Error& error) { return error.kind() == ErrorKind::configuration || error.kind() == ErrorKind::too_large; }

}  // namespace

std::shared_ptr<const Samples> share_audio_file(const std::string& path) {
  if (path.empty()) throw Error(ErrorKind::configuration, "no file is named").with_hint("name a file");
  struct stat seen{};
  if (::stat(path.c_str(), &seen) != 0) return std::make_shared<const Samples>(read_audio_file(path));  // which says why it cannot be
  require_file(path, seen.st_mode);
  static SharedFiles files;
  const auto shared = files.of(path);
  const std::lock_guard lock(shared->one_decodes);
  OpenFile file(path);
  auto samples = shared->samples.lock();
  if (samples && shared->version == file.version()) return samples;
  const AudioFileLimits limits;
  samples = std::make_shared<const Samples>(decode_audio_file(file.read(limits.bytes), path, limits));
  shared->version = file.version(), shared->samples = samples;
  return samples;
}

void check_audio_file(const std::string& path) {
  struct stat seen{};
  if (::stat(path.c_str(), &seen) != 0) return void(share_audio_file(path));
  static Verdicts verdicts;
  Verdicts::Verdict verdict{.version = Version(seen)};
  if (const auto known = verdicts.find(path, verdict.version)) {
    if (known->refused) throw Error(*known->refused);
    return;
  }
  try {
    share_audio_file(path);
  } catch (const Error& error) {
    if (!will_stay(error)) throw;
    verdict.refused = error;
  }
  verdicts.keep(path, verdict);
  if (verdict.refused) throw Error(*verdict.refused);
}

}  // namespace antiphon::audio
