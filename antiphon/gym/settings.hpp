#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "antiphon/adapters/layercode/layercode_access.hpp"
#include "antiphon/adapters/layercode/layercode_call.hpp"
#include "antiphon/base/json.hpp"

/// Voice clients that exercise an agent behind the Layercode platform, and keep everything (docs/guides/gym.md).
namespace antiphon::gym {

enum class Pace {
  realtime,  ///< speech leaves as fast as it is said
  burst,     ///< as fast as it can, or a message each `chunk_interval`
};

/// GYM-8. What is unset has its default; `require` tells what has none.
struct Settings {
  static constexpr int longest_chunk_ms = 10'000;

  std::string server_url{};  ///< of the backend that authorises: http://localhost:8001
  std::string agent_id{};
  std::string authorize_path = LayercodeAccess().authorize_path;
  std::string websocket_url = LayercodeAccess().websocket_url;
  json::object custom_metadata{};
  std::map<std::string, std::string> custom_headers{};
  net::Headers auth_headers{};  ///< of the request to the backend; never printed or kept
  net::TlsOptions tls{};
  Duration request_timeout{std::chrono::seconds(10)};

  std::string tts_model = "gpt-4o-mini-tts";  ///< of OpenAI's speech, where there is a key
  std::string tts_voice = "coral";            ///< OpenAI's; or one of ours with its provider: hibari/low, flite/slt
  std::string tts_instructions{};

  std::optional<Pace> pace{};                ///< unset: realtime, unless there is a `chunk_interval`
  int chunk_ms = 100;                        ///< of sound in one message; 0: all of it
  std::optional<Duration> chunk_interval{};  ///< between messages of a burst: 0

  std::string output_root = "./conversations";
  bool store_audio = true;

  Duration greeting{std::chrono::seconds(2)};                ///< how long the agent may take to begin before our user does; zero: it does not wait
  Duration response_timeout{std::chrono::seconds(60)};       ///< without anything, after which an answer is silence
  Duration assistant_idle_timeout{std::chrono::seconds(3)};  ///< of a platform that never tells the end of a turn
  Duration conversation_timeout{std::chrono::minutes(30)};   ///< the whole of one
  int max_consecutive_waits = 10;
  int max_silent_turns = 3;  ///< unanswered lines in a row that end the conversation

  /// In place of the network, both or neither.
  std::function<Task<net::HttpReply>(Runtime&, net::HttpRequest)> post{};
  std::function<std::unique_ptr<net::ByteStream>(Runtime&)> stream{};

  using Variables = std::function<std::optional<std::string>(std::string_view name)>;
  /// What the environment says (docs/guides/gym.md lists the names), over what `file` says, over the defaults.
  /// @param file YAML with the names above; empty: none.
  /// @throws Problems for the file, Error configuration for the environment, each with all that is wrong.
  static Settings load(const Variables& environment, const std::string& file = {});
  /// Of this process.
  static Settings load(const std::string& file = {});

  /// @throws Error configuration that names all that is missing or impossible at once.
  void require() const;

  Pace effective_pace() const { return pace.value_or(chunk_interval ? Pace::burst : Pace::realtime); }
  LayercodeAccess access() const;
  LayercodePace layercode_pace() const;
};

std::string_view to_string(Pace pace);
/// nullopt for another word.
std::optional<Pace> pace_from(std::string_view word);
/// A number of seconds, `0.05`, or a duration with its unit, `50ms`. nullopt for anything else, and for less than nothing.
std::optional<Duration> seconds_from(std::string_view text);

}  // namespace antiphon::gym
