#include "antiphon/providers/llm/cache/call_cache.hpp"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/files.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"

namespace antiphon {

namespace fs = std::filesystem;

CallCache::CallCache(std::string folder) : folder_(folder.empty() ? default_folder() : std::move(folder)) {}

std::string CallCache::default_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return (fs::path(cache) / "antiphon" / "calls").string();
  const char* home = std::getenv("HOME");
  return (fs::path(home && *home ? home : ".") / ".cache" / "antiphon" / "calls").string();
}

std::string CallCache::file(const std::string& key) const { return (fs::path(folder_) / key.substr(0, 2) / (key.substr(2) + ".json")).string(); }

std::optional<RecordedCall> CallCache::find(const std::string& key) const {
  try {
    auto text = read_file(file(key));
    while (text.ends_with('\n')) text.pop_back();
    auto call = decode_call(text);
    return call.key == key ? std::optional(std::move(call)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<Error> CallCache::store(const RecordedCall& call) const {
  const auto path = file(call.key);
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  try {
    write_file_atomically(path, encode(call) + "\n");
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

void RunCache::store(const RecordedCall& call) {
  const auto error = cache_.store(call);
  if (error && !notice_) notice_ = fmt::format("answers of providers are not kept in the cache and will be asked for again: {}", error->message());
}

std::string RunCache::next_key(std::string_view role, std::string_view request) {
  auto call = sha256_hex(fmt::format("{}\n{}\n{}", scope_, role, request));
  const auto times = asked_[call]++;
  return times == 0 ? call : sha256_hex(fmt::format("{}\n{}", call, times));
}

std::string RunCache::shared_key(std::string_view request) const { return sha256_hex(fmt::format("{}\n{}", shared_scope_, request)); }

}  // namespace antiphon
