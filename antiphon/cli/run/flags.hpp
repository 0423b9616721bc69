#pragma once

#include <optional>
#include <string>
#include <vector>

#include "antiphon/base/json.hpp"
#include "antiphon/cli/environment.hpp"
#include "antiphon/report/call_sound.hpp"
#include "antiphon/suite/load.hpp"

namespace CLI {
class App;
}

namespace antiphon::cli {

/// The flags of `antiphon run`, as typed.
struct RunFlags {
  std::vector<std::string> paths;
  std::vector<std::string> keywords;
  std::string tags;
  std::optional<int> jobs;
  std::optional<std::int64_t> seed;
  std::string timeout;
  std::optional<int> max_turns;
  std::string model;
  std::string user_models;
  std::string audit;
  std::string clock;
  std::string cassettes;
  bool update_cassettes = false;
  std::string out;
  std::string store;
  std::string failed;
  std::optional<int> repeat;
  std::optional<int> retries;
  std::optional<int> rerun_spoiled;
  std::optional<int> max_failures;
  std::string shard;
  std::vector<std::string> reporters;
  std::string embed_audio = "auto";
  bool allow_commands = false;
  bool dry_run = false;
  bool exclude_spoiled = false;
  bool debug = false;
  bool listen = false;
  bool talk = false;
  bool verbose = false;
  bool quiet = false;
};

void declare(CLI::App& app, RunFlags& flags);

/// A value of `--embed-audio`. @throws Error usage for any but auto, always, never.
EmbedAudio embed_audio_named(const std::string& text);

/// What a run is asked to do, with every path absolute.
struct RunPlan {
  std::vector<std::string> paths;
  suite::LoadOptions load;
  std::optional<int> jobs;
  std::optional<std::uint64_t> seed;
  std::string store;                   ///< file, `off`, or empty: the project's, else in the output folder
  std::string out;                     ///< empty: the project's, else antiphon-out
  std::vector<std::string> reporters;  ///< NAME or NAME=FILE
  EmbedAudio embed_audio = EmbedAudio::automatic;
  int retries = 0;
  int rerun_spoiled = 0;
  int max_failures = 0;  ///< 0: any number
  bool dry_run = false;
  bool exclude_spoiled = false;
  bool debug = false;   ///< a person goes through each run step by step
  bool listen = false;  ///< calls are heard through the sound card while they go on
  bool talk = false;    ///< and the person who plays a user speaks through it
  bool verbose = false;
  bool quiet = false;
  std::string command;        ///< what a person reads above the results, such as `run suites`
  bool nothing_left = false;  ///< --failed found nothing to run again
};

/// @throws Error usage for values that no flag allows, and for paths together with --failed.
RunPlan plan(const RunFlags& flags, const Environment& environment);

/// What `--failed` needs to run the same again; kept in the result.
json::object remembered(const RunPlan& plan);

}  // namespace antiphon::cli
