#include "antiphon/audio/vad/silero.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include <fmt/format.h>

#include "antiphon/audio/vad/internal/dense.hpp"
#include "antiphon/audio/vad/internal/narrow.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/base/safetensors.hpp"

namespace antiphon::audio {

namespace {

// Shapes of the published network.
constexpr std::size_t transform = 256, stride = 128, bins = 129, padding = 64, frames = 4;
constexpr std::size_t padded_bins = 288;  // real and imaginary parts, up to a whole tile
constexpr std::size_t kernel = 3, cell_size = 128, gates = 4 * cell_size;

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

void rectify(std::span<float> values) {
  for (auto& value : values) value = std::max(value, 0.0F);
}

/// Column t of `out` is what a kernel of 3 sees around column t · step of `in`; columns beyond the ends are silent. Both hold one column after another.
std::vector<float> neighbourhoods(std::span<const float> in, std::size_t channels, std::size_t step) {
  const auto columns = in.size() / channels, places = (columns - 1) / step + 1;
  std::vector<float> out(places * kernel * channels);
  for (std::size_t t = 0; t < places; ++t)
    for (std::size_t k = 0; k < kernel; ++k) {
      const auto column = t * step + k;  // one too far right: the padding
      if (column == 0 || column > columns) continue;
      std::copy_n(in.begin() + static_cast<std::ptrdiff_t>((column - 1) * channels), channels,
                  out.begin() + static_cast<std::ptrdiff_t>((t * kernel + k) * channels));
    }
  return out;
}

}  // namespace

SileroModel::Layer SileroModel::read_convolution(const SafeTensors& weights, const std::string& name, std::size_t outputs, std::size_t inputs) {
  const auto stored = weights.floats(name + ".weight", {outputs, inputs, kernel});
  Layer layer{.inputs = kernel * inputs, .outputs = outputs, .weights = std::vector<float>(stored.size()), .bias = weights.floats(name + ".bias", {outputs})};
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t k = 0; k < kernel; ++k) layer.weights[(k * inputs + i) * outputs + o] = stored[(o * inputs + i) * kernel + k];
  return layer;
}

SileroModel::SileroModel(const SafeTensors& weights)
    : first_(read_convolution(weights, "conv1", 128, bins)),
      second_(read_convolution(weights, "conv2", 64, 128)),
      third_(read_convolution(weights, "conv3", 64, 64)),
      fourth_(read_convolution(weights, "conv4", 128, 64)),
      last_(weights.floats("final_conv.weight", {1, cell_size, 1})),
      last_bias_(weights.floats("final_conv.bias", {1})[0]) {
  const auto waves = weights.floats("stft_conv.weight", {2 * bins, 1, transform});
  spectrum_ = {transform, padded_bins, std::vector<float>(transform * padded_bins), std::vector<float>(padded_bins)};
  for (std::size_t o = 0; o < 2 * bins; ++o)
    for (std::size_t i = 0; i < transform; ++i) spectrum_.weights[i * padded_bins + o] = waves[o * transform + i];
  // Input and memory of the cell lie one below the other: one product for both.
  const auto from_input = weights.floats("lstm_cell.weight_ih", {gates, cell_size}), from_memory = weights.floats("lstm_cell.weight_hh", {gates, cell_size});
  const auto other_bias = weights.floats("lstm_cell.bias_hh", {gates});
  cell_ = {2 * cell_size, gates, std::vector<float>(2 * cell_size * gates), weights.floats("lstm_cell.bias_ih", {gates})};
  for (std::size_t o = 0; o < gates; ++o) {
    cell_.bias[o] += other_bias[o];
    for (std::size_t i = 0; i < cell_size; ++i) {
      cell_.weights[i * gates + o] = from_input[o * cell_size + i];
      cell_.weights[(cell_size + i) * gates + o] = from_memory[o * cell_size + i];
    }
  }
}

void SileroModel::step_cell(std::span<const float> input, State& state) const {
  std::array<float, 2 * cell_size> both;
  std::ranges::copy(input, both.begin());
  std::ranges::copy(state.hidden, both.begin() + cell_size);
  std::array<float, gates> sums;
  internal::dense(both.data(), both.size(), cell_.weights.data(), cell_.bias.data(), gates, sums.data());
  for (std::size_t i = 0; i < cell_size; ++i) {
    const float in = sigmoid(sums[i]), forget = sigmoid(sums[cell_size + i]), candidate = std::tanh(sums[2 * cell_size + i]),
                out = sigmoid(sums[3 * cell_size + i]);
    state.cell[i] = forget * state.cell[i] + in * candidate;
    state.hidden[i] = out * std::tanh(state.cell[i]);
  }
}

float SileroModel::probability(std::span<const float, window> samples, State& state) const {
  std::array<float, 64 + window + padding> line;
  std::ranges::copy(state.context, line.begin());
  std::ranges::copy(samples, line.begin() + 64);
  // The end is mirrored, without the last sample itself.
  for (std::size_t i = 0; i < padding; ++i) line[64 + window + i] = line[64 + window - 2 - i];
  std::copy(samples.end() - 64, samples.end(), state.context.begin());

  std::vector<float> values(frames * bins);
  std::array<float, padded_bins> parts;
  for (std::size_t t = 0; t < frames; ++t) {
    internal::dense(line.data() + t * stride, transform, spectrum_.weights.data(), spectrum_.bias.data(), padded_bins, parts.data());
    for (std::size_t i = 0; i < bins; ++i) values[t * bins + i] = std::sqrt(parts[i] * parts[i] + parts[bins + i] * parts[bins + i]);
  }
  const auto convolve = [&values](const Layer& layer, std::size_t step) {
    const auto seen = neighbourhoods(values, layer.inputs / kernel, step);
    values.resize(seen.size() / layer.inputs * layer.outputs);
    for (std::size_t t = 0; t * layer.inputs < seen.size(); ++t)
      internal::dense(seen.data() + t * layer.inputs, layer.inputs, layer.weights.data(), layer.bias.data(), layer.outputs, values.data() + t * layer.outputs);
    rectify(values);
  };
  convolve(first_, 1);
  convolve(second_, 2);
  convolve(third_, 2);
  convolve(fourth_, 1);
  step_cell(values, state);
  float sum = last_bias_;
  for (std::size_t i = 0; i < cell_size; ++i) sum += last_[i] * std::max(state.hidden[i], 0.0F);
  return sigmoid(sum);
}

namespace {

constexpr auto file_name = "silero_vad_16k.safetensors";

class SileroJudge final : public FrameJudge {
 public:
  SileroJudge(std::shared_ptr<const SileroModel> model, double on, double off) : model_(std::move(model)), on_(on), off_(off) {}

  std::size_t frame() const override { return SileroModel::window * 3 / 2; }

  bool voiced(SampleView samples) override {
    narrowed_.clear();
    narrow_.feed(samples, narrowed_);
    for (auto& value : narrowed_) value /= 32768;
    const double probability = model_->probability(std::span<const float, SileroModel::window>(narrowed_), state_);
    voiced_ = probability >= (voiced_ ? off_ : on_);
    return voiced_;
  }

 private:
  std::shared_ptr<const SileroModel> model_;
  double on_, off_;
  SileroModel::State state_;
  internal::Narrow narrow_;
  std::vector<float> narrowed_;
  bool voiced_ = false;
};

}  // namespace

std::shared_ptr<const SileroModel> read_silero(const std::string& folder) {
  const auto path = folder + "/" + file_name;
  const auto bytes = read_file(path, std::size_t{16} << 20);
  try {
    return std::make_shared<const SileroModel>(SafeTensors(bytes));
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("cannot read {}: {}", path, error.what()));
  }
}

bool silero_is_installed() { return find_model_folder("silero").has_value(); }

std::shared_ptr<const SileroModel> installed_silero() {
  static std::mutex mutex;
  static std::shared_ptr<const SileroModel> model;
  const std::lock_guard lock(mutex);
  if (model) return model;
  const auto folder = find_model_folder("silero");
  if (!folder) throw Error(ErrorKind::not_found, "the voice detector Silero is not installed").with_hint("run tools/get-silero.sh, or use webrtc or energy");
  return model = read_silero(*folder);
}

std::unique_ptr<FrameJudge> make_silero_judge(std::shared_ptr<const SileroModel> model, double on, double off) {
  return std::make_unique<SileroJudge>(std::move(model), on, off);
}

}  // namespace antiphon::audio
