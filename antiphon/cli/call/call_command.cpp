#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/wav_writer.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/cli/call/call_report.hpp"
#include "antiphon/cli/call/dial.hpp"
#include "antiphon/cli/command.hpp"
#include "antiphon/device/sound_card.hpp"
#include "antiphon/net/http.hpp"
#include "antiphon/net/https_server.hpp"
#include "antiphon/providers/speech/registry.hpp"

namespace antiphon::cli {

namespace {

using namespace std::chrono_literals;

/// A caller who says nothing is asked after 8 s; what comes sooner belongs to the turn that has ended.
constexpr Duration words_follow_within = 5s;
constexpr int not_answered = 1, call_failed = 3, interrupted = 130;

struct Flags {
  struct Step {
    enum class Kind { say, audio, dtmf } kind;
    std::string value;
  };

  std::string url, voice = "auto", caller_id = "antiphon-call", locale, token, interrupt_after, out, record, ca_file;
  std::vector<Step> steps;  ///< in the order of the command line
  bool json = false, insecure_tls = false;
};

/// One call and all that it needs; made, run once, and gone.
class CallCommand {
 public:
  CallCommand(const Flags& flags, Environment& environment) : flags_(flags), environment_(environment) {}

  int run() {
    prepare();
    const auto stop = environment_.stop.on_request([this] {
      asio::post(context_, [this] {
        stopped_ = true;
        if (call_) call_->hang_up();
      });
    });
    asio::co_spawn(context_, place(), [this](std::exception_ptr failure) {
      failure_ = failure;
      context_.stop();
    });
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
    return report();
  }

 private:
  void prepare() {
    request_ = {.url = gateway::call_url(flags_.url, flags_.caller_id, flags_.locale), .tls = {.ca_file = flags_.ca_file, .verify = !flags_.insecure_tls}};
    const auto token = flags_.token.empty() ? environment_.variable("ANTIPHON_GATEWAY_TOKEN").value_or("") : flags_.token;
    if (!token.empty()) request_.headers.emplace_back("Authorization", "Bearer " + token);
    net::check_request(request_);
    if (!flags_.ca_file.empty()) net::check_files(request_.tls);
    facts_.url = request_.url.substr(0, request_.url.find('?'));
    if (!flags_.interrupt_after.empty()) plan_.interrupt_after = duration_of_flag();
    for (const auto& step : flags_.steps) check(step);
    if (flags_.steps.empty()) open_sound_card();
  }

  Duration duration_of_flag() const {
    if (const auto duration = parse_duration(flags_.interrupt_after)) return *duration;
    throw Error(ErrorKind::usage, fmt::format("--interrupt-after {} is no duration", quote(flags_.interrupt_after))).with_hint("write for example 1s or 800ms");
  }

  void check(const Flags::Step& step) {
    if (step.kind == Flags::Step::Kind::say) SpeechRegistry::with_defaults()->check(VoiceChoice(flags_.voice));
    if (step.kind == Flags::Step::Kind::audio) check_sound_file(step.value);
    if (step.kind == Flags::Step::Kind::dtmf && (step.value.empty() || step.value.find_first_not_of("0123456789*#ABCD") != std::string::npos))
      throw Error(ErrorKind::usage, fmt::format("--dtmf {} holds something that is no key", quote(step.value))).with_hint("keys are 0-9, *, # and A-D");
  }

  /// Sounds are read by their place in a file, which a pipe has none of.
  void check_sound_file(const std::string& file) const {
    const auto path = environment_.path(file);
    std::error_code ignored;
    const auto there = std::filesystem::status(path, ignored);
    if (std::filesystem::is_regular_file(there)) return;
    const auto refuse = [&](std::string_view what, std::string_view hint) {
      throw Error(ErrorKind::usage, fmt::format("--audio {}: {}", quote(file), what)).with_hint(std::string(hint));
    };
    if (std::filesystem::is_directory(there)) refuse(fmt::format("{} is a folder", path), "name a sound file in it, and give --audio once for each");
    if (std::filesystem::exists(there))
      refuse(fmt::format("{} is a pipe or a device, and no file", path), "write the sound to a file first, and name that: --audio question.wav");
    refuse(fmt::format("there is no file {}", path), "name a sound file (WAV, FLAC, OGG, Opus or MP3), or say a text with --say");
  }

  void open_sound_card() {
    try {
      loudspeaker_ = device::open_loudspeaker();
      microphone_ = device::open_microphone();
    } catch (const Error& error) {
      throw Error(ErrorKind::usage, fmt::format("there is nothing to say, and nobody can speak here: {}", error.message()))
          .with_hint("give what is said: --say 'Where is my order?', --audio question.wav or --dtmf 1234");
    }
    plan_.microphone = [this](std::size_t count) { return microphone_->take(count); };
  }

  Task<> place() {
    co_await speak_steps();
    open_files();
    const auto dialled = clock_.now();
    auto socket = co_await dial_gateway(runtime_, request_, Deadline::after(clock_, 10s));
    facts_.connected = clock_.now() - dialled;
    if (!flags_.json) environment_.out << fmt::format("connected to {} in {} ms\n", facts_.url, facts_.connected / 1ms) << std::flush;
    if (microphone_) microphone_->flush();
    call_.emplace(runtime_, std::move(plan_),
                  gateway::CallHooks{.event = [this](const json::value& event, Duration at) { take(event, at); },
                                     .sound = [this](audio::SampleView caller, audio::SampleView agent) { take(caller, agent); }});
    if (stopped_) call_->hang_up();
    report_ = co_await call_->run(std::move(socket));
    if (wordless_since_) tell_wordless();
    if (!report_.told_events) co_await recognise();
  }

  /// Before the call: making speech takes its time, and is none of the gateway's.
  Task<> speak_steps() {
    std::optional<OpenVoice> voice;
    for (const auto& step : flags_.steps) {
      if (step.kind == Flags::Step::Kind::dtmf) plan_.steps.push_back({.dtmf = step.value});
      if (step.kind == Flags::Step::Kind::audio) plan_.steps.push_back({.say = step.value, .speech = audio::read_audio_file(environment_.path(step.value))});
      if (step.kind != Flags::Step::Kind::say) continue;
      if (!voice) voice = SpeechRegistry::with_defaults()->open(VoiceChoice(flags_.voice), {.runtime = runtime_, .http = *http_});
      auto request = voice->defaults;
      request.text = step.value;
      auto samples = co_await synthesize_whole(*voice->synthesiser, std::move(request), Deadline::after(clock_, 5min));
      if (samples.empty()) throw Error(ErrorKind::usage, fmt::format("there is nothing in {} that {} could say", quote(cut(step.value, 60)), voice->name));
      plan_.steps.push_back({.say = step.value, .speech = std::move(samples)});
    }
  }

  void open_files() {
    auto recording = flags_.record.empty() ? std::string() : environment_.path(flags_.record);
    if (!flags_.out.empty()) {
      folder_ = environment_.path(flags_.out);
      std::error_code error;
      std::filesystem::create_directories(folder_, error);
      if (error) throw Error(ErrorKind::io, fmt::format("cannot make the folder {}: {}", folder_, error.message()));
      events_.open(folder_ + "/events.jsonl");
      if (recording.empty()) recording = folder_ + "/call.wav";
    }
    if (recording.empty()) return;
    recording_.emplace(recording, 2);
    facts_.recording = recording;
  }

  void take(audio::SampleView caller, audio::SampleView agent) {
    if (loudspeaker_) loudspeaker_->play(agent);
    if (!recording_) return;
    audio::Samples both;
    for (std::size_t i = 0; i < caller.size(); ++i) both.push_back(caller[i]), both.push_back(agent[i]);
    recording_->append(both);
  }

  void take(const json::value& event, Duration at) {
    if (events_.is_open()) events_ << json::serialize(event) << '\n' << std::flush;
    if (flags_.json) return;
    const auto type = find_string(event, "type").value_or("");
    const auto line = [&](std::string_view who, const std::string& text) { print(at, who, text); };
    const auto text = [&](std::string_view name) { return one_line(find_string(event, name).value_or("")); };
    settle_wordless(type, find_string(event, "reason").value_or(""), at);
    if (type == "transcript.final") line("user", text("text"));
    if (type == "agent.text") line("agent", text("text"));
    if (type == "barge_in") line("agent", fmt::format("interrupted after: {}", text("heard_text")));
    if (type == "tool.call") line("tool", text("name"));
    if (type == "escalation") line("call", fmt::format("goes to a person ({})", text("reason")));
    if (type == "error") line("error", text("message"));
    if (type == "turn.ended") tell_end_of_turn(event, at);
    if (type == "call.started")
      if (const auto* notices = find(event, "notices"); notices && notices->is_array())
        for (const auto& notice : notices->as_array()) line("note", one_line(find_string(notice, "message").value_or("")));
  }

  void print(Duration at, std::string_view who, const std::string& text) {
    environment_.out << fmt::format("{:6.2f} {:<6} {}\n", to_seconds(at), who, text) << std::flush;
  }

  void tell_end_of_turn(const json::value& event, Duration at) {
    if (auto text = waited(event); !text.empty())
      print(at, "", text);
    else
      wordless_since_ = at;
  }

  /// The words that end a call or put it through come behind the end of their turn: whether there was no answer is known only then.
  void settle_wordless(std::string_view type, std::string_view reason, Duration at) {
    if (!wordless_since_) return;
    const bool answers = type == "escalation" || (type == "agent.text" && at - *wordless_since_ <= words_follow_within) ||
                         (type == "call.ended" && (reason == "completed" || reason == "escalated"));
    const bool decides = answers || type == "agent.text" || type == "turn.started" || type == "turn.ended" || type == "call.ended";
    if (!decides) return;
    if (!answers) tell_wordless();
    wordless_since_.reset();
  }
  void tell_wordless() { print(*wordless_since_, "", "ended without an answer"); }

  /// What a stranger sends is shown, not obeyed: it may hold what moves a terminal's cursor.
  static std::string one_line(std::string text) {
    for (auto& byte : text)
      if (static_cast<unsigned char>(byte) < ' ' || byte == '\x7f') byte = ' ';
    return text;
  }

  /// Empty: nothing was said.
  static std::string waited(const json::value& event) {
    const auto* latency = find(event, "latency_ms");
    const auto* total = latency && latency->is_object() ? find(*latency, "total") : nullptr;
    if (total && total->is_number()) return fmt::format("answered after {:.2f} s, as the gateway tells", total->to_number<double>() / 1000);
    return find_string(event, "text").value_or("").empty() ? "" : "answered";
  }

  /// The gateway tells nothing: what its answers say is for us to hear.
  Task<> recognise() {
    facts_.answer_source = "recognised";
    const auto ear = SpeechRegistry::with_defaults()->open(EarChoice("auto"), {.runtime = runtime_, .http = *http_});
    for (auto* turn : turns()) {
      if (turn->sound.empty()) continue;
      const auto heard = co_await ear.recogniser->transcribe(turn->sound, ear.defaults, Deadline::after(clock_, 2min));
      turn->answers.emplace_back(0, heard.text);
      if (!flags_.json) environment_.out << fmt::format("agent  {}\n", heard.text);
    }
  }

  std::vector<gateway::CallTurn*> turns() {
    std::vector<gateway::CallTurn*> all{&report_.greeting};
    for (auto& turn : report_.turns) all.push_back(&turn);
    return all;
  }

  int report() {
    const auto object = call_json(report_, facts_);
    if (!folder_.empty()) write_file_atomically(folder_ + "/call.json", json_text(object) + "\n");
    if (flags_.json)
      environment_.out << json_text(object) << '\n';
    else
      environment_.out << call_summary(report_, flags_.steps.size());
    if (!report_.error.empty()) environment_.err << "error: " << report_.error << '\n';
    if (stopped_) return interrupted;
    if (!report_.error.empty()) return call_failed;
    return report_.all_answered() && report_.turns.size() == flags_.steps.size() ? 0 : not_answered;
  }

  const Flags& flags_;
  Environment& environment_;
  asio::io_context context_{1};
  WallClock clock_{context_};
  BlockingPool blocking_;
  Runtime runtime_{context_.get_executor(), clock_, blocking_};
  std::unique_ptr<net::HttpClient> http_ = net::make_http_client(runtime_);
  net::WsRequest request_;
  gateway::CallPlan plan_;
  std::unique_ptr<audio::Loudspeaker> loudspeaker_;
  std::unique_ptr<audio::Microphone> microphone_;
  std::optional<gateway::PlacedCall> call_;
  std::optional<audio::WavWriter> recording_;
  std::ofstream events_;
  std::string folder_;
  gateway::CallReport report_;
  CallFacts facts_;
  std::optional<Duration> wordless_since_;  ///< a turn ended then, and nothing was said of it yet
  std::exception_ptr failure_;
  bool stopped_ = false;
};

void declare_steps(CLI::App& app, const std::shared_ptr<Flags>& flags) {
  const auto step = [&](const char* name, Flags::Step::Kind kind, const char* help) {
    app.add_option_function<std::string>(
           name, [flags, kind](const std::string& value) { flags->steps.push_back({kind, value}); }, help)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
        ->trigger_on_parse();
  };
  step("--say", Flags::Step::Kind::say, "Say this, and wait for the answer; as often as you like, in order with --audio and --dtmf");
  step("--audio", Flags::Step::Kind::audio, "Play this sound file into the call");
  step("--dtmf", Flags::Step::Kind::dtmf, "Press these keys: 0-9, *, #, A-D");
}

}  // namespace

Command call_command() {
  return {.name = "call",
          .summary = "Call a gateway and talk to it, by microphone or with what is given",
          .example = "antiphon call ws://127.0.0.1:8080 --say 'Where is my order?' --dtmf 4711 --out call",
          .declare = [](CLI::App& app) -> std::function<int(Environment&)> {
            auto flags = std::make_shared<Flags>();
            app.add_option("url", flags->url, "ws://HOST:PORT or wss://HOST; /ws/call where it names no path")->required();
            declare_steps(app, flags);
            app.add_option("--interrupt-after", flags->interrupt_after, "Cut into each answer after so long, with the next thing to say: 1s");
            app.add_option("--voice", flags->voice, "Who says it: provider/voice (auto: the best that is installed)");
            app.add_option("--caller-id", flags->caller_id, "Who calls")->capture_default_str();
            app.add_option("--locale", flags->locale, "Language and place: en-GB");
            app.add_option("--token", flags->token, "Bearer token; else ANTIPHON_GATEWAY_TOKEN");
            app.add_option("--ca-file", flags->ca_file, "Certificates to trust with wss, as PEM");
            app.add_flag("--insecure-tls", flags->insecure_tls, "Do not check the gateway's certificate");
            app.add_option("--out", flags->out, "Folder for call.json, call.wav and events.jsonl");
            app.add_option("--record", flags->record, "The call as a stereo WAV file: user left, agent right");
            app.add_flag("--json", flags->json, "The report as JSON, and nothing else");
            return [flags](Environment& environment) { return CallCommand(*flags, environment).run(); };
          }};
}

}  // namespace antiphon::cli
