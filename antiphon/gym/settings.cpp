#include "antiphon/gym/settings.hpp"

#include <cmath>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/gym/settings_reader.hpp"
#include "antiphon/net/https_server.hpp"

namespace antiphon::gym {

namespace {

/// What is asked for by the environment, and what was wrong with it.
class FromEnvironment {
 public:
  FromEnvironment(const Settings::Variables& lookup, Settings& settings) : lookup_(lookup), settings_(settings) {}

  void read() {
    text("SERVER_URL", settings_.server_url);
    text("AUTHORIZE_PATH", settings_.authorize_path);
    text("LAYERCODE_AGENT_ID", settings_.agent_id);
    text("LAYERCODE_WEBSOCKET_URL", settings_.websocket_url);
    text("LAYERCODE_OUTPUT_ROOT", settings_.output_root);
    text("OPENAI_TTS_MODEL", settings_.tts_model);
    text("OPENAI_TTS_VOICE", settings_.tts_voice);
    text("OPENAI_TTS_INSTRUCTIONS", settings_.tts_instructions);
    if (const auto value = get("LAYERCODE_CHUNK_MS")) chunk(*value);
    if (const auto value = get("LAYERCODE_CHUNK_INTERVAL")) interval(*value);
    if (const auto value = get("LAYERCODE_STORE_AUDIO")) store(*value);
    if (const auto value = get("LAYERCODE_CUSTOM_METADATA")) object("LAYERCODE_CUSTOM_METADATA", *value, settings_.custom_metadata);
    headers("LAYERCODE_CUSTOM_HEADERS", [this](std::string name, std::string value) { settings_.custom_headers[std::move(name)] = std::move(value); });
    headers("LAYERCODE_AUTH_HEADERS", [this](std::string name, std::string value) { settings_.auth_headers.emplace_back(std::move(name), std::move(value)); });
    if (mistakes_.empty()) return;
    throw Error(ErrorKind::configuration, join(mistakes_, "; ")).with_hint("correct or unset these variables of the environment");
  }

 private:
  // An empty variable is one that somebody wanted to unset.
  std::optional<std::string> get(std::string_view name) const {
    auto value = lookup_(name);
    if (value && value->empty()) return std::nullopt;
    return value;
  }
  void text(std::string_view name, std::string& value) const {
    if (auto given = get(name)) value = std::move(*given);
  }
  void refuse(std::string_view name, std::string_view value, std::string_view wanted) {
    mistakes_.push_back(fmt::format("{} is {}; {} is wanted", name, quote(cut(value, 60)), wanted));
  }
  void chunk(const std::string& value) {
    const auto ms = parse_integer(value);
    if (!ms || *ms < 0 || *ms > Settings::longest_chunk_ms) return refuse("LAYERCODE_CHUNK_MS", value, "a whole number of milliseconds up to 10000");
    settings_.chunk_ms = *ms;
  }
  void interval(const std::string& value) {
    settings_.chunk_interval = seconds_from(value);
    if (!settings_.chunk_interval) refuse("LAYERCODE_CHUNK_INTERVAL", value, "a number of seconds");
  }
  void store(const std::string& value) {
    const auto word = lower(value);
    const bool yes = word == "true" || word == "1" || word == "yes", no = word == "false" || word == "0" || word == "no";
    if (!yes && !no) return refuse("LAYERCODE_STORE_AUDIO", value, "true or false");
    settings_.store_audio = yes;
  }
  void object(std::string_view name, const std::string& value, json::object& into) {
    auto read = try_parse_json(value);
    if (!read || !read->is_object()) return refuse(name, "(not shown)", "a JSON object");
    into = std::move(read->get_object());
  }
  template <class Take>
  void headers(std::string_view name, Take take) {
    const auto value = get(name);
    if (!value) return;
    json::object read;
    object(name, *value, read);
    for (const auto& [key, entry] : read) take(std::string(key), entry.is_string() ? std::string(entry.get_string()) : json_text(entry));
  }

  const Settings::Variables& lookup_;
  Settings& settings_;
  std::vector<std::string> mistakes_;
};

}  // namespace

std::string_view to_string(Pace pace) { return pace == Pace::realtime ? "realtime" : "burst"; }

std::optional<Pace> pace_from(std::string_view word) {
  if (word == "realtime") return Pace::realtime;
  if (word == "burst") return Pace::burst;
  return std::nullopt;
}

std::optional<Duration> seconds_from(std::string_view text) {
  if (const auto duration = parse_duration(text)) return *duration < Duration{0} ? std::nullopt : duration;
  const std::string copy(trim(text));
  char* end = nullptr;
  const double seconds = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !std::isfinite(seconds) || seconds < 0 || seconds > 3600) return std::nullopt;
  return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

Settings Settings::load(const Variables& environment, const std::string& file) {
  Settings settings;
  if (!file.empty()) read_settings(file, environment, settings);
  FromEnvironment(environment, settings).read();
  return settings;
}

Settings Settings::load(const std::string& file) {
  return load(
      [](std::string_view name) -> std::optional<std::string> {
        const auto* value = std::getenv(std::string(name).c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
      },
      file);
}

void Settings::require() const {
  std::vector<std::string> missing;
  if (server_url.empty()) missing.emplace_back("server_url (SERVER_URL, --server-url): the address of your backend, such as http://localhost:8001");
  if (agent_id.empty()) missing.emplace_back("agent_id (LAYERCODE_AGENT_ID, --agent-id): the agent's id on the platform");
  if (output_root.empty()) missing.emplace_back("output_root (LAYERCODE_OUTPUT_ROOT, --output-dir): the folder for conversations");
  if (!missing.empty())
    throw Error(ErrorKind::configuration, fmt::format("the gym needs {}", join(missing, "; and ")))
        .with_hint("give them as flags, in the environment, or in a file with --config");
  if (pace == Pace::realtime && chunk_interval)
    throw Error(ErrorKind::configuration, "chunk_interval is the time between messages of a burst, and the pace is realtime")
        .with_hint("leave one of them out");
  if (chunk_ms < 0 || chunk_ms > longest_chunk_ms)
    throw Error(ErrorKind::configuration, fmt::format("chunk_ms is {}: from 0 to {}", chunk_ms, longest_chunk_ms));
  check(access());
  if (!tls.ca_file.empty()) net::check_files(tls);
}

LayercodeAccess Settings::access() const {
  return {.server_url = server_url,
          .authorize_path = authorize_path,
          .websocket_url = websocket_url,
          .agent_id = agent_id,
          .custom_metadata = custom_metadata,
          .custom_headers = custom_headers,
          .auth_headers = auth_headers,
          .tls = tls,
          .request_timeout = request_timeout,
          .post = post,
          .stream = stream};
}

LayercodePace Settings::layercode_pace() const {
  LayercodePace speed{.chunk = std::chrono::milliseconds(chunk_ms)};
  if (effective_pace() == Pace::burst) speed.interval = chunk_interval.value_or(Duration{0});
  return speed;
}

}  // namespace antiphon::gym
