#include "antiphon/providers/embed/minilm/minilm.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/json.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/providers/embed/minilm/encoder.hpp"
#include "antiphon/providers/embed/minilm/matrix.hpp"
#include "antiphon/providers/embed/minilm/word_piece.hpp"
#include "antiphon/providers/llm/testing.hpp"

namespace antiphon::minilm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing_tools::error_of;

/// Writes safetensors files.
class Writer {
 public:
  Writer& add(const std::string& name, const std::vector<std::size_t>& shape, const std::vector<float>& numbers) {
    json::array sizes(shape.begin(), shape.end());
    const auto begin = data_.size();
    data_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
    header_[name] = json::object{{"dtype", "F32"}, {"shape", sizes}, {"data_offsets", {begin, data_.size()}}};
    return *this;
  }
  json::object& header() { return header_; }
  std::string bytes() const {
    const auto header = json::serialize(header_);
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data_;
  }

 private:
  json::object header_;
  std::string data_;
};

TEST(SafeTensors, GivesBackWhatWasWritten) {
  const SafeTensors tensors(Writer().add("a", {2, 2}, {1, 2, 3, 4}).add("b", {1}, {5}).bytes());
  EXPECT_THAT(tensors.floats("a", {2, 2}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(error_of([&] { tensors.floats("a", {4}); }).message(), HasSubstr("has the shape [2, 2], not [4]"));
  EXPECT_THAT(error_of([&] { tensors.floats("c", {1}); }).message(), HasSubstr("no tensor \"c\""));
}

TEST(SafeTensors, RefusesWhatLiesOutsideOrHasAnotherSize) {
  const auto broken = [](auto change) {
    auto writer = Writer().add("a", {2}, {1, 2});
    change(writer.header()["a"].get_object());
    return error_of([&] { const SafeTensors tensors(writer.bytes()); }).message();
  };
  EXPECT_THAT(broken([](json::object& a) { a["data_offsets"] = {0, 800}; }), HasSubstr("outside"));
  EXPECT_THAT(broken([](json::object& a) { a["data_offsets"] = {8, 0}; }), HasSubstr("outside"));
  EXPECT_THAT(broken([](json::object& a) { a["shape"] = json::array(1, 3); }), HasSubstr("size of its shape"));
  EXPECT_THAT(broken([](json::object& a) { a["shape"] = {1LL << 40, 1LL << 40}; }), HasSubstr("too large"));
  EXPECT_THAT(broken([](json::object& a) { a["shape"] = json::array(1, -1); }), HasSubstr("shape of \"a\""));
  EXPECT_THAT(broken([](json::object& a) { a["dtype"] = "F128"; }), HasSubstr("F128"));
  EXPECT_THAT(error_of([] { const SafeTensors tensors("short"); }).message(), HasSubstr("too short"));
  EXPECT_THAT(error_of([] { const SafeTensors tensors(std::string(8, '\xFF')); }).message(), HasSubstr("header"));
}

TEST(Matrix, MultipliesAnySizeAsOneByOneWould) {
  for (const auto& [rows, inner, columns] : {std::tuple{1, 1, 1}, {4, 3, 16}, {5, 7, 33}, {9, 2, 15}}) {
    const auto value = [](std::size_t i) { return static_cast<float>(i % 7) - 3; };
    std::vector<float> in(rows * inner), weights(inner * columns), bias(columns), out(rows * columns);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = value(i);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = value(3 * i + 1);
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = value(i + 2);
    multiply(in.data(), rows, inner, weights.data(), bias.data(), columns, out.data());
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) {
        float expected = bias[c];
        for (int i = 0; i < inner; ++i) expected += in[r * inner + i] * weights[i * columns + c];
        ASSERT_FLOAT_EQ(out[r * columns + c], expected) << rows << " " << r << " " << c;
      }
  }
}

const std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\ncafe\nna\n##ive\n!\n'\nt\ndon\n日\n";

TEST(WordPiece, TakesAccentsOffSplitsAndFindsTheLongestPieces) {
  const WordPiece tokenizer(vocabulary);
  EXPECT_THAT(tokenizer.encode("CAFÉ naïve!", 20), ElementsAre(2, 4, 5, 6, 7, 3));
  EXPECT_THAT(tokenizer.encode("don't 日日 xyz", 20), ElementsAre(2, 10, 8, 9, 11, 11, 1, 3));
  EXPECT_THAT(tokenizer.encode("", 20), ElementsAre(2, 3));
  EXPECT_THAT(tokenizer.encode("! ! ! ! !", 4), ElementsAre(2, 7, 7, 3));
}

TEST(WordPiece, ReadsATokenizerJsonToo) {
  const auto tokenizer = WordPiece::from_tokenizer_json(R"({"model":{"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"hi":3}}})");
  EXPECT_THAT(tokenizer.encode("hi there", 9), ElementsAre(1, 3, 0, 2));
  EXPECT_THROW(WordPiece::from_tokenizer_json("{}"), Error);
  EXPECT_THROW(WordPiece("a\nb\n"), Error);
}

/// A folder with a model of two layers whose weights follow a formula; the reference values were computed by NumPy from the same formula.
class TinyModel {
 public:
  TinyModel() : folder_(std::filesystem::path(testing::TempDir()) / fmt::format("minilm.{}", getpid())) {
    std::filesystem::create_directories(folder_);
    write("config.json",
          R"({"vocab_size":12,"max_position_embeddings":16,"hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":12})");
    write("vocab.txt", vocabulary);
    write("model.safetensors", weights());
  }
  ~TinyModel() { std::filesystem::remove_all(folder_); }
  std::string folder() const { return folder_.string(); }

 private:
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name, std::ios::binary) << text; }

  std::string weights() {
    tensor("embeddings.word_embeddings.weight", {12, 8});
    tensor("embeddings.position_embeddings.weight", {16, 8});
    tensor("embeddings.token_type_embeddings.weight", {2, 8});
    norm("embeddings.LayerNorm");
    for (int layer = 0; layer < 2; ++layer) {
      const auto at = fmt::format("encoder.layer.{}.", layer);
      for (const auto* name : {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) linear(at + name, 8, 8);
      norm(at + "attention.output.LayerNorm");
      linear(at + "intermediate.dense", 8, 12);
      linear(at + "output.dense", 12, 8);
      norm(at + "output.LayerNorm");
    }
    return writer_.bytes();
  }
  void tensor(const std::string& name, const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    for (const auto size : shape) count *= size;
    std::vector<float> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<float>(std::sin(static_cast<double>(++drawn_) * 0.7)));
    writer_.add(name, shape, numbers);
  }
  void linear(const std::string& name, std::size_t in, std::size_t out) { tensor(name + ".weight", {out, in}), tensor(name + ".bias", {out}); }
  void norm(const std::string& name) { tensor(name + ".weight", {8}), tensor(name + ".bias", {8}); }

  std::filesystem::path folder_;
  Writer writer_;
  std::size_t drawn_ = 0;
};

TEST(MiniLm, ComputesWhatTheReferenceComputes_SCN60) {
  const TinyModel model;
  const auto embedder = open("minilm/tiny", model.folder());
  EXPECT_EQ(embedder->capabilities().dimensions, 8U);
  EXPECT_TRUE(embedder->capabilities().semantic);
  const auto vectors = embedder->embed({"CAFÉ naïve!", "don't"}, 1s, {}).vectors;
  const std::vector<float> first{0.071964F, 0.248124F, -0.259247F, 0.225403F, -0.612618F, -0.489733F, -0.298999F, 0.332717F},
      second{0.072028F, 0.248146F, -0.259424F, 0.225347F, -0.612491F, -0.489844F, -0.299034F, 0.332625F};
  EXPECT_THAT(vectors[0], testing::Pointwise(FloatNear(2e-5F), first));
  EXPECT_THAT(vectors[1], testing::Pointwise(FloatNear(2e-5F), second));
}

TEST(MiniLm, SaysWhatIsMissing) {
  EXPECT_THAT(error_of([] { folder_of("minilm/nowhere", "/tmp"); }).message(), HasSubstr("/tmp/nowhere"));
  const testing_tools::ScopedVariable models("ANTIPHON_MODELS", "/nowhere");
  EXPECT_THAT(error_of([] { folder_of("minilm", ""); }).hint(), HasSubstr("make models"));
  const TinyModel model;
  std::filesystem::remove(std::filesystem::path(model.folder()) / "config.json");
  EXPECT_THAT(error_of([&] { open("minilm/tiny", model.folder()); }).message(), HasSubstr("config.json"));
}

// With the real weights, where `make models` put them: the first numbers of vectors that NumPy computed from the same file, in double precision.
TEST(AllMiniLmL6V2, AgreesWithTheReference_SCN60) {
  const auto folder = find_model_folder("minilm");
  if (!folder) GTEST_SKIP() << "minilm is not installed: make models";
  const auto vectors = open("minilm", *folder)
                           ->embed({"Your parcel arrives tomorrow.", "The package will be delivered the next day.", "We do not sell shoes.",
                                    "Café naïve ÅÉ 日本 한국 don't e-mail A-1007!"},
                                   60s, {})
                           .vectors;
  const auto beginning = [&](std::size_t i) { return std::vector<float>(vectors[i].begin(), vectors[i].begin() + 6); };
  const auto near = [](const std::vector<float>& expected) { return testing::Pointwise(FloatNear(2e-5F), expected); };
  EXPECT_THAT(beginning(0), near({-0.02601F, 0.00206F, 0.06666F, -0.02163F, 0.01048F, -0.03715F}));
  EXPECT_THAT(beginning(1), near({-0.0926F, 0.03987F, 0.05586F, 0.0023F, -0.00974F, -0.00384F}));
  EXPECT_THAT(beginning(2), near({0.03091F, -0.01049F, 0.00485F, -0.03155F, 0.00952F, -0.08632F}));
  EXPECT_THAT(beginning(3), near({-0.09427F, 0.07112F, 0.05178F, -0.01858F, -0.00857F, -0.03133F}));
  EXPECT_NEAR(similarity(vectors[0], vectors[1]), 0.69567, 1e-4);
  EXPECT_NEAR(similarity(vectors[0], vectors[2]), 0.10053, 1e-4);
}

}  // namespace
}  // namespace antiphon::minilm
