#include "antiphon/report/call_sound.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include "antiphon/audio/ogg_opus.hpp"
#include "antiphon/audio/peaks.hpp"
#include "antiphon/audio/sound_reader.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/call_record.hpp"

namespace antiphon {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = static_cast<std::size_t>(audio::canonical_rate_hz) * 10;
// A recording ends with the frame in which the call was over.
constexpr double length_tolerance_s = 0.5;
// Peaks of so many seconds are drawn at 10 ms; of more, at coarser steps, so that a page of many hours still opens.
constexpr double fine_peaks_s = 4 * 3600.0, finest_step_s = 0.01;
constexpr audio::OggOpusSettings coding;

fs::path file_of(const ScenarioResult& result, const SoundOptions& options) {
  return (fs::path(options.result_folder) / result.recording_file).lexically_normal();
}

std::string address_of(const fs::path& file, const SoundOptions& options) {
  const auto from = fs::absolute(options.page_folder.empty() ? "." : options.page_folder).lexically_normal();
  return percent_encode(fs::absolute(file).lexically_relative(from).generic_string(), "/");  // folders stay folders
}

/// Calls `work` for 0 … count − 1, on all processors.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto loop = [&] {
    for (auto i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min<std::size_t>(count, std::max(1U, std::thread::hardware_concurrency())); ++i) threads.emplace_back(loop);
  loop();
}

// Names are those of scenarios, so a later run into the same folder replaces them: the page must not play that one's call.
std::string mismatch(const ScenarioResult& result, double seconds) {
  const auto call_s = result.call ? to_seconds(result.call->duration) : result.duration_s;
  if (std::abs(seconds - call_s) <= length_tolerance_s) return {};
  return fmt::format("{} is {:.1f} s long and the call was {:.1f} s: another run has written it since", result.recording_file, seconds, call_s);
}

CallSound look_at(const ScenarioResult& result, const SoundOptions& options, double step_s) {
  CallSound sound;
  if (result.recording_file.empty() || !result.call) return sound;
  sound.kind = CallSound::Kind::missing;
  const auto file = file_of(result, options);
  try {
    audio::SoundReader reader(file.string());
    sound.seconds = static_cast<double>(reader.frames()) / reader.rate_hz();
    sound.why = mismatch(result, sound.seconds);
    if (!sound.why.empty()) return sound;
    sound.kind = CallSound::Kind::beside;
    sound.href = address_of(file, options);
    if (reader.channels() != 2) return sound;
    sound.step_s = step_s;
    audio::PeakMeter meter(2, step_s, reader.rate_hz());
    for (auto samples = reader.read(block); !samples.empty(); samples = reader.read(block)) meter.append(samples);
    sound.peaks = join(meter.finish(), "");
  } catch (const Error& error) {
    // Pages travel: the folders of this machine stay out of them.
    sound.why = fmt::format("{} {}", result.recording_file, error.kind() == ErrorKind::not_found ? "is not there" : "cannot be read as audio");
  } catch (const std::exception& error) {  // on a thread of its own nobody else would catch it
    sound.why = fmt::format("{} cannot be read: {}", result.recording_file, error.what());
  }
  return sound;
}

void embed(CallSound& sound, const std::string& file) {
  try {
    audio::SoundReader reader(file);
    if (reader.rate_hz() != audio::canonical_rate_hz || reader.channels() > 2) return;  // it stays beside the page
    auto settings = coding;
    settings.channels = reader.channels();
    audio::OggOpusWriter writer(settings);
    for (auto samples = reader.read(block); !samples.empty(); samples = reader.read(block)) writer.append(samples);
    sound.opus = writer.finish();
    sound.kind = CallSound::Kind::embedded;
  } catch (const std::exception&) {  // the file beside the page is played
    sound.opus.clear();
  }
}

double length_of(const ScenarioResult& result) { return result.call ? to_seconds(result.call->duration) : 0; }

int urgency(const ScenarioResult& result) {
  constexpr std::array order{RunOutcome::failed, RunOutcome::error, RunOutcome::inconclusive, RunOutcome::passed};
  return static_cast<int>(std::ranges::find(order, result.outcome) - order.begin());
}

/// Those that have room, the most urgent first. Opus of speech takes less than its nominal rate: the estimate is an upper bound.
std::vector<std::size_t> chosen(const BatchResult& batch, const std::vector<CallSound>& sounds, const SoundOptions& options) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sounds.size(); ++i)
    if (sounds[i].kind == CallSound::Kind::beside) order.push_back(i);
  if (options.embed == EmbedAudio::never) return {};
  if (options.embed == EmbedAudio::always) return order;
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(urgency(batch.scenarios[i]), i); });
  auto room = static_cast<double>(options.room);
  std::vector<std::size_t> list;
  for (const auto i : order) {
    const auto bytes = sounds[i].seconds * coding.bit_rate / 8 * 4 / 3;  // base64
    if (bytes > room) continue;
    room -= bytes;
    list.push_back(i);
  }
  return list;
}

std::string_view word(CallSound::Kind kind) {
  switch (kind) {
    case CallSound::Kind::embedded: return "embedded";
    case CallSound::Kind::beside: return "beside";
    case CallSound::Kind::missing: return "missing";
    case CallSound::Kind::none: break;
  }
  return "none";
}

}  // namespace

std::optional<EmbedAudio> embed_audio_from(std::string_view name) {
  if (name == "auto") return EmbedAudio::automatic;
  if (name == "always") return EmbedAudio::always;
  if (name == "never") return EmbedAudio::never;
  return std::nullopt;
}

std::vector<CallSound> call_sounds(const BatchResult& batch, const SoundOptions& options) {
  double total_s = 0;
  for (const auto& result : batch.scenarios) total_s += length_of(result);
  const auto step_s = finest_step_s * std::max(1.0, std::ceil(total_s / fine_peaks_s));
  std::vector<CallSound> sounds(batch.scenarios.size());
  in_parallel(sounds.size(), [&](std::size_t i) { sounds[i] = look_at(batch.scenarios[i], options, step_s); });
  const auto list = chosen(batch, sounds, options);
  in_parallel(list.size(), [&](std::size_t i) { embed(sounds[list[i]], file_of(batch.scenarios[list[i]], options).string()); });
  return sounds;
}

json::value to_json(const CallSound& sound) {
  if (sound.kind == CallSound::Kind::none) return nullptr;
  json::object object{{"kind", word(sound.kind)}};
  if (!sound.why.empty()) object.emplace("why", sound.why);
  if (!sound.href.empty()) object.emplace("href", sound.href), object.emplace("seconds", sound.seconds);
  if (!sound.opus.empty()) object.emplace("bytes", sound.opus.size());
  if (!sound.peaks.empty()) object.emplace("step_s", sound.step_s);
  return object;
}

}  // namespace antiphon
