#include "antiphon/providers/speech/custom.hpp"

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "antiphon/base/error.hpp"
#include "antiphon/base/limit.hpp"

namespace antiphon {

namespace {

Error late(const std::string& name) { return Error(ErrorKind::timeout, name + ": no answer in time").with_party(Party::provider); }

// What is no Error says nothing about who was asked.
template <class T>
Task<T> blamed(std::string name, Task<T> work) {
  std::exception_ptr failure;
  try {
    co_return co_await std::move(work);
  } catch (const Error& error) {
    throw error.party() ? error : Error(Error(error).with_party(Party::provider));
  } catch (const boost::system::system_error&) {
    throw;  // cancelled
  } catch (...) {
    failure = std::current_exception();
  }
  throw Error(ErrorKind::unavailable, fmt::format("{}: {}", name, describe(failure))).with_party(Party::provider);
}

class CustomVoice final : public TextToSpeech {
 public:
  CustomVoice(std::string name, VoiceFunction speak, Clock& clock, bool alone) : name_(std::move(name)), speak_(std::move(speak)), clock_(clock) {
    capabilities_ = {.styles = true, .speeds = true, .waits_on_clock_alone = alone};
  }
  Task<std::unique_ptr<SpeechStream>> synthesize(SpeechRequest request, Deadline deadline) override {
    if (request.text.empty()) co_return speech_of({});
    co_return speech_of(co_await at_most(clock_, deadline, blamed(name_, speak_(std::move(request))), late(name_)));
  }
  const SpeechCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::string name_;
  VoiceFunction speak_;
  Clock& clock_;
  SpeechCapabilities capabilities_;
};

class CustomEar final : public SpeechToText {
 public:
  CustomEar(std::string name, EarFunction listen, Clock& clock, bool alone) : name_(std::move(name)), listen_(std::move(listen)), clock_(clock) {
    capabilities_ = {.waits_on_clock_alone = alone};
  }
  Task<Recognition> transcribe(audio::Samples samples, RecognitionSettings settings, Deadline deadline) override {
    co_return co_await at_most(clock_, deadline, blamed(name_, listen_(std::move(samples), std::move(settings))), late(name_));
  }
  Task<std::unique_ptr<RecognitionStream>> open(RecognitionSettings, Deadline) override {
    throw Error(ErrorKind::unsupported, name_ + " understands whole recordings, and does not listen while somebody speaks").with_party(Party::harness);
    co_return nullptr;
  }
  const RecognitionCapabilities& capabilities() const override { return capabilities_; }
  const std::string& name() const override { return name_; }

 private:
  std::string name_;
  EarFunction listen_;
  Clock& clock_;
  RecognitionCapabilities capabilities_;
};

}  // namespace

SpeechRegistry::VoiceProvider custom_voice(std::string name, VoiceFunction speak, bool waits_on_clock_alone) {
  return {.make = [name = std::move(name), speak = std::move(speak), waits_on_clock_alone](const VoiceChoice&, const SpeechContext& context)
              -> std::unique_ptr<TextToSpeech> { return std::make_unique<CustomVoice>(name, speak, context.runtime.clock, waits_on_clock_alone); },
          .waits_on_clock_alone = waits_on_clock_alone};
}

SpeechRegistry::EarProvider custom_ear(std::string name, EarFunction listen, bool waits_on_clock_alone) {
  return {.make = [name = std::move(name), listen = std::move(listen), waits_on_clock_alone](const EarChoice&, const SpeechContext& context)
              -> std::unique_ptr<SpeechToText> { return std::make_unique<CustomEar>(name, listen, context.runtime.clock, waits_on_clock_alone); },
          .waits_on_clock_alone = waits_on_clock_alone};
}

}  // namespace antiphon
