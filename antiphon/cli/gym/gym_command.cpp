#include "antiphon/cli/gym/gym_command.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/random.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/gym/gym_report.hpp"
#include "antiphon/gym/client.hpp"
#include "antiphon/gym/user_voice.hpp"

namespace antiphon::cli {

namespace {

constexpr int judged_to_fail = 1, could_not_run = 3, interrupted = 130;
constexpr std::size_t most_conversations = 10'000;

struct Flags {
  std::vector<std::string> texts, files, auth_headers, criteria;
  bool agent = false, spoken = false, json = false, verbose = false, insecure_tls = false, no_audio = false;
  std::string config, persona_background, persona_intent, model, server_url, authorize_path, websocket_url, agent_id, conversation_id, custom_metadata,
      custom_headers, request_timeout, output_dir, tts_model, tts_voice, tts_instructions, chunk_interval, pace, greeting, judge_model, judge_context, ca_file;
  std::optional<int> max_turns, chunk_ms;
  std::size_t conversations = 1, jobs = 0;
  std::optional<std::uint64_t> seed;
};

[[noreturn]] void refuse(std::string message, std::string hint) { throw Error(ErrorKind::usage, std::move(message)).with_hint(std::move(hint)); }

json::object object_of(std::string_view flag, const std::string& text) {
  auto value = try_parse_json(text);
  if (!value || !value->is_object()) refuse(fmt::format("{} is no JSON object", flag), fmt::format("write it as {} '{{\"name\": \"value\"}}'", flag));
  return std::move(value->get_object());
}

Duration seconds_of(std::string_view flag, const std::string& text) {
  if (const auto seconds = gym::seconds_from(text)) return *seconds;
  refuse(fmt::format("{} {} is no time", flag, quote(text)), "write seconds, 0.05, or a unit, 50ms");
}

/// Conversations as the command line wants them; run once.
class GymCommand {
 public:
  GymCommand(const Flags& flags, Environment& environment) : flags_(flags), environment_(environment) {}

  int run() {
    settings_ = read_settings();
    settings_.require();
    const auto user = simulator();
    if (!flags_.criteria.empty())
      judge_.emplace(flags_.criteria, flags_.judge_model.empty() ? ModelSettings() : model_of(flags_.judge_model), flags_.judge_context);
    check_models();
    if (is_spoken() && flags_.files.empty()) gym::check_voice(settings_, variables(), *speech_);
    outcomes_.resize(flags_.conversations);
    std::vector<gym::LayercodeClient> clients;
    for (std::size_t i = 0; i < flags_.conversations; ++i) clients.emplace_back(user, settings_, gym::TurnCallback(), judging(i));
    gym::BatchOptions options{.at_once = flags_.jobs,
                              .parts = {.models = models_, .speech = speech_, .environment = variables(), .seed = flags_.seed.value_or(random_seed())}};
    options.stop = environment_.stop;
    options.on_end = [this](std::size_t index, const gym::ConversationLog& log) { tell(index, log); };
    gym::run_conversations(clients, {{.conversation_id = flags_.conversation_id}}, std::move(options));
    return exit_code();
  }

 private:
  gym::Settings::Variables variables() const {
    return [this](std::string_view name) { return environment_.variable(name); };
  }

  ModelSettings model_of(const std::string& name) const {
    ModelSettings settings(name);
    settings.directory = environment_.directory;
    return gym::known_spelling(std::move(settings));
  }

  gym::Settings read_settings() const {
    auto settings = gym::Settings::load(variables(), flags_.config.empty() ? std::string() : environment_.path(flags_.config));
    const auto set = [](std::string& value, const std::string& flag) {
      if (!flag.empty()) value = flag;
    };
    set(settings.server_url, flags_.server_url);
    set(settings.authorize_path, flags_.authorize_path);
    set(settings.websocket_url, flags_.websocket_url);
    set(settings.agent_id, flags_.agent_id);
    set(settings.tts_model, flags_.tts_model);
    set(settings.tts_voice, flags_.tts_voice);
    set(settings.tts_instructions, flags_.tts_instructions);
    set(settings.output_root, flags_.output_dir);
    settings.output_root = std::filesystem::path(environment_.path(settings.output_root)).lexically_normal().string();
    if (flags_.chunk_ms) settings.chunk_ms = *flags_.chunk_ms;
    if (!flags_.pace.empty()) set_pace(settings);
    if (!flags_.chunk_interval.empty()) settings.chunk_interval = seconds_of("--chunk-interval", flags_.chunk_interval);
    if (!flags_.request_timeout.empty()) settings.request_timeout = seconds_of("--request-timeout", flags_.request_timeout);
    if (flags_.greeting == "none") settings.greeting = Duration{0};
    if (!flags_.greeting.empty() && flags_.greeting != "wait" && flags_.greeting != "none") settings.greeting = seconds_of("--greeting", flags_.greeting);
    if (flags_.no_audio) settings.store_audio = false;
    if (!flags_.custom_metadata.empty()) settings.custom_metadata = object_of("--custom-metadata", flags_.custom_metadata);
    if (!flags_.custom_headers.empty())
      for (const auto& [name, value] : object_of("--custom-headers", flags_.custom_headers))
        settings.custom_headers[std::string(name)] = value.is_string() ? std::string(value.get_string()) : json_text(value);
    for (const auto& header : flags_.auth_headers) settings.auth_headers.push_back(header_of(header));
    if (!flags_.ca_file.empty()) settings.tls.ca_file = environment_.path(flags_.ca_file);
    if (flags_.insecure_tls) settings.tls.verify = false;
    return settings;
  }

  // A flag wins over an interval that a file or the environment gives.
  void set_pace(gym::Settings& settings) const {
    settings.pace = gym::pace_from(flags_.pace);
    if (settings.pace == gym::Pace::realtime && flags_.chunk_interval.empty()) settings.chunk_interval.reset();
  }

  static std::pair<std::string, std::string> header_of(const std::string& text) {
    const auto at = text.find('=');
    if (at == std::string::npos || at == 0) refuse("--auth-header has no name and value", "write it as --auth-header 'Authorization=Bearer TOKEN'");
    return {text.substr(0, at), text.substr(at + 1)};
  }

  // Whoever asks for a voice wants to hear it.
  bool is_spoken() const { return flags_.spoken || !flags_.tts_voice.empty() || !flags_.tts_model.empty() || !flags_.tts_instructions.empty(); }

  gym::UserSimulator simulator() const {
    const int modes = static_cast<int>(!flags_.texts.empty()) + static_cast<int>(!flags_.files.empty()) + static_cast<int>(flags_.agent);
    if (modes != 1)
      refuse(modes == 0 ? "nobody says anything" : "two kinds of users cannot take part in one conversation",
             "give --text LINE (as often as you like), or --file SOUND, or --agent");
    if (!flags_.files.empty()) return gym::UserSimulator::from_files(sound_files());
    if (!flags_.texts.empty()) return gym::UserSimulator::from_text(first(flags_.texts), !is_spoken());
    gym::AgentUserOptions options{.send_as_text = !is_spoken()};
    if (!flags_.persona_background.empty()) options.persona.background_context = flags_.persona_background;
    if (!flags_.persona_intent.empty()) options.persona.intent = flags_.persona_intent;
    if (!flags_.model.empty()) options.model = model_of(flags_.model);
    if (flags_.max_turns) options.max_turns = *flags_.max_turns;
    return gym::UserSimulator::from_agent(std::move(options));
  }

  std::vector<std::string> first(std::vector<std::string> lines) const {
    if (flags_.max_turns) lines.resize(std::min(lines.size(), static_cast<std::size_t>(std::max(0, *flags_.max_turns))));
    return lines;
  }

  std::vector<std::string> sound_files() const {
    std::vector<std::string> paths;
    for (const auto& file : first(flags_.files)) {
      paths.push_back(environment_.path(file));
      if (!std::filesystem::exists(paths.back())) refuse(fmt::format("there is no file {}", file), "give a WAV, FLAC, OGG, Opus or MP3 file");
    }
    return paths;
  }

  void check_models() const {
    if (!flags_.model.empty()) models_->check(model_of(flags_.model));
    if (!flags_.judge_model.empty()) models_->check(model_of(flags_.judge_model));
    if (judge_ && flags_.judge_model.empty()) {
      const auto usual = gym::usual_model(variables());
      if (usual.empty()) refuse("the judge has no model", "name one: --judge-model openai/gpt-5-mini, or rules/FILE, which needs no key");
      models_->check(usual);
    }
  }

  gym::ConversationCallback judging(std::size_t index) {
    if (!judge_) return {};
    return gym::ConversationCallback([this, index](const gym::ConversationLog& log) -> Task<> { return judge(index, log); });
  }

  Task<> judge(std::size_t index, const gym::ConversationLog& log) {
    auto& outcome = outcomes_[index];
    if (environment_.stop.requested() || log.turns.empty()) co_return;
    try {
      // On an executor of its own thread: a judge looks at no clock of the conversation's.
      const auto runtime = co_await asio::this_coro::executor;
      WallClock clock(runtime);
      BlockingPool blocking;
      Runtime here{runtime, clock, blocking};
      const auto http = net::make_http_client(here);
      outcome.judgment = co_await judge_->evaluate(here, *http, log, models_, variables());
      outcome.judgment_json = judge_->to_json(*outcome.judgment);
      judge_->save_results(*outcome.judgment, log);
    } catch (const Error& error) {
      outcome.judge_error = error.message();
    }
  }

  void tell(std::size_t index, const gym::ConversationLog& log) {
    auto& outcome = outcomes_[index];
    outcome.log = log;
    if (flags_.json) {
      environment_.out << json_text(gym_json(outcome)) << '\n' << std::flush;
      return;
    }
    if (flags_.conversations == 1 || flags_.verbose) environment_.out << gym_turns(log);
    environment_.out << gym_summary(outcome) << std::flush;
    if (!log.end.is_regular()) environment_.err << fmt::format("error: {}\n", log.end.message);
  }

  int exit_code() const {
    if (environment_.stop.requested()) return interrupted;
    if (std::ranges::any_of(outcomes_, &GymOutcome::is_error)) return could_not_run;
    return std::ranges::any_of(outcomes_, &GymOutcome::is_failed) ? judged_to_fail : 0;
  }

  const Flags& flags_;
  Environment& environment_;
  gym::Settings settings_;
  std::optional<gym::CriteriaJudge> judge_;
  std::shared_ptr<const ModelRegistry> models_ = ModelRegistry::with_defaults();
  std::shared_ptr<const SpeechRegistry> speech_ = SpeechRegistry::with_defaults();
  std::vector<GymOutcome> outcomes_;
};

void declare_users(CLI::App& app, Flags& flags) {
  app.add_option("--text", flags.texts, "A line of the user; as often as you like")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->expected(1);
  app.add_option("--file", flags.files, "A sound file that the user plays in place of lines; as often as you like")->expected(1);
  app.add_flag("--agent", flags.agent, "A persona speaks, played by a model");
  app.add_option("--persona-background", flags.persona_background, "Who the persona is: 'You are a baker.'");
  app.add_option("--persona-intent", flags.persona_intent, "What it is after: 'You want your money back.'");
  app.add_option("--model", flags.model, "The persona's model: provider/name (OpenAI's with a key, else ANTIPHON_MODEL, else none at all)");
  app.add_option("--max-turns", flags.max_turns, "How often the user speaks at most (a persona: 3)")->check(CLI::Range(1, 100'000));
  app.add_flag("--spoken", flags.spoken, "Speak lines and not type them; so does any flag of the voice");
  app.add_option("--tts-model", flags.tts_model, "Model of OpenAI's voices (gpt-4o-mini-tts)");
  app.add_option("--tts-voice", flags.tts_voice, "Voice of OpenAI (coral), or one with its provider: hibari/low, flite/slt");
  app.add_option("--tts-instructions", flags.tts_instructions, "How OpenAI's voice is to speak");
}

void declare_way(CLI::App& app, Flags& flags) {
  app.add_option("--server-url", flags.server_url, "Your backend, which authorises; else SERVER_URL");
  app.add_option("--authorize-path", flags.authorize_path, "Its path for that; else AUTHORIZE_PATH (/api/authorize)");
  app.add_option("--websocket-url", flags.websocket_url, "The platform's WebSocket; else LAYERCODE_WEBSOCKET_URL (Layercode's own)");
  app.add_option("--agent-id", flags.agent_id, "The agent on the platform; else LAYERCODE_AGENT_ID");
  app.add_option("--conversation-id", flags.conversation_id, "Go on with this conversation");
  app.add_option("--custom-metadata", flags.custom_metadata, "JSON object that comes back in every webhook");
  app.add_option("--custom-headers", flags.custom_headers, "JSON object of headers for every webhook");
  app.add_option("--auth-header", flags.auth_headers, "NAME=VALUE of the request to your backend; repeatable")->expected(1);
  app.add_option("--request-timeout", flags.request_timeout, "Seconds for the backend's answer, and for the connection (10)");
  app.add_option("--ca-file", flags.ca_file, "Certificates to trust, as PEM");
  app.add_flag("--insecure-tls", flags.insecure_tls, "Do not check certificates");
}

void declare_rest(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config, "Settings as a YAML file; flags and environment win");
  app.add_option("--pace", flags.pace, "How speech leaves: realtime, or burst")->check(CLI::IsMember({"realtime", "burst"}));
  app.add_option("--chunk-ms", flags.chunk_ms, "Milliseconds of speech in one message (100)")->check(CLI::Range(0, gym::Settings::longest_chunk_ms));
  app.add_option("--chunk-interval", flags.chunk_interval, "Seconds between the messages of a burst (0)");
  app.add_option("--greeting", flags.greeting, "How long the agent may take to speak first: wait (2s), none, or a time");
  app.add_option("--output-dir", flags.output_dir, "Folder of conversations (./conversations)");
  app.add_flag("--no-audio", flags.no_audio, "Keep the transcript alone");
  app.add_option("--criterion", flags.criteria, "Let a judge decide this when a conversation is over; as often as you like")->expected(1);
  app.add_option("--judge-model", flags.judge_model, "The judge's model: provider/name, rules/FILE");
  app.add_option("--judge-context", flags.judge_context, "What the judge should know besides");
  app.add_option("--conversations", flags.conversations, "How many conversations (1)")->check(CLI::Range(std::size_t{1}, most_conversations));
  app.add_option("-j,--jobs", flags.jobs, "How many of them at once (all)");
  app.add_option("--seed", flags.seed, "Makes what is random the same again (drawn)");
  app.add_flag("--json", flags.json, "One JSON object a line for each conversation, and nothing else");
  app.add_flag("-v,--verbose", flags.verbose, "Show the turns of each of many conversations, too");
}

}  // namespace

std::function<int(Environment&)> declare_gym_run(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  declare_users(app, *flags);
  declare_way(app, *flags);
  declare_rest(app, *flags);
  return [flags](Environment& environment) {
    if (flags->conversations > 1 && !flags->conversation_id.empty())
      refuse("--conversation-id goes on with one conversation", "leave out --conversations, or the id");
    return GymCommand(*flags, environment).run();
  };
}

}  // namespace antiphon::cli
