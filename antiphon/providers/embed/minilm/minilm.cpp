#include "antiphon/providers/embed/minilm/minilm.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/providers/embed/minilm/encoder.hpp"
#include "antiphon/providers/embed/minilm/word_piece.hpp"

namespace antiphon::minilm {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_tokens = 256;  // what these models were trained on

class MiniLm final : public Embedder {
 public:
  MiniLm(std::string name, WordPiece tokenizer, Encoder encoder)
      : name_(std::move(name)),
        tokenizer_(std::move(tokenizer)),
        encoder_(std::move(encoder)),
        capabilities_{.dimensions = encoder_.sizes().hidden, .semantic = true, .most_tokens = std::min(most_tokens, encoder_.sizes().positions)} {}

  Embedded embed(const std::vector<std::string>& texts, Duration, std::stop_token stop) override {
    Embedded embedded;
    for (const auto& text : texts) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, name_ + ": stopped");
      embedded.vectors.push_back(encoder_.encode(tokenizer_.encode(text, capabilities_.most_tokens)));
    }
    return embedded;
  }
  const std::string& name() const override { return name_; }
  const EmbedderCapabilities& capabilities() const override { return capabilities_; }

 private:
  std::string name_;
  WordPiece tokenizer_;
  Encoder encoder_;
  EmbedderCapabilities capabilities_;
};

WordPiece read_tokenizer(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "vocab.txt", error)) return WordPiece(read_file((folder / "vocab.txt").string()));
  return WordPiece::from_tokenizer_json(read_file((folder / "tokenizer.json").string()));
}

}  // namespace

std::unique_ptr<Embedder> open(const std::string& name, const std::string& folder) {
  try {
    const auto sizes = EncoderSizes::from_config_json(read_file((fs::path(folder) / "config.json").string()));
    const SafeTensors weights(read_file((fs::path(folder) / "model.safetensors").string()));
    return std::make_unique<MiniLm>(name, read_tokenizer(folder), Encoder(sizes, weights));
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("{}: {} ({})", name, error.message(), folder)).with_hint("make models installs it anew");
  }
}

std::string folder_of(const std::string& name, const std::string& directory) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) {
    if (auto installed = find_model_folder("minilm")) return *installed;
    throw Error(ErrorKind::configuration, "the embedding model minilm is not installed").with_hint("make models installs it (83 MB), or write minilm/FOLDER");
  }
  const auto folder = (fs::path(directory.empty() ? "." : directory) / name.substr(slash + 1)).lexically_normal();
  std::error_code error;
  if (fs::exists(folder / "model.safetensors", error)) return folder.string();
  throw Error(ErrorKind::configuration, fmt::format("{}: there is no model.safetensors in {}", name, folder.string()))
      .with_hint("name a folder with config.json, model.safetensors and vocab.txt");
}

}  // namespace antiphon::minilm
