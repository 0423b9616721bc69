#include <array>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "antiphon/base/error.hpp"
#include "antiphon/base/files.hpp"
#include "antiphon/base/model_files.hpp"
#include "antiphon/base/text.hpp"
#include "antiphon/providers/llm/cassette/call_text.hpp"
#include "antiphon/providers/stt/moonshine/moonshine.hpp"

#ifdef ANTIPHON_ONNX
#include <sherpa-onnx/c-api/c-api.h>

#include "antiphon/providers/onnx/library.hpp"
#endif

namespace antiphon::moonshine {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_name = "moonshine-tiny-en";
constexpr std::string_view remedy = "tools/get-speech.sh, and a build after it, install it; `pocketsphinx` needs nothing";

struct ModelFile {
  std::string_view name, sha256;
};
constexpr std::array<ModelFile, 3> model_files{{{"encoder_model.ort", "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221"},
                                                {"decoder_model_merged.ort", "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0"},
                                                {"tokens.txt", "8e62ce303ecf4532cd96477e3619f08b3cc2f06ec4d6f735c4cd2606bdebd7d4"}}};

Error cannot(std::string what) { return Error(ErrorKind::configuration, std::move(what)).with_hint(std::string(remedy)); }

void check_files(const std::string& folder) {
  std::error_code error;
  for (const auto& file : model_files)
    if (const auto path = fs::path(folder) / file.name; !fs::is_regular_file(path, error) || fs::file_size(path, error) == 0)
      throw cannot(fmt::format("the recogniser Moonshine lacks its file {}", path.string()));
}

std::string installed_folder() {
  if (!is_built_in()) throw cannot("this program was built without the neural runtime, so it has no recogniser `moonshine`");
  const auto folder = find_model_folder(folder_name);
  if (!folder) throw cannot("the recogniser `moonshine` is not installed");
  return *folder;
}

bool is_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto end = text.find_last_not_of('=');
  const auto body = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return text.size() % 4 == 0 && text.size() - body.size() <= 2 && body.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace

void require_model_in(const std::string& folder) { check_files(folder); }

bool is_built_in() {
#ifdef ANTIPHON_ONNX
  return true;
#else
  return false;
#endif
}

void check_tokens(std::string_view table) {
  int expected = 0;
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    const auto tab = line.find('\t');
    const bool good = tab != std::string_view::npos && is_base64(line.substr(0, tab)) && parse_integer(line.substr(tab + 1)) == expected;
    if (!good) throw Error(ErrorKind::configuration, fmt::format("tokens.txt, line {}: expected a token in base64, a tab and {}", expected + 1, expected));
    ++expected;
  }
  if (expected == 0) throw Error(ErrorKind::configuration, "tokens.txt has no tokens");
}

void check_installed() {
  check_files(installed_folder());
  require_runtime();
}

std::shared_ptr<const Model> installed_model() {
  static const auto model = std::make_shared<const Model>(installed_folder(), true);  // what throws here is tried again next time
  return model;
}

#ifdef ANTIPHON_ONNX

namespace {

void check_contents(const std::string& folder, bool pinned) {
  check_files(folder);
  for (const auto& file : model_files) {
    const auto path = (fs::path(folder) / file.name).string();
    if (!pinned && file.name != "tokens.txt") continue;
    const auto content = read_file(path);
    if (pinned && sha256_hex(content) != file.sha256) throw cannot(fmt::format("{} is damaged: it is not the file that Moonshine tiny has", path));
    if (file.name == "tokens.txt") check_tokens(content);
  }
}

}  // namespace

namespace {

/// What is called of the library.
struct Sherpa {
  Sherpa() {
    const auto& library = onnx::recognisers();
    library.find("SherpaOnnxCreateOfflineRecognizer", create);
    library.find("SherpaOnnxDestroyOfflineRecognizer", destroy);
    library.find("SherpaOnnxCreateOfflineStream", create_stream);
    library.find("SherpaOnnxDestroyOfflineStream", destroy_stream);
    library.find("SherpaOnnxAcceptWaveformOffline", accept);
    library.find("SherpaOnnxDecodeOfflineStream", decode);
    library.find("SherpaOnnxGetOfflineStreamResult", result_of);
    library.find("SherpaOnnxDestroyOfflineRecognizerResult", destroy_result);
  }

  decltype(SherpaOnnxCreateOfflineRecognizer)* create = nullptr;
  decltype(SherpaOnnxDestroyOfflineRecognizer)* destroy = nullptr;
  decltype(SherpaOnnxCreateOfflineStream)* create_stream = nullptr;
  decltype(SherpaOnnxDestroyOfflineStream)* destroy_stream = nullptr;
  decltype(SherpaOnnxAcceptWaveformOffline)* accept = nullptr;
  decltype(SherpaOnnxDecodeOfflineStream)* decode = nullptr;
  decltype(SherpaOnnxGetOfflineStreamResult)* result_of = nullptr;
  decltype(SherpaOnnxDestroyOfflineRecognizerResult)* destroy_result = nullptr;
};

const Sherpa& sherpa() {
  static const Sherpa functions;
  return functions;
}

}  // namespace

void require_runtime() { sherpa(); }

struct Model::Loaded {
  const SherpaOnnxOfflineRecognizer* recogniser = nullptr;
  ~Loaded() {
    if (recogniser) sherpa().destroy(recogniser);
  }
};

Model::Model(const std::string& folder, bool pinned) : loaded_(std::make_unique<Loaded>()) {
  check_contents(folder, pinned);
  const auto encoder = folder + "/encoder_model.ort", decoder = folder + "/decoder_model_merged.ort", tokens = folder + "/tokens.txt";
  SherpaOnnxOfflineRecognizerConfig config;
  std::memset(&config, 0, sizeof config);
  config.feat_config = {.sample_rate = 16000, .feature_dim = 80};
  config.model_config.moonshine.encoder = encoder.c_str();
  config.model_config.moonshine.merged_decoder = decoder.c_str();
  config.model_config.tokens = tokens.c_str();
  config.model_config.num_threads = 1;  // calls share it: a thread each
  config.model_config.provider = "cpu";
  config.decoding_method = "greedy_search";
  loaded_->recogniser = sherpa().create(&config);
  if (!loaded_->recogniser) throw cannot(fmt::format("{} holds no model that can be read", folder));
}

std::string Model::decode(std::span<const float> samples) const {
  struct Stream {
    const SherpaOnnxOfflineStream* stream;
    ~Stream() { sherpa().destroy_stream(stream); }
  };
  if (samples.empty()) return {};
  const Stream held{sherpa().create_stream(loaded_->recogniser)};
  sherpa().accept(held.stream, 16000, samples.data(), static_cast<int32_t>(samples.size()));
  sherpa().decode(loaded_->recogniser, held.stream);
  const auto* result = sherpa().result_of(held.stream);
  if (!result) throw Error(ErrorKind::internal, "the recogniser Moonshine gave no result");
  std::string text = result->text ? result->text : "";
  sherpa().destroy_result(result);
  return repair_utf8(text);
}

#else

void require_runtime() { throw cannot("this program was built without the neural runtime"); }

struct Model::Loaded {};
Model::Model(const std::string&, bool) { require_runtime(); }
std::string Model::decode(std::span<const float>) const { return {}; }

#endif

Model::~Model() = default;

}  // namespace antiphon::moonshine
