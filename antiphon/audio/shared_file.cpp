#include <filesystem>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"

namespace antiphon::audio {

namespace {

namespace fs = std::filesystem;

/// A file as it was when it was decoded last.
struct SharedFile {
  std::mutex one_decodes{};
  fs::file_time_type changed{};
  std::uintmax_t bytes = 0;
  std::weak_ptr<const Samples> samples{};
};

class SharedFiles {
 public:
  std::shared_ptr<SharedFile> of(const std::string& path) {
    const std::lock_guard lock(mutex_);
    auto& file = files_[path];
    if (file) return file;
    auto made = file = std::make_shared<SharedFile>();
    std::erase_if(files_, [](const auto& other) { return other.second.use_count() == 1 && other.second->samples.expired(); });
    return made;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<SharedFile>> files_;
};

}  // namespace

std::shared_ptr<const Samples> share_audio_file(const std::string& path) {
  std::error_code unknown;  // what cannot be looked at cannot be read either, and that says why
  const auto status = fs::status(path, unknown);
  if (fs::is_other(status)) throw Error(ErrorKind::configuration, fmt::format("{} is a pipe or a device, which may never end", path)).with_hint("name a file");
  if (!fs::is_regular_file(status)) return std::make_shared<const Samples>(read_audio_file(path));
  static SharedFiles files;
  const auto file = files.of(path);
  const std::lock_guard lock(file->one_decodes);
  const auto changed = fs::last_write_time(path, unknown);
  const auto bytes = fs::file_size(path, unknown);
  auto samples = file->samples.lock();
  if (samples && file->changed == changed && file->bytes == bytes) return samples;
  samples = std::make_shared<const Samples>(read_audio_file(path));
  file->changed = changed, file->bytes = bytes, file->samples = samples;
  return samples;
}

}  // namespace antiphon::audio
