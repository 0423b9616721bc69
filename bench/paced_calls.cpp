// Real-time calls by WebSocket on one thread: a frame of 20 ms each way 50 times a second in every one of them, and how late the frames come.
// `bench_paced_calls` runs all; `bench_paced_calls both|half|mute CALLS [SECONDS]` one.
#include <cstdlib>
#include <string_view>

#include <sys/resource.h>

#include "antiphon/antiphon.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "bench/measure.hpp"
#include "bench/stub_process.hpp"

namespace {

using namespace antiphon;
using namespace std::chrono_literals;

// One recording, which all calls play.
Step speech_of(std::chrono::seconds length) { return play_audio(audio::testing::speech(std::chrono::duration<double>(length).count())); }

// The agent's turn does not end before the call does: what it says would have to be understood then, and that is no part of pacing.
Scenario call(int number, const std::string& url, Step says) {
  return {.name = fmt::format("call {}", number),
          .agent = websocket_agent({.url = url, .line = {.send = {audio::Encoding::mulaw, 8000}}}),
          .voice = {.response_max_duration = 10min},
          .script = {std::move(says), succeed("it was long enough")}};
}

// Who calls first loads the models, which are no part of a call.
void load_models() {
  bench::StubVoiceAgent stub(1, "mute");
  run_all({call(0, stub.url(), silence(1s))}, {.jobs = 1, .seed = 1, .keep_audio = false});
}

void measure(const std::string& talk, int calls, std::string_view limit, std::chrono::seconds length = 30s) {
  bench::StubVoiceAgent stub(calls, talk);
  const auto says = talk == "mute" ? silence(length) : speech_of(length);
  std::vector<Scenario> all;
  all.reserve(static_cast<std::size_t>(calls));
  for (int i = 0; i < calls; ++i) all.push_back(call(i, stub.url(), says));
  const double before = bench::peak_mb();
  const bench::Meter meter;
  const auto results = run_all(std::move(all), {.jobs = calls, .seed = 1, .keep_audio = false});
  const double paced = meter.thread_cpu_s(), all_threads = meter.cpu_s();
  for (const auto& result : results)
    if (!result) throw Error(ErrorKind::internal, "a call did not pass: " + (result.error ? result.error->message : result.reasoning));
  const auto late = stub.stop();
  if (late.calls != calls) throw Error(ErrorKind::internal, "the calls were not all there at once");
  const auto what = fmt::format("{} paced calls, {}", calls,
                                talk == "both"   ? "speech both ways without pause"
                                : talk == "half" ? "the agent speaks half of the time"
                                                 : "idle");
  bench::report(what + ": frames late at the receiver, p50, p99, max", fmt::format("{:.2f} ms, {:.2f} ms, {:.1f} ms", late.p50, late.p99, late.max), limit);
  const auto share = [&](double cpu_s) { return 100 * cpu_s / std::chrono::duration<double>(length).count(); };
  bench::report(what + ": CPU of one core for the calls", fmt::format("{:.0f} %", share(paced)));
  bench::report(what + ": CPU in the background, for the sound of calls", fmt::format("{:.0f} %", share(all_threads - paced)));
  const double grown_mb = bench::peak_mb() - before;  // none where an earlier measurement of this process took more
  if (grown_mb > 0) bench::report(what + ": memory per call", fmt::format("{:.0f} kB", grown_mb * 1024 / calls), talk == "mute" ? "40 kB" : "");
}

}  // namespace

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // the stub inherits it
  load_models();
  if (argc >= 3) return measure(argv[1], std::atoi(argv[2]), "", argc > 3 ? std::chrono::seconds(std::atoi(argv[3])) : 30s), 0;
  measure("mute", 1000, "p99 under 5 ms");
  measure("both", 1000, "p99 under 5 ms");
  measure("half", 1250, "p99 under 5 ms");
}
