#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "antiphon/agent/person.hpp"
#include "antiphon/audio/live.hpp"
#include "antiphon/result/events.hpp"
#include "antiphon/scenario/scenario.hpp"
#include "antiphon/scenario/stop_source.hpp"
#include "antiphon/scenario/voice/call_hooks.hpp"
#include "antiphon/trace/recorder.hpp"

namespace antiphon {

class EmbedderRegistry;
class SpeechRegistry;

/// What follows an attempt that has ended.
enum class Again {
  no,
  retry,    ///< one more, because this one did not pass
  replace,  ///< one more in its place, because somebody else than the agent spoiled it
};

/// Is handed the spans of a run that has ended; from the thread of the run, several at once.
using TraceListener = std::function<void(const ScenarioResult&, const trace::Recorder&)>;

struct RunOptions {
  std::optional<int> jobs{};                            ///< at once; unset: 8, and 1 with a person
  std::uint64_t seed = 0;                               ///< 0: drawn, and told in the result
  std::shared_ptr<const ModelRegistry> models{};        ///< nullptr: the defaults
  std::shared_ptr<const EmbedderRegistry> embedders{};  ///< nullptr: one of the batch's own
  std::shared_ptr<const SpeechRegistry> speech{};       ///< nullptr: the defaults
  std::shared_ptr<audio::Loudspeaker> loudspeaker{};    ///< where calls are heard while they go on; then one is held at a time
  std::shared_ptr<audio::Microphone> microphone{};      ///< where the person speaks who plays a `human` user; nullptr: they type, and a voice says it
  std::string recordings{};                             ///< folder in which each call is recorded while it goes on, as WAV; empty: nowhere
  std::string result_folder{};                          ///< results name recordings from here, so that the folder can be moved; empty: as `recordings`
  bool keep_audio = true;                               ///< results hold their calls' audio; false: what was recorded is all there is
  EventSink* events = nullptr;
  std::shared_ptr<Person> person{};                        ///< plays what is `human`, and steps through
  std::optional<bool> debug{};                             ///< the person is asked before each participant speaks (SCN-71)
  std::string cache_folder{};                              ///< where answers are cached; empty: `CallCache::default_folder()`
  CallHooks hooks{};                                       ///< told of calls while they go on (VOX-63)
  StopSource stop{};                                       ///< cancels what is under way; results are kept
  std::optional<bool> tracing{};                           ///< record what happens as spans; judges are shown them. Unset: they are recorded
  TraceListener on_trace{};                                ///< the spans of each run as it ends, before `on_result`
  std::function<void(const ScenarioResult&)> on_result{};  ///< each as it ends, from any thread, one at a time
  /// Whether a run is made once more, asked after each attempt (which knows those before it), from several threads at once. What it answers must
  /// follow from that result alone, so that `jobs` changes nothing. Not asked after a stop. Empty: never.
  std::function<Again(const ScenarioResult&)> again{};
  int max_failures = 0;  ///< so many runs that did not pass keep further ones from being begun; 0: any number
};

inline constexpr int default_jobs = 8;

/// Runs one scenario to its end. Blocks. @throws Error configuration when it cannot be run at all.
ScenarioResult run(Scenario scenario, RunOptions options = {});

/// Runs many, `options.jobs` at once; results in the order of the scenarios, `not_run` where a stop or too many failures came first. Where a
/// person takes part, one after the other.
std::vector<ScenarioResult> run_all(std::vector<Scenario> scenarios, RunOptions options = {});

/// The result of a scenario that was selected and never begun.
ScenarioResult not_run(const Scenario& scenario);

/// As `run`, on the executor of the caller, in real time.
Task<ScenarioResult> async_run(Scenario scenario, RunOptions options = {});

}  // namespace antiphon
