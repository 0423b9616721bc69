#include "antiphon/audio/vad/internal/judges.hpp"
#include "antiphon/audio/vad/internal/narrow.hpp"
#include "antiphon/base/error.hpp"

// The package ships the library with these functions and leaves out their header. Weak: a version that hides them is told apart when it runs.
extern "C" {
struct WebRtcVadInst;
[[gnu::weak]] WebRtcVadInst* WebRtcVad_Create();
[[gnu::weak]] void WebRtcVad_Free(WebRtcVadInst* handle);
[[gnu::weak]] int WebRtcVad_Init(WebRtcVadInst* handle);
[[gnu::weak]] int WebRtcVad_set_mode(WebRtcVadInst* handle, int mode);
[[gnu::weak]] int WebRtcVad_Process(WebRtcVadInst* handle, int rate_hz, const std::int16_t* frame, std::size_t length);
}

namespace antiphon::audio::internal {

namespace {

constexpr std::size_t frame_samples = canonical_rate_hz / 50;  // 20 ms
constexpr int engine_rate_hz = 16000;

struct Freed {
  void operator()(WebRtcVadInst* handle) const { WebRtcVad_Free(handle); }
};

class WebRtcJudge final : public FrameJudge {
 public:
  explicit WebRtcJudge(int mode) {
    if (!WebRtcVad_Create || !WebRtcVad_Process)
      throw Error(ErrorKind::unsupported, "this libwebrtc-audio-processing has no voice detector").with_hint("use silero or energy");
    handle_.reset(WebRtcVad_Create());
    if (!handle_ || WebRtcVad_Init(handle_.get()) != 0 || WebRtcVad_set_mode(handle_.get(), mode) != 0)
      throw Error(ErrorKind::internal, "the voice detector of WebRTC could not be started");
  }

  std::size_t frame() const override { return frame_samples; }

  bool voiced(SampleView samples) override {
    narrowed_.clear();
    narrow_.feed(samples, narrowed_);
    frame_.clear();
    for (const auto value : narrowed_) frame_.push_back(to_sample(value));
    return WebRtcVad_Process(handle_.get(), engine_rate_hz, frame_.data(), frame_.size()) == 1;
  }

 private:
  std::unique_ptr<WebRtcVadInst, Freed> handle_;
  Narrow narrow_;
  std::vector<float> narrowed_;
  Samples frame_;
};

}  // namespace

std::unique_ptr<FrameJudge> make_webrtc_judge(int mode) { return std::make_unique<WebRtcJudge>(mode); }

}  // namespace antiphon::audio::internal
