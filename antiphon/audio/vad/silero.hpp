#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "antiphon/audio/vad/voice_activity.hpp"

namespace antiphon {
class SafeTensors;
}

namespace antiphon::audio {

/// The network of Silero VAD, version 6, for 16 kHz: a spectrum, four convolutions, one recurrent cell, one probability. Its weights are shared by all
/// streams and threads.
/// @see https://github.com/snakers4/silero-vad (MIT)
class SileroModel {
 public:
  static constexpr std::size_t window = 512;  ///< samples at 16 kHz: 32 ms

  /// @throws Error configuration, naming what is wrong with the file.
  explicit SileroModel(const SafeTensors& weights);

  /// What a stream remembers: the end of the window before, and the cell.
  struct State {
    std::array<float, 64> context{};
    std::array<float, 128> hidden{}, cell{};
  };
  /// That somebody speaks in these 32 ms (full scale 1), from 0 to 1.
  float probability(std::span<const float, window> samples, State& state) const;

 private:
  /// A matrix with its inputs as rows, so that one input reaches all outputs side by side.
  struct Layer {
    std::size_t inputs = 0, outputs = 0;
    std::vector<float> weights, bias;
  };
  static Layer read_convolution(const SafeTensors& weights, const std::string& name, std::size_t outputs, std::size_t inputs);
  void step_cell(std::span<const float> input, State& state) const;

  Layer spectrum_, first_, second_, third_, fourth_, cell_;
  std::vector<float> last_;
  float last_bias_ = 0;
};

/// The folder's `silero_vad_16k.safetensors`. @throws Error not_found, io, or configuration, naming the file.
std::shared_ptr<const SileroModel> read_silero(const std::string& folder);
/// Read once per process from where `tools/get-silero.sh` puts it. @throws Error not_found, saying how to install it.
std::shared_ptr<const SileroModel> installed_silero();
bool silero_is_installed();

/// Windows of 32 ms of canonical audio; voiced from `on` on, until it falls below `off`.
std::unique_ptr<FrameJudge> make_silero_judge(std::shared_ptr<const SileroModel> model, double on, double off);

}  // namespace antiphon::audio
