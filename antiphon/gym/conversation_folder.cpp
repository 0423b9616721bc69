#include "antiphon/gym/conversation_folder.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/random.hpp"

namespace antiphon::gym {

namespace {

namespace fs = std::filesystem;

constexpr const char* transcript_name = "transcript.json";
constexpr const char* mix_name = "conversation_mix.wav";
constexpr std::size_t longest_name = 200;  // of 255 that file systems allow

std::string failed_name() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("failed-{:04}{:02}{:02}T{:02}{:02}{:02}Z-{:06x}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                     parts.tm_sec, random_seed() & 0xFFFFFF);
}

/// Of two ids that look the same as a name.
std::string told_apart(const std::string& name, const std::string& id) {
  const std::string_view key[] = {id};
  return fmt::format("{}-{:06x}", name, mix_seed(0, key) & 0xFFFFFF);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

/// Samples of a mix as this program writes it, two channels as they are; nothing for any other file.
audio::Samples mix_in(const std::string& path) {
  std::string bytes;
  try {
    bytes = read_file(path, std::size_t{1} << 30);
  } catch (const Error&) {
    return {};
  }
  constexpr std::size_t header = 44;
  if (bytes.size() < header || !bytes.starts_with("RIFF") || bytes[22] != 2 || number_at(bytes, 24) != mix_rate_hz || bytes.substr(36, 4) != "data") return {};
  const auto length = std::min<std::size_t>(number_at(bytes, 40), bytes.size() - header);
  return audio::samples_from_bytes(std::string_view(bytes).substr(header, length - length % 4));
}

}  // namespace

std::string folder_name(const std::string& conversation_id) {
  auto name = conversation_id;
  for (auto& byte : name) {
    const bool plain =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
    if (!plain) byte = '_';
  }
  if (name.starts_with('.')) name[0] = '_';
  return name.size() <= longest_name ? name : told_apart(name.substr(0, longest_name), conversation_id);
}

ConversationFolder::ConversationFolder(const std::string& output_root, const std::string& conversation_id) {
  path_ = (fs::path(output_root) / (conversation_id.empty() ? failed_name() : folder_name(conversation_id))).string();
  if (!conversation_id.empty()) read_earlier(conversation_id);
  std::error_code error;
  fs::create_directories(path_, error);
  if (error)
    throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", path_, error.message()))
        .with_party(Party::harness)
        .with_hint("name another place with output_root (--output-dir)");
}

void ConversationFolder::read_earlier(const std::string& conversation_id) {
  const auto file = [this] { return path_ + "/" + transcript_name; };
  if (!fs::exists(file())) return;
  try {
    auto log = log_from_json(parse_json(read_file(file())));
    if (log.conversation_id != conversation_id) {
      path_ = told_apart(path_, conversation_id);
      return read_earlier(conversation_id);
    }
    earlier_ = std::move(log);
    earlier_mix_ = mix_in(path_ + "/" + mix_name);
  } catch (const Error& failure) {
    std::error_code error;
    fs::rename(file(), file() + ".unreadable", error);
    notice_ = fmt::format("the transcript that was there could not be read ({}) and is now {}.unreadable", failure.message(), transcript_name);
  }
}

void ConversationFolder::write(const std::string& name, std::string_view content) const { write_file_atomically(path_ + "/" + name, content); }

void ConversationFolder::write_transcript(const ConversationLog& log) const { write(transcript_name, json_text(to_json(log)) + "\n"); }

std::string ConversationFolder::write_user_audio(int turn_number, audio::SampleView samples, int rate_hz) const {
  auto name = fmt::format("user_{}.wav", turn_number);
  audio::write_audio_file(path_ + "/" + name, samples, 1, rate_hz);
  return name;
}

std::string ConversationFolder::write_agent_audio(int turn_number, audio::SampleView samples, int rate_hz) const {
  auto name = fmt::format("assistant_{}.wav", turn_number);
  audio::write_audio_file(path_ + "/" + name, samples, 1, rate_hz);
  return name;
}

void ConversationFolder::write_mix(audio::SampleView interleaved) const {
  const auto path = path_ + "/" + mix_name;
  if (earlier_mix_.empty()) return audio::write_audio_file(path, interleaved, 2, mix_rate_hz);
  auto all = earlier_mix_;
  all.insert(all.end(), interleaved.begin(), interleaved.end());
  audio::write_audio_file(path, all, 2, mix_rate_hz);
}

}  // namespace antiphon::gym
