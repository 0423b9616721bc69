#include "antiphon/providers/tts/hibari/network.hpp"

#include <array>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"

#if ANTIPHON_ONNX
#define ORT_API_MANUAL_INIT  // nothing here may run, or need the library, before somebody wants to speak
#include <onnxruntime_cxx_api.h>

#include "antiphon/providers/onnx/library.hpp"
#endif

namespace antiphon::hibari {

#if ANTIPHON_ONNX

namespace {

Ort::Env begun() {
  const auto* base = onnx::networks().function<decltype(OrtGetApiBase)>("OrtGetApiBase")();
  const auto* api = base->GetApi(ORT_API_VERSION);
  if (!api)
    throw Error(ErrorKind::configuration,
                fmt::format("the neural runtime is too old: ONNX Runtime {}, and this program needs its API {}", base->GetVersionString(), ORT_API_VERSION))
        .with_hint("install the one of this program again: make speech");
  Ort::InitApi(api);
  return Ort::Env(ORT_LOGGING_LEVEL_FATAL, "antiphon");  // errors come as exceptions
}

Ort::Env& environment() {
  static Ort::Env env = begun();
  return env;
}

Ort::SessionOptions options() {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.DisableCpuMemArena();  // it would keep what the longest sentence took
  return options;
}

std::vector<float> floats_of(const Ort::Value& value) {
  const auto* data = value.GetTensorData<float>();
  return {data, data + value.GetTensorTypeAndShapeInfo().GetElementCount()};
}

class OnnxNetwork final : public Network {
 public:
  explicit OnnxNetwork(std::string_view bytes) : session_(environment(), bytes.data(), bytes.size(), options()) {}

  Spectrum run(std::span<const std::int64_t> ids, float speed) const override {
    try {
      return checked(ask({ids.begin(), ids.end()}, speed));
    } catch (const Ort::Exception& error) {
      throw Error(ErrorKind::internal, fmt::format("the voice hibari could not be computed: {}", error.what()));
    }
  }

 private:
  Spectrum ask(std::vector<std::int64_t> ids, float speed) const {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const std::array<std::int64_t, 2> shape = {1, static_cast<std::int64_t>(ids.size())};
    const std::array<std::int64_t, 1> one = {1};
    const std::array<Ort::Value, 2> in = {Ort::Value::CreateTensor<std::int64_t>(memory, ids.data(), ids.size(), shape.data(), shape.size()),
                                          Ort::Value::CreateTensor<float>(memory, &speed, 1, one.data(), one.size())};
    const std::array<const char*, 2> in_names = {"ids", "speed"};
    const std::array<const char*, 6> out_names = {"lh", "theta", "ln", "lr", "phi", "f0"};
    const auto out = session_.Run(Ort::RunOptions{}, in_names.data(), in.data(), in.size(), out_names.data(), out_names.size());
    return {.gain = floats_of(out[0]),
            .turn = floats_of(out[1]),
            .noise = floats_of(out[2]),
            .remainder = floats_of(out[3]),
            .remainder_turn = floats_of(out[4]),
            .pitch_hz = floats_of(out[5])};
  }

  static Spectrum checked(Spectrum spectrum) {
    for (const auto* part : {&spectrum.gain, &spectrum.turn, &spectrum.noise, &spectrum.remainder, &spectrum.remainder_turn})
      if (part->size() != bands * spectrum.frames()) throw Error(ErrorKind::internal, "the network of hibari gave another shape than it should");
    return spectrum;
  }

  mutable Ort::Session session_;  // its Run is thread safe
};

}  // namespace

bool Network::is_built_in() { return true; }

void Network::require_runtime() { environment(); }

std::unique_ptr<Network> Network::open(std::string_view bytes) {
  try {
    return std::make_unique<OnnxNetwork>(bytes);
  } catch (const Ort::Exception& error) {
    throw Error(ErrorKind::configuration, fmt::format("the network of hibari cannot be read: {}", error.what())).with_hint("install it again: make speech");
  }
}

#else

bool Network::is_built_in() { return false; }

void Network::require_runtime() {
  throw Error(ErrorKind::unsupported, "this build has no neural runtime").with_hint("run tools/get-speech.sh, then build again");
}

std::unique_ptr<Network> Network::open(std::string_view) {
  require_runtime();
  return nullptr;
}

#endif

}  // namespace antiphon::hibari
