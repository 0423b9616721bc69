#include "antiphon/cli/run/flags.hpp"
#include "antiphon/cli/local_gateways.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/result/result.hpp"
#include "antiphon/suite/scenario_reader.hpp"

namespace antiphon::cli {

namespace {

constexpr int most_jobs = 100'000;
constexpr int most_retries = 100;
constexpr int most_shards = 100'000;

std::optional<ClockChoice> clock_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "auto") return ClockChoice::automatic;
  if (text == "wall") return ClockChoice::wall;
  if (text == "virtual") return ClockChoice::virtual_time;
  throw Error(ErrorKind::usage, fmt::format("--clock {} is unknown", quote(text))).with_hint("allowed: auto, wall, virtual");
}

ClockChoice clock_to_listen(const RunFlags& flags) {
  if (flags.clock.empty() || flags.clock == "wall") return ClockChoice::wall;
  throw Error(ErrorKind::usage, fmt::format("--{} and --clock {} exclude each other: in virtual time a call is over before anybody could listen to it",
                                            flags.talk ? "talk" : "listen", flags.clock))
      .with_hint("leave out --clock");
}

std::optional<CassetteMode> cassettes_from(const RunFlags& flags) {
  if (flags.update_cassettes && !flags.cassettes.empty() && flags.cassettes != "record")
    throw Error(ErrorKind::usage, fmt::format("--update-cassettes and --cassettes {} exclude each other", flags.cassettes));
  if (flags.update_cassettes) return CassetteMode::record;
  if (flags.cassettes.empty()) return std::nullopt;
  if (const auto mode = cassette_mode_from(flags.cassettes)) return mode;
  throw Error(ErrorKind::usage, fmt::format("--cassettes {} is unknown", quote(flags.cassettes))).with_hint("allowed: record, replay, auto, off");
}

std::optional<Duration> timeout_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto duration = parse_duration(text); duration && *duration > Duration::zero()) return duration;
  throw Error(ErrorKind::usage, fmt::format("--timeout {} is no duration", quote(text))).with_hint("write a number with its unit, such as 800ms, 30s or 5m");
}

ModelSettings named_model(std::string_view flag, const std::string& name, const Environment& environment) {
  if (name.empty()) return {};
  const auto slash = name.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == name.size())
    throw Error(ErrorKind::usage, fmt::format("{} {} is no model", flag, quote(name)))
        .with_hint("write `provider/name`, such as openai/gpt-4.1-mini or rules/support.rules.yaml");
  ModelSettings settings(name);
  settings.directory = environment.directory;
  return settings;
}

suite::UserModel user_model_from(std::string_view name, const std::string& directory) {
  suite::UserModel model{.name = std::string(name), .directory = directory};
  const auto slash = model.name.find('/');
  if (!model.is_agenda() && (slash == std::string::npos || slash == 0 || slash + 1 == model.name.size()))
    throw Error(ErrorKind::usage, fmt::format("--user-models: {} is no model", quote(name)))
        .with_hint("name models as provider/model, or agenda, with commas between");
  return model;
}

std::vector<suite::UserModel> user_models_from(const std::string& text, const std::string& directory) {
  std::vector<suite::UserModel> models;
  if (text.empty()) return models;
  for (const auto& part : split(text, ',')) {
    models.push_back(user_model_from(trim(part), directory));
    const auto is_same = [&](const auto& model) { return model.name == models.back().name; };
    if (std::count_if(models.begin(), models.end(), is_same) > 1)
      throw Error(ErrorKind::usage, fmt::format("--user-models names {} twice", models.back().name));
  }
  if (models.size() < 2)
    throw Error(ErrorKind::usage, fmt::format("--user-models {}: a range needs at least two", text))
        .with_hint("add a second model, or agenda, which plays users without any; --model chooses one for all");
  return models;
}

suite::Shard shard_from(const std::string& text) {
  if (text.empty()) return {};
  const auto parts = split(text, '/');
  const auto index = parts.size() == 2 ? parse_integer(parts[0]) : std::nullopt, count = parts.size() == 2 ? parse_integer(parts[1]) : std::nullopt;
  if (!index || !count || *index < 1 || *count < *index || *count > most_shards)
    throw Error(ErrorKind::usage, fmt::format("--shard {} is no part of a whole", quote(text))).with_hint("write i/n with i from 1 to n, such as 2/5");
  return {.index = *index, .count = *count};
}

void check_range(std::string_view flag, const std::optional<int>& value, int least, int most) {
  if (value && (*value < least || *value > most)) throw Error(ErrorKind::usage, fmt::format("{} {}: from {} to {}", flag, *value, least, most));
}

void check_ranges(const RunFlags& flags) {
  check_range("--repeat", flags.repeat, 1, suite::most_repeats);
  check_range("--retries", flags.retries, 0, most_retries);
  check_range("--rerun-spoiled", flags.rerun_spoiled, 0, most_retries);
  check_range("--max-failures", flags.max_failures, 1, std::numeric_limits<int>::max());
  if (flags.jobs && (*flags.jobs < 1 || *flags.jobs > most_jobs)) throw Error(ErrorKind::usage, fmt::format("-j {}: from 1 to {}", *flags.jobs, most_jobs));
  if (flags.max_turns && *flags.max_turns < 1) throw Error(ErrorKind::usage, fmt::format("--max-turns {} is too few: at least 1", *flags.max_turns));
  if (flags.seed && (*flags.seed < 0 || *flags.seed > suite::most_seed))
    throw Error(ErrorKind::usage, fmt::format("--seed {}: from 0 to less than 2^53", *flags.seed));
  if (flags.verbose && flags.quiet) throw Error(ErrorKind::usage, "--verbose and --quiet exclude each other");
  if (flags.paths.empty() && flags.failed.empty())
    throw Error(ErrorKind::usage, "nothing to run: name a suite file, a folder or a pattern").with_hint("antiphon run suites");
  if (!flags.paths.empty() && !flags.failed.empty())
    throw Error(ErrorKind::usage, "--failed takes its suite files from the result; paths beside it are ambiguous").with_hint("leave the paths out");
}

std::vector<std::string> strings(const json::object& object, std::string_view key) {
  std::vector<std::string> list;
  if (const auto* value = object.if_contains(key); value && value->is_array())
    for (const auto& item : value->get_array())
      if (item.is_string()) list.emplace_back(item.get_string());
  return list;
}

// What a result says is a file's word: out of range it is refused like a flag that was typed, and never cut to what a number can hold.
std::optional<int> kept_count(const json::object& kept, std::string_view key, int least, int most) {
  const auto value = find_number(kept, key);
  if (!value) return std::nullopt;
  if (*value >= least && *value <= most && *value == std::trunc(*value)) return static_cast<int>(*value);
  throw Error(ErrorKind::usage, fmt::format("--failed: the result was run with {} {}, which is no number from {} to {}", key, *value, least, most))
      .with_hint("name the result.json of an earlier run");
}

std::optional<Duration> kept_timeout(const json::object& kept) {
  const auto seconds = find_number(kept, "timeout_s");
  if (!seconds) return std::nullopt;
  constexpr double most_s = 1e9;  // far from where nanoseconds end
  if (*seconds > 0 && *seconds <= most_s) return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
  throw Error(ErrorKind::usage, fmt::format("--failed: the result was run with a timeout of {} s", *seconds))
      .with_hint("name the result.json of an earlier run");
}

template <class T>
void fill(std::optional<T>& flag, std::optional<T> kept) {
  if (!flag) flag = kept;
}

void take_model(ModelSettings& settings, const json::object& kept, const std::string& key) {
  const auto name = find_string(kept, key);
  if (!name || !settings.empty()) return;
  settings.model = *name;
  settings.directory = find_string(kept, key + "_directory").value_or("");
}

void keep_model(json::object& kept, const ModelSettings& settings, const std::string& key) {
  if (settings.empty()) return;
  kept[key] = settings.model;
  kept[key + "_directory"] = settings.directory;
}

// Flags on the command line win over those of the run that is repeated.
void take_flags(RunPlan& plan, const RunFlags& flags, const json::object& kept) {
  auto& overrides = plan.load.overrides;
  take_model(overrides.model, kept, "model");
  take_model(overrides.audit, kept, "audit");
  for (const auto& name : strings(kept, "user_models"))
    if (flags.user_models.empty()) overrides.user_models.push_back({name, find_string(kept, "user_models_directory").value_or("")});
  if (auto clock = find_string(kept, "clock"); clock && !overrides.clock) overrides.clock = clock_from(*clock);
  if (auto mode = find_string(kept, "cassettes"); mode && !overrides.cassettes) overrides.cassettes = cassette_mode_from(*mode);
  if (const auto seed = find_number(kept, "seed"); seed && *seed >= 0 && *seed <= static_cast<double>(suite::most_seed))
    fill(overrides.seed, std::optional(static_cast<std::uint64_t>(*seed)));
  fill(overrides.timeout, kept_timeout(kept));
  fill(overrides.max_turns, kept_count(kept, "max_turns", 1, std::numeric_limits<int>::max()));
  fill(overrides.repeat, kept_count(kept, "repeat", 1, suite::most_repeats));
  fill(plan.jobs, kept_count(kept, "jobs", 1, most_jobs));
  plan.retries = flags.retries.value_or(kept_count(kept, "retries", 0, most_retries).value_or(0));
  plan.rerun_spoiled = flags.rerun_spoiled.value_or(kept_count(kept, "rerun_spoiled", 0, most_retries).value_or(0));
  plan.max_failures = flags.max_failures.value_or(kept_count(kept, "max_failures", 1, std::numeric_limits<int>::max()).value_or(0));
  if (const auto* allowed = kept.if_contains("allow_commands"); allowed && allowed->is_bool()) plan.load.allow_commands |= allowed->get_bool();
  plan.paths = strings(kept, "paths");
}

BatchResult read_result(const std::string& file) {
  try {
    return parse_batch(read_file(file));
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, fmt::format("--failed: {}", error.message())).with_hint("name the result.json of an earlier run");
  }
}

void take_failed(RunPlan& plan, const RunFlags& flags, const std::string& file) {
  const auto batch = read_result(file);
  take_flags(plan, flags, batch.flags);
  if (!plan.seed) plan.seed = batch.seed;
  plan.exclude_spoiled |= batch.exclude_spoiled;
  if (plan.load.selection.ids.empty()) {
    std::vector<std::string> files;
    for (const auto& scenario : batch.scenarios) {
      if (!scenario.not_run && scenario.outcome == RunOutcome::passed) continue;
      plan.load.selection.ids.push_back(scenario.id);
      if (std::find(files.begin(), files.end(), scenario.file) == files.end()) files.push_back(scenario.file);
    }
    // Ids are unique among the files that were read together, so the same files are read again.
    if (plan.paths.empty()) plan.paths = files;
  }
  plan.nothing_left = plan.load.selection.ids.empty();
}

}  // namespace

void declare(CLI::App& app, RunFlags& flags) {
  app.add_option("paths", flags.paths, "Suite files, folders or patterns");
  app.add_option("-k", flags.keywords, "Only scenarios whose name holds this text, or id:ID for exactly one")->allow_extra_args(false);
  app.add_option("--tag", flags.tags, "Only scenarios with one of these tags (a,b)");
  app.add_option("-j,--jobs", flags.jobs, "How many run at once (8)");
  app.add_option("--seed", flags.seed, "Makes simulated users, replies and latencies repeatable");
  app.add_option("--timeout", flags.timeout, "Longest time of one scenario, such as 90s (5m)");
  app.add_option("--max-turns", flags.max_turns, "Most turns of one scenario (10)");
  app.add_option("--model", flags.model, "Model of simulated users and judges, such as openai/gpt-4.1-mini");
  app.add_option("--user-models", flags.user_models, "Let each of these play every simulated user: provider/model or agenda, with commas between");
  app.add_option("--audit", flags.audit, "Model that says whose fault a failure was where the rules are not certain, or off");
  app.add_option("--clock", flags.clock, "auto, wall or virtual");
  app.add_option("--cassettes", flags.cassettes, "Recorded calls to models: record, replay, auto (replay, record what is missing) or off");
  app.add_flag("--update-cassettes", flags.update_cassettes, "Record all cassettes anew; the same as --cassettes record");
  app.add_option("-o,--out", flags.out, "Folder for result.json and report.html (antiphon-out)");
  app.add_option("--repeat", flags.repeat, "Run every scenario this often (1)");
  app.add_option("--retries", flags.retries, "Run again, up to N times, what did not pass (0)");
  app.add_option("--rerun-spoiled", flags.rerun_spoiled, "Run again in its place, up to N times, what somebody else than the agent spoiled (0)");
  app.add_option("--max-failures", flags.max_failures, "Begin no further run after so many that did not pass");
  app.add_option("--shard", flags.shard, "i/n: the i-th of n parts, for n machines");
  app.add_option("--store", flags.store, "File that keeps all batches, or off (antiphon.sqlite in the output folder)");
  app.add_option("--reporter", flags.reporters, "console, junit, json, jsonl, tap, github or html; NAME=FILE writes elsewhere; repeatable")
      ->allow_extra_args(false);
  app.add_option("--embed-audio", flags.embed_audio, "auto, always or never: recordings lie in report.html itself (auto: while it stays below 25 MB)");
  app.add_option("--failed", flags.failed, "Run again what did not pass in this result.json");
  app.add_flag("--allow-commands", flags.allow_commands, "Let suites start programs: setup, hooks, process agents");
  app.add_flag("--exclude-spoiled", flags.exclude_spoiled, "Runs that somebody else than the agent spoiled do not decide the exit code");
  app.add_flag("--dry-run", flags.dry_run, "Check every suite and run nothing");
  app.add_flag("--debug", flags.debug, "Go through each run step by step: before a participant speaks, let it, or type in its place");
  app.add_flag("--listen", flags.listen, "Hear calls through the sound card as they go on; one at a time, in real time");
  app.add_flag("--talk", flags.talk, "The same, and where the user is `human` you speak through the microphone");
  app.add_flag("-v,--verbose", flags.verbose, "Tell the conversations as they happen");
  app.add_flag("-q,--quiet", flags.quiet, "Nothing but the summary");
}

EmbedAudio embed_audio_named(const std::string& text) {
  if (const auto embed = embed_audio_from(text)) return *embed;
  throw Error(ErrorKind::usage, fmt::format("--embed-audio {} is neither auto, always nor never", quote(text)));
}

RunPlan plan(const RunFlags& flags, const Environment& environment) {
  check_ranges(flags);
  RunPlan plan;
  for (const auto& path : flags.paths) {
    if (path.empty()) throw Error(ErrorKind::usage, "a path is empty").with_hint("name a suite file, a folder or a pattern");
    plan.paths.push_back(environment.path(path));
  }
  plan.load.directory = environment.directory;
  plan.load.environment = [variables = environment.variables](std::string_view name) -> std::optional<std::string> {
    const auto it = variables.find(std::string(name));
    return it == variables.end() ? std::nullopt : std::optional(it->second);
  };
  plan.load.allow_commands = flags.allow_commands;
  plan.load.open_gateway = local_gateways(environment);
  plan.load.overrides.model = named_model("--model", flags.model, environment);
  if (flags.audit == "off")
    plan.load.overrides.audit = flags.audit;
  else
    plan.load.overrides.audit = named_model("--audit", flags.audit, environment);
  plan.load.overrides.user_models = user_models_from(flags.user_models, environment.directory);
  plan.load.overrides.clock = flags.listen || flags.talk ? clock_to_listen(flags) : clock_from(flags.clock);
  plan.listen = flags.listen || flags.talk, plan.talk = flags.talk;
  plan.load.overrides.cassettes = cassettes_from(flags);
  plan.load.overrides.timeout = timeout_from(flags.timeout);
  plan.load.overrides.max_turns = flags.max_turns;
  plan.load.overrides.repeat = flags.repeat;
  plan.load.shard = shard_from(flags.shard);
  plan.retries = flags.retries.value_or(0), plan.rerun_spoiled = flags.rerun_spoiled.value_or(0);
  plan.max_failures = flags.max_failures.value_or(0);
  if (flags.seed) plan.load.overrides.seed = static_cast<std::uint64_t>(*flags.seed);
  plan.load.selection = {.keywords = flags.keywords, .tags = suite::split_tags(flags.tags), .ids = {}};
  plan.jobs = flags.jobs, plan.seed = plan.load.overrides.seed;
  plan.out = flags.out.empty() ? std::string() : environment.path(flags.out);
  plan.store = flags.store.empty() || flags.store == "off" ? flags.store : environment.path(flags.store);
  plan.reporters = flags.reporters;
  plan.embed_audio = embed_audio_named(flags.embed_audio);
  plan.exclude_spoiled = flags.exclude_spoiled;
  plan.dry_run = flags.dry_run, plan.debug = flags.debug, plan.verbose = flags.verbose, plan.quiet = flags.quiet;
  plan.command = "run " + (flags.failed.empty() ? join(flags.paths, " ") : "--failed " + flags.failed);
  if (!flags.failed.empty()) take_failed(plan, flags, environment.path(flags.failed));
  return plan;
}

json::object remembered(const RunPlan& plan) {
  json::array paths;
  for (const auto& path : plan.paths) paths.push_back(json::value(path));
  json::object kept{{"paths", std::move(paths)}, {"allow_commands", plan.load.allow_commands}};
  const auto& overrides = plan.load.overrides;
  keep_model(kept, overrides.model, "model");
  keep_model(kept, overrides.audit, "audit");
  if (!overrides.user_models.empty()) {
    kept["user_models_directory"] = overrides.user_models.front().directory;
    auto& names = kept["user_models"].emplace_array();
    for (const auto& model : overrides.user_models) names.push_back(json::value(model.name));
  }
  if (overrides.clock) kept["clock"] = *overrides.clock == ClockChoice::wall ? "wall" : *overrides.clock == ClockChoice::virtual_time ? "virtual" : "auto";
  if (overrides.cassettes) kept["cassettes"] = json::string(to_string(*overrides.cassettes));
  if (overrides.seed) kept["seed"] = *overrides.seed;  // the batch's alone would not beat what the suite says
  if (overrides.timeout) kept["timeout_s"] = to_seconds(*overrides.timeout);
  if (overrides.max_turns) kept["max_turns"] = *overrides.max_turns;
  if (overrides.repeat) kept["repeat"] = *overrides.repeat;
  if (plan.jobs) kept["jobs"] = *plan.jobs;
  if (plan.retries > 0) kept["retries"] = plan.retries;
  if (plan.rerun_spoiled > 0) kept["rerun_spoiled"] = plan.rerun_spoiled;
  if (plan.max_failures > 0) kept["max_failures"] = plan.max_failures;
  return kept;
}

}  // namespace antiphon::cli
