// Callers for a voice gateway's /ws/call, on one thread: frames of 20 ms at absolute times, and what the callers hear of the answers.
// Prints one row (run.sh has its head). `--idle`: the callers say nothing, and what a call takes in memory is told.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <queue>
#include <thread>
#include <utility>

#include <sys/epoll.h>
#include <sys/resource.h>

#include "antiphon/audio/file.hpp"
#include "antiphon/audio/resample.hpp"
#include "bench/gateway/caller_script.hpp"
#include "bench/gateway/server_usage.hpp"
#include "bench/gateway/ws_line.hpp"
#include "bench/measure.hpp"

namespace {

using namespace std::chrono_literals;
using antiphon::bench::CallerScript;
using antiphon::bench::CallerSettings;
using antiphon::bench::Moment;
using antiphon::bench::nanoseconds;
using antiphon::bench::Spread;
using antiphon::bench::Tally;
using antiphon::bench::WsLine;

constexpr std::size_t frame_bytes = 640;  // 20 ms of PCM16 at 16 kHz
constexpr nanoseconds frame_length = 20ms;

Moment now() { return std::chrono::steady_clock::now(); }

struct Options {
  int port = 8080, server = 0, calls = 1;
  double seconds = 25, warm_up = 6;
  nanoseconds chain = 740ms;  ///< what the stubs take from the end of the caller's voice to the first sample
  nanoseconds ramp = 20ms;    ///< between two calls at the beginning
  bool events = false, idle = false;
  std::string speech;  ///< a file of sound; empty: a tone
  CallerSettings caller;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : throw std::runtime_error(name + " needs a value"); };
    const auto ms = [&] { return nanoseconds(static_cast<std::int64_t>(std::atof(value()) * 1e6)); };
    if (name == "--events")
      options.events = true;
    else if (name == "--idle")
      options.idle = true;
    else if (name == "--port")
      options.port = std::atoi(value());
    else if (name == "--server")
      options.server = std::atoi(value());
    else if (name == "--calls")
      options.calls = std::atoi(value());
    else if (name == "--seconds")
      options.seconds = std::atof(value());
    else if (name == "--warm-up")
      options.warm_up = std::atof(value());
    else if (name == "--chain-ms")
      options.chain = ms();
    else if (name == "--ramp-ms")
      options.ramp = ms();
    else if (name == "--answer-ms")
      options.caller.answer = std::chrono::duration_cast<std::chrono::milliseconds>(ms());
    else if (name == "--barge-share")
      options.caller.barge_share = std::atof(value());
    else if (name == "--speech")
      options.speech = value();
    else
      throw std::runtime_error("no option is called " + name);
  }
  return options;
}

/// Loud enough for every energy detector, in syllables.
std::string tone(nanoseconds length) {
  std::string pcm;
  for (std::int64_t i = 0; i < length.count() * 16 / 1'000'000; ++i) {
    const double at = static_cast<double>(i) / 16000, level = 4000 * (0.8 + 0.2 * std::sin(2 * std::numbers::pi * 4 * at));
    double sum = 0;
    for (int overtone = 1; overtone <= 6; ++overtone) sum += std::sin(2 * std::numbers::pi * 140 * overtone * at) / overtone;
    const auto sample = static_cast<std::int16_t>(level * sum);
    pcm.append(reinterpret_cast<const char*>(&sample), sizeof sample);
  }
  return pcm;
}

/// What callers send, ready for the wire.
struct Frames {
  std::vector<std::string> loud;
  std::string silent = antiphon::bench::masked_frame(2, std::string(frame_bytes, '\0'));

  explicit Frames(std::string_view pcm) {
    for (; pcm.size() >= frame_bytes; pcm.remove_prefix(frame_bytes)) loud.push_back(antiphon::bench::masked_frame(2, pcm.substr(0, frame_bytes)));
  }
};

/// From the first loud frame to the last.
antiphon::audio::SampleView without_silence(antiphon::audio::SampleView samples) {
  constexpr std::size_t frame = frame_bytes / 2;
  constexpr double loud = 500;
  const auto is_loud = [](antiphon::audio::SampleView part) {
    double sum = 0;
    for (const double sample : part) sum += sample * sample;
    return std::sqrt(sum / static_cast<double>(part.size())) > loud;
  };
  while (samples.size() >= frame && !is_loud(samples.first(frame))) samples = samples.subspan(frame);
  while (samples.size() >= frame && !is_loud(samples.last(frame))) samples = samples.first(samples.size() - frame);
  return samples;
}

std::string speech_of(Options& options) {
  if (options.speech.empty()) return tone(options.caller.speech);
  const auto samples = antiphon::audio::resample(antiphon::audio::read_audio_file(options.speech), antiphon::audio::canonical_rate_hz, 16000);
  const auto pcm = antiphon::audio::bytes_from_samples(without_silence(samples));
  options.caller.speech = std::chrono::duration_cast<std::chrono::milliseconds>(pcm.size() / frame_bytes * frame_length);
  return pcm;
}

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)), frames_(speech_of(options_)) {
    if (poll_ < 0) throw std::runtime_error("epoll is not there");
  }

  void run() { options_.idle ? run_idle() : run_talking(); }

 private:
  struct Caller {
    WsLine line;
    CallerScript script;
    std::uint32_t number;
    bool begun = false, armed = true, told = false;
  };
  struct Due {
    Moment at;
    Caller* caller;  ///< nullptr: the next call begins
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void run_talking() {
    const auto begin = now();
    options_.caller.counted_from = begin + options_.calls * options_.ramp + in_seconds(options_.warm_up);
    options_.caller.counted_until = options_.caller.counted_from + in_seconds(options_.seconds);
    open_until(options_.calls);
    play_until(options_.caller.counted_from);
    const double cpu_before = cpu_s();
    const antiphon::bench::Meter meter;
    play_until(options_.caller.counted_until);
    const double used = (cpu_s() - cpu_before) / options_.seconds, mine = meter.cpu_s() / options_.seconds;
    fmt::print("{}{}\t{}\t{}\t{}\t{} ({})\t{} ({}, {} over already)\t{}\t{}\t{:.0f} ({:.0f})\t{:.0f}\t{}\t{}\n", options_.calls,
               options_.events ? ", events" : "", tally_.answers, tally_.response.shown({.5}),
               tally_.response.shown({.5, .95, .99}, std::chrono::duration<double, std::milli>(options_.chain).count()),
               tally_.barge_wire.shown({.5, .95, .99}), tally_.barge_wire.count(), tally_.barge_ear.shown({.5, .95, .99}), tally_.interruptions,
               tally_.over_already, tally_.ahead.shown({.5}), tally_.chunk_lateness.shown({.99}), used * 100, mine * 100,
               options_.server > 0 ? resident_kb() / 1024 : 0.0, tally_.faults(), late_.shown({.99}));
    hang_up();
  }

  /// Between the first hundred calls and all of them, so that what a gateway takes in any case is none of it.
  void run_idle() {
    constexpr auto settled = 6s;
    const int first = std::min(100, options_.calls - 1);
    open_until(first);
    play_until(now() + first * options_.ramp + settled);
    const double before = resident_kb();
    open_until(options_.calls);
    play_until(now() + (options_.calls - first) * options_.ramp + settled);
    const double after = resident_kb();
    fmt::print("{} idle calls\t{:.0f} kB per call\t{:.1f} MB with {} calls, {:.1f} MB with {}\t{}\n", options_.calls,
               (after - before) / (options_.calls - first), before / 1024, first, after / 1024, options_.calls, tally_.faults());
    hang_up();
  }

  static nanoseconds in_seconds(double seconds) { return nanoseconds(static_cast<std::int64_t>(seconds * 1e9)); }
  double cpu_s() const { return options_.server > 0 ? antiphon::bench::cpu_seconds_of(options_.server) : 0; }
  double resident_kb() const { return antiphon::bench::resident_kb_of(options_.server); }

  void open_until(int count) {
    const auto begin = now();
    for (int i = wanted_; i < count; ++i) due_.push({begin + (i - wanted_) * options_.ramp, nullptr});
    wanted_ = count;
  }

  void play_until(Moment end) {
    for (auto at = now(); at < end; at = now()) {
      if (due_.empty() || due_.top().at > at) {
        poll_until(due_.empty() ? end : std::min(end, due_.top().at));
        continue;
      }
      for (int sent = 0; !due_.empty() && due_.top().at <= now();) {
        const auto due = due_.top();
        due_.pop();
        due.caller ? play(*due.caller, due.at) : open();
        if (++sent % 32 == 0) poll_until(now());  // what comes is not to be taken for late because much is sent
      }
    }
  }

  void open() {
    const auto number = static_cast<std::uint32_t>(callers_.size());
    const auto target = fmt::format("/ws/call?caller_id=bench{}&locale=en-US{}", number, options_.events ? "&events=1" : "");
    callers_.push_back(std::unique_ptr<Caller>(new Caller{WsLine(options_.port, target), CallerScript(options_.caller, tally_, number * 7907 + 11), number}));
    auto& caller = *callers_.back();
    epoll_event wanted{.events = EPOLLIN | EPOLLOUT, .data = {.ptr = &caller}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, caller.line.descriptor(), &wanted);
  }

  /// @param due of this frame
  void play(Caller& caller, Moment due) {
    if (caller.line.over()) return;
    const auto at = now();
    if (due >= options_.caller.counted_from && due < options_.caller.counted_until) late_.add(at - due);
    const auto loud = options_.idle ? std::nullopt : caller.script.frame(due, at);
    caller.line.send(loud ? frames_.loud[*loud % frames_.loud.size()] : frames_.silent);
    arm(caller);
    due_.push({due + frame_length, &caller});
  }

  void poll_until(Moment until) {
    std::array<epoll_event, 512> ready;
    const auto wait = std::max(until - now(), nanoseconds{0});
    const timespec limit{.tv_sec = static_cast<time_t>(wait.count() / 1'000'000'000), .tv_nsec = static_cast<long>(wait.count() % 1'000'000'000)};
    const int count = epoll_pwait2(poll_, ready.data(), static_cast<int>(ready.size()), &limit, nullptr);
    for (int i = 0; i < count; ++i) attend(*static_cast<Caller*>(ready[static_cast<std::size_t>(i)].data.ptr), ready[static_cast<std::size_t>(i)].events);
  }

  void attend(Caller& caller, std::uint32_t ready) {
    if (ready & EPOLLOUT) caller.line.write_unsent();
    if (ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
      caller.line.read([&](WsLine::Kind kind, std::string_view data) {
        const auto at = now();
        if (kind == WsLine::Kind::binary)
          caller.script.hear(data, at);
        else if (data.find("\"clear\"") != std::string_view::npos)
          caller.script.clear(at);
      });
    }
    if (caller.line.open() && !std::exchange(caller.begun, true)) begin(caller);
    if (caller.line.over()) return mourn(caller);
    arm(caller);
  }

  /// Each at a phase of its own, as strangers are.
  void begin(Caller& caller) {
    const auto at = now();
    caller.script.begin(at);
    due_.push({at + nanoseconds(caller.number * 7'919'993ULL % static_cast<std::uint64_t>(frame_length.count())), &caller});
  }

  void mourn(Caller& caller) {
    if (std::exchange(caller.told, true)) return;
    ++(caller.line.was_refused() ? tally_.refused : tally_.hung_up_on);
    epoll_ctl(poll_, EPOLL_CTL_DEL, caller.line.descriptor(), nullptr);
  }

  void arm(Caller& caller) {
    if (caller.armed == caller.line.waits_to_write()) return;
    caller.armed = caller.line.waits_to_write();
    epoll_event wanted{.events = EPOLLIN | (caller.armed ? EPOLLOUT : 0U), .data = {.ptr = &caller}};
    epoll_ctl(poll_, EPOLL_CTL_MOD, caller.line.descriptor(), &wanted);
  }

  void hang_up() {
    const auto goodbye = antiphon::bench::masked_frame(8, "\x03\xe8");
    for (const auto& caller : callers_) caller->line.send(goodbye);
    std::this_thread::sleep_for(500ms);  // the gateway reads it
  }

  Options options_;
  Frames frames_;
  Tally tally_;
  Spread late_;  ///< our own frames
  int poll_ = epoll_create1(EPOLL_CLOEXEC), wanted_ = 0;
  std::vector<std::unique_ptr<Caller>> callers_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  try {
    Load(read_options(argc, argv)).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_gateway_load: {}\n", error.what());
    return 1;
  }
}
