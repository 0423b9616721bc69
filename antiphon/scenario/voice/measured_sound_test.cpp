#include <future>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "antiphon/net/http.hpp"
#include "antiphon/scenario/testing/spoken.hpp"
#include "antiphon/scenario/voice/voice_call.hpp"

namespace antiphon::voice {
namespace {

/// An agent at the end of a line that nobody opens.
class Nobody final : public VoiceAgentAdapter {
 public:
  const std::string& name() const override { return name_; }
  const AdapterCapabilities& capabilities() const override { return capabilities_; }
  Task<> connect(Deadline) override { co_return; }
  Task<> disconnect(Deadline) override { co_return; }
  Task<> send_audio(audio::AudioChunk, Deadline) override { co_return; }
  Task<AgentSignal> receive(Deadline) override { throw Error(ErrorKind::closed, "nobody is there"); }

 private:
  std::string name_ = "nobody";
  AdapterCapabilities capabilities_{};
};

/// A call on the wall's clock, with an executor of its own; gone in the order in which a run is.
struct Place {
  explicit Place(BlockingPool& pool) : runtime{context.get_executor(), clock, pool} {}

  asio::io_context context{1};
  WallClock clock{context};
  Runtime runtime;
  std::unique_ptr<net::HttpClient> http = net::make_http_client(runtime);
  std::shared_ptr<const SpeechRegistry> speech = testing_support::tone_speech();
  VoiceOptions options{};
  VoiceAgentSpec spec{};
  std::unique_ptr<VoiceCall> call = std::make_unique<VoiceCall>(options, spec, std::make_unique<Nobody>(), CallPlace{runtime, *speech, *http});
};

/// Threads that are all busy, until each is told to go on.
class Busy {
 public:
  Busy() {
    for (auto& gate : gates_) begin([open = gate.get_future().share()] { open.wait(); });
  }
  ~Busy() {
    for (std::size_t i = freed_; i < gates_.size(); ++i) gates_[i].set_value();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

  void begin(std::function<void()> work) {
    asio::co_spawn(context_, pool.run<void>(clock_, [work = std::move(work)](std::stop_token) { work(); }), [](std::exception_ptr) {});
    context_.poll();
  }
  /// One thread works off what waits, in order.
  void free_one() { gates_[freed_++].set_value(); }

  BlockingPool& pool = BlockingPool::in_background();

 private:
  asio::io_context context_{1};
  WallClock clock_{context_};
  std::vector<std::promise<void>> gates_{pool.most_threads()};
  std::size_t freed_ = 0;
};

// A call that is measured when its run gives up: the thread comes to it once everything is gone, and the sanitizers see what it touches.
TEST(MeasuredSound, OfACallThatNobodyWaitsForAnyMoreTouchesNothingThatIsGone_VOX90) {
  Busy busy;
  auto place = std::make_unique<Place>(busy.pool);
  asio::co_spawn(place->context, place->call->measure_sound(), [](std::exception_ptr) { FAIL() << "it was waited for"; });
  place->context.poll();
  place.reset();

  std::promise<void> passed;
  busy.begin([&] { passed.set_value(); });
  busy.free_one();
  passed.get_future().wait();
}

}  // namespace
}  // namespace antiphon::voice
