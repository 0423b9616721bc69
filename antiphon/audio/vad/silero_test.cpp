#include "antiphon/audio/vad/silero.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "antiphon/audio/effects/effect.hpp"
#include "antiphon/audio/testing/signals.hpp"
#include "antiphon/base/error.hpp"
#include "antiphon/base/safetensors.hpp"

namespace antiphon::audio {
namespace {

using ::testing::HasSubstr;

struct Shape {
  std::string name;
  std::vector<std::size_t> sizes;
  float scale;
};

/// In the order of their names.
const std::vector<Shape>& shapes() {
  static const std::vector<Shape> list{{"conv1.bias", {128}, 0.1F},
                                       {"conv1.weight", {128, 129, 3}, 0.06F},
                                       {"conv2.bias", {64}, 0.1F},
                                       {"conv2.weight", {64, 128, 3}, 0.06F},
                                       {"conv3.bias", {64}, 0.1F},
                                       {"conv3.weight", {64, 64, 3}, 0.12F},
                                       {"conv4.bias", {128}, 0.1F},
                                       {"conv4.weight", {128, 64, 3}, 0.12F},
                                       {"final_conv.bias", {1}, 0.1F},
                                       {"final_conv.weight", {1, 128, 1}, 1.5F},
                                       {"lstm_cell.bias_hh", {512}, 0.1F},
                                       {"lstm_cell.bias_ih", {512}, 0.1F},
                                       {"lstm_cell.weight_hh", {512, 128}, 0.1F},
                                       {"lstm_cell.weight_ih", {512, 128}, 0.45F},
                                       {"stft_conv.weight", {258, 1, 256}, 0.05F}};
  return list;
}

/// A file of that network with weights by a formula, without the tensor called `without`.
std::string made_up_weights(const std::string& without = {}) {
  std::string header, data;
  for (std::size_t t = 0; t < shapes().size(); ++t) {
    const auto& shape = shapes()[t];
    if (shape.name == without) continue;
    std::size_t count = 1;
    for (const auto size : shape.sizes) count *= size;
    const auto begin = data.size();
    for (std::size_t e = 0; e < count; ++e) {
      const float value = static_cast<float>(static_cast<int>((e * 7919 + e / 2001 * 977 + t * 104729) % 2001) - 1000) / 1000.0F * shape.scale;
      data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    header += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})", header.empty() ? "" : ",", shape.name, fmt::join(shape.sizes, ","),
                          begin, data.size());
  }
  header = "{" + header + "}";
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

/// Pulses that ring at 700 Hz and a little noise; every third quarter of a second noise alone.
std::vector<float> signal(std::size_t windows) {
  std::vector<float> samples;
  std::uint64_t state = 12345;
  for (std::size_t i = 0; i < windows * SileroModel::window; ++i) {
    state = (state * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    const auto k = static_cast<double>(i % 133);
    int value = i / 4000 % 3 == 2 ? 0 : static_cast<int>(9000 * std::exp(-k / 20) * std::cos(2 * std::numbers::pi * k * 700 / 16000));
    value += static_cast<int>((state >> 16) % 401) - 200;
    samples.push_back(static_cast<float>(value) / 32768);
  }
  return samples;
}

std::vector<float> probabilities(const SileroModel& model, std::size_t windows) {
  const auto samples = signal(windows);
  SileroModel::State state;
  std::vector<float> list;
  for (std::size_t i = 0; i < windows; ++i)
    list.push_back(model.probability(std::span(samples).subspan(i * SileroModel::window).first<SileroModel::window>(), state));
  return list;
}

TEST(Silero, TheNetworkComputesWhatAPlainOneDoes_VOX50) {
  // Written down from a few lines of numpy over the same weights and signal, in double precision.
  const std::vector<float> every_fourth{0.545557F, 0.675721F, 0.703389F, 0.712394F, 0.713194F, 0.712842F, 0.713905F, 0.714747F};
  const auto list = probabilities(SileroModel(SafeTensors(made_up_weights())), 32);
  for (std::size_t i = 0; i < every_fourth.size(); ++i) EXPECT_NEAR(list[4 * i], every_fourth[i], 1e-5) << i;
}

TEST(Silero, WithThePublishedWeightsItSaysWhatThePublishedGraphSays_VOX50) {
  if (!silero_is_installed()) GTEST_SKIP() << "tools/get-silero.sh has not been run";
  // From the package's own graph (silero_vad_16k_sequence.onnx) in ONNX Runtime 1.32, with the weights of silero_vad_16k.safetensors put into it.
  const std::vector<float> published{0.118522F,  0.1171287F, 0.0317328F, 0.0048488F, 0.0030005F, 0.0017077F, 0.0012489F, 0.0069538F, 0.0293006F, 0.0156426F,
                                     0.0079089F, 0.003769F,  0.0034812F, 0.0025809F, 0.006785F,  0.0063071F, 0.0264281F, 0.0356916F, 0.0146507F, 0.0110662F,
                                     0.0072131F, 0.0054184F, 0.0040615F, 0.1809959F, 0.1347677F, 0.0323017F, 0.0107763F, 0.0121001F, 0.0131264F, 0.0060101F,
                                     0.0034694F, 0.0019237F, 0.0013257F, 0.0011129F, 0.0035481F, 0.0116551F, 0.0050357F, 0.0035395F, 0.0019408F, 0.0107753F,
                                     0.023071F,  0.0628453F, 0.0471613F, 0.0180923F, 0.0085379F, 0.0068626F, 0.008783F,  0.6787906F, 0.47742F,   0.1088435F,
                                     0.0300886F, 0.0156291F, 0.0076903F, 0.0049124F, 0.0077638F, 0.0046522F, 0.002745F,  0.0020295F, 0.0014198F, 0.0009543F};
  const auto list = probabilities(*installed_silero(), published.size());
  for (std::size_t i = 0; i < published.size(); ++i) EXPECT_NEAR(list[i], published[i], 1e-5) << i;
}

TEST(Silero, StreamsShareTheModelAndNothingElse_VOX50) {
  const SileroModel model{SafeTensors(made_up_weights())};
  const auto alone = probabilities(model, 8);
  const auto samples = signal(8);
  SileroModel::State one, other;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto window = std::span<const float>(samples).subspan(i * SileroModel::window).first<SileroModel::window>();
    EXPECT_EQ(model.probability(window, one), alone[i]);
    const auto back = std::span<const float>(samples).subspan((7 - i) * SileroModel::window).first<SileroModel::window>();
    model.probability(back, other);
  }
}

TEST(Silero, AFileThatIsNotTheNetworkIsRefusedByName_VOX50) {
  const auto folder = ::testing::TempDir() + "silero_" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  const auto refusal = [&](const std::string& bytes) {
    std::ofstream(folder + "/silero_vad_16k.safetensors", std::ios::binary) << bytes;
    try {
      read_silero(folder);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(made_up_weights()), "");
  EXPECT_THAT(refusal("short"), HasSubstr("silero_vad_16k.safetensors: no safetensors file: it is too short"));
  for (const auto& shape : shapes()) EXPECT_THAT(refusal(made_up_weights(shape.name)), HasSubstr("the model has no tensor \"" + shape.name));
  std::filesystem::remove_all(folder);
  EXPECT_THROW(read_silero(folder), Error);
}

TEST(SileroDetector, NoiseTonesAndSilenceAreNoSpeech_VOX50) {
  if (!silero_is_installed()) GTEST_SKIP() << "tools/get-silero.sh has not been run";
  for (const auto& sound : {testing::silence(4), testing::noise(4, -30), testing::sine(440, 4, 0.2)}) {
    VoiceActivity activity({.engine = VoiceEngine::silero});
    EXPECT_TRUE(activity.feed(sound).empty());
    EXPECT_TRUE(activity.finish().empty());
  }
  EXPECT_EQ(VoiceActivity({.engine = VoiceEngine::silero}).name(),
            "silero/6.2.3 on 0.5 off 0.35, onset 60 ms, hangover 300 ms, frames of 32 ms, edges/1 in steps of 4 ms");
}

TEST(SileroDetector, AThresholdOfItsOwnKeepsSpeechTogether_VOX50) {
  // With made-up weights the probability wanders between 0.54 and 0.72: on at 0.7, off below 0.6.
  const auto model = std::make_shared<const SileroModel>(SafeTensors(made_up_weights()));
  std::vector<bool> voiced;
  const auto judge = make_silero_judge(model, 0.7, 0.6);
  const auto speech = testing::speech(2);
  ASSERT_EQ(judge->frame(), 768U);
  for (std::size_t i = 0; i + 768 <= speech.size(); i += 768) voiced.push_back(judge->voiced(SampleView(speech).subspan(i, 768)));
  EXPECT_FALSE(voiced.front());
  EXPECT_TRUE(voiced.back());
  EXPECT_EQ(std::ranges::count(voiced, true), std::ranges::find(voiced, true) == voiced.end() ? 0 : voiced.end() - std::ranges::find(voiced, true))
      << "once on, it stays on";
}

}  // namespace
}  // namespace antiphon::audio
